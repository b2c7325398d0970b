// A capture opened for a command: its source, the ingest of it, and its frames by row.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Row } from '../../protocol/base/brand.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { KEY_OCTETS_MAX, KEYS_MAX, type Key } from '../../protocol/crypto/keyring.ts';
import { createIngest, type Ingest } from '../../app/session/ingest.ts';
import { openByteSource, type ByteSource } from '../node/capture/byte-source.ts';
import { nodeProvider } from '../node/crypto/node-provider.ts';
import { explainSystemError } from '../node/files/open-problem.ts';
import { createProgress } from './output.ts';

export interface OpenedCapture {
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

/** Opens a capture and its keys; a problem is one sentence. `analyse` false leaves the conclusions out. */
export function openCapture(
  path: string,
  keyPaths: readonly string[],
  analyse: boolean,
): Result<OpenedCapture, string> {
  const keys = readKeys(keyPaths);
  if (!keys.ok) return keys;
  const source = openByteSource(path);
  if (!source.ok) return fail(source.problem.says);
  const ingest = createIngest({ keys: keys.value, provider: nodeProvider, analyse });
  const frame = (row: Row): Uint8Array => {
    const columns = ingest.table.columnsOf(row);
    const index = row & 0xffff;
    return source.value.range(columns.offset[index] ?? 0, columns.captured[index] ?? 0).slice();
  };
  return ok({ ingest, source: source.value, frame });
}

/** Reads a capture to its end. Returns a sentence where nothing of it could be read. */
export async function readCapture(
  { ingest, source }: OpenedCapture,
  after?: () => Promise<boolean>,
): Promise<string | null> {
  const progress = createProgress(source.byteLength);
  let octets = 0;
  let isEnough = false;
  const problem = await source.read((chunk) => {
    if (isEnough) return;
    ingest.push(chunk);
    octets += chunk.length;
    progress.at(octets);
    if (after === undefined) return;
    return after().then((enough) => {
      isEnough = enough;
    });
  });
  ingest.finish();
  progress.end();
  if (problem !== null) return problem.says;
  const { damage } = ingest;
  return damage !== null && (damage.kind === 'empty' || damage.kind === 'not-a-capture') ? damage.says : null;
}
