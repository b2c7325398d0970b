// The page's mirror of a store grown by deltas equals the store, however the deltas were cut.
import { expect, it } from 'vitest';
import { PacketKind } from '../../../../app/store/kinds.ts';
import { CHUNK_ROWS, keptChunks, timeOf } from '../../../../app/store/packet-store.ts';
import { addressCount, buffersOf, copyRows, restateRows } from '../../../../renderer/ingest/delta.ts';
import type { Delta } from '../../../../renderer/ingest/messages.ts';
import { StoreMirror } from '../../../../renderer/ingest/store-mirror.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

const octets = (column: unknown): Buffer => Buffer.from((column as Uint8Array).buffer);

it.each([1, 7, 100, 100_000])('deltas of %i rows', (step) => {
  const { store } = openBytes(goldenBytes('c31-udp-kill9', 'brA.pcap')).ingest;
  const mirror = new StoreMirror();
  let addresses = 0;
  let [sent, freed] = [0, 0];

  for (let from = 0; from < store.length; from += step) {
    const length = Math.min(store.length, from + step);
    const slices = copyRows(store, from, length);
    const to = addressCount(slices, addresses);
    const restated = length < store.length ? [] : restateRows(store, 0, from);
    const buffers = buffersOf(slices, restated);
    expect(new Set(buffers).size).toBe(15 * slices.length + 4 * restated.length);
    sent += buffers.length;
    for (const buffer of buffers) Object.assign(buffer, { transfer: () => freed++ });
    mirror.apply({
      kind: 'delta',
      run: 0,
      slices,
      restated,
      length,
      firstRow: 0,
      frames: length,
      epochNs: store.epochNs,
      addressFrom: addresses,
      addresses: Array.from({ length: to - addresses }, (_, i) => store.address(addresses + i)),
      ringFrom: 0,
      rings: store.rings,
      encodings: store.encodings,
      done: 0,
      total: 0,
    });
    addresses = to;
  }

  expect(freed).toBe(sent);
  expect(mirror.length).toBe(store.length);
  for (const [name, column] of Object.entries(store.chunks[0] ?? {})) {
    const mirrored: unknown = Reflect.get(mirror.chunks[0] ?? {}, name);
    expect(Buffer.compare(octets(mirrored), octets(column)), name).toBe(0);
  }
  expect(mirror.rings).toEqual(store.rings);
  expect(mirror.address(store.chunks[0]?.src[9] ?? 0)).toBe(store.address(store.chunks[0]?.src[9] ?? 0));
});

it('forgets what the worker has forgotten, and numbers the rest as before', () => {
  const mirror = new StoreMirror();
  const { store } = openBytes(goldenBytes('10a-sheep-vdi-c2', 'bridge.pcap')).ingest;
  const delta = {
    kind: 'delta' as const,
    run: 0,
    restated: [],
    frames: 500,
    epochNs: store.epochNs,
    addressFrom: 0,
    addresses: [],
    ringFrom: 0,
    rings: [],
    encodings: store.encodings,
    done: 0,
    total: 0,
  };
  const at = (row: number): Delta['slices'] => copyRows(store, 0, 500).map((slice) => ({ ...slice, from: row }));
  mirror.apply({ ...delta, slices: at(0), length: 500, firstRow: 0 });
  mirror.apply({ ...delta, slices: at(2 * CHUNK_ROWS), length: 2 * CHUNK_ROWS + 500, firstRow: 2 * CHUNK_ROWS });

  expect([...keptChunks(mirror)].map(({ base, rows }) => [base, rows])).toEqual([[2 * CHUNK_ROWS, 500]]);
  expect(timeOf(mirror, 2 * CHUNK_ROWS + 7)).toBe(timeOf(store, 7));
  expect(timeOf(mirror, CHUNK_ROWS + 7)).toBe(timeOf(store, 0));
  expect(mirror.chunks[0]?.kind[7]).toBe(PacketKind.UNRELATED);
  expect(mirror.chunks[0]).toBe(mirror.chunks[1]);
});
