// Who asked for which multicasts to be sent again, how often, and whether that helped: per ring and node, and per
// multicast as long as it is asked for. Fed with the requests that delivery.ts reads from tokens. Bounded.
import type { IndexedMessage } from '../../../store/indexed-message.ts';
import { RowFlag } from '../../../store/kinds.ts';
import { SentSizes, SIZE_CLASSES, sizeClass } from './sent-sizes.ts';

/** Multicasts of one ring that are followed at a time; the oldest are summed up to make room. */
const ASKS_MAX = 2048;
/** Patterns of who misses whose multicasts, of one ring. */
const PATTERNS_MAX = 256;
/** Rings that are followed. */
const RINGS_MAX = 4096;
/** Nodes of all rings that ask. */
const REQUESTERS_MAX = 4096;
const FRAMES_MAX = 8;
/** Numbers between two requests that are looked at. */
const BETWEEN_MAX = 256;
const ORIGINS_MAX = 64;

/** Multicasts of one sender that the same nodes asked for. */
export interface LossPattern {
  /** Address number of the first transmission; -1 where none was captured before it was asked for. */
  readonly src: number;
  /** Node id of who made it; 0 where it was never captured. */
  readonly origin: number;
  /** Node ids of those that asked, ascending. */
  readonly by: readonly number[];
  count: number;
  /** Requests of all these together. */
  requests: number;
  /** Transmissions after the first request. */
  resent: number;
  sizeMin: number;
  sizeMax: number;
  firstNs: number;
  lastNs: number;
  /** Of multicasts as they were first sent. */
  readonly frames: number[];
}

export interface Requester {
  readonly ring: number;
  readonly node: number;
  readonly firstNs: number;
  lastNs: number;
  /** Distinct multicasts, and requests in all. */
  asked: number;
  requests: number;
  /** The longest list in a token of its own. */
  listMax: number;
  sizeMin: number;
  sizeMax: number;
  /** Multicasts that were asked for again after they had been sent again. */
  askedInVain: number;
  /** Frames of its first tokens that ask. */
  readonly frames: number[];
  /** Multicasts of others that it got meanwhile, by class of size: numbered between those that it asked for. */
  readonly passed: Uint32Array;
  /** Those of them that are no smaller than the smallest that it asked for. */
  passedAsLarge: number;
  /** All of them by who made them. */
  readonly passedFrom: Map<number, number>;
  /** The highest number that it asked for. */
  highest: number;
}

/** Requests that the snap length cut off: how many there were, and not for what. */
export interface CutRequests {
  tokens: number;
  firstNs: number;
  lastNs: number;
  readonly frames: number[];
  /** By node: entries by which the list grew when it had the token. */
  readonly byNode: Map<number, number>;
}

interface Ask {
  readonly src: number;
  origin: number;
  readonly size: number;
  readonly frame: number;
  readonly firstNs: number;
  lastNs: number;
  readonly by: number[];
  requests: number;
  resent: number;
}

interface RingRequests {
  readonly asks: Map<number, Ask>;
  readonly patterns: Map<string, LossPattern>;
  readonly requesters: Map<number, Requester>;
}

export class Requests {
  readonly cut: CutRequests = { tokens: 0, firstNs: Infinity, lastNs: 0, frames: [], byNode: new Map() };
  private readonly sizes = new SentSizes();
  private readonly rings: (RingRequests | undefined)[] = [];
  private ringCount = 0;
  private requesterCount = 0;

  private ringOf(ring: number): RingRequests | null {
    const known = this.rings[ring];
    if (known !== undefined || this.ringCount >= RINGS_MAX) return known ?? null;
    this.ringCount++;
    const fresh = { asks: new Map(), patterns: new Map(), requesters: new Map() };
    this.rings[ring] = fresh;
    return fresh;
  }

  /** Every multicast, also those that are sent again; `isNew` as delivery.ts tells. */
  mcast(m: IndexedMessage, isNew: boolean): void {
    const ring = this.ringOf(m.ring);
    if (ring === null) return;
    if (isNew) {
      this.sizes.add(m.ring, m.seq, m.end - m.at, m.row + 1, m.src, m.sender);
      // What was asked for before it was captured got lost on its way to here.
      const late = ring.asks.size === 0 ? undefined : ring.asks.get(m.seq);
      if (late !== undefined) late.origin = m.sender;
      return;
    }
    if (ring.asks.size === 0 || (m.flags & RowFlag.FANOUT_COPY) !== 0) return;
    const ask = ring.asks.get(m.seq);
    if (ask !== undefined) ask.resent++;
  }

  /** A token of `node` that lists these sequence numbers anew: others had not asked for them when it came in. */
  request(m: IndexedMessage, node: number, seqs: readonly number[]): void {
    const ring = this.ringOf(m.ring);
    const requester = ring === null ? null : this.requesterOf(ring, m, node);
    if (ring === null || requester === null) return;
    requester.lastNs = m.timeNs;
    requester.requests += seqs.length;
    requester.listMax = Math.max(requester.listMax, seqs.length);
    if (requester.frames.length < FRAMES_MAX) requester.frames.push(m.row + 1);
    for (const seq of seqs) this.ask(ring, requester, m, seq);
  }

