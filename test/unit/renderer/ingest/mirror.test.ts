// The page's mirror of a store grown by deltas equals the store, however the deltas were cut.
import { expect, it } from 'vitest';
import { PacketKind } from '../../../../app/store/kinds.ts';
import { CHUNK_ROWS, keptChunks, newColumns, timeOf } from '../../../../app/store/packet-store.ts';
import { PacketTable } from '../../../../app/store/packet-table.ts';
import { addressCount, newChunks } from '../../../../renderer/ingest/delta.ts';
import type { Delta } from '../../../../renderer/ingest/messages.ts';
import { StoreMirror } from '../../../../renderer/ingest/store-mirror.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

const NOTHING: Delta = {
  kind: 'delta',
  run: 0,
  chunks: [],
  length: 0,
  firstRow: 0,
  frames: 0,
  epochNs: 0n,
  addressFrom: 0,
  addresses: [],
  ringFrom: 0,
  rings: [],
  encodings: [],
  done: 0,
  total: 0,
};

it.each([1, 7, 100, 100_000])('deltas of %i rows', (step) => {
  const { store } = openBytes(goldenBytes('c31-udp-kill9', 'brA.pcap')).ingest;
  const mirror = new StoreMirror();
  let addresses = 0;
  let told = 0;

  for (let from = 0; from < store.length; from += step) {
    const length = Math.min(store.length, from + step);
    const chunks = newChunks(store, from, length);
    const to = addressCount(store, from, length, addresses);
    told += chunks.length;
    mirror.apply({
      ...NOTHING,
      chunks,
      length,
      frames: length,
      epochNs: store.epochNs,
      addressFrom: addresses,
      addresses: Array.from({ length: to - addresses }, (_, i) => store.address(addresses + i)),
      rings: store.rings,
      encodings: store.encodings,
    });
    addresses = to;
  }

  expect(told).toBe(store.chunks.length);
  expect(mirror.length).toBe(store.length);
  expect(mirror.chunks).toEqual(store.chunks);
  expect(mirror.rings).toEqual(store.rings);
  expect(mirror.address(store.chunks[0]?.src[9] ?? 0)).toBe(store.address(store.chunks[0]?.src[9] ?? 0));
});

it('tells each chunk once, where deltas end in the middle of one, at its end, and behind what was forgotten', () => {
  const chunks = Array.from({ length: 4 }, () => newColumns(1));
  const numbers = (from: number, to: number): readonly number[] =>
    newChunks({ chunks }, from, to).map(({ number, columns }) => (columns === chunks[number] ? number : -1));

  expect(numbers(0, 100)).toEqual([0]);
  expect(numbers(100, CHUNK_ROWS)).toEqual([]);
  expect(numbers(CHUNK_ROWS, 2 * CHUNK_ROWS + 1)).toEqual([1, 2]);
  expect(numbers(2 * CHUNK_ROWS + 1, 2 * CHUNK_ROWS + 2)).toEqual([]);
  expect(numbers(3 * CHUNK_ROWS, 3 * CHUNK_ROWS + 5)).toEqual([3]);
});

it('shares the memory of its rows with other threads where that is asked for, each column apart', () => {
  const table = new PacketTable(true);
  const columns = Object.values(table.addRow() as unknown as Record<string, Uint8Array>);
  const sent = structuredClone(columns);

  for (const [i, column] of columns.entries()) column.fill(i + 1);

  expect(new PacketTable().addRow().timeNs.buffer).toBeInstanceOf(ArrayBuffer);
  for (const [i, column] of sent.entries()) {
    expect(column.length).toBe(CHUNK_ROWS);
    expect([column[0], column.at(-1)]).toEqual([i + 1, i + 1]);
  }
});

it('forgets what the worker has forgotten, and numbers the rest as before', () => {
  const mirror = new StoreMirror();
  const { store } = openBytes(goldenBytes('10a-sheep-vdi-c2', 'bridge.pcap')).ingest;
  const columns = store.chunks[0] ?? newColumns();
  mirror.apply({ ...NOTHING, chunks: [{ number: 0, columns }], length: 500 });
  const firstRow = 2 * CHUNK_ROWS;
  mirror.apply({ ...NOTHING, chunks: [{ number: 2, columns }], length: firstRow + 500, firstRow });

  expect([...keptChunks(mirror)].map(({ base, rows }) => [base, rows])).toEqual([[2 * CHUNK_ROWS, 500]]);
  expect(timeOf(mirror, 2 * CHUNK_ROWS + 7)).toBe(timeOf(store, 7));
  expect(timeOf(mirror, CHUNK_ROWS + 7)).toBe(timeOf(store, 0));
  expect(mirror.chunks[0]?.kind[7]).toBe(PacketKind.UNRELATED);
  expect(mirror.chunks[0]).toBe(mirror.chunks[1]);
});
