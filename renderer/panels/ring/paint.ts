// Draws what moves in the ring view. Decides nothing.
import { drawMark } from '../../canvas/marks.ts';
import type { Palette } from '../../canvas/palette.ts';
import type { Look } from '../../state/looks.ts';
import { onCircle, type PlacedRing, type Ray } from './layout.ts';

type Context = CanvasRenderingContext2D;
interface Arc {
  readonly start: number;
  readonly way: number;
}

const TURN = 2 * Math.PI;
const TOP = -0.25;
const angle = (turn: number): number => (turn + TOP) * TURN;

const DASH = [2, 5];

/** The way of the token; dotted where there is no ring, or one that the capture does not show. */
export function paintCircle(context: Context, { ring, centre, radius }: PlacedRing, palette: Palette): void {
  context.strokeStyle = palette('line');
  context.lineWidth = 2;
  if (ring?.isSeen !== true) context.setLineDash(DASH);
  context.beginPath();
  context.arc(centre.x, centre.y, radius, 0, TURN);
  context.stroke();
  context.setLineDash([]);
}

/** The arc that the token is on its way along. */
export function paintHop(
  context: Context,
  { centre, radius }: PlacedRing,
  { start, way }: Arc,
  palette: Palette,
): void {
  context.strokeStyle = palette('token');
  context.lineWidth = 3;
  context.beginPath();
  context.arc(centre.x, centre.y, radius, angle(start), angle(start + way));
  context.stroke();
}

/** A thin ring round the holder that grows while it holds. `part`: 0 to 1. */
export function paintHold(
  context: Context,
  placed: PlacedRing,
  { start, way }: Arc,
  part: number,
  palette: Palette,
): void {
  const at = onCircle(placed.centre, placed.radius, start + way);
  context.strokeStyle = palette('token');
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(at.x, at.y, placed.nodeRadius + 4, angle(0), angle(part));
  context.stroke();
}

const tokenRadius = ({ nodeRadius }: PlacedRing): number => Math.max(4, Math.min(8, nodeRadius * 0.55));

/** Pixels between a holder and the token beside it. */
const BESIDE = 3;
/** Nodes smaller than this stand close together. */
const CROWDED = 7;

/**
 * A filled disc, a hollow one for a copy, so far along an arc. At the ends it lies beside the node, on the inside, so
 * that the node's state can be read.
 */
export function paintToken(
  context: Context,
  placed: PlacedRing,
  { start, way }: Arc,
  part: number,
  isCopy: boolean,
  palette: Palette,
): void {
  const size = tokenRadius(placed);
  const beside = placed.nodeRadius + size + BESIDE;
  // Where nodes stand close together there is no room for it between them.
  const inset = placed.nodeRadius < CROWDED ? beside : beside * (1 - Math.sin(Math.PI * part));
  const { x, y } = onCircle(placed.centre, placed.radius - inset, start + way * part);
  context.fillStyle = isCopy ? palette('panel') : palette('token');
  context.strokeStyle = isCopy ? palette('token') : palette('panel');
  context.lineWidth = isCopy ? 2.5 : 1.5;
  context.beginPath();
  context.arc(x, y, size, 0, TURN);
  context.fill();
  context.stroke();
}

const MARK = 4.5;
const CROSS = 4;

/** Rays from the sender, `part` of the way: they land, or end in a cross where they miss. */
export function paintRays(context: Context, rays: readonly Ray[], look: Look, part: number, palette: Palette): void {
  for (const { from, to, isMissed } of rays) {
    const x = from.x + (to.x - from.x) * part;
    const y = from.y + (to.y - from.y) * part;
    context.strokeStyle = context.fillStyle = palette(isMissed ? 'failure' : look.colour);
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(x, y);
    context.stroke();
    context.setLineDash([]);
    if (isMissed && part >= 1) {
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x - CROSS, y - CROSS);
      context.lineTo(x + CROSS, y + CROSS);
      context.moveTo(x + CROSS, y - CROSS);
      context.lineTo(x - CROSS, y + CROSS);
      context.stroke();
    } else drawMark(context, look.shape, x, y, MARK);
  }
}