  /** A token of `node` whose list of requests is cut, and has so many more than the one before. */
  cutList({ timeNs, row }: IndexedMessage, node: number | null, more: number): void {
    const { cut } = this;
    cut.tokens++;
    cut.firstNs = Math.min(cut.firstNs, timeNs);
    cut.lastNs = timeNs;
    if (cut.frames.length < FRAMES_MAX) cut.frames.push(row + 1);
    if (node === null || more <= 0) return;
    const known = cut.byNode.get(node);
    if (known !== undefined || cut.byNode.size < REQUESTERS_MAX) cut.byNode.set(node, (known ?? 0) + more);
  }

  private requesterOf(ring: RingRequests, m: IndexedMessage, node: number): Requester | null {
    const known = ring.requesters.get(node);
    if (known !== undefined) return known;
    if (this.requesterCount >= REQUESTERS_MAX) return null;
    this.requesterCount++;
    const fresh: Requester = {
      ring: m.ring,
      node,
      firstNs: m.timeNs,
      lastNs: m.timeNs,
      asked: 0,
      requests: 0,
      listMax: 0,
      sizeMin: Infinity,
      sizeMax: 0,
      askedInVain: 0,
      frames: [],
      passed: new Uint32Array(SIZE_CLASSES),
      passedAsLarge: 0,
      passedFrom: new Map(),
      highest: -1,
    };
    ring.requesters.set(node, fresh);
    return fresh;
  }

  /** What lies between two requests, and is not asked for, has reached the one that asks. */
  private passes(requester: Requester, { ring }: IndexedMessage, seq: number): void {
    const { node, highest, passed, passedFrom } = requester;
    if (highest >= 0 && seq <= highest) return;
    requester.highest = seq;
    if (highest < 0) return;
    for (let between = Math.max(highest + 1, seq - BETWEEN_MAX); between < seq; between++) {
      const sent = this.sizes.get(ring, between);
      if (sent === null || sent.origin === node) continue;
      passed[sizeClass(sent.size)]!++;
      if (sent.size >= requester.sizeMin) requester.passedAsLarge++;
      if (passedFrom.size < ORIGINS_MAX || passedFrom.has(sent.origin))
        passedFrom.set(sent.origin, (passedFrom.get(sent.origin) ?? 0) + 1);
    }
  }

  private ask(ring: RingRequests, requester: Requester, m: IndexedMessage, seq: number): void {
    this.passes(requester, m, seq);
    let ask = ring.asks.get(seq);
    if (ask === undefined) {
      if (ring.asks.size >= ASKS_MAX) this.sumUpOldest(ring);
      const sent = this.sizes.get(m.ring, seq);
      const { src, origin, size, frame } = sent ?? { src: -1, origin: 0, size: 0, frame: 0 };
      ask = { src, origin, size, frame, firstNs: m.timeNs, lastNs: m.timeNs, by: [], requests: 0, resent: 0 };
      ring.asks.set(seq, ask);
    }
    ask.lastNs = m.timeNs;
    ask.requests++;
    if (!ask.by.includes(requester.node)) {
      ask.by.push(requester.node);
      requester.asked++;
      if (ask.size > 0) {
        requester.sizeMin = Math.min(requester.sizeMin, ask.size);
        requester.sizeMax = Math.max(requester.sizeMax, ask.size);
      }
    } else if (ask.resent > 0) requester.askedInVain++;
  }

  private sumUpOldest({ asks, patterns }: RingRequests): void {
    for (const [seq, ask] of asks) {
      asks.delete(seq);
      sumUp(patterns, ask);
      return;
    }
  }

  /** Patterns of a ring so far. */
  patternsOf(ring: number): readonly LossPattern[] {
    const known = this.rings[ring];
    if (known === undefined) return [];
    const patterns = new Map([...known.patterns].map(([key, p]) => [key, { ...p, frames: [...p.frames] }]));
    for (const ask of known.asks.values()) sumUp(patterns, ask);
    return [...patterns.values()];
  }

  /** All that asked, in order of their first request. */
  requesters(): readonly Requester[] {
    const all = this.rings.flatMap((ring) => (ring === undefined ? [] : [...ring.requesters.values()]));
    return all.sort((a, b) => a.firstNs - b.firstNs);
  }
}

function sumUp(patterns: Map<string, LossPattern>, ask: Ask): void {
  const by = ask.by.toSorted((a, b) => a - b);
  const key = `${ask.src} ${ask.origin} ${by.join(' ')}`;
  let pattern = patterns.get(key);
  if (pattern === undefined) {
    if (patterns.size >= PATTERNS_MAX) return;
    const { src, origin, firstNs, lastNs } = ask;
    const none = { count: 0, requests: 0, resent: 0, sizeMin: Infinity, sizeMax: 0 };
    pattern = { src, origin, by, ...none, firstNs, lastNs, frames: [] };
    patterns.set(key, pattern);
  }
  pattern.count++;
  pattern.requests += ask.requests;
  pattern.resent += ask.resent;
  if (ask.size > 0) {
    pattern.sizeMin = Math.min(pattern.sizeMin, ask.size);
    pattern.sizeMax = Math.max(pattern.sizeMax, ask.size);
  }
  pattern.firstNs = Math.min(pattern.firstNs, ask.firstNs);
  pattern.lastNs = Math.max(pattern.lastNs, ask.lastNs);
  if (ask.frame > 0 && pattern.frames.length < FRAMES_MAX) pattern.frames.push(ask.frame);
}
