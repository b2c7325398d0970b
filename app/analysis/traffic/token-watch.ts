// The last tokens of each ring and their copies: where a token stopped, who was seen to send, and which hops the
// capture does not see. Keeps numbers in place, since every token passes here.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';

/** New tokens and copies remembered per ring; a power of two. */
export const TOKENS_KEPT_MAX = 64;
/** Addresses remembered per ring as senders of its token: the most nodes that a ring can have. */
const SENDERS_MAX = 384;
/** A greater step of token_seq is no row of hops that were missed. */
const STEP_MAX = 1000;

export interface TokenSeen {
  readonly timeNs: number;
  readonly frame: number;
  readonly src: number;
  readonly dst: number;
  readonly tokenSeq: number;
  readonly seq: number;
}

export interface RingTokens {
  /** The latest new tokens, oldest first. */
  readonly fresh: readonly TokenSeen[];
  /** The latest copies of tokens that were there before. */
  readonly copies: readonly TokenSeen[];
  /** Addresses from which a token of this ring was captured. */
  readonly senders: ReadonlySet<number>;
  /** Hops between captured tokens, and how many of them were not captured. */
  readonly hops: number;
  readonly unseen: number;
}

const FIELDS = 6;

/** The latest tokens, in a ring of numbers that grows to its limit: most rings of a capture are short. */
class Latest {
  private numbers = new Float64Array(8 * FIELDS);
  private count = 0;

  add(m: IndexedMessage): void {
    const { numbers } = this;
    if (this.count * FIELDS === numbers.length && this.count < TOKENS_KEPT_MAX) {
      this.numbers = new Float64Array(numbers.length * 2);
      this.numbers.set(numbers);
    }
    const kept = this.numbers;
    // As many places as a power of two.
    const at = (this.count++ & (kept.length / FIELDS - 1)) * FIELDS;
    kept[at] = m.timeNs;
    kept[at + 1] = m.row + 1;
    kept[at + 2] = m.src;
    kept[at + 3] = m.dst;
    kept[at + 4] = m.tokenSeq;
    kept[at + 5] = m.seq;
  }

  list(): readonly TokenSeen[] {
    const { numbers, count } = this;
    const held = Math.min(count, numbers.length / FIELDS);
    return Array.from({ length: held }, (_, i) => {
      const at = ((count - held + i) * FIELDS) % numbers.length;
      const [timeNs = 0, frame = 0, src = 0, dst = 0, tokenSeq = 0, seq = 0] = numbers.subarray(at, at + FIELDS);
      return { timeNs, frame, src, dst, tokenSeq, seq };
    });
  }
}

interface RingWatch {
  readonly fresh: Latest;
  readonly copies: Latest;
  readonly senders: Set<number>;
  hops: number;
  unseen: number;
  /** token_seq of the token that went furthest, -1 before the first. */
  highest: number;
}

const seenOf = ({ fresh, copies, senders, hops, unseen }: RingWatch): RingTokens => ({
  fresh: fresh.list(),
  copies: copies.list(),
  senders,
  hops,
  unseen,
});

export class TokenWatch implements Analyzer {
  private readonly rings: (RingWatch | undefined)[] = [];

  ingest(m: IndexedMessage): void {
    if (m.kind !== PacketKind.ORF_TOKEN) return;
    const ring = (this.rings[m.ring] ??= {
      fresh: new Latest(),
      copies: new Latest(),
      senders: new Set(),
      hops: 0,
      unseen: 0,
      highest: -1,
    });
    if (!ring.senders.has(m.src) && ring.senders.size < SENDERS_MAX) ring.senders.add(m.src);
    if ((m.flags & RowFlag.REPEATED) !== 0) {
      ring.copies.add(m);
      return;
    }
    const step = (m.tokenSeq - ring.highest) >>> 0;
    if (ring.highest < 0 || (step > 0 && step < STEP_MAX)) {
      if (ring.highest >= 0) {
        ring.hops += step;
        ring.unseen += step - 1;
      }
      ring.highest = m.tokenSeq;
    } else if (ring.unseen > 0 && step > -STEP_MAX >>> 0) ring.unseen--; // Captured out of order.
    ring.fresh.add(m);
  }

  /** What was seen of a ring's token so far; null for a ring without any. */
  of(ring: number): RingTokens | null {
    const watch = this.rings[ring];
    return watch === undefined ? null : seenOf(watch);
  }

  /** Hops of all rings together, and those of them that were not seen. */
  get hops(): Pick<RingTokens, 'hops' | 'unseen'> {
    const sum = { hops: 0, unseen: 0 };
    for (const watch of this.rings) {
      sum.hops += watch?.hops ?? 0;
      sum.unseen += watch?.unseen ?? 0;
    }
    return sum;
  }

  all(): readonly { readonly ring: number; readonly tokens: RingTokens }[] {
    return this.rings.flatMap((watch, ring) => (watch === undefined ? [] : [{ ring, tokens: seenOf(watch) }]));
  }
}
