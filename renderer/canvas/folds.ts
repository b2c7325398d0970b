// Stretches of time that may be drawn as a break of fixed width, in order and apart from each other. Pure.

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Breaks of one picture. */
export const FOLDS_MAX = 4096;

/** No folds at all. */
export const NO_FOLDS: readonly Stretch[] = [];

/** How many of the folds lie before a time, wholly or in part. */
export function foldsBefore(folds: readonly Stretch[], time: number): number {
  let low = 0;
  let high = folds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((folds[middle]?.from ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The fold that a time lies in, null where it lies in none. */
export function foldAt(folds: readonly Stretch[], time: number): Stretch | null {
  const fold = folds[foldsBefore(folds, time) - 1];
  return fold !== undefined && time < fold.to ? fold : null;
}
