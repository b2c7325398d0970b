// Stretches in which nothing happened: an idle ring turned, or nobody spoke. They may be folded. Pure.
import type { Analysis } from '../../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { timeOf, type PacketStore } from '../../../app/store/packet-store.ts';
import { FOLDS_MAX, type Stretch } from '../../canvas/folds.ts';

/** Shorter ones are not worth a break. */
export const IDLE_MIN = 1e9;
/** What is left to see of an idle stretch on each side, at least; and rotations of the idle ring on each side. */
const MARGIN_MIN = 0.2e9;
const MARGIN_ROTATIONS = 2;
const MARGIN_MAX = 2e9;
const NS_PER_MS = 1e6;

/** Kinds whose coming is no news: what an idle ring sends, and what is not about it. */
const QUIET: readonly PacketKind[] = [
  PacketKind.ORF_TOKEN,
  PacketKind.MEMB_MERGE_DETECT,
  PacketKind.TOKEN_HOLD_CANCEL,
  PacketKind.KNET,
  PacketKind.RRP,
  PacketKind.UNRELATED,
  PacketKind.IGMP,
  PacketKind.ICMP,
];
const IS_QUIET = Uint8Array.from({ length: 256 }, (_, kind) => (QUIET.some((quiet) => quiet === kind) ? 1 : 0));
const NEWS_FLAGS = RowFlag.PROBLEM | RowFlag.REPEATED | RowFlag.RTR | RowFlag.RETRANS_FLG;

/** Keeps what lies between two pieces of news, if it is long enough. */
class Gaps {
  readonly idle: Stretch[] = [];
  private readonly margin: number;
  private last: number;

  constructor(margin: number, start: number) {
    this.margin = margin;
    this.last = start;
  }

  news(time: number): void {
    this.close(time);
    if (time > this.last) this.last = time;
  }

  /** Keeps what lies between the last news and a time. */
  close(time: number): void {
    const from = this.last + this.margin;
    const to = time - this.margin;
    if (to - from >= IDLE_MIN && this.idle.length < FOLDS_MAX) this.idle.push({ from, to });
  }
}

/** Times of news that are no packets, in order: changes of state and findings. */
function otherNews({ transitions, findings }: Analysis): readonly number[] {
  return [
    ...transitions.map(({ time }) => time),
    ...findings.flatMap(({ time, until }) => (until === null ? [time] : [time, until])),
  ].sort((a, b) => a - b);
}

/** Parts of the idle stretches that lie in none of the stretches that must be seen. Both are in order of time. */
function outside(idle: readonly Stretch[], kept: readonly Stretch[]): readonly Stretch[] {
  const rest: Stretch[] = [];
  const keep = (from: number, to: number): void => {
    if (to - from >= IDLE_MIN) rest.push({ from, to });
  };
  let first = 0;
  for (const { from, to } of idle) {
    let at = from;
    // What ends before this stretch ends before all that follow; overlapping ones may end out of order.
    while (first < kept.length && (kept[first]?.to ?? 0) <= from) first++;
    for (let i = first; i < kept.length; i++) {
      const news = kept[i];
      if (news === undefined || news.from >= to) break;
      if (news.to <= at) continue;
      keep(at, Math.min(to, news.from));
      at = Math.max(at, news.to);
    }
    keep(at, to);
  }
  return rest;
}

/** The idle stretches of a capture in order. `kept`: stretches of silence that are themselves news. */
export function idleStretches(store: PacketStore, analysis: Analysis, kept: readonly Stretch[]): readonly Stretch[] {
  if (store.length === 0) return [];
  const idleRotation = (analysis.rotation.idle.p50 ?? 0) * NS_PER_MS;
  const margin = Math.min(MARGIN_MAX, Math.max(MARGIN_MIN, MARGIN_ROTATIONS * idleRotation));
  const others = otherNews(analysis);
  const gaps = new Gaps(margin, timeOf(store, store.firstRow));
  let next = 0;
  let end = 0;
  for (let row = store.firstRow; row < store.length;) {
    const { kind, flags, timeNs } = store.chunks[row >>> 16]!;
    const until = Math.min(store.length - row + (row & 0xffff), 0x10000);
    for (let index = row & 0xffff; index < until; index++, row++) {
      if (IS_QUIET[kind[index]!] === 1 && (kind[index] !== PacketKind.ORF_TOKEN || (flags[index]! & NEWS_FLAGS) === 0))
        continue;
      const time = timeNs[index]!;
      while (next < others.length && others[next]! <= time) gaps.news(others[next++]!);
      gaps.news(time);
    }
    end = timeNs[until - 1]!;
  }
  while (next < others.length) gaps.news(others[next++]!);
  gaps.close(end);
  return outside(gaps.idle, kept);
}
