// Who heard whom, by direction and by unicast and multicast, and how fast the token went, as far as the packets of a
// stretch of time show it. Counted in portions, so that no frame is late for it. Pure.
//
// A node that passes on the token it was sent has heard its predecessor; a token that was sent again was not heard in
// time. A multicast that a node asked for again it had not heard; of the others of a ring that it is a member of, and
// whose aru went past them, it has.
import type { EdgeSpread, Requests } from '../../../app/analysis/result.ts';
import { Samples } from '../../../app/analysis/samples.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import type { Span } from '../../canvas/time-scale.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';

export interface Heard {
  /** Transmissions that were heard, and that were not. */
  heard: number;
  missed: number;
}
export interface Link {
  readonly unicast: Heard;
  readonly multicast: Heard;
  /** Milliseconds from the token's arrival at the sender to its going on, and how long the receiver then kept it. */
  readonly hop: Samples;
  readonly hold: Samples;
}

/** How fast the token went over one direction, and how often it was sent again there. From and to are lanes. */
export interface Edge extends Omit<EdgeSpread, 'holdP99'> {
  readonly sentAgain: number;
}
export type Verdict = 'heard' | 'not heard' | 'unknown';

/** More nodes are not told apart here: the matrix would not be seen. */
export const LINK_NODES_MAX = 64;
/** Sequence numbers of a ring whose sender is kept. */
const SEQS_MAX = 4_000_000;
/** Share of what was sent from which on a direction counts as not heard. */
const DEAF_SHARE = 0.5;

const ALL: Span = { from: -Infinity, to: Infinity };

const timeOf = ({ chunks }: PacketStore, row: number): number => chunks[row >>> 16]?.timeNs[row & 0xffff] ?? 0;

/** What the last token of a ring was: whose, to whom, which. */
interface LastToken {
  readonly from: number;
  readonly to: number;
  readonly tokenSeq: number;
  readonly timeNs: number;
}

const NS_PER_MS = 1e6;

const emptyLink = (): Link => ({
  unicast: { heard: 0, missed: 0 },
  multicast: { heard: 0, missed: 0 },
  hop: new Samples(),
  hold: new Samples(),
});

export class LinkCounter {
  readonly lanes: number;
  readonly links: readonly (readonly Link[])[];
  private readonly store: PacketStore;
  private readonly directory: NodeDirectory;
  private readonly lastTokens = new Map<number, LastToken>();
  /** By ring: lane + 1 of the sender of each sequence number. */
  private readonly senders = new Map<number, Uint8Array>();
  private readonly members = new Map<number, Set<number>>();
  /** By ring and lane: multicasts sent. */
  private readonly sent = new Map<number, Uint32Array>();
  private readonly span: Span;
  private row: number;

  /** `span`: what is counted; null for all. */
  constructor(store: PacketStore, directory: NodeDirectory, span: Span | null) {
    this.store = store;
    this.directory = directory;
    this.span = span ?? ALL;
    this.row = span === null ? 0 : rowAt(store, span.from as CaptureNs);
    this.lanes = Math.min(LINK_NODES_MAX, directory.nodes.length);
    this.links = Array.from({ length: this.lanes }, () => Array.from({ length: this.lanes }, emptyLink));
  }

  /** Counts so many rows more; true once all are. */
  count(rows: number): boolean {
    this.row = Math.max(this.row, this.store.firstRow);
    const end = Math.min(this.store.length, this.row + rows);
    for (; this.row < end; this.row++) {
      if (timeOf(this.store, this.row) > this.span.to) return true;
      this.take(this.row);
    }
    return this.row >= this.store.length;
  }

  private take(row: number): void {
    const columns = this.store.chunks[row >>> 16];
    if (columns === undefined) return;
    const i = row & 0xffff;
    const kind = columns.kind[i]!;
    const from = this.directory.laneOfAddress[columns.src[i]!] ?? -1;
    if (from < 0 || from >= this.lanes) return;
    const ring = columns.ring[i]!;
    const flags = columns.flags[i]!;
    if (kind === PacketKind.ORF_TOKEN) {
      const to = this.directory.laneOfAddress[columns.dst[i]!] ?? -1;
      const isRepeated = (flags & RowFlag.REPEATED) !== 0;
      this.token(ring, { from, to, tokenSeq: columns.tokenSeq[i]!, timeNs: columns.timeNs[i]! }, isRepeated);
    } else if (kind === PacketKind.MCAST && (flags & (RowFlag.REPEATED | RowFlag.FANOUT_COPY)) === 0)
      this.mcast(ring, from, columns.seq[i]!);
  }

