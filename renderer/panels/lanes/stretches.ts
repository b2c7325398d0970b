// What lies along time in lanes and bands: of things in order those that are in view, and the states of the lanes, wide
// ones with a pattern and words, narrow ones as strips of pixels. Pure.
import type { MembershipState } from '../../../app/analysis/result.ts';
import type { TimeScale } from '../../canvas/time-scale.ts';
import type { LaneStretch } from '../../state/time/facts.ts';
import { placed, type Break, type Lane, type Placed } from './layout.ts';

export interface PlacedStretch extends Placed {
  readonly stretch: LaneStretch;
}

/** States in the order of their numbers in a strip, from 1. */
export const STRIP_STATES: readonly MembershipState[] = ['operational', 'gather', 'commit', 'recovery'];

/** Stretches too narrow to be drawn one by one: the state of each pixel of each lane, lane × column; 0 for none. */
export interface Strips {
  readonly columns: number;
  readonly states: Uint8Array;
}
/** Lower lanes have no room for words: their colour and pattern are in the legend. */
export const WORDS_HEIGHT_MIN = 38;

export interface At {
  readonly scale: TimeScale;
  readonly left: number;
}

/** Position of the first thing that ends behind a time; `things` end in order. */
export function firstEndingAfter(things: readonly { readonly to: number }[], time: number, start: number): number {
  let low = start;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((things[middle]?.to ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Those of the things, in order and without overlap, that are in view: of many in one pixel one. */
export function seen<T extends { readonly from: number; readonly to: number }, P>(
  things: readonly T[],
  { scale, left }: At,
  place: (thing: T, x1: number, x2: number) => P | null,
): readonly P[] {
  const { from, to } = scale.span;
  const right = left + scale.width;
  const placed: P[] = [];
  let i = Math.max(0, firstEndingAfter(things, from, 0));
  while (i < things.length) {
    const thing = things[i];
    if (thing === undefined || thing.from > to) break;
    const x2 = Math.min(right, left + scale.x(thing.to));
    const own = place(thing, Math.max(left, left + scale.x(thing.from)), x2);
    if (own !== null) placed.push(own);
    const nextPixel = scale.time(Math.floor(x2 - left) + 1);
    i = thing.to >= nextPixel ? i + 1 : Math.max(i + 1, firstEndingAfter(things, nextPixel, i + 1));
  }
  return placed;
}

/** Pixels below which a stretch has no room for a pattern. */
const PATTERN_WIDTH_MIN = 3;

/** The states of the lanes: stretches with a pattern and words, and strips of those that are too narrow for both. */
export function stretchesOf(
  stretches: readonly (readonly LaneStretch[])[],
  at: At,
  lanes: readonly Lane[],
  breaks: readonly Break[],
): { readonly stretches: readonly PlacedStretch[]; readonly strips: Strips | null } {
  const wordsFit = (lanes[0]?.height ?? 0) >= WORDS_HEIGHT_MIN;
  const columns = Math.max(1, Math.ceil(at.scale.width));
  let states: Uint8Array | null = null;
  const wide = stretches.flatMap((row, lane) =>
    seen(row, at, (stretch, x1, x2): PlacedStretch | null => {
      if (x2 - x1 >= PATTERN_WIDTH_MIN) {
        const words = wordsFit ? [stretch.state ?? 'silent'] : [];
        return { stretch, x1, x2, ...placed(words, x1, x2, breaks) };
      }
      if (stretch.state === null) return null;
      states ??= new Uint8Array(stretches.length * columns);
      const first = Math.min(columns - 1, Math.floor(x1 - at.left));
      const end = Math.min(columns, Math.max(first + 1, Math.round(x2 - at.left)));
      states.fill(STRIP_STATES.indexOf(stretch.state) + 1, lane * columns + first, lane * columns + end);
      return null;
    }),
  );
  return { stretches: wide, strips: states === null ? null : { columns, states } };
}
