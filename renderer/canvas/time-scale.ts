// A stretch of time on a stretch of pixels, where long stretches may be folded to a break: positions, zooming round a
// point, and where to put the marks of an axis. Times are nanoseconds, any zero. Pure.
import { tickStep } from 'd3';
import { foldsBefore, NO_FOLDS, type Stretch } from './folds.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Nanoseconds that a view may not be narrower than. */
export const SPAN_MIN = 1000;
/** Pixels of a break. A fold that would take no more than this is drawn as it is. */
export const BREAK_WIDTH = 22;
/** Share of the view that may lie beyond the ends of the capture. */
const BEYOND_MAX = 0.1;
/** Tangents that are tried; each makes at least one more fold a break, the first few most of them. */
const TANGENTS_MAX = 60;

/** A piece of the view: to scale, or a break. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly x1: number;
  readonly x2: number;
  readonly isBreak: boolean;
}

/** Where times stand on `width` pixels that show `span`. */
export class TimeScale {
  readonly span: Span;
  readonly width: number;
  /** Nanoseconds of a pixel where nothing is folded. */
  readonly nsPerPx: number;
  private readonly folds: readonly Stretch[];
  /** Folds that are drawn as breaks at this scale. */
  private readonly breaks: readonly Stretch[];
  /** Folded time before each break. */
  private readonly folded: readonly number[];
  private readonly origin: number;

  constructor(span: Span, width: number, folds: readonly Stretch[] = NO_FOLDS) {
    this.span = span;
    this.width = Math.max(1, width);
    this.folds = withoutAround(folds, span);
    this.nsPerPx = scaleOf(span, this.width, this.folds);
    this.breaks = breaksAt(this.folds, this.nsPerPx);
    this.folded = measuresOf(this.breaks).before;
    this.origin = this.place(span.from);
  }

  x(time: number): number {
    return this.place(time) - this.origin;
  }

  time(x: number): number {
    const place = x + this.origin;
    const { breaks, folded, nsPerPx } = this;
    let low = 0;
    let high = breaks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.placeOfBreak(middle) <= place) low = middle + 1;
      else high = middle;
    }
    const fold = breaks[low - 1];
    if (fold === undefined) return place * nsPerPx;
    const within = place - this.placeOfBreak(low - 1);
    if (within < BREAK_WIDTH) return fold.from + (within / BREAK_WIDTH) * (fold.to - fold.from);
    return (place - low * BREAK_WIDTH) * nsPerPx + folded[low]!;
  }

  /** What is in view, in order: stretches to scale and breaks between them. */
  pieces(): readonly Piece[] {
    const { from, to } = this.span;
    const pieces: Piece[] = [];
    const add = (start: number, end: number, isBreak: boolean): void => {
      if (end > start) pieces.push({ from: start, to: end, x1: this.x(start), x2: this.x(end), isBreak });
    };
    let at = from;
    for (let i = Math.max(0, foldsBefore(this.breaks, from) - 1); i < this.breaks.length; i++) {
      const fold = this.breaks[i];
      if (fold === undefined || fold.from >= to) break;
      if (fold.to <= from) continue;
      add(at, Math.max(at, fold.from), false);
      add(Math.max(at, fold.from), Math.min(to, fold.to), true);
      at = Math.min(to, fold.to);
    }
    add(at, to, false);
    return pieces;
  }

  /** The span made `factor` times as long, the time at x staying there; never much more than `whole`. */
  zoomed(whole: Span, x: number, factor: number): Span {
    const { folds } = this;
    const still = this.time(x);
    const all = new TimeScale(whole, this.width, folds).nsPerPx * (1 + BEYOND_MAX);
    const nsPerPx = Math.min(Math.max(this.nsPerPx * factor, SPAN_MIN / this.width), Math.max(all, this.nsPerPx));
    if (factor > 1 && nsPerPx === this.nsPerPx) return this.span;
    return around(folds, still, x, this.width, nsPerPx).moved(whole, 0);
  }

  /** The span moved by so many pixels; stays near the capture. */
  moved(whole: Span, pixels: number): Span {
    const first = this.x(whole.from) - BEYOND_MAX * this.width;
    const last = this.x(whole.to) - (1 - BEYOND_MAX) * this.width;
    const by = last < first ? (first + last) / 2 : Math.min(Math.max(pixels, first), last);
    return by === 0 ? this.span : { from: this.time(by), to: this.time(this.width + by) };
  }

  private place(time: number): number {
    const { breaks, folded, nsPerPx } = this;
    const before = foldsBefore(breaks, time);
    const fold = breaks[before - 1];
    if (fold !== undefined && time < fold.to)
      return this.placeOfBreak(before - 1) + ((time - fold.from) / (fold.to - fold.from)) * BREAK_WIDTH;
    return (time - folded[before]!) / nsPerPx + before * BREAK_WIDTH;
  }

  private placeOfBreak(i: number): number {
    return ((this.breaks[i]?.from ?? 0) - this.folded[i]!) / this.nsPerPx + i * BREAK_WIDTH;
  }
}

