// The total order as the capture shows it: which mcast carries a payload first, which piece follows which, and whole
// messages for those who listen. Holds back what came early until the gap closes or cannot close any more.
import { viewOf } from '../../protocol/base/bytes.ts';
import { createAssembler } from '../../protocol/totempg/assembler.ts';
import { readPacket } from '../../protocol/totempg/packet.ts';
import type { DialectId } from '../../protocol/totem/dialect.ts';
import type { DeliveryListener } from './delivered-message.ts';
import type { PacketTable } from './packet-table.ts';
import { SeqMap } from './seq-map.ts';

/** Mcasts held back behind a gap, per session; then the gap is given up. */
const HELD_MAX = 2048;
const HELD_OCTETS_MAX = 32 * 1024 * 1024;
const SENDERS_MAX = 4096;

/** One mcast (of its payload identity: the inner one of an encapsulated mcast). Used again for the next. */
export interface OrderedMcast {
  row: number;
  timeNs: number;
  ring: number;
  seq: number;
  sender: number;
  dialect: DialectId;
  littleEndian: boolean;
  /** The totempg packet is bytes[at, end). */
  bytes: Uint8Array;
  view: DataView;
  at: number;
  end: number;
}

export function newOrderedMcast(): OrderedMcast {
  const bytes = new Uint8Array();
  return {
    row: 0,
    timeNs: 0,
    ring: 0,
    seq: 0,
    sender: 0,
    dialect: 'corosync-1',
    littleEndian: true,
    bytes,
    view: viewOf(bytes),
    at: 0,
    end: 0,
  };
}

interface RingOrder {
  readonly rows: SeqMap;
  next: number;
  readonly held: Map<number, OrderedMcast>;
}

/** Where a sender's last packet ended. */
interface SenderState {
  ring: number;
  label: number;
  row: number;
  /** A message half-sent before a configuration change, to be continued after synchronisation (totempg context). */
  suspendedLabel: number;
  suspendedRow: number;
}

export class DeliveryOrder {
  private readonly orders: (RingOrder | undefined)[] = [];
  private readonly senders = new Map<number, SenderState>();
  private readonly assembler = createAssembler();
  private readonly table: PacketTable;
  private readonly listeners: readonly DeliveryListener[];
  private heldCount = 0;
  private heldOctets = 0;

  constructor(table: PacketTable, listeners: readonly DeliveryListener[]) {
    this.table = table;
    this.listeners = listeners;
  }

  /** Row + 1 of the earliest packet with the same payload, 0 if this is the first; that one is put into the order. */
  mcast(mcast: OrderedMcast): number {
    const order = (this.orders[mcast.ring] ??= { rows: new SeqMap(), next: mcast.seq, held: new Map() });
    const known = order.rows.get(mcast.seq);
    if (known !== 0) return known;
    order.rows.set(mcast.seq, mcast.row + 1);
    if (mcast.seq === order.next) {
      this.deliver(mcast);
      order.next = (mcast.seq + 1) >>> 0;
      if (order.held.size > 0) this.drain(order);
    } else if (mcast.seq > order.next) this.hold(order, mcast);
    else for (const listener of this.listeners) listener.passedOver?.(mcast.ring);
    return 0;
  }

  /** A recovery message took this place in the ring's order: nothing of it is delivered. */
  skip(ring: number, seq: number): void {
    const order = (this.orders[ring] ??= { rows: new SeqMap(), next: seq, held: new Map() });
    if (seq !== order.next) return;
    order.next = (seq + 1) >>> 0;
    if (order.held.size > 0) this.drain(order);
  }

  /** A ring's first token was captured: its order starts at 1. */
  ringStarts(ring: number): void {
    this.orders[ring] ??= { rows: new SeqMap(), next: 1, held: new Map() };
  }

  /** Every member has all up to aru, so a message below it that was not captured will not be sent again. */
  received(ring: number, aru: number): void {
    if (this.heldCount === 0) return;
    const order = this.orders[ring];
    while (order !== undefined && order.held.size > 0 && order.next <= aru && aru !== 0xffffffff) this.skipGap(order);
  }

  /** True while the packet waits behind a gap: its `link` is not settled. */
  isHeld(ring: number, seq: number): boolean {
    return this.orders[ring]?.held.has(seq) ?? false;
  }

  finish(): void {
    for (const order of this.orders) while (order !== undefined && order.held.size > 0) this.skipGap(order);
  }

  private hold(order: RingOrder, mcast: OrderedMcast): void {
    const bytes = mcast.bytes.slice(mcast.at, mcast.end);
    order.held.set(mcast.seq, { ...mcast, bytes, view: viewOf(bytes), at: 0, end: bytes.length });
    this.heldCount++;
    this.heldOctets += bytes.length;
    while (this.heldCount > HELD_MAX || this.heldOctets > HELD_OCTETS_MAX) {
      const full =
        order.held.size > 0 ? order : this.orders.find((other) => other !== undefined && other.held.size > 0);
      if (full === undefined) return;
      this.skipGap(full);
    }
  }

  private skipGap(order: RingOrder): void {
    let lowest = Infinity;
    for (const seq of order.held.keys()) if (seq < lowest) lowest = seq;
    order.next = lowest;
    this.drain(order);
  }

  private drain(order: RingOrder): void {
    for (let mcast = order.held.get(order.next); mcast !== undefined; mcast = order.held.get(order.next)) {
      order.held.delete(mcast.seq);
      this.heldCount--;
      this.heldOctets -= mcast.bytes.length;
      this.deliver(mcast);
      order.next = (mcast.seq + 1) >>> 0;
    }
  }

  private deliver(mcast: OrderedMcast): void {
    const { bytes, view, at, end, row, sender } = mcast;
    if (end - at >= 8) this.linkPiece(mcast, bytes[at + 4]!, bytes[at + 5]!);
    if (this.listeners.length === 0) return;
    const packet = readPacket(view, at, end, mcast.littleEndian);
    if (!packet.ok) return;
    for (const message of this.assembler.push(sender, mcast.ring, view, packet.value, row)) {
      if (!message.complete) continue;
      const { timeNs, ring, seq, dialect, littleEndian } = mcast;
      const delivered = {
        row,
        firstRow: message.first,
        timeNs,
        sender,
        ring,
        seq,
        dialect,
        littleEndian,
        bytes: message.bytes,
      };
      for (const listener of this.listeners) listener.delivered(delivered);
    }
  }

  /** totempg's label rule: a continuation equals the label that the sender's packet before was given. */
  private linkPiece({ ring, row, sender }: OrderedMcast, fragmented: number, continuation: number): void {
    let state = this.senders.get(sender);
    if (state === undefined) {
      if (this.senders.size >= SENDERS_MAX) this.senders.clear();
      state = { ring, label: 0, row, suspendedLabel: 0, suspendedRow: 0 };
      this.senders.set(sender, state);
    }
    if (state.ring !== ring) {
      if (state.label !== 0) [state.suspendedLabel, state.suspendedRow] = [state.label, state.row];
      state.ring = ring;
      state.label = 0;
    }
    if (continuation !== 0) {
      const columns = this.table.columnsOf(row);
      if (continuation === state.label) columns.link[row & 0xffff] = state.row + 1;
      else if (continuation === state.suspendedLabel) {
        columns.link[row & 0xffff] = state.suspendedRow + 1;
        state.suspendedLabel = 0;
      }
    }
    state.label = fragmented;
    state.row = row;
  }
}
