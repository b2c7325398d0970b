// Four ways to fill a stretch of a lane, so that colour is never alone: solid, hatched, dotted, barred.

export const FILLS = ['solid', 'hatched', 'dotted', 'barred'] as const;
export type Fill = (typeof FILLS)[number];

const TILE = 8;
const cache = new Map<string, CanvasPattern | null>();

function drawTile(context: CanvasRenderingContext2D, fill: Fill, colour: string): void {
  context.globalAlpha = 0.16;
  context.fillStyle = colour;
  context.fillRect(0, 0, TILE, TILE);
  context.globalAlpha = 0.45;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  if (fill === 'hatched')
    for (const shift of [-TILE, 0, TILE]) {
      context.moveTo(shift, TILE);
      context.lineTo(shift + TILE, 0);
    }
  else if (fill === 'barred') {
    context.moveTo(TILE / 2, 0);
    context.lineTo(TILE / 2, TILE);
  }
  context.stroke();
  if (fill !== 'dotted') return;
  context.beginPath();
  context.arc(TILE / 2, TILE / 2, 1.4, 0, 2 * Math.PI);
  context.fill();
}

/** The pattern of a fill in a colour, made once. */
export function fillPattern(context: CanvasRenderingContext2D, fill: Fill, colour: string): CanvasPattern | string {
  const key = `${fill} ${colour}`;
  let pattern = cache.get(key);
  if (pattern === undefined) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = TILE;
    const drawing = tile.getContext('2d');
    if (drawing !== null) drawTile(drawing, fill, colour);
    pattern = context.createPattern(tile, 'repeat');
    cache.set(key, pattern);
  }
  return pattern ?? colour;
}
