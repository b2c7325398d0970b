// What became of the multicasts: distinct ones, transmissions beyond the first, requests for retransmission and by
// whom, and sequence numbers that a token names but the capture never shows. Reference: cli.md's `delivery`.
import { RETRANSMIT_ENTRIES_MAX } from '../../../protocol/totem/messages.ts';
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import type { Delivery, Requests } from '../result.ts';
import type { AddressBook } from './address-book.ts';
import type { Requests as LossRequests } from './loss/requests.ts';
import { RequestLog } from './request-log.ts';
import { SentWindow } from './sent-window.ts';

/** Multicasts that may have overtaken the first token that was captured. */
const OVERTAKEN_MAX = 64;

interface RingDelivery {
  /** Sequence numbers up to this one were assigned before the capture began to see the ring; -1: no token yet. */
  before: number;
  /** The highest sequence number that a token names. */
  named: number;
  /** Distinct multicasts captured behind `before`. */
  captured: number;
  lastTokenSeq: number;
  /** Requests of the ring's previous captured token: ring and seq of each entry, one after the other. */
  requests: Float64Array<ArrayBuffer> | null;
  requestCount: number;
  /** How many the snap length cut off it. */
  cut: number;
}

/** Numbers of one request: the representative with the low octets of its ring's seq, and the seq asked for. */
const REQUEST_NUMBERS = 2;
const NUMBERS_MAX = RETRANSMIT_ENTRIES_MAX * REQUEST_NUMBERS;

export class DeliveryAnalysis implements Analyzer {
  private readonly rings: (RingDelivery | undefined)[] = [];
  /** By ring and seq: source and first destination of the latest transmission, packed. */
  private readonly sent = new SentWindow();
  private readonly requests = new Map<number, number>();
  private readonly log = new RequestLog();
  private readonly addresses: AddressBook;
  private readonly losses: LossRequests;
  private reading = new Float64Array(NUMBERS_MAX);
  private readonly fresh: number[] = [];
  private mcasts = 0;
  private duplicates = 0;

