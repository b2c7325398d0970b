// One direction between two nodes: when a packet arrives, whether it does, whether it comes twice. Knows no messages.
import { Prng, type PrngState } from '../../base/prng.ts';
import type { LinkQuality } from '../fault.ts';

/** What a link does unless told otherwise: a switch of a quiet local network. */
export const QUIET_LINK: LinkQuality = {
  delay: 100,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  capacity: 0,
  queue: 256 * 1024,
  mtu: 0,
};

const MILLION = 1_000_000;

/** Why a packet did not arrive. */
export type LossCause = 'cut' | 'partition' | 'deaf' | 'drop' | 'mtu' | 'loss' | 'queue' | 'interface' | 'socket';

export interface LinkState {
  readonly quality: LinkQuality;
  readonly isCut: boolean;
  readonly lastArrival: number;
  readonly busyUntil: number;
  readonly prng: PrngState;
}

export class Link {
  quality: LinkQuality;
  isCut: boolean;
  /** Of the last carried packet; infinity where it was lost, with the cause. */
  arrival = 0;
  /** Of its second copy; infinity where there is none. */
  secondArrival = Infinity;
  cause: LossCause = 'loss';
  #lastArrival: number;
  /** When the sender's queue is empty. */
  #busyUntil: number;
  readonly #prng: Prng;

  constructor(state: LinkState) {
    this.quality = state.quality;
    this.isCut = state.isCut;
    this.#lastArrival = state.lastArrival;
    this.#busyUntil = state.busyUntil;
    this.#prng = new Prng(state.prng);
  }

  /** True where nothing about it is left to chance or depends on what it carried before. */
  get isPlain(): boolean {
    const { jitter, loss, duplicate, reorder, capacity, mtu } = this.quality;
    return !this.isCut && jitter + loss + duplicate + reorder + capacity + mtu === 0;
  }

  /**
   * Carries a datagram that leaves at `now`: `octets` on the wire, in IP packets of at most `packet` octets. What
   * became of it is in `arrival`, `secondArrival` and `cause`.
   */
  carry(now: number, octets: number, packet: number): void {
    this.arrival = this.secondArrival = Infinity;
    const { mtu, loss, duplicate } = this.quality;
    if (this.isCut) return this.#lose('cut');
    if (mtu > 0 && packet > mtu) return this.#lose('mtu');
    const leaves = this.#leaves(now, octets);
    if (leaves === Infinity) return this.#lose('queue');
    if (loss > 0 && this.#prng.chance(loss, MILLION)) return this.#lose('loss');
    this.arrival = this.#arrives(leaves);
    if (duplicate > 0 && this.#prng.chance(duplicate, MILLION)) this.secondArrival = this.#arrives(leaves);
  }

  save(): LinkState {
    return {
      quality: this.quality,
      isCut: this.isCut,
      lastArrival: this.#lastArrival,
      busyUntil: this.#busyUntil,
      prng: this.#prng.save(),
    };
  }

  #lose(cause: LossCause): void {
    this.cause = cause;
  }

  /** When the last octet is on the wire; infinity where the queue has no room. */
  #leaves(now: number, octets: number): number {
    const { capacity, queue } = this.quality;
    if (capacity === 0) return now;
    const begins = Math.max(now, this.#busyUntil);
    if (((begins - now) * capacity) / MILLION > queue) return Infinity;
    this.#busyUntil = begins + Math.ceil((octets * MILLION) / capacity);
    return this.#busyUntil;
  }

  #arrives(leaves: number): number {
    const { delay, jitter, reorder } = this.quality;
    const arrival = leaves + delay + (jitter > 0 ? this.#prng.exponential(jitter) : 0);
    if (reorder > 0 && this.#prng.chance(reorder, MILLION))
      return Math.max(arrival, this.#lastArrival) + this.#prng.exponential(2 * (delay + jitter));
    this.#lastArrival = Math.max(arrival, this.#lastArrival);
    return this.#lastArrival;
  }
}
