// Draws lanes: what is behind the packets, and the packets. Decides nothing: places come from layout.ts.
import { fillPattern } from '../../canvas/backgrounds.ts';
import { drawCells, levelValues, type RowLook } from '../../canvas/level-image.ts';
import type { Palette } from '../../canvas/palette.ts';
import { drawJagged, drawSprite } from '../../canvas/sprites.ts';
import { STATE_LOOKS, TRACK_COLOURS, TRACKS } from '../../state/looks.ts';
import type { LaneStretch } from '../../state/time/facts.ts';
import { trackY, type Break, type Lane, type Mark, type PacketsDrawing, type PlacedStop } from './layout.ts';
import { STRIP_STATES, type Strips } from './stretches.ts';

/** Half the size of a mark in a lane with room for it, and in the lowest lane. */
const HALF_MAX = 4;
const HALF_MIN = 2;
/** Marks in view from which on they are drawn smaller, so that the picture stays calm. */
const MANY = 700;
/** Fewer pixels than this between two hops on average make their lines faint. */
const HOP_ROOM = 6;
/** Of the strip where packets are highlighted. */
const HIT_HEIGHT = 4;
const HIT_WIDTH_MIN = 5;
/** Marks nearer to each other than this cannot be told apart. */
const SAME_PIXEL = 0.75;
/** Of the states of a strip, which has no room for patterns; of a pattern's ground and its marks together. */
const STRIP_OPACITY = 0.4;
const EDGE_HEIGHT = 2;

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
    context.fillRect(x1, top, width, EDGE_HEIGHT);
  }
  if (text === '') return;
  context.font = SMALL;
  context.fillStyle = palette(state === null ? 'muted' : 'text');
  context.globalAlpha = 0.8;
  context.fillText(text, textX + 6, top + height - 5);
  context.globalAlpha = 1;
}

/** States of stretches that are too narrow for a pattern: of each pixel of each lane one. */
export function paintStrips(
  context: Context,
  { columns, states }: Strips,
  lanes: readonly Lane[],
  left: number,
  palette: Palette,
): void {
  const row = (y: number, height: number, opacity: number): RowLook => ({
    y,
    height,
    values: STRIP_STATES.map((state) => ({ colour: palette(STATE_LOOKS[state].colour), opacity })),
  });
  const looks = lanes.flatMap(({ top, height }) => [row(top, height, STRIP_OPACITY), row(top, EDGE_HEIGHT, 1)]);
  drawCells(context, columns, looks, (at, column) => states[(at >> 1) * columns + column]!, left);
}

function paintPath(context: Context, { path }: PacketsDrawing, width: number, palette: Palette): void {
  const hops = Math.max(1, path.length / 2);
  context.globalAlpha = Math.min(0.85, Math.max(0.3, width / hops / HOP_ROOM));
  context.fillStyle = palette('token');
  // Lines go up and down or along, and stand on whole pixels: filled one by one they cost a tenth of one long stroke.
  for (const { x1, y1, x2, y2 } of path) {
    const [left, top] = [Math.round(x1), Math.round(Math.min(y1, y2))];
    context.fillRect(left, top, Math.max(1, Math.round(x2) - left), Math.max(1, Math.round(Math.abs(y2 - y1))));
  }
  context.globalAlpha = 1;
}

/** Half the size of the marks of a drawing. */
export function markHalf({ marks }: PacketsDrawing, lane: Lane | undefined): number {
  const room = ((lane?.height ?? 0) / TRACKS) * 0.62;
  const most = marks.length > MANY ? HALF_MAX - 1.5 : HALF_MAX;
  return Math.round(Math.min(most, Math.max(HALF_MIN, room)) * 2) / 2;
}

/** Of marks that look the same on the same pixel one is drawn: copies of a multicast to many leave together. */
function paintMarks(context: Context, marks: readonly Mark[], half: number, palette: Palette): void {
  const last = new Map<number, Mark>();
  for (const mark of marks) {
    const { x, y, look } = mark;
    const before = last.get(y);
    if (before !== undefined && before.look === look && x - before.x < SAME_PIXEL) continue;
    last.set(y, mark);
    drawSprite(context, look.shape, palette(look.colour), x, y, half);
  }
}

/** Where packets are highlighted: a strip at the foot of the lane, so that it hides no mark. */
function paintHits(context: Context, { hits }: PacketsDrawing, lanes: readonly Lane[], palette: Palette): void {
  context.fillStyle = palette('hit-mark');
  for (const { lane, x1, x2 } of hits) {
    const own = lanes[lane];
    // A lone packet is seen too.
    const width = Math.max(HIT_WIDTH_MIN, x2 - x1);
    if (own !== undefined)
      context.fillRect((x1 + x2 - width) / 2, own.top + own.height - HIT_HEIGHT, width, HIT_HEIGHT);
  }
}

export function paintPackets(
  context: Context,
  drawing: PacketsDrawing,
  lanes: readonly Lane[],
  { left, width }: { readonly left: number; readonly width: number },
  palette: Palette,
): void {
  const { levels, marks } = drawing;
  if (levels !== null) {
    const { columns, bands, levels: values } = levels;
    const looks = Array.from({ length: bands }, (_, band) => {
      const lane = lanes[Math.floor(band / TRACKS)];
      if (lane === undefined) return null;
      const track = band % TRACKS;
      const height = Math.max(2, lane.height / TRACKS - 4);
      const colour = palette(TRACK_COLOURS[track] ?? 'other');
      return { y: trackY(lane, track) - height / 2, height, values: levelValues(colour) };
    });
    drawCells(context, columns, looks, (band, column) => values[column * bands + band]!, left);
  }
  paintPath(context, drawing, width, palette);
  paintHits(context, drawing, lanes, palette);
  const half = markHalf(drawing, lanes[0]);
  paintMarks(context, marks, half, palette);
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
    for (const x of [x1 + TOOTH, x2 - TOOTH]) drawJagged(context, palette('muted'), x, bottom, TOOTH);
    context.fillStyle = palette('muted');
    for (const i of [-1, 0, 1]) context.fillRect((x1 + x2) / 2 + i * 4 - 0.75, bottom + 10, 1.5, 1.5);
  }
}