  /** `losses` is told of multicasts and of requests for them. */
  constructor(addresses: AddressBook, losses: LossRequests) {
    this.addresses = addresses;
    this.losses = losses;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind === PacketKind.MCAST) this.mcast(m);
    else if (m.kind === PacketKind.ORF_TOKEN) this.token(m);
  }

  private ring(m: IndexedMessage): RingDelivery {
    return (this.rings[m.ring] ??= {
      before: -1,
      named: 0,
      captured: 0,
      lastTokenSeq: -1,
      requests: null,
      requestCount: 0,
      cut: 0,
    });
  }

  private mcast(m: IndexedMessage): void {
    const ring = this.ring(m);
    const known = this.sent.get(m.ring, m.seq);
    const packed = m.src * 65_536 + m.dst;
    this.losses.mcast(m, known === 0);
    if (known === 0) {
      this.mcasts++;
      this.sent.set(m.ring, m.seq, packed);
      if (ring.before >= 0 && m.seq > ring.before) ring.captured++;
      return;
    }
    // One source's copies to different destinations are one transmission.
    if (known >>> 16 === m.src && (known & 0xffff) !== m.dst) return;
    this.duplicates++;
    if (known !== packed) this.sent.set(m.ring, m.seq, packed);
  }

  private token(m: IndexedMessage): void {
    const ring = this.ring(m);
    if (ring.before < 0) this.begin(m, ring);
    if (m.seq > ring.named) ring.named = m.seq;
    if (m.tokenSeq === ring.lastTokenSeq || (m.flags & RowFlag.REPEATED) !== 0) return;
    const isNext = m.tokenSeq === (ring.lastTokenSeq + 1) >>> 0;
    ring.lastTokenSeq = m.tokenSeq;
    if (m.cutRequests > 0) this.losses.cutList(m, this.addresses.nodeAt(m.src), m.cutRequests - ring.cut);
    ring.cut = m.cutRequests;
    if ((m.flags & RowFlag.RTR) === 0) ring.requestCount = 0;
    else this.request(m, ring, isNext);
  }

  /** The first token of a ring tells from where on the capture can have its multicasts. */
  private begin(m: IndexedMessage, ring: RingDelivery): void {
    ring.before = m.tokenSeq === 0 ? 0 : m.seq;
    for (let i = 1; i <= OVERTAKEN_MAX; i++) if (this.sent.get(m.ring, ring.before + i) !== 0) ring.captured++;
  }

  /** Counts the entries that the ring's previous token did not hold, for the node that sent this one. */
  private request(m: IndexedMessage, ring: RingDelivery, isNext: boolean): void {
    const { dialect, view, littleEndian } = m;
    if (dialect === null) return;
    const { token, ring: ringAt, rtrItem } = dialect.at;
    const listAt = m.at + token.size;
    const entries = Math.min(
      view.getUint32(m.at + token.rtrListEntries, littleEndian),
      RETRANSMIT_ENTRIES_MAX,
      Math.floor((m.end - listAt) / rtrItem.size),
    );
    const seqLow = ringAt.seq + (littleEndian ? 0 : 4);
    const reading = this.reading;
    const node = this.addresses.nodeAt(m.src) ?? m.sender;
    const lacks = isNext ? node : lackingNode(m, token.aruAddr, node);
    let length = 0;
    this.fresh.length = 0;
    for (let i = 0; i < entries; i++) {
      const at = listAt + i * rtrItem.size;
      const low = view.getUint32(at + seqLow, littleEndian) & 0x1fffff;
      const id = view.getUint32(at + ringAt.rep, littleEndian) * 2 ** 21 + low;
      const seq = view.getUint32(at + rtrItem.seq, littleEndian);
      const isKnown = ring.requests !== null && holds(ring.requests, ring.requestCount, id, seq);
      if (!isKnown && !holds(reading, length, id, seq)) {
        this.fresh.push(seq);
        this.log.add(m.timeNs, lacks, m.ring, seq);
      }
      reading[length++] = id;
      reading[length++] = seq;
    }
    this.reading = ring.requests ?? new Float64Array(NUMBERS_MAX);
    ring.requests = reading;
    ring.requestCount = length;
    if (this.fresh.length === 0) return;
    this.requests.set(node, (this.requests.get(node) ?? 0) + this.fresh.length);
    this.losses.request(m, lacks, this.fresh);
  }

  /** Every request when it was first made. */
  requested(): Requests {
    return this.log.finish();
  }

  /** Multicasts that a token of the ring names and the capture does not have. */
  missingOf(ring: number): number {
    const known = this.rings[ring];
    return known === undefined ? 0 : this.unseen(known, ring, this.beyondNamed());
  }

  private beyondNamed(): ReadonlyMap<number, number> {
    return this.sent.countsBeyond((ring) => this.rings[ring]?.named ?? Infinity);
  }

  private unseen({ before, named, captured }: RingDelivery, ring: number, beyond: ReadonlyMap<number, number>): number {
    return before < 0 ? 0 : Math.max(0, named - before - captured + (beyond.get(ring) ?? 0));
  }

  finish(): Delivery {
    const beyond = this.beyondNamed();
    let neverSeen = 0;
    for (const [number, ring] of this.rings.entries())
      if (ring !== undefined) neverSeen += this.unseen(ring, number, beyond);
    const requests = [...this.requests]
      .map(([nodeid, count]) => ({ nodeid, count }))
      .sort((a, b) => a.nodeid - b.nodeid);
    return { mcasts: this.mcasts, duplicatesOnWire: this.duplicates, retransmitRequests: requests, neverSeen };
  }
}

/**
 * Who lacks what a token asks for, where hops before it were not captured and so any of several nodes may have put the
 * entries there: the one that keeps the token's aru down, if there is one.
 */
function lackingNode({ view, at, littleEndian }: IndexedMessage, aruAddr: number, sender: number): number {
  const keeps = view.getUint32(at + aruAddr, littleEndian);
  return keeps === 0 ? sender : keeps;
}

/** True where the first `length` numbers hold this request. */
function holds(requests: Float64Array, length: number, id: number, seq: number): boolean {
  for (let i = 0; i < length; i += REQUEST_NUMBERS) if (requests[i] === id && requests[i + 1] === seq) return true;
  return false;
}
