// Draws a timeline. Decides nothing: colours come from the style sheet, places from layout.ts.
import type { Palette } from '../../canvas/palette.ts';
import { drawFlag } from '../../canvas/sprites.ts';
import {
  FACE,
  line,
  markHalf,
  paintBreaks,
  paintLane,
  paintPackets,
  paintStops,
  paintStretch,
  paintStrips,
  SMALL,
  STRONG,
} from '../lanes/paint.ts';
import { textWidth } from '../lanes/layout.ts';
import { RING_HEIGHT, type TimelineDrawing } from './layout.ts';

const FONT = `12px ${FACE}`;

/** Names in lower lanes are small. */
const LOW_LANE = 14;

type Context = CanvasRenderingContext2D;

function paintRings(context: Context, { rings, bands }: TimelineDrawing, palette: Palette): void {
  context.font = SMALL;
  for (const { ring, band, x1, x2, text, textX } of rings) {
    const top = bands.rings + band * RING_HEIGHT;
    const width = Math.max(2, x2 - x1);
    const height = RING_HEIGHT - 3;
    if (ring.isSeen) {
      context.fillStyle = palette('layer');
      context.fillRect(x1, top, width, height);
      context.fillStyle = palette('operational');
      context.fillRect(x1, top, 2, height);
    } else {
      context.strokeStyle = palette('muted');
      context.lineWidth = 1;
      context.setLineDash([3, 3]);
      context.strokeRect(Math.round(x1) + 0.5, top + 0.5, Math.round(width) - 1, height - 1);
      context.setLineDash([]);
    }
    if (text === '') continue;
    context.fillStyle = palette(ring.isSeen ? 'text' : 'muted');
    context.fillText(text, textX + 7, top + 13);
  }
}

/** A bracket to scale, with its name in the middle. */
function paintWaits(context: Context, { waits, bands }: TimelineDrawing, palette: Palette): void {
  context.font = SMALL;
  context.lineWidth = 1.5;
  const middle = bands.waits + 10;
  for (const { wait, x1, x2, text } of waits) {
    const [left, right] = [x1 + 1, Math.max(x1 + 2, x2 - 1)];
    context.strokeStyle = palette(wait.kind === 'token' ? 'token' : 'gather');
    line(context, left, middle - 5, left, middle + 5);
    line(context, right, middle - 5, right, middle + 5);
    const room = text === '' ? 0 : textWidth(text) / 2 + 5;
    const centre = (left + right) / 2;
    line(context, left, middle, text === '' ? right : centre - room, middle);
    if (text === '') continue;
    line(context, centre + room, middle, right, middle);
    context.fillStyle = palette('text');
    context.textAlign = 'center';
    context.fillText(text, centre, middle + 4);
    context.textAlign = 'start';
  }
}

function paintFlags(
  context: Context,
  { flags, bands }: TimelineDrawing,
  palette: Palette,
  chosen: string | null,
): void {
  context.font = SMALL;
  for (const { finding, x1, x2, text, textX } of flags) {
    const top = bands.findings + 3;
    const bottom = bands.lanes - 1;
    const colour = palette(finding.severity === 'info' ? 'note' : finding.severity);
    const height = finding.id === chosen ? 3 : 1.4;
    context.fillStyle = colour;
    context.fillRect(x1, bottom - height / 2, Math.max(1, x2 - x1), height);
    drawFlag(context, colour, x1, top, bottom);
    if (text === '') continue;
    if (finding.severity === 'info') context.fillStyle = palette('muted');
    else context.fillStyle = palette(`${finding.severity}-text`);
    context.fillText(text, textX, top + 9);
  }
}

function paintAxis(context: Context, drawing: TimelineDrawing, palette: Palette): void {
  const { axis, bands, width, height, gutter } = drawing;
  context.font = SMALL;
  context.strokeStyle = palette('line');
  context.lineWidth = 1;
  line(context, gutter, bands.axis + 0.5, width, bands.axis + 0.5);
  for (const { x, text } of axis)
    line(context, Math.round(x) + 0.5, bands.axis, Math.round(x) + 0.5, bands.axis + (text === '' ? 3 : 6));
  context.fillStyle = palette('muted');
  for (const { x, text } of axis) if (x < width - 24) context.fillText(text, x + 4, height - 6);
  context.fillText('rings', 12, bands.rings + 13);
  if (bands.findings > bands.waits) context.fillText('waits', 12, bands.waits + 14);
  context.fillText('findings', 12, bands.findings + 13);
}

