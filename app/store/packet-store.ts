// The table of packets: columns in chunks of 65,536 rows, and the small tables the columns refer to. Bytes stay where
// the capture is; a row knows where. No decoding here.
import type { CaptureNs, Row } from '../../protocol/base/brand.ts';
import type { DialectId } from '../../protocol/totem/dialect.ts';
import { PacketKind } from './kinds.ts';

export const CHUNK_ROWS = 65_536;
/** Rows of one session, 54 octets each. Beyond it frames are counted, not kept, and that is said. */
export const SESSION_PACKETS_MAX = 50_000_000;
/**
 * Rows of a capture that goes on which stay in memory, at least: seven minutes of a busy ring of three, some 120 MB a
 * side. Chunks before them are forgotten; their packets are in the capture's file.
 */
export const LIVE_ROWS_KEPT = 32 * CHUNK_ROWS;
/** Rings of one session that are told apart. */
export const RINGS_MAX = 65_535;

/** One chunk, allocated once. */
export interface PacketColumns {
  /** Nanoseconds since the epoch of the store. */
  readonly timeNs: Float64Array;
  /** Offset of the frame's first octet in the capture. */
  readonly offset: Float64Array;
  readonly captured: Uint32Array;
  readonly original: Uint32Array;
  /** PacketKind. */
  readonly kind: Uint8Array;
  /** RowFlag bits. */
  readonly flags: Uint16Array;
  /** Index into PacketStore.encodings. */
  readonly encoding: Uint8Array;
  /** Indices for PacketStore.address. */
  readonly src: Uint16Array;
  readonly dst: Uint16Array;
  /** header.nodeid; of a knet packet, the node of the knet header. */
  readonly sender: Uint32Array;
  /** Index into PacketStore.rings, 0 for none. */
  readonly ring: Uint16Array;
  /** token, mcast: seq. join: entries of proc_list. commit token: memb_index. Else 0. */
  readonly seq: Uint32Array;
  /** token: aru. join: entries of failed_list. commit token: addr_entries. Else 0. */
  readonly aru: Uint32Array;
  /** token, commit token: token_seq. join: low half of ring_seq. mcast: this_seqno. Else 0. */
  readonly tokenSeq: Uint32Array;
  /**
   * Row + 1 of a related packet, 0 for none. Fragment: the packet that completes it. Mcast with PAYLOAD_COPY: the
   * earliest packet with the same payload. Other mcast: the mcast of the same sender that holds the piece before.
   */
  readonly link: Uint32Array;
}

/** How a datagram was wrapped. */
export interface Encoding {
  readonly transport: 'udp' | 'knet' | null;
  readonly dialect: DialectId | null;
  /** "none", "sober128-sha1", "aes256-sha1" …, "unknown". */
  readonly security: string;
  readonly authentic: boolean | null;
  /** Which key opened it, -1 for none. */
  readonly keyIndex: number;
}

export interface RingEntry {
  readonly rep: number;
  readonly seq: bigint;
  /** `REP:SEQ` */
  readonly id: string;
}

export interface PacketStore {
  /** Rows so far. */
  readonly length: number;
  /** The first row that is in memory. Those before it read as unrelated packets at the time of the first. */
  readonly firstRow: number;
  /** Frames seen, also those beyond SESSION_PACKETS_MAX. */
  readonly frames: number;
  /** Wall clock of timeNs 0, nanoseconds since 1970. */
  readonly epochNs: bigint;
  readonly chunks: readonly PacketColumns[];
  readonly rings: readonly RingEntry[];
  readonly encodings: readonly Encoding[];
  /** Text of the address with this number. */
  address(id: number): string;
  /** The rows that a reassembled packet was made of, itself last; one row for all others. */
  parts(row: Row): readonly Row[];
  /** Link-layer type of a row (a capture may have several). */
  linktype(row: Row): number;
}

/** Rows of one chunk that are in memory. */
export interface KeptChunk {
  readonly columns: PacketColumns;
  /** Row of the chunk's first entry, and how many entries are filled. */
  readonly base: number;
  readonly rows: number;
}

/** The chunks in memory, in order. */
export function* keptChunks({ chunks, length, firstRow }: PacketStore): Generator<KeptChunk> {
  for (let base = firstRow; base < length; base += CHUNK_ROWS) {
    const columns = chunks[base >>> 16];
    if (columns !== undefined) yield { columns, base, rows: Math.min(CHUNK_ROWS, length - base) };
  }
}

/** Time of a row; that of the first packet for one that is not in memory. */
export function timeOf({ chunks }: PacketStore, row: number): number {
  return chunks[row >>> 16]?.timeNs[row & 0xffff] ?? 0;
}

/** What stands in the place of chunks that are forgotten: unrelated packets at one time. */
export function forgottenColumns(timeNs: number): PacketColumns {
  const columns = newColumns();
  columns.timeNs.fill(timeNs);
  return columns;
}

/** Row of the first packet not earlier than the time; rows are taken to be in time order. */
export function rowAt(store: PacketStore, time: CaptureNs): Row {
  let low = store.firstRow;
  let high = store.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const chunk = store.chunks[middle >>> 16];
    if (chunk !== undefined && chunk.timeNs[middle & 0xffff]! < time) low = middle + 1;
    else high = middle;
  }
  return low as Row;
}

/** Octets of all columns of a row. */
const ROW_OCTETS = 54;

/** Columns in one piece of memory; `isShared`: other threads may read it while it is written. */
export function newColumns(rows: number = CHUNK_ROWS, isShared = false): PacketColumns {
  const memory = isShared ? new SharedArrayBuffer(rows * ROW_OCTETS) : new ArrayBuffer(rows * ROW_OCTETS);
  let next = 0;
  const place = (octets: number): number => {
    const at = next;
    next += octets * rows;
    return at;
  };
  // The widest first: each lies where its numbers may lie.
  return {
    timeNs: new Float64Array(memory, place(8), rows),
    offset: new Float64Array(memory, place(8), rows),
    captured: new Uint32Array(memory, place(4), rows),
    original: new Uint32Array(memory, place(4), rows),
    sender: new Uint32Array(memory, place(4), rows),
    seq: new Uint32Array(memory, place(4), rows),
    aru: new Uint32Array(memory, place(4), rows),
    tokenSeq: new Uint32Array(memory, place(4), rows),
    link: new Uint32Array(memory, place(4), rows),
    flags: new Uint16Array(memory, place(2), rows),
    src: new Uint16Array(memory, place(2), rows),
    dst: new Uint16Array(memory, place(2), rows),
    ring: new Uint16Array(memory, place(2), rows),
    kind: new Uint8Array(memory, place(1), rows).fill(PacketKind.UNRELATED),
    encoding: new Uint8Array(memory, place(1), rows),
  };
}
