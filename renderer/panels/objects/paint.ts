// Draws the hash ring: arcs in their nodes' shades, objects, copies on tracks, a walk as far as it has gone. No layout.
import type { Palette } from '../../canvas/palette.ts';
import { beginPaint } from '../../canvas/surface.ts';
import { BAND, pointAt, type CopyMark, type Flight, type HashRingLayout, type WalkPath } from './layout.ts';

/** Shades of the style sheet; more nodes begin anew. */
export const SHADES = 6;
export const shadeOf = (node: number): string => `shade-${(node % SHADES) + 1}`;

export interface HashRingScene {
  readonly layout: HashRingLayout;
  readonly walk: WalkPath | null;
  /** Steps of the walk that are drawn. */
  readonly steps: number;
  /** Place of the chosen object and node in the map; -1 for none. */
  readonly object: number;
  readonly node: number;
  /** Objects that a change would move. */
  readonly moving: ReadonlySet<number>;
  /** Copies that came before in the epoch, and those that came with the last look at the disks, in order. */
  readonly landed: readonly Flight[];
  readonly flights: readonly Flight[];
  /** Milliseconds since they set out; Infinity: all are there. */
  readonly sinceMs: number;
  readonly palette: Palette;
}

const angle = (turn: number): number => (turn - 0.25) * 2 * Math.PI;

function paintBand(context: CanvasRenderingContext2D, { layout, node, palette }: HashRingScene): void {
  const { centre, radius, arcs } = layout;
  context.lineWidth = BAND;
  for (const arc of arcs) {
    context.strokeStyle = palette(arc.node === node ? 'accent' : shadeOf(arc.node));
    context.beginPath();
    context.arc(centre.x, centre.y, radius - BAND / 2, angle(arc.from), angle(arc.to));
    context.stroke();
  }
  // A virtual node stands at the end of its arc: a tick that parts it from the next one.
  context.lineWidth = 1;
  context.strokeStyle = palette('panel');
  context.beginPath();
  for (const { to } of arcs) {
    const outer = pointAt(centre, radius, to);
    const inner = pointAt(centre, radius - BAND, to);
    context.moveTo(outer.x, outer.y);
    context.lineTo(inner.x, inner.y);
  }
  context.stroke();
}

function paintTracks(context: CanvasRenderingContext2D, { layout, node, palette }: HashRingScene): void {
  const { centre, tracks } = layout;
  for (const [i, radius] of tracks.entries()) {
    context.lineWidth = i === node ? 2 : 1;
    context.strokeStyle = palette(i === node ? 'accent' : 'line');
    context.beginPath();
    context.arc(centre.x, centre.y, Math.max(1, radius), 0, 2 * Math.PI);
    context.stroke();
  }
}

const COPY_COLOURS: Readonly<Record<CopyMark, string>> = {
  here: 'text',
  wanted: 'muted',
  missing: 'failure',
  stray: 'warning',
  old: 'note',
};

function paintCopies(context: CanvasRenderingContext2D, scene: HashRingScene): void {
  const { layout, object, palette } = scene;
  for (const { x, y, mark, object: own } of layout.copies) {
    const size = own === object ? layout.dot + 2 : layout.dot;
    const colour = palette(COPY_COLOURS[mark]);
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    if (mark === 'stray') {
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x + size, y - size);
      context.lineTo(x - size, y + size);
      context.stroke();
      continue;
    }
    context.arc(x, y, size, 0, 2 * Math.PI);
    if (mark === 'here') context.fill();
    else context.stroke();
  }
}

function paintObjects(context: CanvasRenderingContext2D, scene: HashRingScene): void {
  const { layout, object, moving, palette } = scene;
  for (const { x, y, object: own, isOdd } of layout.objects) {
    context.fillStyle = palette(own === object ? 'accent' : isOdd ? 'failure' : 'muted');
    context.beginPath();
    context.arc(x, y, own === object ? layout.dot + 2 : layout.dot, 0, 2 * Math.PI);
    context.fill();
    if (!moving.has(own)) continue;
    context.strokeStyle = palette('accent');
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, layout.dot + 3, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** From the object's hash along the band to each step, with its number; a spoke to each track that got a copy. */
function paintWalk(context: CanvasRenderingContext2D, { layout, walk, steps, palette }: HashRingScene): void {
  const { centre, radius } = layout;
  const last = walk?.marks[steps - 1];
  if (walk === null || last === undefined) return;
  context.strokeStyle = palette('accent');
  context.fillStyle = palette('accent');
  context.lineWidth = 2;
  context.beginPath();
  context.arc(centre.x, centre.y, radius + 3, angle(walk.start), angle(last.turn));
  context.stroke();
  context.font = `600 11px ${palette('face')}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { step, at, label, isChosen } of walk.marks.slice(0, steps)) {
    context.lineWidth = 1;
    context.strokeStyle = palette(isChosen ? 'accent' : 'muted');
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.lineTo(label.x, label.y);
    context.stroke();
    context.fillStyle = palette('panel');
    context.beginPath();
    context.arc(label.x, label.y, 7, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.fillStyle = palette(isChosen ? 'text' : 'muted');
    context.fillText(String(step), label.x, label.y + 0.5);
  }
}

/** Milliseconds of one flight, and of all of them together: many set out soon after one another. */
const FLIGHT_MS = 700;
export const FLIGHTS_MS = 2600;
const APART_MS_MAX = 120;

/** The ways of copies that came before. */
function paintLanded(context: CanvasRenderingContext2D, { landed, palette }: HashRingScene): void {
  context.lineWidth = 1;
  context.strokeStyle = palette('muted');
  context.beginPath();
  for (const { from, to } of landed) {
    if (from === null) continue;
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
  }
  context.stroke();
}

/** The way of each copy stays as a line; one that nobody is known to have given just closes in where it came. */
function paintFlights(context: CanvasRenderingContext2D, { flights, sinceMs, layout, palette }: HashRingScene): void {
  const apart = Math.min(APART_MS_MAX, (FLIGHTS_MS - FLIGHT_MS) / Math.max(1, flights.length));
  const accent = palette('accent');
  context.lineWidth = 1.5;
  context.strokeStyle = accent;
  context.fillStyle = accent;
  for (const [i, { from, to }] of flights.entries()) {
    const share = Math.min(1, Math.max(0, (sinceMs - i * apart) / FLIGHT_MS));
    if (share === 0) continue;
    const reach = layout.dot + 3;
    if (from !== null) {
      const at = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(at.x, at.y);
      context.stroke();
      context.beginPath();
      context.arc(at.x, at.y, layout.dot + (share < 1 ? 1.5 : 0), 0, 2 * Math.PI);
      context.fill();
      if (share < 1) continue;
    }
    context.beginPath();
    context.arc(to.x, to.y, from === null ? reach + (1 - share) * 10 : reach, 0, 2 * Math.PI);
    context.setLineDash(from === null ? [2, 2] : []);
    context.stroke();
    context.setLineDash([]);
  }
}

export function paintHashRing(canvas: HTMLCanvasElement, scene: HashRingScene): void {
  const context = beginPaint(canvas);
  if (context === null) return;
  paintBand(context, scene);
  paintTracks(context, scene);
  paintObjects(context, scene);
  paintLanded(context, scene);
  paintCopies(context, scene);
  paintFlights(context, scene);
  paintWalk(context, scene);
}
