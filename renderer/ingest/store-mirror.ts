// The page's view of the worker's packet store: its columns are the worker's own memory, the rest comes by deltas.
// Reads like any PacketStore; decodes nothing.
import type { Row } from '../../protocol/base/brand.ts';
import {
  CHUNK_ROWS,
  forgottenColumns,
  timeOf,
  type Encoding,
  type PacketColumns,
  type PacketStore,
  type RingEntry,
} from '../../app/store/packet-store.ts';
import type { Delta } from './messages.ts';

export class StoreMirror implements PacketStore {
  length = 0;
  firstRow = 0;
  frames = 0;
  epochNs = 0n;
  /** Bumped by every delta. */
  revision = 0;
  readonly chunks: PacketColumns[] = [];
  readonly rings: RingEntry[] = [];
  encodings: readonly Encoding[] = [];
  readonly addresses: string[] = [];
  private blank: PacketColumns | null = null;

  address(id: number): string {
    return this.addresses[id] ?? '';
  }

  /** Which frames make a message is known to the worker; here a row stands for itself. */
  parts(row: Row): readonly Row[] {
    return [row];
  }

  /** Link types are known to the worker. */
  linktype(): number {
    return 1;
  }

  apply(delta: Delta): void {
    for (const { number, columns } of delta.chunks) this.chunks[number] = columns;
    this.forget(delta.firstRow);
    this.length = delta.length;
    this.frames = delta.frames;
    this.epochNs = delta.epochNs;
    for (const [i, text] of delta.addresses.entries()) this.addresses[delta.addressFrom + i] = text;
    for (const [i, ring] of delta.rings.entries()) this.rings[delta.ringFrom + i] = ring;
    this.encodings = delta.encodings;
    this.revision++;
  }

  private forget(firstRow: number): void {
    for (let row = this.firstRow; row < firstRow; row += CHUNK_ROWS) {
      this.blank ??= forgottenColumns(timeOf(this, 0));
      this.chunks[row >>> 16] = this.blank;
    }
    this.firstRow = firstRow;
  }
}
