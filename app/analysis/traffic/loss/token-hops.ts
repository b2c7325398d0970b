// Hops of the token that took copies, and how long each node keeps the token in each second: where tokens are lost, and
// who is slow. Visits in which a node sent multicasts, and the hold of an idle representative, say nothing of slowness
// and are left out. Numbers only; bounded.
import type { Analyzer, IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../../store/kinds.ts';
import type { PacketStore } from '../../../store/packet-store.ts';
import type { AddressBook } from '../address-book.ts';

/** Hops with copies that are kept; all are counted. */
export const HOPS_MAX = 2000;
/** Slow seconds that are kept. */
const SLOW_SECONDS_MAX = 10_000;
/** A copy so soon after its original is another path's, or the capture's own. */
const COPY_NS_MIN = 20e6;
/** A copy so soon after a hold cancel was asked for by it (specs 7.4). */
const CANCEL_NS = 10e6;
const SECOND_NS = 1e9;
/** Visits in a second that make a mean; a node is slow in it if it has the token for so much of it, and so much longer
 * at a visit than the others. */
const VISITS_MIN = 5;
/** Longer stops are a lost token, or a pause, and said as such. */
const STOP_NS_MIN = 150e6;
const SLOW_SHARE_MIN = 0.25;
const SLOW_RATIO_MIN = 5;
/** A representative holds the token when it has come this often with nothing new (seqno_unchanged_const). */
const UNCHANGED_MIN = 30;
const COPY_FRAMES_MAX = 4;

export interface RepeatedHop {
  readonly ring: number;
  /** Address numbers. */
  readonly src: number;
  readonly dst: number;
  readonly tokenSeq: number;
  readonly sentNs: number;
  readonly frame: number;
  readonly copies: number;
  readonly copyFrames: readonly number[];
  readonly lastCopyNs: number;
  /** The next new token of the ring. */
  readonly nextNs: number;
  readonly nextFrame: number;
  /** It was sent by the node that this one went to. */
  readonly isAnswer: boolean;
}

export interface SlowSecond {
  readonly ring: number;
  readonly node: number;
  readonly fromNs: number;
  readonly visits: number;
  /** Mean of this node and of the others. */
  readonly meanNs: number;
  readonly othersNs: number;
  readonly longestNs: number;
  readonly longestFrame: number;
}

interface HopCount {
  readonly dst: number;
  fresh: number;
  repeated: number;
}

interface Visits {
  readonly src: number;
  count: number;
  totalNs: number;
  longestNs: number;
  longestFrame: number;
}

interface RingHops {
  lastNs: number;
  lastFrame: number;
  src: number;
  dst: number;
  tokenSeq: number;
  seq: number;
  /** New tokens since a sequence number rose. */
  unchanged: number;
  copies: number;
  lastCopyNs: number;
  copyFrames: number[];
  secondNs: number;
  /** Of this second, in order of their first, and the same by address number. */
  visits: Visits[];
  visitsFrom: (Visits | undefined)[];
}

export class TokenHops implements Analyzer {
  readonly hops: RepeatedHop[] = [];
  readonly slowSeconds: SlowSecond[] = [];
  /** By source and destination address: new tokens that went there, and those of them that took copies. */
  readonly counts = new Map<number, HopCount>();
  /** By source: the count used last, since a node passes the token to the same one over and over. */
  private readonly lastCounts: (HopCount | undefined)[] = [];
  private readonly store: PacketStore;
  private readonly addresses: AddressBook;
  private readonly rings: (RingHops | undefined)[] = [];
  private cancelNs = -Infinity;

  constructor(store: PacketStore, addresses: AddressBook) {
    this.store = store;
    this.addresses = addresses;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind === PacketKind.TOKEN_HOLD_CANCEL) this.cancelNs = m.timeNs;
    if (m.kind !== PacketKind.ORF_TOKEN) return;
    const ring = this.rings[m.ring];
    if ((m.flags & RowFlag.REPEATED) !== 0) {
      if (ring !== undefined) this.copy(m, ring);
      return;
    }
    if (ring === undefined) this.rings[m.ring] = this.begin(m);
    else this.fresh(m, ring);
  }

  private begin(m: IndexedMessage): RingHops {
    return {
      lastNs: m.timeNs,
      lastFrame: m.row + 1,
      src: m.src,
      dst: m.dst,
      tokenSeq: m.tokenSeq,
      seq: m.seq,
      unchanged: 0,
      copies: 0,
      lastCopyNs: 0,
      copyFrames: [],
      secondNs: m.timeNs,
      visits: [],
      visitsFrom: [],
    };
  }

  private copy(m: IndexedMessage, ring: RingHops): void {
    if (m.tokenSeq !== ring.tokenSeq || m.dst !== ring.dst) return;
    const since = m.timeNs - (ring.copies > 0 ? ring.lastCopyNs : ring.lastNs);
    if (since < COPY_NS_MIN || m.timeNs - this.cancelNs < CANCEL_NS) return;
    ring.copies++;
    ring.lastCopyNs = m.timeNs;
    if (ring.copyFrames.length < COPY_FRAMES_MAX) ring.copyFrames.push(m.row + 1);
  }

  private fresh(m: IndexedMessage, ring: RingHops): void {
    const isNext = m.tokenSeq === (ring.tokenSeq + 1) >>> 0;
    if (ring.copies > 0) this.repeated(m, ring, isNext && m.src === ring.dst);
    if (isNext && m.src === ring.dst && ring.copies === 0 && m.seq === ring.seq) this.visit(m, ring);
    this.count(m);
    ring.lastNs = m.timeNs;
    ring.lastFrame = m.row + 1;
    ring.src = m.src;
    ring.dst = m.dst;
    ring.tokenSeq = m.tokenSeq;
    ring.unchanged = m.seq === ring.seq ? ring.unchanged + 1 : 0;
    ring.seq = m.seq;
    ring.copies = 0;
    if (m.timeNs - ring.secondNs >= SECOND_NS) this.closeSecond(m.ring, ring, m.timeNs);
  }

  private count({ src, dst }: IndexedMessage): void {
    let count = this.lastCounts[src];
    if (count?.dst !== dst) {
      const key = src * 65_536 + dst;
      count = this.counts.get(key);
      if (count === undefined) {
        if (this.counts.size >= HOPS_MAX) return;
        count = { dst, fresh: 0, repeated: 0 };
        this.counts.set(key, count);
      }
      this.lastCounts[src] = count;
    }
    count.fresh++;
  }

  private repeated(m: IndexedMessage, ring: RingHops, isAnswer: boolean): void {
    const count = this.counts.get(ring.src * 65_536 + ring.dst);
    if (count !== undefined) count.repeated++;
    if (this.hops.length >= HOPS_MAX) return;
    const { src, dst, tokenSeq, copies, lastCopyNs, copyFrames, lastNs, lastFrame } = ring;
    const sent = { ring: m.ring, src, dst, tokenSeq, sentNs: lastNs, frame: lastFrame };
    this.hops.push({ ...sent, copies, copyFrames, lastCopyNs, nextNs: m.timeNs, nextFrame: m.row + 1, isAnswer });
    ring.copyFrames = [];
  }

  private visit(m: IndexedMessage, ring: RingHops): void {
    const kept = m.timeNs - ring.lastNs;
    if (kept > STOP_NS_MIN || (ring.unchanged >= UNCHANGED_MIN && this.isRepresentative(m))) return;
    let visits = ring.visitsFrom[m.src];
    if (visits === undefined) {
      visits = { src: m.src, count: 0, totalNs: 0, longestNs: 0, longestFrame: 0 };
      ring.visitsFrom[m.src] = visits;
      ring.visits.push(visits);
    }
    visits.count++;
    visits.totalNs += kept;
    if (kept <= visits.longestNs) return;
    visits.longestNs = kept;
    visits.longestFrame = m.row + 1;
  }

  private isRepresentative({ src, sender, ring }: IndexedMessage): boolean {
    return (this.addresses.nodeAt(src) ?? sender) === this.store.rings[ring]?.rep;
  }

  private closeSecond(index: number, ring: RingHops, now: number): void {
    let [count, total] = [0, 0];
    for (const visits of ring.visits) {
      count += visits.count;
      total += visits.totalNs;
    }
    for (const visits of ring.visits) {
      const others = count - visits.count;
      const meanNs = visits.totalNs / visits.count;
      const othersNs = others === 0 ? 0 : (total - visits.totalNs) / others;
      const share = visits.totalNs / (now - ring.secondNs);
      const isSlow = share >= SLOW_SHARE_MIN && others > 0 && meanNs >= othersNs * SLOW_RATIO_MIN;
      const node = this.addresses.nodeAt(visits.src);
      if (!isSlow || visits.count < VISITS_MIN || node === null) continue;
      if (this.slowSeconds.length >= SLOW_SECONDS_MAX) break;
      const { longestNs, longestFrame } = visits;
      const second = { ring: index, node, fromNs: ring.secondNs, visits: visits.count, meanNs, othersNs };
      this.slowSeconds.push({ ...second, longestNs, longestFrame });
    }
    ring.visits = [];
    ring.visitsFrom = [];
    ring.secondNs = now;
  }
}
