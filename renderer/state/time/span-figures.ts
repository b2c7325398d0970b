// What happened in a stretch of time, in figures: packets, rotations, losses and rates. Pure.
import type { Transition } from '../../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import { lengthText, type Span } from '../../canvas/time-scale.ts';

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

export function figuresOf(store: PacketStore, transitions: readonly Transition[], span: Span): SpanFigures {
  const counts = { tokens: 0, copies: 0, mcasts: 0, retransmissions: 0, requests: 0 };
  const rotations: number[] = [];
  const departed = new Map<number, number>();
  const first = rowAt(store, span.from as CaptureNs);
  const end = rowAt(store, span.to as CaptureNs);
  for (let row = first; row < end; row++) {
    const { kind, flags, ring, sender, timeNs } = store.chunks[row >>> 16]!;
    const index = row & 0xffff;
    const flag = flags[index]!;
    const isRepeated = (flag & RowFlag.REPEATED) !== 0;
    if (kind[index] === PacketKind.MCAST) {
      if ((flag & RowFlag.FANOUT_COPY) !== 0) continue;
      if (isRepeated) counts.retransmissions++;
      else counts.mcasts++;
    } else if (kind[index] === PacketKind.ORF_TOKEN && (flag & RowFlag.FANOUT_COPY) === 0) {
      if (isRepeated) {
        counts.copies++;
        continue;
      }
      counts.tokens++;
      if ((flag & RowFlag.RTR) !== 0) counts.requests++;
      const number = ring[index]!;
      if (store.rings[number]?.rep !== sender[index]) continue;
      const before = departed.get(number);
      if (before !== undefined && rotations.length < ROTATIONS_MAX) rotations.push(timeNs[index]! - before);
      departed.set(number, timeNs[index]!);
    }
  }
  const isLoss = ({ time, gatherFrom }: Transition): boolean =>
    TOKEN_LOSSES.includes(gatherFrom) && time >= span.from && time <= span.to;
  return {
    ...counts,
    length: span.to - span.from,
    packets: end - first,
    rotations: Float64Array.from(rotations).sort(),
    losses: transitions.filter(isLoss).length,
  };
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