function paintLabels(
  context: Context,
  { lanes, gutter }: TimelineDrawing,
  palette: Palette,
  node: number | null,
): void {
  for (const { top, height: tall, label, nodeid } of lanes) {
    if (nodeid === node) {
      context.fillStyle = palette('selected');
      context.fillRect(4, top, gutter - 8, tall);
    }
    context.font = nodeid === node ? STRONG : tall < LOW_LANE ? SMALL : FONT;
    context.fillStyle = palette('text');
    context.fillText(label, 12, top + tall / 2 + 4, gutter - 20);
  }
}

/** All that does not follow the pointer or the cursor. */
export function paintTimeline(
  context: Context,
  drawing: TimelineDrawing,
  palette: Palette,
  chosen: { readonly finding: string | null; readonly node: number | null },
): void {
  const { width, gutter, lanes, stretches, height, bands } = drawing;
  const clip = (x: number, y: number, bottom: number): void => {
    context.save();
    context.beginPath();
    context.rect(x, y, width - x, bottom - y);
    context.clip();
  };
  clip(gutter, bands.lanes, bands.axis);
  for (const lane of lanes) paintLane(context, lane, gutter, width, palette);
  for (const placed of stretches) {
    const lane = lanes[placed.stretch.lane];
    if (lane !== undefined) paintStretch(context, placed.stretch, lane, placed, palette);
  }
  if (drawing.strips !== null) paintStrips(context, drawing.strips, lanes, gutter, palette);
  paintPackets(context, drawing, lanes, { left: gutter, width: width - gutter }, palette);
  paintStops(context, drawing.stops, palette);
  context.restore();
  clip(gutter, 0, height);
  paintRings(context, drawing, palette);
  paintWaits(context, drawing, palette);
  paintFlags(context, drawing, palette, chosen.finding);
  paintBreaks(context, drawing.breaks, drawing.bands.axis, palette);
  context.restore();
  paintAxis(context, drawing, palette);
  clip(0, bands.lanes, bands.axis);
  paintLabels(context, drawing, palette, chosen.node);
  context.restore();
}

export interface Now {
  readonly row: number | null;
  readonly time: number | null;
  readonly marked: { readonly from: number; readonly to: number } | null;
  readonly hoverRow: number | null;
  /** Rows that prove the chosen finding. */
  readonly evidence: ReadonlySet<number>;
}

/** The cursor, the chosen and the hovered packet, and the marked stretch: over all else, and often. */
export function paintOverlay(context: Context, drawing: TimelineDrawing, palette: Palette, now: Now): void {
  const { gutter, width, height, scale, bands, marks, lanes } = drawing;
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  if (now.marked !== null) {
    const [x1, x2] = [gutter + scale.x(now.marked.from), gutter + scale.x(now.marked.to)];
    context.fillStyle = context.strokeStyle = palette('accent');
    context.globalAlpha = 0.16;
    context.fillRect(x1, 0, x2 - x1, bands.axis);
    context.globalAlpha = 1;
    context.lineWidth = 1;
    for (const x of [x1, x2]) line(context, Math.round(x) + 0.5, 0, Math.round(x) + 0.5, bands.axis + 6);
  }
  const half = markHalf(drawing, lanes[0]) + 4;
  if (now.evidence.size > 0) {
    context.strokeStyle = palette('failure');
    context.lineWidth = 2;
    for (const { x, y, row } of marks)
      if (now.evidence.has(row)) context.strokeRect(x - half, y - half, 2 * half, 2 * half);
  }
  for (const { x, y, row } of marks) {
    if (row !== now.row && row !== now.hoverRow) continue;
    context.strokeStyle = palette(row === now.row ? 'text' : 'muted');
    context.lineWidth = row === now.row ? 2 : 1.5;
    context.beginPath();
    context.arc(x, y, half, 0, 2 * Math.PI);
    context.stroke();
  }
  if (now.time !== null) {
    const x = Math.round(gutter + scale.x(now.time)) + 0.5;
    context.strokeStyle = context.fillStyle = palette('text');
    context.lineWidth = 1;
    line(context, x, 0, x, bands.axis + 6);
    context.fill(new Path2D(`M${x - 5} ${bands.axis + 9}H${x + 5}L${x} ${bands.axis + 2}Z`));
  }
  context.restore();
}
