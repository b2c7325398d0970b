// Levels of fullness as an image of one pixel a level, to be stretched onto a canvas: thousands of them cost as much as
// a few. No domain words.

/** Levels from 1 to this; 0 is nothing. */
export const LEVELS = 8;
const OPACITY_MIN = 0.4;

type Colour = readonly [red: number, green: number, blue: number];

/** Red, green and blue of "#rgb" or "#rrggbb"; black where it is neither. */
export function channels(hex: string): Colour {
  const digits = /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(hex) ? hex.slice(1) : '000000';
  const step = digits.length / 3;
  const part = (i: number): number =>
    Number.parseInt(digits.slice(i * step, (i + 1) * step).repeat(step === 1 ? 2 : 1), 16);
  return [part(0), part(1), part(2)];
}

/** Bands of levels: `levels` holds for each column one level of each band. */
export interface LevelBands {
  readonly columns: number;
  readonly bands: number;
  readonly levels: Uint8Array;
}

const sheet = { canvas: null as HTMLCanvasElement | null };

/** Draws the bands; `place` says where each stands and in which colour, null for one that is not drawn. */
export function drawLevels(
  context: CanvasRenderingContext2D,
  { columns, bands, levels }: LevelBands,
  left: number,
  place: (band: number) => { readonly y: number; readonly height: number; readonly colour: string } | null,
): void {
  sheet.canvas ??= document.createElement('canvas');
  const { canvas } = sheet;
  if (canvas.width < columns || canvas.height < bands) {
    canvas.width = Math.max(columns, canvas.width);
    canvas.height = Math.max(bands, canvas.height);
  }
  const own = canvas.getContext('2d');
  if (own === null || columns === 0 || bands === 0) return;
  const places = Array.from({ length: bands }, (_, band) => place(band));
  const image = own.createImageData(columns, bands);
  for (const [band, at] of places.entries()) {
    if (at === null) continue;
    const [red, green, blue] = channels(at.colour);
    for (let column = 0; column < columns; column++) {
      const level = levels[column * bands + band]!;
      if (level === 0) continue;
      const pixel = (band * columns + column) * 4;
      image.data[pixel] = red;
      image.data[pixel + 1] = green;
      image.data[pixel + 2] = blue;
      image.data[pixel + 3] = 255 * (OPACITY_MIN + ((1 - OPACITY_MIN) * (level - 1)) / (LEVELS - 1));
    }
  }
  own.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  for (const [band, at] of places.entries())
    if (at !== null) context.drawImage(canvas, 0, band, columns, 1, left, at.y, columns, at.height);
}
