// What each address sends as: under which node ids, in which dialects and securities, to which ports and groups. Tells
// duplicate ids, mixed settings and strangers apart. Counts and a few frames only; bounded.
import type { Analyzer, IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind } from '../../../store/kinds.ts';

/** Addresses that are followed. */
export const ADDRESSES_MAX = 4096;
const PER_ADDRESS_MAX = 64;
const FRAMES_MAX = 4;

export interface Use {
  count: number;
  readonly firstNs: number;
  lastNs: number;
  readonly frames: number[];
}

export interface SenderFacts {
  /** Number of the address. */
  readonly address: number;
  /** By number of the encoding in the store. */
  readonly encodings: Map<number, Use>;
  /** Node ids that it gives itself in joins, merge detects and hold cancels. */
  readonly nodeids: Map<number, Use>;
  /** By address number: whom it sent anything to. */
  readonly destinations: Map<number, Use>;
  /** Packets by PacketKind. */
  readonly kinds: Uint32Array;
  readonly firstNs: number;
  lastNs: number;
}

/** Uses by key, and the last of them: most packets of an address are like the one before. */
class Uses {
  readonly all = new Map<number, Use>();
  private lastKey = -1;
  private last: Use | null = null;

  note(key: number, { timeNs, row }: IndexedMessage): void {
    if (key !== this.lastKey || this.last === null) {
      this.lastKey = key;
      this.last = this.all.get(key) ?? this.begin(key, timeNs);
      if (this.last === null) return;
    }
    const { last } = this;
    last.count++;
    last.lastNs = timeNs;
    if (last.frames.length < FRAMES_MAX) last.frames.push(row + 1);
  }

  private begin(key: number, timeNs: number): Use | null {
    if (this.all.size >= PER_ADDRESS_MAX) return null;
    const use = { count: 0, firstNs: timeNs, lastNs: timeNs, frames: [] };
    this.all.set(key, use);
    return use;
  }
}

interface Sender {
  readonly facts: SenderFacts;
  readonly encodings: Uses;
  readonly nodeids: Uses;
  readonly destinations: Uses;
}

/** Kinds whose header names the node that transmits, in every generation; knet's own header does too. */
function namesItself({ kind, sender }: IndexedMessage): boolean {
  if (sender === 0) return false;
  if (kind === PacketKind.KNET) return true;
  return (
    kind === PacketKind.MEMB_JOIN || kind === PacketKind.MEMB_MERGE_DETECT || kind === PacketKind.TOKEN_HOLD_CANCEL
  );
}

export class SenderBook implements Analyzer {
  private readonly senders: (Sender | undefined)[] = [];
  private count = 0;
  /** In order of their first packets; null where one has come since. */
  private sorted: readonly SenderFacts[] | null = null;

  ingest(m: IndexedMessage): void {
    if (m.kind > PacketKind.MALFORMED) return;
    const sender = this.senders[m.src] ?? this.begin(m);
    if (sender === null) return;
    const { facts } = sender;
    facts.lastNs = m.timeNs;
    facts.kinds[m.kind]!++;
    sender.encodings.note(m.encoding, m);
    sender.destinations.note(m.dst, m);
    if (namesItself(m)) sender.nodeids.note(m.sender, m);
  }

  private begin({ src, timeNs }: IndexedMessage): Sender | null {
    if (this.count >= ADDRESSES_MAX) return null;
    this.count++;
    this.sorted = null;
    const kinds = new Uint32Array(PacketKind.MALFORMED + 1);
    const [encodings, nodeids, destinations] = [new Uses(), new Uses(), new Uses()];
    const uses = { encodings: encodings.all, nodeids: nodeids.all, destinations: destinations.all };
    const facts: SenderFacts = { address: src, ...uses, kinds, firstNs: timeNs, lastNs: timeNs };
    const sender = { facts, encodings, nodeids, destinations };
    this.senders[src] = sender;
    return sender;
  }

  /** In order of their first packets. Rules ask again and again. */
  all(): readonly SenderFacts[] {
    this.sorted ??= this.senders
      .flatMap((sender) => (sender === undefined ? [] : [sender.facts]))
      .sort((a, b) => a.firstNs - b.firstNs);
    return this.sorted;
  }
}
