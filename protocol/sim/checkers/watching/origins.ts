// What was multicast first under each sequence number of each ring: what copies, retransmissions and deliveries are
// held against. Old numbers are forgotten.
import type { McastFact, Ring } from './facts.ts';
import { SeqTable } from './seqs.ts';

interface RingLog {
  readonly mcasts: SeqTable<McastFact>;
  /** Highest number so far; −1 below the first. */
  highest: number;
}

export class Origins {
  readonly #rings: (RingLog | undefined)[] = [];

  /** Remembers the first multicast of its number. Returns the one that was first before, or null. */
  add(mcast: McastFact): McastFact | null {
    const log = (this.#rings[mcast.ring.number] ??= { mcasts: new SeqTable(), highest: -1 });
    const known = log.mcasts.get(mcast.seq);
    if (known !== undefined) return known;
    log.mcasts.put(mcast);
    log.highest = mcast.seq;
    return null;
  }

  find(ring: Ring, seq: number): McastFact | null {
    return this.#rings[ring.number]?.mcasts.get(seq) ?? null;
  }

  /** The number that was given last on a ring; null where none was. */
  last(ring: Ring): number | null {
    const log = this.#rings[ring.number];
    return log === undefined || log.highest < 0 ? null : log.highest;
  }
}
