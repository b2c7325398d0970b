// A capture opened for a command: its source, the ingest of it, and its frames by row.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Row } from '../../protocol/base/brand.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { KEY_OCTETS_MAX, KEYS_MAX, type Key } from '../../protocol/crypto/keyring.ts';
import { createIngest, type Ingest } from '../../app/session/ingest.ts';
import { openByteSource, STANDARD_INPUT, type ByteSource } from '../node/capture/byte-source.ts';
import { nodeProvider } from '../node/crypto/node-provider.ts';
import { explainSystemError } from '../node/files/open-problem.ts';
import { createProgress } from './output.ts';

export interface OpenedCapture {
  /** For a person. */
  readonly name: string;
  readonly ingest: Ingest;
  readonly source: ByteSource;
  readonly frame: (row: Row) => Uint8Array;
}

function readKeys(paths: readonly string[]): Result<readonly Key[], string> {
  if (paths.length > KEYS_MAX) return fail(`--key was given ${paths.length} times: at most ${KEYS_MAX} keys are tried`);
  const keys: Key[] = [];
  for (const path of paths)
    try {
      if (statSync(path).size > KEY_OCTETS_MAX)
        return fail(`${path} is too large for a key file: give the authkey that corosync-keygen made`);
      const bytes = new Uint8Array(readFileSync(path));
      if (bytes.length === 0) return fail(`${path} is empty: give the authkey that corosync-keygen made`);
      keys.push({ name: basename(path), bytes });
    } catch (error) {
      return fail(explainSystemError(error, path).says);
    }
  return ok(keys);
}

/** Opens a capture and its keys; a problem is one sentence. `analyse`: for conclusions; `frames`: for its frames. */
export function openCapture(
  path: string,
  keyPaths: readonly string[],
  analyse: boolean,
  frames = !analyse,
): Result<OpenedCapture, string> {
  const keys = readKeys(keyPaths);
  if (!keys.ok) return keys;
  const source = openByteSource(path, frames);
  if (!source.ok) return fail(source.problem.says);
  const ingest = createIngest({ keys: keys.value, provider: nodeProvider, analyse });
  const frame = (row: Row): Uint8Array => {
    const columns = ingest.table.columnsOf(row);
    const index = row & 0xffff;
    return source.value.range(columns.offset[index] ?? 0, columns.captured[index] ?? 0).slice();
  };
  return ok({ name: path === '-' ? STANDARD_INPUT : path, ingest, source: source.value, frame });
}

/** How reading a capture ended, in sentences; null where there is nothing to say. */
export interface ReadingEnd {
  /** Nothing of it could be read. */
  readonly failed: string | null;
  /** What marred it: the frames before are good. */
  readonly marred: string | null;
}

const NOTHING_READ: readonly string[] = ['empty', 'not-a-capture', 'no-header'];

/** Reads a capture to its end; `after` follows every portion, and ends the reading where it returns true. */
export async function readCapture(
  { ingest, source, name }: OpenedCapture,
  after?: () => Promise<boolean>,
): Promise<ReadingEnd> {
  const progress = createProgress('read', source.byteLength);
  let octets = 0;
  const problem = await source.read(async (chunk) => {
    ingest.push(chunk);
    octets += chunk.length;
    progress.at(octets);
    return after === undefined ? false : after();
  });
  ingest.finish();
  progress.end();
  const { damage, table } = ingest;
  if (problem !== null && table.frames === 0) return { failed: problem.says, marred: null };
  if (damage === null || problem !== null) return { failed: null, marred: problem?.says ?? null };
  const says = `${name}: ${damage.says}`;
  return NOTHING_READ.includes(damage.kind) ? { failed: says, marred: null } : { failed: null, marred: says };
}
