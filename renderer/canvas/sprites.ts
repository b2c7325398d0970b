// Marks, edges and flags drawn once and copied from then on: thousands of them in a frame. No domain words.
import { drawMark, type Shape } from './marks.ts';

const SPRITES_MAX = 256;
const sprites = new Map<string, ImageBitmap>();

type Drawing = (context: OffscreenCanvasRenderingContext2D) => void;

/** Copies a picture of `wide` × `high` to (x, y), on whole pixels of the screen; `draw` draws it when it is new. */
function copy(
  context: CanvasRenderingContext2D,
  name: string,
  [x, y, wide, high]: readonly [x: number, y: number, wide: number, high: number],
  draw: Drawing,
): void {
  const ratio = window.devicePixelRatio;
  const key = `${name} ${wide} ${high} ${ratio}`;
  let sprite = sprites.get(key);
  if (sprite === undefined) {
    if (sprites.size >= SPRITES_MAX) sprites.clear();
    sprite = newSprite(wide, high, ratio, draw);
    sprites.set(key, sprite);
  }
  const left = Math.round(x * ratio) / ratio;
  const top = Math.round(y * ratio) / ratio;
  context.drawImage(sprite, left, top, sprite.width / ratio, sprite.height / ratio);
}

function newSprite(wide: number, high: number, ratio: number, draw: Drawing): ImageBitmap {
  const canvas = new OffscreenCanvas(Math.max(1, Math.ceil(wide * ratio)), Math.max(1, Math.ceil(high * ratio)));
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context);
  }
  return canvas.transferToImageBitmap();
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
  const size = Math.ceil(half * 6);
  copy(context, `${shape} ${colour} ${half}`, [x - size / 2, y - size / 2, size, size], (own) => {
    own.fillStyle = own.strokeStyle = colour;
    own.lineWidth = half > 3 ? 1.5 : 1.2;
    drawMark(own, shape, size / 2, size / 2, half);
  });
}

/** Draws a jagged edge down from y = 0, its teeth so many pixels high and as wide. */
export function drawJagged(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  height: number,
  tooth: number,
): void {
  const width = tooth + 2;
  copy(context, `jagged ${colour}`, [x - width / 2, 0, width, height], (own) => {
    own.strokeStyle = colour;
    own.lineWidth = 1;
    own.beginPath();
    own.moveTo(width / 2, 0);
    for (let y = 0, i = 0; y <= height; y += tooth, i++) own.lineTo(width / 2 + (i % 2 === 0 ? -2 : 2), y);
    own.stroke();
  });
}

/** Draws a flag on a pole at x from top to bottom. */
export function drawFlag(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  top: number,
  bottom: number,
): void {
  const height = bottom - top;
  copy(context, `flag ${colour}`, [x - 1, top - 1, 12, height + 1], (own) => {
    own.fillStyle = own.strokeStyle = colour;
    own.lineWidth = 1.4;
    own.beginPath();
    own.moveTo(1, height + 1);
    for (const [right, down] of [
      [0, 0],
      [9, 0],
      [7, 3.5],
      [9, 7],
      [0, 7],
    ] as const)
      own.lineTo(1 + right, 1 + down);
    own.fill();
    own.stroke();
  });
}
