// The PacketStore that the index pass fills: grows by chunks, interns rings and encodings. Written by indexer.ts alone.
import type { Row } from '../../protocol/base/brand.ts';
import { isRelevant } from './kinds.ts';
import {
  CHUNK_ROWS,
  forgottenColumns,
  newColumns,
  RINGS_MAX,
  type Encoding,
  type PacketColumns,
  type PacketStore,
  type RingEntry,
} from './packet-store.ts';

const NO_RING: RingEntry = { rep: 0, seq: 0n, id: '0:0' };
/** Encodings are few by nature (transport × dialect × security × key); a byte holds their number. */
const ENCODINGS_MAX = 255;

/** Recently used rings by the parts of their id, so that the common packet costs a comparison. */
interface RingSlot {
  rep: number;
  low: number;
  high: number;
  index: number;
}

export class PacketTable implements PacketStore {
  length = 0;
  firstRow = 0;
  frames = 0;
  epochNs = 0n;
  readonly chunks: PacketColumns[] = [];
  readonly rings: RingEntry[] = [NO_RING];
  readonly encodings: Encoding[] = [];
  /** Rows of a message that came in several frames: by the row that completed it. */
  readonly ipParts = new Map<number, readonly number[]>();
  readonly knetParts = new Map<number, readonly number[]>();
  addressText: (id: number) => string = String;
  /** Packets of each kind among the rows that are forgotten, and those of the ring that no key proves. */
  readonly forgotten = { kinds: new Float64Array(256), unauthentic: 0 };
  private readonly isShared: boolean;
  private blank: PacketColumns | null = null;
  private current: PacketColumns = newColumns(0);
  private readonly ringNumbers = new Map<string, number>();
  private readonly slots: RingSlot[] = Array.from({ length: 4 }, () => ({ rep: -1, low: 0, high: 0, index: 0 }));
  private nextSlot = 0;
  /** The slot of the packet before. */
  private last: RingSlot = { rep: -1, low: 0, high: 0, index: 0 };
  private readonly encodingNumbers = new Map<string, number>();
  private lastLinktype = -1;
  /** Row from which a link type holds. */
  private readonly linktypes: { readonly from: number; readonly linktype: number }[] = [];

  /** `isShared`: other threads read the rows while more of them come. */
  constructor(isShared = false) {
    this.isShared = isShared;
  }

  address(id: number): string {
    return this.addressText(id);
  }

  /** The chunk of the next row, which this call adds. */
  addRow(): PacketColumns {
    if ((this.length & (CHUNK_ROWS - 1)) === 0) {
      this.current = newColumns(CHUNK_ROWS, this.isShared);
      this.chunks.push(this.current);
    }
    this.length++;
    return this.current;
  }

  /** Lets the oldest chunk in memory go, but for how many packets of each kind there were. */
  forgetChunk(): void {
    const number = this.firstRow >>> 16;
    const columns = this.chunks[number];
    if (columns === undefined || this.firstRow + CHUNK_ROWS >= this.length) return;
    for (let i = 0; i < CHUNK_ROWS; i++) this.forgotten.kinds[columns.kind[i]!]!++;
    this.forgotten.unauthentic += unauthenticOf(this.encodings, columns, CHUNK_ROWS);
    this.blank ??= forgottenColumns(columns.timeNs[0]!);
    this.chunks[number] = this.blank;
    this.firstRow += CHUNK_ROWS;
    for (const parts of [this.ipParts, this.knetParts])
      for (const row of parts.keys()) {
        if (row >= this.firstRow) break;
        parts.delete(row);
      }
  }

  columnsOf(row: number): PacketColumns {
    return this.chunks[row >>> 16] as PacketColumns;
  }

  /** Number of the ring rep:(high·2^32 + low). */
  ringNumber(rep: number, low: number, high: number): number {
    const { last } = this;
    if (last.low === low && last.rep === rep && last.high === high) return last.index;
    for (const slot of this.slots)
      if (slot.rep === rep && slot.low === low && slot.high === high) {
        this.last = slot;
        return slot.index;
      }
    const seq = (BigInt(high) << 32n) | BigInt(low);
    const id = `${rep}:${seq}`;
    let index = this.ringNumbers.get(id);
    if (index === undefined) {
      if (this.rings.length > RINGS_MAX) return 0;
      index = this.rings.length;
      this.rings.push({ rep, seq, id });
      this.ringNumbers.set(id, index);
    }
    const slot = this.slots[this.nextSlot] as RingSlot;
    this.nextSlot = (this.nextSlot + 1) & 3;
    slot.rep = rep;
    slot.low = low;
    slot.high = high;
    slot.index = index;
    this.last = slot;
    return index;
  }

  encodingNumber(encoding: Encoding): number {
    const { transport, dialect, security, authentic, keyIndex } = encoding;
    const key = `${transport} ${dialect} ${security} ${authentic} ${keyIndex}`;
    let index = this.encodingNumbers.get(key);
    if (index === undefined) {
      index = Math.min(this.encodings.length, ENCODINGS_MAX);
      this.encodings[index] = encoding;
      this.encodingNumbers.set(key, index);
    }
    return index;
  }

  /** From the moment that a key has fitted, what it does not open is known not to be authentic. */
  markUnauthentic(): void {
    for (const [index, encoding] of this.encodings.entries())
      if (encoding.keyIndex < 0 && encoding.security !== 'none')
        this.encodings[index] = { ...encoding, authentic: false };
  }

  noteLinktype(row: number, linktype: number): void {
    if (this.lastLinktype === linktype) return;
    this.lastLinktype = linktype;
    this.linktypes.push({ from: row, linktype });
  }

  linktype(row: Row): number {
    let low = 0;
    let high = this.linktypes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.linktypes[middle]?.from ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return this.linktypes[low - 1]?.linktype ?? 1;
  }

  parts(row: Row): readonly Row[] {
    const rows = new Set<number>();
    for (const part of this.knetParts.get(row) ?? [row])
      for (const frame of this.ipParts.get(part) ?? [part]) rows.add(frame);
    return [...rows] as Row[];
  }
}

/** How many packets of the ring are known not to be authentic, of the first `rows` of a chunk. */
export function unauthenticOf(encodings: readonly Encoding[], columns: PacketColumns, rows: number): number {
  const isUnauthentic = encodings.map(({ authentic }) => authentic === false);
  if (!isUnauthentic.includes(true)) return 0;
  const { kind, encoding } = columns;
  let count = 0;
  for (let row = 0; row < rows; row++) if (isRelevant(kind[row]!) && isUnauthentic[encoding[row]!] === true) count++;
  return count;
}
