// What was done to the lab, as pins below the lanes: neutral, with the words of the prompt. Where they stand, how they
// are drawn, which one lies at a point.
import type { LabMark } from '../../../app/lab/lab-mark.ts';
import type { Palette } from '../../canvas/palette.ts';
import type { TimeScale } from '../../canvas/time-scale.ts';
import { fitting, textWidth } from './layout.ts';
import { FACE, line } from './paint.ts';

/** What the lanes are drawn in. */
export interface Room {
  readonly scale: TimeScale;
  readonly gutter: number;
  readonly width: number;
  readonly bands: { readonly lanes: number; readonly axis: number };
}

export interface Pin {
  readonly x: number;
  /** Nanoseconds since the store's epoch. */
  readonly time: number;
  readonly words: string;
  /** What of the words has room. */
  readonly text: string;
}

/** Pins nearer to each other become one. */
const PIN_ROOM = 6;
const PIN_REACH = 6;
const LABEL_HEIGHT = 15;
const HEAD = 3.5;

/** The time of a mark in a capture. */
const timeOfMark = ({ atNs }: LabMark, epochNs: bigint): number => Number(atNs - epochNs);

export function layoutPins(marks: readonly LabMark[], epochNs: bigint, drawing: Room): readonly Pin[] {
  const { scale, gutter } = drawing;
  const pins: { x: number; time: number; words: string }[] = [];
  for (const mark of marks) {
    const time = timeOfMark(mark, epochNs);
    if (time < scale.span.from || time > scale.span.to) continue;
    const x = gutter + scale.x(time);
    const last = pins.at(-1);
    if (last !== undefined && x - last.x < PIN_ROOM) last.words += `; ${mark.words}`;
    else pins.push({ x, time, words: mark.words });
  }
  return pins.map((pin, i) => {
    const room = (pins[i + 1]?.x ?? drawing.width) - pin.x - 6;
    return { ...pin, text: fitting([pin.words, pin.words.replace(/^fault /, '')], room) };
  });
}

export function paintPins(
  context: CanvasRenderingContext2D,
  pins: readonly Pin[],
  { bands, gutter, width }: Room,
  palette: Palette,
): void {
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, bands.axis + HEAD + 3);
  context.clip();
  context.font = `11px ${FACE}`;
  for (const { x, text } of pins) {
    const at = Math.round(x) + 0.5;
    context.strokeStyle = palette('text');
    context.lineWidth = 1;
    context.setLineDash([2, 3]);
    line(context, at, bands.lanes, at, bands.axis);
    context.setLineDash([]);
    context.fillStyle = palette('panel');
    context.beginPath();
    context.arc(at, bands.axis, HEAD, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (text === '') continue;
    const top = bands.axis - LABEL_HEIGHT - 2;
    context.fillRect(at + 1, top, textWidth(text) + 8, LABEL_HEIGHT);
    context.strokeRect(at, top + 0.5, textWidth(text) + 9, LABEL_HEIGHT - 1);
    context.fillStyle = palette('text');
    context.fillText(text, at + 5, top + 11);
  }
  context.restore();
}

/** The pin whose head or words lie at a point. */
export function pinAt(pins: readonly Pin[], { bands }: Room, x: number, y: number): Pin | null {
  const isHigh = y >= bands.axis - LABEL_HEIGHT - 2 && y <= bands.axis + PIN_REACH;
  const reaches = ({ x: at, text }: Pin): boolean =>
    x >= at - PIN_REACH && x <= at + (text === '' ? PIN_REACH : textWidth(text) + 9);
  return isHigh ? (pins.findLast(reaches) ?? null) : null;
}

/** The rows of a table of what happened, with what was done to the lab among them. `start`: of the capture. */
export function withDeeds(
  rows: readonly string[][],
  marks: readonly LabMark[],
  epochNs: bigint,
  start: number,
): readonly string[][] {
  if (marks.length === 0) return rows;
  const seconds = (mark: LabMark): string => ((timeOfMark(mark, epochNs) - start) / 1e9).toFixed(6);
  const deeds = marks.map((mark) => [seconds(mark), 'done to the lab', mark.words]);
  return [...rows, ...deeds].sort(([a], [b]) => Number(a) - Number(b));
}
