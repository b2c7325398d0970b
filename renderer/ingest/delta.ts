// What a delta tells the page of a store: chunks that are new, whose memory both sides share, and addresses. Pure.
import { CHUNK_ROWS, type PacketColumns } from '../../app/store/packet-store.ts';
import type { SharedChunk } from './messages.ts';

interface Readable {
  readonly chunks: readonly PacketColumns[];
}

/** The chunks that hold rows of [from, to) and were not told before: `from` is where the last delta ended. */
export function newChunks({ chunks }: Readable, from: number, to: number): readonly SharedChunk[] {
  const first = Math.ceil(from / CHUNK_ROWS);
  return chunks.slice(first, Math.ceil(to / CHUNK_ROWS)).map((columns, i) => ({ number: first + i, columns }));
}

/** One more than the largest address number in the rows [from, to), at least `floor`. */
export function addressCount({ chunks }: Readable, from: number, to: number, floor: number): number {
  let count = floor;
  for (let row = from; row < to;) {
    const columns = chunks[Math.floor(row / CHUNK_ROWS)];
    if (columns === undefined) break;
    const start = row % CHUNK_ROWS;
    const end = Math.min(CHUNK_ROWS, start + to - row);
    for (const column of [columns.src, columns.dst])
      for (let i = start; i < end; i++) if (column[i]! >= count) count = column[i]! + 1;
    row += end - start;
  }
  return count;
}

/**
 * Frees the buffer of what came with a message and was used. Left to the collector, the octets of a whole capture make
 * it run again and again, and every chunk costs new memory.
 */
export function letGo({ buffer }: Uint8Array): void {
  // Not in every runtime that tests run in.
  (buffer as { transfer?(octets: number): unknown }).transfer?.(0);
}
