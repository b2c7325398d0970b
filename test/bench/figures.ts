// Figures beside their goals: what a benchmark prints, and whether it is far off.

/** One of them: what was measured, and the threshold that it should keep. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const WHAT_WIDTH = 62;
const VALUE_WIDTH = 12;
/** A figure this many times worse than its goal fails the benchmark. */
const FAR = 4;

const number = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));

export class Figures {
  private readonly all: Figure[] = [];

  report(figure: Figure): void {
    const { what, value, unit, atLeast, atMost } = figure;
    const goal = atLeast !== undefined ? `≥ ${number(atLeast)}` : atMost !== undefined ? `≤ ${number(atMost)}` : '';
    const isMet = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
    const mark = goal === '' ? '    ' : isMet ? 'ok  ' : 'MISS';
    const shown = number(value).padStart(VALUE_WIDTH);
    process.stdout.write(`${mark} ${what.padEnd(WHAT_WIDTH)} ${shown} ${unit} ${goal}\n`);
    this.all.push(figure);
  }

  /** True where a figure is far from its goal. */
  areFar(): boolean {
    return this.all.some(
      ({ value, atLeast, atMost }) =>
        (atLeast !== undefined && value < atLeast / FAR) || (atMost !== undefined && value > atMost * FAR),
    );
  }
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that a share of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
