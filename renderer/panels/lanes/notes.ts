// Annotations in the timeline: a diamond over the axis where a packet or a finding has one, a bar for a stretch of
// time. Where they stand, how they are drawn, which one lies at a point.
import type { Annotation } from '../../../app/annotations/annotation.ts';
import type { Annotations } from '../../../app/annotations/list.ts';
import type { Palette } from '../../canvas/palette.ts';
import { fitting } from './layout.ts';
import { FACE } from './paint.ts';
import type { Room } from './pins.ts';

/** The times of what an annotation is on; null where it has none here. */
export type TimesOf = (annotation: Annotation) => { readonly from: number; readonly to: number } | null;

export interface PlacedNote {
  readonly annotation: Annotation;
  readonly x1: number;
  readonly x2: number;
  readonly text: string;
}

const HALF = 4.5;
const REACH = 7;
const HEIGHT = 15;
/** Notes that are drawn: of more the first. */
const DRAWN_MAX = 2000;

export function layoutNotes(list: Annotations, timesOf: TimesOf, room: Room): readonly PlacedNote[] {
  const { scale, gutter, width } = room;
  const placed = list.slice(0, DRAWN_MAX).flatMap((annotation) => {
    const times = timesOf(annotation);
    if (times === null || times.to < scale.span.from || times.from > scale.span.to) return [];
    const x1 = Math.max(gutter, gutter + scale.x(times.from));
    return [{ annotation, x1, x2: Math.min(width, gutter + scale.x(times.to)) }];
  });
  placed.sort((a, b) => a.x1 - b.x1);
  return placed.map((own, i) => {
    const end = placed[i + 1]?.x1 ?? width;
    return { ...own, text: fitting([own.annotation.text.split('\n')[0] ?? ''], end - own.x1 - 14) };
  });
}

export function paintNotes(
  context: CanvasRenderingContext2D,
  notes: readonly PlacedNote[],
  { bands, gutter, width }: Room,
  palette: Palette,
): void {
  if (notes.length === 0) return;
  context.save();
  context.beginPath();
  context.rect(gutter, bands.lanes, width - gutter, bands.axis - bands.lanes + 1);
  context.clip();
  context.font = `11px ${FACE}`;
  const y = bands.axis - HEIGHT / 2 - 1;
  for (const { annotation, x1, x2, text } of notes) {
    context.fillStyle = palette(annotation.colour);
    if (x2 - x1 > 2) context.fillRect(x1, bands.axis - 4, x2 - x1, 4);
    context.strokeStyle = palette('text');
    context.lineWidth = 1;
    const diamond = new Path2D(`M${x1} ${y - HALF}l${HALF} ${HALF}l${-HALF} ${HALF}l${-HALF} ${-HALF}z`);
    context.fill(diamond);
    context.stroke(diamond);
    context.fillStyle = palette('text');
    if (text !== '') context.fillText(text, x1 + HALF + 4, y + 4);
  }
  context.restore();
}

/** The annotation whose diamond or bar lies at a point. */
export function noteAt(notes: readonly PlacedNote[], { bands }: Room, x: number, y: number): Annotation | null {
  if (y < bands.axis - HEIGHT - 2 || y > bands.axis) return null;
  const isAt = ({ x1, x2 }: PlacedNote): boolean =>
    Math.abs(x - x1) <= REACH || (y >= bands.axis - 6 && x >= x1 && x <= x2);
  return notes.findLast(isAt)?.annotation ?? null;
}