/** The scale that has `time` at x, at so many nanoseconds a pixel. */
function around(folds: readonly Stretch[], time: number, x: number, width: number, nsPerPx: number): TimeScale {
  const breaks = breaksAt(folds, nsPerPx);
  const from = walked(breaks, time, -x, nsPerPx);
  const to = walked(breaks, time, width - x, nsPerPx);
  return new TimeScale({ from, to }, width, folds);
}

/** A view inside a fold shows what is in it. */
function withoutAround(folds: readonly Stretch[], { from, to }: Span): readonly Stretch[] {
  const next = foldsBefore(folds, from);
  const around = [folds[next - 1], folds[next]].find(
    (fold) => fold !== undefined && fold.from <= from && fold.to >= to,
  );
  return around === undefined ? folds : folds.filter((fold) => fold !== around);
}

interface Measures {
  readonly shortest: number;
  readonly longest: number;
  /** Folded time before each, and in all. */
  readonly before: readonly number[];
}

/** What is measured once of a list of folds: a gesture makes many scales with the same ones. */
const measures = new WeakMap<readonly Stretch[], Measures>();

function measuresOf(folds: readonly Stretch[]): Measures {
  const known = measures.get(folds);
  if (known !== undefined) return known;
  const before: number[] = [];
  let [sum, shortest, longest] = [0, Infinity, 0];
  for (const { from, to } of folds) {
    before.push(sum);
    sum += to - from;
    shortest = Math.min(shortest, to - from);
    longest = Math.max(longest, to - from);
  }
  before.push(sum);
  const measured = { shortest, longest, before };
  measures.set(folds, measured);
  return measured;
}

/** The folds that are longer than a break is wide; the list itself where all are. */
function breaksAt(folds: readonly Stretch[], nsPerPx: number): readonly Stretch[] {
  const { shortest, longest } = measuresOf(folds);
  const least = BREAK_WIDTH * nsPerPx;
  if (shortest > least) return folds;
  return longest > least ? folds.filter(({ from, to }) => to - from > least) : NO_FOLDS;
}

/** The time that lies so many pixels from another one. */
function walked(breaks: readonly Stretch[], time: number, pixels: number, nsPerPx: number): number {
  const isForth = pixels > 0;
  let left = Math.abs(pixels);
  let at = time;
  let i = isForth ? Math.max(0, foldsBefore(breaks, at) - 1) : foldsBefore(breaks, at) - 1;
  for (; i >= 0 && i < breaks.length; i += isForth ? 1 : -1) {
    const fold = breaks[i];
    if (fold === undefined) break;
    const [near, far] = isForth ? [fold.from, fold.to] : [fold.to, fold.from];
    const sign = isForth ? 1 : -1;
    if ((far - at) * sign <= 0) continue;
    const open = Math.max(0, (near - at) * sign) / nsPerPx;
    if (open >= left) break;
    left -= open;
    if ((near - at) * sign > 0) at = near;
    const broken = (Math.abs(far - at) / (fold.to - fold.from)) * BREAK_WIDTH;
    if (broken >= left) return at + (sign * left * (fold.to - fold.from)) / BREAK_WIDTH;
    left -= broken;
    at = far;
  }
  return at + (isForth ? left : -left) * nsPerPx;
}

