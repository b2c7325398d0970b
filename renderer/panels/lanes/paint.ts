// Draws lanes: what is behind the packets, and the packets. Decides nothing: places come from layout.ts.
import { fillPattern } from '../../canvas/backgrounds.ts';
import { drawLevels } from '../../canvas/level-image.ts';
import type { Palette } from '../../canvas/palette.ts';
import { drawSprite } from '../../canvas/sprites.ts';
import { STATE_LOOKS, TRACK_COLOURS, TRACKS } from '../../state/looks.ts';
import type { LaneStretch } from '../../state/time/facts.ts';
import { trackY, type Break, type Lane, type PacketsDrawing, type PlacedStop } from './layout.ts';

/** Half the size of a mark in a lane with room for it, and in the lowest lane. */
const HALF_MAX = 4;
const HALF_MIN = 2;
/** Marks in view from which on they are drawn smaller, so that the picture stays calm. */
const MANY = 700;
/** Fewer pixels than this between two hops on average make their lines faint. */
const HOP_ROOM = 6;
const NO_DASH: number[] = [];

export const FACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
export const SMALL = `11px ${FACE}`;
export const STRONG = `600 12px ${FACE}`;

type Context = CanvasRenderingContext2D;

export function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

export function paintLane(context: Context, { top, height }: Lane, x1: number, x2: number, palette: Palette): void {
  context.fillStyle = palette('raised');
  context.fillRect(x1, top, x2 - x1, height);
}

export function paintStretch(
  context: Context,
  { state }: LaneStretch,
  { top, height }: Lane,
  { x1, x2, text, textX }: { readonly x1: number; readonly x2: number; readonly text: string; readonly textX: number },
  palette: Palette,
): void {
  const width = Math.max(1, x2 - x1);
  if (state !== null) {
    const { fill, colour } = STATE_LOOKS[state];
    context.fillStyle = fillPattern(context, fill, palette(colour));
    context.fillRect(x1, top, width, height);
    context.fillStyle = palette(colour);
    context.fillRect(x1, top, width, 2);
  }
  if (text === '') return;
  context.font = SMALL;
  context.fillStyle = palette(state === null ? 'muted' : 'text');
  context.globalAlpha = 0.8;
  context.fillText(text, textX + 6, top + height - 5);
  context.globalAlpha = 1;
}

function paintPath(context: Context, { path }: PacketsDrawing, width: number, palette: Palette): void {
  const hops = Math.max(1, path.length / 2);
  context.globalAlpha = Math.min(0.85, Math.max(0.3, width / hops / HOP_ROOM));
  context.strokeStyle = palette('token');
  context.lineWidth = 1;
  context.setLineDash(NO_DASH);
  context.beginPath();
  for (const { x1, y1, x2, y2 } of path) {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** Half the size of the marks of a drawing. */
export function markHalf({ marks }: PacketsDrawing, lane: Lane | undefined): number {
  const room = ((lane?.height ?? 0) / TRACKS) * 0.62;
  const most = marks.length > MANY ? HALF_MAX - 1.5 : HALF_MAX;
  return Math.round(Math.min(most, Math.max(HALF_MIN, room)) * 2) / 2;
}

export function paintPackets(
  context: Context,
  drawing: PacketsDrawing,
  lanes: readonly Lane[],
  { left, width }: { readonly left: number; readonly width: number },
  palette: Palette,
): void {
  const { levels, marks } = drawing;
  if (levels !== null)
    drawLevels(context, levels, left, (band) => {
      const lane = lanes[Math.floor(band / TRACKS)];
      if (lane === undefined) return null;
      const track = band % TRACKS;
      const height = Math.max(2, lane.height / TRACKS - 4);
      return { y: trackY(lane, track) - height / 2, height, colour: palette(TRACK_COLOURS[track] ?? 'other') };
    });
  paintPath(context, drawing, width, palette);
  const half = markHalf(drawing, lanes[0]);
  for (const { x, y, look } of marks) drawSprite(context, look.shape, palette(look.colour), x, y, half);
}

/** Where a token came and did not leave: a cross, and a broken line up to when it was declared lost. */
export function paintStops(context: Context, stops: readonly PlacedStop[], palette: Palette): void {
  context.font = STRONG;
  for (const { x1, x2, y, text, textX } of stops) {
    context.strokeStyle = palette('failure');
    context.lineWidth = 2;
    line(context, x1 - 4, y - 4, x1 + 4, y + 4);
    line(context, x1 + 4, y - 4, x1 - 4, y + 4);
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    line(context, x1 + 6, y, Math.max(x1 + 6, x2), y);
    context.setLineDash([]);
    context.fillStyle = palette('failure-text');
    context.fillText(text, textX, y - 6);
  }
}

const TOOTH = 4;

/** A break: nothing of the lanes, between two jagged edges. */
export function paintBreaks(context: Context, breaks: readonly Break[], bottom: number, palette: Palette): void {
  for (const { x1, x2 } of breaks) {
    context.fillStyle = palette('panel');
    context.fillRect(x1 + TOOTH / 2, 0, x2 - x1 - TOOTH, bottom);
    context.strokeStyle = palette('muted');
    context.lineWidth = 1;
    for (const x of [x1 + TOOTH, x2 - TOOTH]) {
      context.beginPath();
      context.moveTo(x, 0);
      for (let y = 0, i = 0; y <= bottom; y += TOOTH, i++) context.lineTo(x + (i % 2 === 0 ? -2 : 2), y);
      context.stroke();
    }
    context.fillStyle = palette('muted');
    for (const i of [-1, 0, 1]) context.fillRect((x1 + x2) / 2 + i * 4 - 0.75, bottom + 10, 1.5, 1.5);
  }
}
