// Golden captures opened as a session: ingest with analysis, and random access to frames.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../protocol/base/brand.ts';
import { createIngest, type Ingest } from '../../app/session/ingest.ts';
import { GOLDEN, goldenBytes, type Expected } from './golden.ts';

export interface Opened {
  readonly ingest: Ingest;
  readonly frame: (row: Row) => Uint8Array;
}

/** Reads whole capture bytes and gives random access to their frames. */
export function openBytes(
  bytes: Uint8Array,
  keys: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [],
  analyse = true,
): Opened {
  const ingest = createIngest({ keys, analyse });
  ingest.push(bytes);
  ingest.finish();
  const frame = (row: Row): Uint8Array => {
    const columns = ingest.table.columnsOf(row);
    const at = columns.offset[row & 0xffff]!;
    return bytes.subarray(at, at + columns.captured[row & 0xffff]!);
  };
  return { ingest, frame };
}

/** A golden capture with the keys that its expected.json names. */
export function openGolden(scenario: string, expected: Expected): Opened {
  const keys = expected.keys.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(GOLDEN, scenario, name))),
  }));
  return openBytes(goldenBytes(scenario, expected.capture), keys);
}
