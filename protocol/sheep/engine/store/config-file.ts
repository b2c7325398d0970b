// The config file: creation time, flags and copies of the cluster (specs/sheepdog.md 4.1). Octets to values and back.
import { viewOf } from '../../../base/bytes.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { SHEEP_LITTLE_ENDIAN } from '../../node-entry.ts';
import type { StoreConfig } from '../state.ts';

const FLAGS_AT = 8;
const COPIES_AT = 10;
/** Octets that 0.3.0 writes; later releases write more behind them. */
export const CONFIG_OCTETS = 11;
/** Octets that any release writes, at most. */
export const CONFIG_OCTETS_MAX = 4096;

export function writeConfig({ ctime, flags, copies }: StoreConfig): Uint8Array {
  const octets = new Uint8Array(CONFIG_OCTETS);
  const view = viewOf(octets);
  view.setBigUint64(0, ctime, SHEEP_LITTLE_ENDIAN);
  view.setUint16(FLAGS_AT, flags, SHEEP_LITTLE_ENDIAN);
  view.setUint8(COPIES_AT, copies);
  return octets;
}

/** Null for an empty file: a store that no cluster was made of. */
export function readConfig(octets: Uint8Array): Result<StoreConfig | null, string> {
  if (octets.length === 0) return ok(null);
  if (octets.length < CONFIG_OCTETS) return fail(`it has ${octets.length} octets, fewer than ${CONFIG_OCTETS}`);
  const view = viewOf(octets);
  return ok({
    ctime: view.getBigUint64(0, SHEEP_LITTLE_ENDIAN),
    flags: view.getUint16(FLAGS_AT, SHEEP_LITTLE_ENDIAN),
    copies: view.getUint8(COPIES_AT),
  });
}