/** The folds that lie in a span, wholly or in part: [first, end). */
function foldsIn(folds: readonly Stretch[], { from, to }: Span): readonly [first: number, end: number] {
  const first = Math.max(0, foldsBefore(folds, from) - 1);
  return [(folds[first]?.to ?? Infinity) <= from ? first + 1 : first, foldsBefore(folds, to)];
}

/**
 * Nanoseconds of a pixel at which the span fills the width. The width that the span takes grows with the pixels of a
 * nanosecond in straight pieces that bend down where another fold becomes a break: the tangent never overshoots.
 */
function scaleOf(span: Span, width: number, folds: readonly Stretch[]): number {
  const plain = (span.to - span.from) / width;
  const [first, end] = foldsIn(folds, span);
  let nsPerPx = plain;
  for (let i = 0; i < TANGENTS_MAX; i++) {
    // What is drawn to scale, and the pixels of the breaks.
    let open = span.to - span.from;
    let broken = 0;
    for (let fold = first; fold < end; fold++) {
      const { from, to } = folds[fold]!;
      if (to - from < BREAK_WIDTH * nsPerPx) continue;
      const seen = Math.min(to, span.to) - Math.max(from, span.from);
      open -= seen;
      broken += (seen / (to - from)) * BREAK_WIDTH;
    }
    if (open <= 0 || broken >= width) break;
    const next = open / (width - broken);
    if (next >= nsPerPx * (1 - 1e-12)) break;
    nsPerPx = next;
  }
  return nsPerPx;
}

/** All of `whole`, with a little air. */
export function fitted(whole: Span): Span {
  const air = Math.max((whole.to - whole.from) * 0.02, SPAN_MIN / 2);
  return { from: whole.from - air, to: whole.to + air };
}

/** Room for a capture that grows: doubled whenever it is full, so that its picture stands still in between. */
export function growing(whole: Span): Span {
  const length = 2 ** Math.ceil(Math.log2(Math.max(whole.to - whole.from, SPAN_MIN)));
  return fitted({ from: whole.from, to: whole.from + length });
}

/** The power of two, in nanoseconds, that is not above the length of a pixel: the resolution that is computed with. */
export function resolutionOf(nsPerPx: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(nsPerPx)));
}

export interface AxisMark {
  readonly x: number;
  /** Empty where the next label is too near. */
  readonly text: string;
}

/** A time step of 1, 2 or 5 times a power of ten that leaves about `room` pixels between marks. */
export function axisStep(nsPerPx: number, room: number): number {
  return Math.max(1, tickStep(0, nsPerPx * room * 10, 10));
}

/** A time as seconds with the digits that a step needs: "12.5 s". */
export function timeText(time: number, step: number): string {
  const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10(step / 1e9) + 1e-9)));
  return `${(time / 1e9).toFixed(digits)} s`;
}

const AXIS_MARKS_MAX = 400;
/** Of the room between labels this share is taken by one. */
const LABEL_SHARE = 0.45;

/** Marks at whole steps counted from `zero`, none in breaks. */
export function axisMarks(scale: TimeScale, zero: number, room: number): readonly AxisMark[] {
  const step = axisStep(scale.nsPerPx, room);
  const marks: AxisMark[] = [];
  let free = -Infinity;
  for (const { from, to, x2, isBreak } of scale.pieces()) {
    if (isBreak) continue;
    const first = Math.ceil((from - zero) / step);
    for (let i = first; zero + i * step <= to && marks.length < AXIS_MARKS_MAX; i++) {
      const x = scale.x(zero + i * step);
      // A label ends before the break that follows.
      const isFree = x >= free && (x2 >= scale.width || x + room * LABEL_SHARE <= x2);
      if (isFree) free = x + room * 0.7;
      marks.push({ x, text: isFree ? timeText(i * step, step) : '' });
    }
  }
  return marks;
}

/** A length of time in the unit that fits: "850 ns", "12.4 ms", "3.20 s". */
export function lengthText(ns: number): string {
  const size = Math.abs(ns);
  if (size < 999.5) return `${Math.round(ns)} ns`;
  // What three digits would round up to 1000 has the next unit.
  if (size < 999.5e3) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (size < 999.5e6) return `${(ns / 1e6).toPrecision(3)} ms`;
  return `${(ns / 1e9).toFixed(size < 1e10 ? 2 : 1)} s`;
}
