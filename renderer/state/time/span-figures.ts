// What happened in a stretch of time, in figures: packets, rotations, losses and rates. Pure.
import type { Transition } from '../../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import { lengthText, type Span } from '../../canvas/time-scale.ts';
import { transmitter, type NodeDirectory } from '../node-directory.ts';

export interface SpanFigures {
  readonly length: number;
  readonly packets: number;
  readonly tokens: number;
  /** Tokens that were sent again. */
  readonly copies: number;
  /** Times from one departure of a new token at the representative to the next, in order of length. */
  readonly rotations: Float64Array;
  readonly mcasts: number;
  readonly retransmissions: number;
  /** Tokens that ask for retransmissions. */
  readonly requests: number;
  /** Nodes that declared the token lost by their own timer. */
  readonly losses: number;
}

const TOKEN_LOSSES: readonly (number | null)[] = [2, 4, 5];
/** Rotations of which the lengths are kept. */
const ROTATIONS_MAX = 200_000;

/** How many rows lie in a span; cheap for any number. */
export function rowsIn(store: PacketStore, { from, to }: Span): number {
  return rowAt(store, to as CaptureNs) - rowAt(store, from as CaptureNs);
}

/** Counts a stretch of time, as many packets at once as its caller has time for. */
export class SpanCounter {
  private readonly counts = { tokens: 0, copies: 0, mcasts: 0, retransmissions: 0, requests: 0 };
  private readonly rotations: number[] = [];
  /** By ring: when its representative last sent a new token. */
  private readonly departed = new Map<number, number>();
  private readonly store: PacketStore;
  private readonly directory: NodeDirectory;
  private readonly span: Span;
  private readonly first: number;
  private readonly end: number;
  private row: number;

  constructor(store: PacketStore, directory: NodeDirectory, span: Span) {
    this.store = store;
    this.directory = directory;
    this.span = span;
    this.first = this.row = rowAt(store, span.from as CaptureNs);
    this.end = rowAt(store, span.to as CaptureNs);
  }

  /** Counts at most so many further packets; true once all are counted. */
  count(rowsMax: number): boolean {
    const until = Math.min(this.end, this.row + rowsMax);
    for (; this.row < until; this.row++) this.countRow(this.row);
    return this.row >= this.end;
  }

  private countRow(row: number): void {
    const { kind, flags, ring, src, sender, timeNs } = this.store.chunks[row >>> 16]!;
    const index = row & 0xffff;
    const own = kind[index]!;
    const flag = flags[index]!;
    if (own > PacketKind.MCAST || (flag & RowFlag.FANOUT_COPY) !== 0) return;
    const isRepeated = (flag & RowFlag.REPEATED) !== 0;
    if (own === PacketKind.MCAST) this.counts[isRepeated ? 'retransmissions' : 'mcasts']++;
    else if (isRepeated) this.counts.copies++;
    else {
      this.counts.tokens++;
      if ((flag & RowFlag.RTR) !== 0) this.counts.requests++;
      const from = transmitter(this.directory, src[index]!, sender[index]!);
      if (this.store.rings[ring[index]!]?.rep === from) this.depart(ring[index]!, timeNs[index]!);
    }
  }

  private depart(ring: number, time: number): void {
    const before = this.departed.get(ring);
    if (before !== undefined && this.rotations.length < ROTATIONS_MAX) this.rotations.push(time - before);
    this.departed.set(ring, time);
  }

  finish(transitions: readonly Transition[]): SpanFigures {
    const { from, to } = this.span;
    const isLoss = ({ time, gatherFrom }: Transition): boolean =>
      TOKEN_LOSSES.includes(gatherFrom) && time >= from && time <= to;
    return {
      ...this.counts,
      length: to - from,
      packets: this.end - this.first,
      rotations: Float64Array.from(this.rotations).sort(),
      losses: transitions.filter(isLoss).length,
    };
  }
}

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

function rateText(count: number, length: number): string {
  const rate = count / (length / 1e9);
  return `${rate >= 100 ? Math.round(rate) : Number(rate.toPrecision(2))}/s`;
}

function rotationText(rotations: Float64Array): string {
  if (rotations.length === 0) return 'no rotation';
  const median = rotations[rotations.length >> 1]!;
  const longest = rotations[rotations.length - 1]!;
  return `${plural(rotations.length, 'rotation')}, median ${lengthText(median)}, longest ${lengthText(longest)}`;
}

/** The figures in words, the most telling first. */
export function figureTexts(figures: SpanFigures): readonly string[] {
  const { length, packets, copies, rotations, mcasts, retransmissions, requests, losses } = figures;
  const texts = [lengthText(length), rotationText(rotations)];
  if (losses > 0) texts.push(`token lost at ${plural(losses, 'node')}`);
  if (copies > 0) texts.push(plural(copies, 'token copy', 'token copies'));
  if (requests > 0) texts.push(`${plural(requests, 'token')} with requests`);
  if (retransmissions > 0) texts.push(plural(retransmissions, 'retransmission'));
  texts.push(`${plural(mcasts, 'mcast')}, ${rateText(mcasts, length)}`);
  texts.push(`${plural(packets, 'packet')}, ${rateText(packets, length)}`);
  return texts;
}
