// The golden captures for tests: where they are, their bytes and their truth.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The bundled benchmark lies elsewhere and is told where the checkout is. */
const TEST =
  process.env['TOTEM_LAB_ROOT'] === undefined
    ? join(import.meta.dirname, '..')
    : join(process.env['TOTEM_LAB_ROOT'], 'test');
export const GOLDEN = join(TEST, 'golden', 'captures');

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
  readonly membersPartial?: boolean;
}
export interface Expected {
  readonly capture: string;
  readonly keys: readonly string[];
  readonly packets: {
    readonly frames: number;
    readonly relevant: number;
    readonly byKind: Record<string, number>;
    readonly unauthentic: number;
  };
  readonly rings: readonly ExpectedRing[];
  readonly delivery: {
    readonly mcasts: number;
    readonly duplicatesOnWire: number;
    readonly retransmitRequests: readonly { readonly nodeid: number; readonly count: number }[];
  };
  readonly payloads:
    | readonly {
        readonly sender: number;
        readonly length: number;
        readonly sha256: string;
        readonly frames: readonly [number, number];
      }[]
    | null;
}

/** expected.json of a scenario, its further captures flattened into the list. */
export function expectedOf(scenario: string): readonly Expected[] {
  const first = JSON.parse(readFileSync(join(GOLDEN, scenario, 'expected.json'), 'utf8')) as Expected & {
    more?: readonly Expected[];
  };
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
