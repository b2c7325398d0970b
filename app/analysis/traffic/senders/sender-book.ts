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

function note(uses: Map<number, Use>, key: number, { timeNs, row }: IndexedMessage): void {
  const known = uses.get(key);
  if (known !== undefined) {
    known.count++;
    known.lastNs = timeNs;
    if (known.frames.length < FRAMES_MAX) known.frames.push(row + 1);
  } else if (uses.size < PER_ADDRESS_MAX)
    uses.set(key, { count: 1, firstNs: timeNs, lastNs: timeNs, frames: [row + 1] });
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
  private readonly senders: (SenderFacts | undefined)[] = [];
  private count = 0;

  ingest(m: IndexedMessage): void {
    if (m.kind > PacketKind.MALFORMED) return;
    const sender = this.senders[m.src] ?? this.begin(m);
    if (sender === null) return;
    sender.lastNs = m.timeNs;
    sender.kinds[m.kind]!++;
    note(sender.encodings, m.encoding, m);
    note(sender.destinations, m.dst, m);
    if (namesItself(m)) note(sender.nodeids, m.sender, m);
  }

  private begin({ src, timeNs }: IndexedMessage): SenderFacts | null {
    if (this.count >= ADDRESSES_MAX) return null;
    this.count++;
    const kinds = new Uint32Array(PacketKind.MALFORMED + 1);
    const none = { encodings: new Map(), nodeids: new Map(), destinations: new Map() };
    const facts = { address: src, ...none, kinds, firstNs: timeNs, lastNs: timeNs };
    this.senders[src] = facts;
    return facts;
  }

  /** In order of their first packets. */
  all(): readonly SenderFacts[] {
    return this.senders
      .filter((facts): facts is SenderFacts => facts !== undefined)
      .sort((a, b) => a.firstNs - b.firstNs);
  }
}
