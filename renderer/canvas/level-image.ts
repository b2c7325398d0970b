// Rows of cells, a pixel wide each, as an image that is stretched onto a canvas: thousands of them cost as much as a
// few. No domain words.

/** Levels of fullness from 1 to this; 0 is nothing. */
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

/** How a row of cells is drawn. */
export interface RowLook {
  readonly y: number;
  readonly height: number;
  /** Colour and opacity of each value but 0, which is nothing: the first is value 1's. */
  readonly values: readonly { readonly colour: string; readonly opacity: number }[];
}

/** Opacities of levels of fullness, in one colour. */
export const levelValues = (colour: string): RowLook['values'] =>
  Array.from({ length: LEVELS }, (_, i) => ({
    colour,
    opacity: OPACITY_MIN + ((1 - OPACITY_MIN) * i) / (LEVELS - 1),
  }));

const sheet = { canvas: null as HTMLCanvasElement | null };

/** A canvas that is large enough, kept for the next time. */
function sheetOf(columns: number, rows: number): HTMLCanvasElement {
  sheet.canvas ??= document.createElement('canvas');
  const { canvas } = sheet;
  if (canvas.width < columns || canvas.height < rows) {
    canvas.width = Math.max(columns, canvas.width);
    canvas.height = Math.max(rows, canvas.height);
  }
  return canvas;
}

/**
 * Draws rows of cells from `left` on: `valueAt` gives the value of a cell, null looks are rows that are not drawn.
 */
export function drawCells(
  context: CanvasRenderingContext2D,
  columns: number,
  looks: readonly (RowLook | null)[],
  valueAt: (row: number, column: number) => number,
  left: number,
): void {
  if (columns === 0 || looks.length === 0) return;
  const canvas = sheetOf(columns, looks.length);
  const own = canvas.getContext('2d');
  if (own === null) return;
  const image = own.createImageData(columns, looks.length);
  const pixels = new Uint32Array(image.data.buffer);
  for (const [row, look] of looks.entries()) {
    if (look === null) continue;
    const inks = Uint32Array.from([0, ...look.values.map(({ colour, opacity }) => inkOf(channels(colour), opacity))]);
    for (let column = 0; column < columns; column++) pixels[row * columns + column] = inks[valueAt(row, column)]!;
  }
  own.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  for (const [row, look] of looks.entries())
    if (look !== null) context.drawImage(canvas, 0, row, columns, 1, left, look.y, columns, look.height);
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** A pixel as its four octets stand in memory. */
function inkOf([red, green, blue]: Colour, opacity: number): number {
  const alpha = Math.round(255 * opacity);
  return (
    (IS_LITTLE_ENDIAN
      ? (alpha << 24) | (blue << 16) | (green << 8) | red
      : (red << 24) | (green << 16) | (blue << 8) | alpha) >>> 0
  );
}
