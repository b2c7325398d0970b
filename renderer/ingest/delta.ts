// Copies what is new in a store into a delta for the page, in pieces whose buffers can be transferred, and gives back
// the memory of what has come. Pure.
import { CHUNK_ROWS, type Encoding, type PacketColumns, type RingEntry } from '../../app/store/packet-store.ts';
import type { ColumnsSlice, Restated } from './messages.ts';

/** Rows of one delta: about 14 MB, so that the page never waits long for one. */
export const DELTA_ROWS_MAX = 4 * CHUNK_ROWS;

export interface Readable {
  readonly chunks: readonly PacketColumns[];
  readonly rings: readonly RingEntry[];
  readonly encodings: readonly Encoding[];
  address(id: number): string;
}

/** Calls `part` for each piece of the rows [from, to) that lies in one chunk. */
function pieces<T>(
  store: Readable,
  from: number,
  to: number,
  part: (columns: PacketColumns, start: number, end: number, row: number) => T,
): T[] {
  const parts: T[] = [];
  for (let row = from; row < to;) {
    const columns = store.chunks[Math.floor(row / CHUNK_ROWS)];
    if (columns === undefined) break;
    const start = row % CHUNK_ROWS;
    const end = Math.min(CHUNK_ROWS, start + to - row);
    parts.push(part(columns, start, end, row));
    row += end - start;
  }
  return parts;
}

function sliceOf(columns: PacketColumns, start: number, end: number): PacketColumns {
  const entries = Object.entries(columns as unknown as Record<string, Uint8Array>);
  return Object.fromEntries(
    entries.map(([name, column]) => [name, column.slice(start, end)]),
  ) as unknown as PacketColumns;
}

/** All columns of the rows [from, to). */
export function copyRows(store: Readable, from: number, to: number): readonly ColumnsSlice[] {
  return pieces(store, from, to, (columns, start, end, row) => ({ from: row, columns: sliceOf(columns, start, end) }));
}

/** The columns of the rows [from, to) that may have changed since they were copied. */
export function restateRows(store: Readable, from: number, to: number): readonly Restated[] {
  return pieces(store, from, to, ({ kind, flags, encoding, link }, start, end, row) => ({
    from: row,
    kind: kind.slice(start, end),
    flags: flags.slice(start, end),
    encoding: encoding.slice(start, end),
    link: link.slice(start, end),
  }));
}

/** One more than the largest address number in the slices, at least `floor`. */
export function addressCount(slices: readonly ColumnsSlice[], floor: number): number {
  let count = floor;
  for (const { columns } of slices)
    for (const column of [columns.src, columns.dst])
      for (let i = 0; i < column.length; i++) if (column[i]! >= count) count = column[i]! + 1;
  return count;
}

/** The buffers of slices and restated columns, to be transferred. */
export function buffersOf(slices: readonly ColumnsSlice[], restated: readonly Restated[]): ArrayBuffer[] {
  const arrays = [
    ...slices.flatMap(({ columns }) => Object.values(columns as unknown as Record<string, Uint8Array>)),
    ...restated.flatMap(({ kind, flags, encoding, link }) => [kind, flags, encoding, link]),
  ];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

/**
 * Frees the buffer of what came with a message and was used. Left to the collector, the octets of a whole capture make
 * it run again and again, and every chunk costs new memory.
 */
export function letGo({ buffer }: Uint8Array): void {
  // Not in every runtime that tests run in.
  (buffer as { transfer?(octets: number): unknown }).transfer?.(0);
}