  private token(ring: number, token: LastToken, isRepeated: boolean): void {
    const { from, to, tokenSeq, timeNs } = token;
    const link = this.links[from]?.[to];
    if (isRepeated) {
      if (link !== undefined) link.unicast.missed++;
      return;
    }
    const last = this.lastTokens.get(ring);
    if (last?.to === from && tokenSeq === (last.tokenSeq + 1) >>> 0) {
      const came = this.links[last.from]![from]!;
      const ms = (timeNs - last.timeNs) / NS_PER_MS;
      came.unicast.heard++;
      came.hold.add(ms);
      link?.hop.add(ms);
    }
    this.lastTokens.set(ring, token);
    const members = this.members.get(ring) ?? new Set<number>();
    members.add(from);
    this.members.set(ring, members);
  }

  private mcast(ring: number, from: number, seq: number): void {
    const sent = this.sent.get(ring) ?? new Uint32Array(this.lanes);
    sent[from] = sent[from]! + 1;
    this.sent.set(ring, sent);
    if (seq >= SEQS_MAX) return;
    let senders = this.senders.get(ring) ?? new Uint8Array(1024);
    if (seq >= senders.length) {
      const larger = new Uint8Array(Math.min(SEQS_MAX, Math.max(seq + 1, senders.length * 2)));
      larger.set(senders);
      senders = larger;
    }
    senders[seq] = from + 1;
    this.senders.set(ring, senders);
  }

  /** The links, with what was asked for again taken from what was sent. Once, after all rows. */
  finish(requests: Requests): readonly (readonly Link[])[] {
    for (const [ring, sent] of this.sent)
      for (const to of this.members.get(ring) ?? [])
        for (let from = 0; from < this.lanes; from++)
          if (from !== to) this.links[from]![to]!.multicast.heard += sent[from]!;
    for (let i = 0; i < requests.count; i++) {
      const at = requests.timeNs[i]!;
      if (at < this.span.from || at > this.span.to) continue;
      const to = this.directory.laneOfNode(requests.nodeid[i]!);
      const from = (this.senders.get(requests.ring[i]!)?.[requests.seq[i]!] ?? 0) - 1;
      if (from < 0 || to < 0 || to >= this.lanes || from === to) continue;
      const { multicast } = this.links[from]![to]!;
      multicast.missed++;
      if (multicast.heard > 0) multicast.heard--;
    }
    return this.links;
  }
}

/** The directions that the token went, in order of the lanes. */
export function edgesOf(links: readonly (readonly Link[])[]): readonly Edge[] {
  return links.flatMap((row, from) =>
    row.flatMap(({ hop, hold, unicast }, to): readonly Edge[] => {
      if (hop.count === 0) return [];
      const [p50 = null, p99 = null] = hop.percentiles([0.5, 0.99]);
      const [holdP50 = null] = hold.percentiles([0.5]);
      return [{ from, to, hops: hop.count, p50, p99, max: hop.greatest, holdP50, sentAgain: unicast.missed }];
    }),
  );
}

/** What a direction comes to. Losses of some are no deafness. */
export function verdictOfLink({ heard, missed }: Heard): Verdict {
  const all = heard + missed;
  if (all === 0) return 'unknown';
  return missed / all >= DEAF_SHARE ? 'not heard' : 'heard';
}

/** Bounds of the bars of rotation times, milliseconds: thirds of a power of ten from 10 µs to 10 s. */
export const ROTATION_BOUNDS: readonly number[] = Array.from({ length: 19 }, (_, i) => 10 ** (-2 + i / 3));

/** How many rotations took how long, by these bounds: from one token of the representative to its next. */
export function rotationBars(store: PacketStore, directory: NodeDirectory, span: Span | null): readonly number[] {
  const { to } = span ?? ALL;
  const bars = Array.from({ length: ROTATION_BOUNDS.length + 1 }, () => 0);
  const last = new Map<number, number>();
  for (let row = span === null ? store.firstRow : rowAt(store, span.from as CaptureNs); row < store.length; row++) {
    const columns = store.chunks[row >>> 16];
    const i = row & 0xffff;
    if (timeOf(store, row) > to) break;
    if (columns?.kind[i] !== PacketKind.ORF_TOKEN || (columns.flags[i]! & RowFlag.REPEATED) !== 0) continue;
    const ring = columns.ring[i]!;
    const rep = directory.laneOfNode(store.rings[ring]?.rep ?? -1);
    if (rep < 0 || directory.laneOfAddress[columns.src[i]!] !== rep) continue;
    const time = columns.timeNs[i]!;
    const before = last.get(ring);
    last.set(ring, time);
    if (before === undefined) continue;
    const ms = (time - before) / 1e6;
    const bar = ROTATION_BOUNDS.findIndex((bound) => ms < bound);
    const at = bar < 0 ? ROTATION_BOUNDS.length : bar;
    bars[at] = (bars[at] ?? 0) + 1;
  }
  return bars;
}
