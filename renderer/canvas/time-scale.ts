// A stretch of time on a stretch of pixels: positions, zooming round a point, and where to put the marks of an axis.
// Times are nanoseconds, any zero. Pure.
import { tickStep } from 'd3';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Nanoseconds that a view may not be narrower than. */
export const SPAN_MIN = 1000;

export function positionOf(span: Span, width: number, time: number): number {
  return ((time - span.from) / (span.to - span.from)) * width;
}

export function timeAt(span: Span, width: number, x: number): number {
  return span.from + (x / width) * (span.to - span.from);
}

/** The span made `factor` times as long, the time at x staying there; never leaves `whole` by more than a tenth. */
export function zoomed(span: Span, whole: Span, width: number, x: number, factor: number): Span {
  const length = Math.min(Math.max((span.to - span.from) * factor, SPAN_MIN), (whole.to - whole.from) * 1.05);
  const still = timeAt(span, width, x);
  const from = still - (x / width) * length;
  return within({ from, to: from + length }, whole);
}

/** The span moved by a time. */
export function moved(span: Span, whole: Span, by: number): Span {
  return within({ from: span.from + by, to: span.to + by }, whole);
}

function within(span: Span, whole: Span): Span {
  const length = span.to - span.from;
  const margin = Math.max((whole.to - whole.from) * 0.025, length * 0.1);
  const first = whole.from - margin;
  const last = whole.to + margin - length;
  const from = last < first ? (first + last) / 2 : Math.min(Math.max(span.from, first), last);
  return { from, to: from + length };
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
export function resolutionOf(span: Span, width: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2((span.to - span.from) / Math.max(1, width))));
}

export interface AxisMark {
  readonly time: number;
  readonly text: string;
}

/** A time step of 1, 2 or 5 times a power of ten that leaves about `room` pixels between marks. */
export function axisStep(span: Span, width: number, room: number): number {
  return Math.max(1, tickStep(span.from, span.to, Math.max(1, Math.floor(width / room))));
}

/** A time as seconds with the digits that a step needs: "12.5 s". */
export function timeText(time: number, step: number): string {
  const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10(step / 1e9) + 1e-9)));
  return `${(time / 1e9).toFixed(digits)} s`;
}

/** Marks at whole steps counted from `zero`. */
export function axisMarks(span: Span, width: number, zero: number, room: number): readonly AxisMark[] {
  const step = axisStep(span, width, room);
  const marks: AxisMark[] = [];
  const first = Math.ceil((span.from - zero) / step);
  for (let i = first; zero + i * step <= span.to && marks.length < 200; i++)
    marks.push({ time: zero + i * step, text: timeText(i * step, step) });
  return marks;
}

/** A length of time in the unit that fits: "850 ns", "12.4 ms", "3.20 s". */
export function lengthText(ns: number): string {
  const size = Math.abs(ns);
  if (size < 1000) return `${Math.round(ns)} ns`;
  if (size < 1e6) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (size < 1e9) return `${(ns / 1e6).toPrecision(3)} ms`;
  return `${(ns / 1e9).toFixed(size < 1e10 ? 2 : 1)} s`;
}
