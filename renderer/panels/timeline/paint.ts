// Draws a timeline. Decides nothing: colours come from the style sheet, places from layout.ts.
import { fillPattern } from '../../canvas/backgrounds.ts';
import { drawMark } from '../../canvas/marks.ts';
import type { Palette } from '../../canvas/palette.ts';
import type { Span } from '../../canvas/time-scale.ts';
import { STATE_LOOKS, TRACK_COLOURS } from '../../state/looks.ts';
import { DENSITY_LEVELS, GUTTER, xOf, type TimelineDrawing } from './layout.ts';

const HALF = 4;
/** Lower lanes have no room for words: their colour and pattern are in the legend. */
const LABELLED_HEIGHT_MIN = 36;
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const SMALL = FONT.replace('12px', '11px');

function paintLanes(context: CanvasRenderingContext2D, drawing: TimelineDrawing, palette: Palette, span: Span): void {
  const { lanes, stretches, width } = drawing;
  for (const { top, height } of lanes) {
    context.fillStyle = palette('raised');
    context.fillRect(GUTTER, top, width - GUTTER, height);
  }
  for (const { lane: number, state, from, to } of stretches) {
    const lane = lanes[number];
    if (lane === undefined) continue;
    const { fill, colour } = STATE_LOOKS[state];
    const x1 = Math.max(GUTTER, xOf(span, width, from));
    const x2 = Math.min(width, Math.max(x1 + 1, xOf(span, width, to)));
    if (x2 <= x1) continue;
    context.fillStyle = fillPattern(context, fill, palette(colour));
    context.fillRect(x1, lane.top, x2 - x1, lane.height);
    context.fillStyle = palette(colour);
    context.fillRect(x1, lane.top, x2 - x1, 2);
    if (x2 - x1 > state.length * 7 + 12 && lane.height >= LABELLED_HEIGHT_MIN) {
      context.font = SMALL;
      context.fillStyle = palette('text');
      context.globalAlpha = 0.75;
      context.fillText(state, x1 + 6, lane.top + lane.height - 5);
      context.globalAlpha = 1;
    }
  }
}

function paintRings(
  context: CanvasRenderingContext2D,
  { rings, bands, width }: TimelineDrawing,
  palette: Palette,
  span: Span,
): void {
  const bandCount = Math.max(1, ...rings.map(({ band }) => band + 1));
  const height = Math.max(7, Math.floor((bands.findings - 4) / bandCount));
  context.font = SMALL;
  for (const { text, from, to, band } of rings) {
    const x1 = Math.max(GUTTER, xOf(span, width, from));
    const x2 = Math.min(width, Math.max(x1 + 2, xOf(span, width, to)));
    const top = bands.rings + 2 + band * height;
    if (x2 <= x1) continue;
    context.fillStyle = palette('layer');
    context.fillRect(x1, top, x2 - x1, height - 1);
    context.fillStyle = palette('operational');
    context.fillRect(x1, top, 2, height - 1);
    if (x2 - x1 < 40 || height < 14) continue;
    context.save();
    context.beginPath();
    context.rect(x1, top, x2 - x1 - 2, height);
    context.clip();
    context.fillStyle = palette('text');
    context.fillText(text, x1 + 6, top + height / 2 + 4);
    context.restore();
  }
}

/** One filling for each colour and level: thousands of stretches cost tens of fillings. */
function paintDensities(
  context: CanvasRenderingContext2D,
  densities: TimelineDrawing['densities'],
  palette: Palette,
): void {
  for (const [track, colour] of TRACK_COLOURS.entries())
    for (let level = 0; level < DENSITY_LEVELS; level++) {
      context.beginPath();
      for (const density of densities)
        if (density.track === track && density.level === level)
          context.rect(density.x, density.y, density.width, density.height);
      context.globalAlpha = 0.35 + (0.65 * level) / (DENSITY_LEVELS - 1);
      context.fillStyle = palette(colour);
      context.fill();
    }
}

function paintPackets(
  context: CanvasRenderingContext2D,
  { densities, path, marks }: TimelineDrawing,
  palette: Palette,
  row: number | null,
): void {
  paintDensities(context, densities, palette);
  context.globalAlpha = 0.8;
  context.strokeStyle = palette('token');
  context.lineWidth = 1;
  for (const isBroken of [false, true]) {
    context.setLineDash(isBroken ? [3, 3] : []);
    context.beginPath();
    for (const segment of path) {
      if (segment.isBroken !== isBroken) continue;
      context.moveTo(segment.x1, segment.y1);
      context.lineTo(segment.x2, segment.y2);
    }
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  for (const { x, y, look } of marks) {
    context.fillStyle = context.strokeStyle = palette(look.colour);
    drawMark(context, look.shape, x, y, HALF);
  }
  const chosen = marks.find((mark) => mark.row === row);
  if (chosen === undefined) return;
  context.strokeStyle = palette('text');
  context.lineWidth = 2;
  context.beginPath();
  context.arc(chosen.x, chosen.y, HALF + 4, 0, 2 * Math.PI);
  context.stroke();
}

function paintFlags(context: CanvasRenderingContext2D, { flags, bands }: TimelineDrawing, palette: Palette): void {
  for (const { x, severity } of flags) {
    const top = bands.findings + 3;
    context.fillStyle = context.strokeStyle = palette(severity === 'info' ? 'note' : severity);
    context.lineWidth = 1.4;
    const flag = new Path2D(
      `M${x} ${top}V${bands.lanes}M${x} ${top}H${x + 9}L${x + 7} ${top + 3.5}L${x + 9} ${top + 7}H${x}`,
    );
    context.fill(flag);
    context.stroke(flag);
  }
}

function paintAxis(
  context: CanvasRenderingContext2D,
  { axis, bands, width, height, lanes }: TimelineDrawing,
  palette: Palette,
): void {
  context.font = SMALL;
  context.strokeStyle = palette('line');
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(GUTTER, bands.axis + 0.5);
  context.lineTo(width, bands.axis + 0.5);
  for (const { x } of axis) {
    context.moveTo(Math.round(x) + 0.5, bands.axis);
    context.lineTo(Math.round(x) + 0.5, bands.axis + 5);
  }
  context.stroke();
  context.fillStyle = palette('muted');
  for (const { x, text } of axis) context.fillText(text, x + 4, height - 6);
  context.fillText('rings', 12, bands.findings - 6);
  context.fillText('findings', 12, bands.lanes - 5);
  context.font = FONT;
  context.fillStyle = palette('text');
  for (const { top, height: tall, label } of lanes) context.fillText(label, 12, top + tall / 2 + 4, GUTTER - 18);
}

export function paintTimeline(
  context: CanvasRenderingContext2D,
  drawing: TimelineDrawing,
  palette: Palette,
  span: Span,
  now: { readonly row: number | null; readonly time: number | null },
): void {
  const { width, bands } = drawing;
  context.save();
  context.beginPath();
  context.rect(GUTTER, 0, width - GUTTER, drawing.height);
  context.clip();
  paintLanes(context, drawing, palette, span);
  paintRings(context, drawing, palette, span);
  paintPackets(context, drawing, palette, now.row);
  paintFlags(context, drawing, palette);
  if (now.time !== null) {
    const x = Math.round(xOf(span, width, now.time)) + 0.5;
    context.strokeStyle = palette('text');
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, bands.axis + 6);
    context.stroke();
  }
  context.restore();
  paintAxis(context, drawing, palette);
}
