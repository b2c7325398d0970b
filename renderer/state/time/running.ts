// Time that runs at a speed, and passes folded stretches fast. Pure.
import { foldsBefore, type Stretch } from '../../canvas/folds.ts';

/** Milliseconds in which a folded stretch is passed, whatever the speed. */
const FOLD_PASSED_IN = 500;

/** The time so many milliseconds of the screen later: folded stretches pass fast. */
export function laterBy(time: number, elapsed: number, power: number, folds: readonly Stretch[]): number {
  const speed = 1e6 * 10 ** power;
  let left = elapsed;
  let at = time;
  for (let i = Math.max(0, foldsBefore(folds, at) - 1); i < folds.length && left > 0; i++) {
    const fold = folds[i];
    if (fold === undefined || at >= fold.to) continue;
    const before = Math.max(0, fold.from - at) / speed;
    if (before >= left) break;
    left -= before;
    at = Math.max(at, fold.from);
    const inFold = Math.max(speed, (fold.to - fold.from) / FOLD_PASSED_IN);
    const passing = (fold.to - at) / inFold;
    if (passing >= left) return at + left * inFold;
    left -= passing;
    at = fold.to;
  }
  return at + left * speed;
}
