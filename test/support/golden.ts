// The golden captures for tests: where they are, their bytes, their truth, and an ingest of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Row } from '../../protocol/base/brand.ts';
import { createIngest, type Ingest } from '../../app/session/ingest.ts';

export const GOLDEN = join(import.meta.dirname, '..', 'golden', 'captures');

export function scenarios(): readonly string[] {
  return readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export interface ExpectedRing {
  readonly id: string;
  readonly rep: number;
  readonly seq: string;
  readonly members: readonly number[];
  readonly committed: string | null;
  readonly firstToken: string | null;
  readonly lastToken: string | null;
  readonly tokens: number;
}
export interface Expected {
  readonly capture: string;
  readonly keys: readonly string[];
  readonly packets: { readonly frames: number; readonly relevant: number; readonly byKind: Record<string, number>; readonly unauthentic: number };
  readonly rings: readonly ExpectedRing[];
  readonly delivery: {
    readonly mcasts: number;
    readonly duplicatesOnWire: number;
    readonly retransmitRequests: readonly { readonly nodeid: number; readonly count: number }[];
  };
  readonly payloads: readonly { readonly sender: number; readonly length: number; readonly sha256: string; readonly frames: readonly [number, number] }[] | null;
}

/** expected.json of a scenario, its further captures flattened into the list. */
export function expectedOf(scenario: string): readonly Expected[] {
  const first = JSON.parse(readFileSync(join(GOLDEN, scenario, 'expected.json'), 'utf8')) as Expected & { more?: readonly Expected[] };
  return [first, ...(first.more ?? [])];
}

/** Path of a golden file, which may be kept gzipped. */
export function goldenPath(scenario: string, file: string): string {
  const plain = join(GOLDEN, scenario, file);
  return existsSync(plain) ? plain : `${plain}.gz`;
}

/** Octets of a golden capture, gunzipped. */
export function goldenBytes(scenario: string, file: string): Uint8Array {
  const bytes = readFileSync(goldenPath(scenario, file));
  return new Uint8Array(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
}

export interface Opened {
  readonly ingest: Ingest;
  readonly frame: (row: Row) => Uint8Array;
}

/** Reads whole capture bytes and gives random access to their frames. */
export function openBytes(bytes: Uint8Array, keys: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [], analyse = true): Opened {
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
  const keys = expected.keys.map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(GOLDEN, scenario, name))) }));
  return openBytes(goldenBytes(scenario, expected.capture), keys);
}
