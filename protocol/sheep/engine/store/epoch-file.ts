// The epoch file: the members of one epoch, and when it was written (specs/sheepdog.md 3.2). Octets to values and back;
// a file that 0.3.0 spoilt is read as 0.3.0 reads it.
import { concatBytes, viewOf } from '../../../base/bytes.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { decode, encode } from '../../../wire/layout.ts';
import { NodeEntry, SHEEP_LITTLE_ENDIAN } from '../../node-entry.ts';
import type { EpochLog } from '../state.ts';

const ENTRY_OCTETS = NodeEntry.fixedSize;
const TIME_OCTETS = 8;
/** Members of one epoch: what sheepdog has room for. */
export const EPOCH_ENTRIES_MAX = 1024;
export const EPOCH_FILE_OCTETS_MAX = EPOCH_ENTRIES_MAX * ENTRY_OCTETS + TIME_OCTETS;

/** Why an epoch file cannot be used, as a sentence without its name. */
export type EpochFileProblem = string;

export function writeEpochFile({ entries, time }: EpochLog): Uint8Array {
  const last = new Uint8Array(TIME_OCTETS);
  viewOf(last).setBigUint64(0, time, SHEEP_LITTLE_ENDIAN);
  return concatBytes([...entries.map((entry) => encode(NodeEntry, entry, SHEEP_LITTLE_ENDIAN)), last]);
}

/** As many entries as fit; the octets behind them are the time. Refuses what no sheep of 0.3.0 can have written. */
export function readEpochFile(octets: Uint8Array): Result<EpochLog, EpochFileProblem> {
  const count = Math.floor(octets.length / ENTRY_OCTETS);
  const left = octets.length % ENTRY_OCTETS;
  if (left !== TIME_OCTETS)
    return fail(`it has ${octets.length} octets, not ${ENTRY_OCTETS} for each node and ${TIME_OCTETS} for the time`);
  if (count > EPOCH_ENTRIES_MAX)
    return fail(`it names ${count} nodes, more than the ${EPOCH_ENTRIES_MAX} there can be`);
  const entries: NodeEntry[] = [];
  for (let i = 0; i < count; i++) {
    const read = decode(NodeEntry, viewOf(octets), i * ENTRY_OCTETS, octets.length, SHEEP_LITTLE_ENDIAN);
    if (!read.ok) return fail(`entry ${i} cannot be read`);
    entries.push(read.value.value);
  }
  return ok({ entries, time: viewOf(octets).getBigUint64(count * ENTRY_OCTETS, SHEEP_LITTLE_ENDIAN) });
}
