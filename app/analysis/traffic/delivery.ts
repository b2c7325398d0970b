// What became of the multicasts: distinct ones, transmissions beyond the first, requests for retransmission and by
// whom, and sequence numbers that a token names but the capture never shows.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import { SeqMap } from '../../store/seq-map.ts';
import { decodeTotem } from '../../../protocol/totem/decode.ts';
import type { AddressBook } from './address-book.ts';
import type { Delivery } from '../result.ts';

interface RingDelivery {
  /** By seq: source and first destination of the latest transmission, packed; 0 for not captured. */
  readonly sent: SeqMap;
  /** Sequence numbers up to this one were assigned before the capture began to see the ring. */
  before: number;
  highest: number;
  /** Requests of the ring's previous captured token, by ring id and seq. */
  requests: ReadonlySet<string>;
  lastTokenSeq: number;
}

const NO_REQUESTS: ReadonlySet<string> = new Set();

export class DeliveryAnalysis implements Analyzer {
  private readonly rings: (RingDelivery | undefined)[] = [];
  private readonly requests = new Map<number, number>();
  private readonly addresses: AddressBook;
  private mcasts = 0;
  private duplicates = 0;

  constructor(addresses: AddressBook) {
    this.addresses = addresses;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind === PacketKind.MCAST) this.mcast(m);
    else if (m.kind === PacketKind.ORF_TOKEN) this.token(m);
  }

  private ring(m: IndexedMessage): RingDelivery {
    return (this.rings[m.ring] ??= {
      sent: new SeqMap(),
      before: -1,
      highest: 0,
      requests: NO_REQUESTS,
      lastTokenSeq: -1,
    });
  }

  private mcast(m: IndexedMessage): void {
    const ring = this.ring(m);
    const known = ring.sent.get(m.seq);
    const packed = m.src * 65_536 + m.dst;
    if (known === 0) {
      this.mcasts++;
      ring.sent.set(m.seq, packed);
      if (m.seq > ring.highest) ring.highest = m.seq;
      return;
    }
    // One source's copies to different destinations are one transmission.
    if (known >>> 16 === m.src && (known & 0xffff) !== m.dst) return;
    this.duplicates++;
    if (known !== packed) ring.sent.set(m.seq, packed);
  }

  private token(m: IndexedMessage): void {
    const ring = this.ring(m);
    if (ring.before < 0) ring.before = m.tokenSeq === 0 ? 0 : m.seq;
    if (m.seq > ring.highest) ring.highest = m.seq;
    if (m.tokenSeq === ring.lastTokenSeq || (m.flags & RowFlag.REPEATED) !== 0) return;
    ring.lastTokenSeq = m.tokenSeq;
    if ((m.flags & RowFlag.RTR) === 0) {
      ring.requests = NO_REQUESTS;
      return;
    }
    const decoded = m.dialect === null ? null : decodeTotem(m.bytes, m.at, m.end, m.dialect);
    if (decoded === null || !decoded.ok || decoded.value.message.type !== 'orf_token') return;
    const requests = new Set<string>();
    let fresh = 0;
    for (const { ringId, seq } of decoded.value.message.rtrList) {
      const key = `${ringId.rep}:${ringId.seq} ${seq}`;
      if (!ring.requests.has(key) && !requests.has(key)) fresh++;
      requests.add(key);
    }
    ring.requests = requests;
    if (fresh === 0) return;
    const node = this.addresses.nodeAt(m.src) ?? m.sender;
    this.requests.set(node, (this.requests.get(node) ?? 0) + fresh);
  }

  finish(): Delivery {
    let neverSeen = 0;
    for (const ring of this.rings) {
      if (ring === undefined || ring.before < 0) continue;
      let captured = 0;
      for (let seq = ring.before + 1; seq <= ring.highest; seq++) if (ring.sent.get(seq) !== 0) captured++;
      neverSeen += Math.max(0, ring.highest - ring.before - captured);
    }
    const requests = [...this.requests]
      .map(([nodeid, count]) => ({ nodeid, count }))
      .sort((a, b) => a.nodeid - b.nodeid);
    return { mcasts: this.mcasts, duplicatesOnWire: this.duplicates, retransmitRequests: requests, neverSeen };
  }
}
