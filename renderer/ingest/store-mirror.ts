// The page's copy of the worker's packet store, grown by deltas. Reads like any PacketStore; decodes nothing.
import type { Row } from '../../protocol/base/brand.ts';
import {
  CHUNK_ROWS,
  forgottenColumns,
  newColumns,
  timeOf,
  type Encoding,
  type PacketColumns,
  type PacketStore,
  type RingEntry,
} from '../../app/store/packet-store.ts';
import { letGo } from './delta.ts';
import type { Delta } from './messages.ts';

type Columns = Record<keyof PacketColumns, Uint8Array>;

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
    this.forget(delta.firstRow);
    for (const { from, columns } of delta.slices) this.copy(from, columns as unknown as Columns);
    for (const { from, ...columns } of delta.restated) this.copy(from, columns);
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

  private copy(from: number, columns: Partial<Columns> | object): void {
    const number = Math.floor(from / CHUNK_ROWS);
    while (this.chunks.length <= number) this.chunks.push(newColumns());
    const chunk = this.chunks[number] as unknown as Columns;
    for (const [name, column] of Object.entries(columns)) {
      chunk[name as keyof Columns].set(column as Uint8Array, from % CHUNK_ROWS);
      letGo(column as Uint8Array);
    }
  }
}
