// Marks drawn once and copied from then on: thousands of them in a frame. No domain words.
import { drawMark, type Shape } from './marks.ts';

const SPRITES_MAX = 256;
const sprites = new Map<string, HTMLCanvasElement>();

function newSprite(shape: Shape, colour: string, half: number, ratio: number, size: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * ratio;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = half > 3 ? 1.5 : 1.2;
    drawMark(context, shape, size / 2, size / 2, half);
  }
  return canvas;
}

/** Draws a mark round (x, y); `half` is half its size. */
export function drawSprite(
  context: CanvasRenderingContext2D,
  shape: Shape,
  colour: string,
  x: number,
  y: number,
  half: number,
): void {
  const ratio = window.devicePixelRatio;
  const key = `${shape} ${colour} ${half} ${ratio}`;
  const size = Math.ceil(half * 6);
  let sprite = sprites.get(key);
  if (sprite === undefined) {
    if (sprites.size >= SPRITES_MAX) sprites.clear();
    sprite = newSprite(shape, colour, half, ratio, size);
    sprites.set(key, sprite);
  }
  context.drawImage(sprite, x - size / 2, y - size / 2, size, size);
}
