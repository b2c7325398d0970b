// Packets that need a word of their own: leaves, and what starts like Totem and cannot be read. Bounded lists.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import type { AddressBook } from './address-book.ts';

export const LEAVES_MAX = 10_000;
const MALFORMED_FRAMES_MAX = 16;
const SENDERS_MAX = 1024;
/** Copies of one leave to several nodes follow each other within this time. */
const FANOUT_NS_MAX = 100e6;

export interface Leave {
  readonly timeNs: number;
  readonly frame: number;
  readonly node: number;
}

export interface MalformedSender {
  readonly src: number;
  readonly firstNs: number;
  lastNs: number;
  count: number;
  readonly frames: number[];
}

export class OddPackets implements Analyzer {
  readonly leaves: Leave[] = [];
  private readonly lastLeave = new Map<number, number>();
  private readonly senders = new Map<number, MalformedSender>();
  private readonly addresses: AddressBook;

  constructor(addresses: AddressBook) {
    this.addresses = addresses;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind === PacketKind.MEMB_JOIN && (m.flags & RowFlag.LEAVE) !== 0) this.leave(m);
    else if (m.kind === PacketKind.MALFORMED && m.cutOctets === 0) this.malformed(m);
  }

  private leave(m: IndexedMessage): void {
    const node = this.addresses.nodeAt(m.src);
    if (node === null || this.leaves.length >= LEAVES_MAX) return;
    const last = this.lastLeave.get(node);
    if (last !== undefined && m.timeNs - last < FANOUT_NS_MAX) return;
    this.lastLeave.set(node, m.timeNs);
    this.leaves.push({ timeNs: m.timeNs, frame: m.row + 1, node });
  }

  private malformed(m: IndexedMessage): void {
    let sender = this.senders.get(m.src);
    if (sender === undefined) {
      if (this.senders.size >= SENDERS_MAX) return;
      sender = { src: m.src, firstNs: m.timeNs, lastNs: m.timeNs, count: 0, frames: [] };
      this.senders.set(m.src, sender);
    }
    sender.count++;
    sender.lastNs = m.timeNs;
    if (sender.frames.length < MALFORMED_FRAMES_MAX) sender.frames.push(m.row + 1);
  }

  get malformedSenders(): readonly MalformedSender[] {
    return [...this.senders.values()];
  }
}
