// The octets of a capture for the command line: portions in order, signals between them, ranges afterwards.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNK, openByteSource, type ByteSource } from '../../../../main/node/capture/byte-source.ts';

const BYTES = Uint8Array.from({ length: 3_500_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
let folder = '';
let path = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
  path = join(folder, 'octets');
  writeFileSync(path, BYTES);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function opened(name: string, isKept = true): ByteSource {
  const source = openByteSource(name, isKept);
  if (!source.ok) throw new Error(source.problem.says);
  return source.value;
}

async function all(source: ByteSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const problem = await source.read((chunk) => {
    pieces.push(chunk.slice());
    return Promise.resolve(false);
  });
  if (problem !== null) throw new Error(problem.says);
  return Buffer.concat(pieces);
}

describe('a file', () => {
  it('comes whole, and any range of it again', async () => {
    const source = opened(path);
    expect((await all(source)).equals(BYTES)).toBe(true);
    expect(Buffer.from(source.range(262_100, 200)).equals(BYTES.subarray(262_100, 262_300))).toBe(true);
    expect(source.range(BYTES.length - 3, 10)).toHaveLength(3);
    source.close();
  });

  it('lets others have their turn after each mebibyte, so that a signal can stop it', async () => {
    const source = opened(path);
    let turns = 0;
    const seen: number[] = [];
    await source.read(() => {
      seen.push(turns);
      setImmediate(() => turns++);
      return Promise.resolve(false);
    });
    source.close();
    const perTurn = (1 << 20) / CHUNK;
    expect(seen).toHaveLength(Math.ceil(BYTES.length / CHUNK));
    expect(seen).toEqual(seen.map((_, portion) => portion - (portion % perTurn)));
  });

  it('is read no further than asked for', async () => {
    const source = opened(path);
    let portions = 0;
    await source.read(() => Promise.resolve(++portions === 2));
    source.close();
    expect(portions).toBe(2);
  });

  it('that shrinks while it is read is said', async () => {
    const shrinking = join(folder, 'shrinking');
    writeFileSync(shrinking, BYTES);
    const source = opened(shrinking);
    const problem = await source.read(() => {
      truncateSync(shrinking, 1_500_000);
      return Promise.resolve(false);
    });
    source.close();
    expect(problem?.says).toContain('shrank from 3500000 to 1500000 octets');
  });
});

describe('gzip data', () => {
  it('come unpacked, and any range of them again where they are kept', async () => {
    const zipped = join(folder, 'octets.gz');
    writeFileSync(zipped, gzipSync(BYTES));
    const source = opened(zipped);
    expect((await all(source)).equals(BYTES)).toBe(true);
    expect(Buffer.from(source.range(3_000_000, 9)).equals(BYTES.subarray(3_000_000, 3_000_009))).toBe(true);
    source.close();
    const passing = opened(zipped, false);
    expect((await all(passing)).equals(BYTES)).toBe(true);
    expect(() => passing.range(0, 1)).toThrow('read once');
    passing.close();
  });
});

it('says what cannot be opened', () => {
  expect(openByteSource(join(folder, 'none'), true)).toMatchObject({ ok: false, problem: { kind: 'missing' } });
  expect(openByteSource(folder, true)).toMatchObject({ ok: false, problem: { kind: 'directory' } });
});
