// The shapes of marks, once for canvases and once as a path for SVG. What a shape means is said elsewhere.

export const SHAPES = ['disc', 'ring', 'dot', 'tail', 'triangle', 'square', 'diamond', 'tick', 'bar', 'cross'] as const;
export type Shape = (typeof SHAPES)[number];

/** Half the size of each shape, in units of half the mark's size, so that all look equally large. */
const REACH: Readonly<Record<Shape, number>> = {
  disc: 1,
  ring: 0.9,
  dot: 0.72,
  tail: 0.72,
  triangle: 1.05,
  square: 0.85,
  diamond: 1.1,
  tick: 1,
  bar: 1,
  cross: 0.8,
};

const circle = (r: number, x: number, y: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

/** SVG path of a shape round (x, y); `half` is half its size. */
export function markPath(shape: Shape, x: number, y: number, half: number): string {
  const r = half * REACH[shape];
  switch (shape) {
    case 'disc':
    case 'dot':
    case 'ring':
      return circle(r, x, y);
    case 'tail':
      return `${circle(r, x, y)}M${x - r} ${y}L${x - 2.4 * r} ${y}`;
    case 'triangle':
      return `M${x} ${y - r}L${x + r} ${y + 0.8 * r}L${x - r} ${y + 0.8 * r}Z`;
    case 'square':
      return `M${x - r} ${y - r}H${x + r}V${y + r}H${x - r}Z`;
    case 'diamond':
      return `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z`;
    case 'tick':
      return `M${x} ${y - r}V${y + r}`;
    case 'bar':
      return `M${x - r} ${y}H${x + r}`;
    case 'cross':
      return `M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`;
  }
}

/** True for shapes that are lines: they are stroked, not filled. */
export function isOutline(shape: Shape): boolean {
  return shape === 'ring' || shape === 'tick' || shape === 'bar' || shape === 'cross';
}

/** Draws one mark in the context's current colours. */
export function drawMark(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  shape: Shape,
  x: number,
  y: number,
  half: number,
): void {
  const path = new Path2D(markPath(shape, x, y, half));
  if (!isOutline(shape)) context.fill(path);
  if (isOutline(shape) || shape === 'tail') context.stroke(path);
}
