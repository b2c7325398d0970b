// How often the panels of a capture that goes on are updated: as often as a person can follow, but never for more than
// a share of the page's time, and never before all of them have shown the update before.
import { turns } from '../state/turns/turns.ts';

/** Milliseconds between two updates at least, and at most where the panels are done with one. */
const INTERVAL_MIN = 100;
const INTERVAL_MAX = 500;
/** An update may take this part of the time to the next. */
const SHARE = 1 / 10;
/** Weight of the last update in what one is thought to cost. */
const WEIGHT = 0.3;

let isBusy = false;
let next: (() => void) | null = null;
let last = 0;
let cost = 0;

function run(): void {
  const update = next;
  next = null;
  last = performance.now();
  turns.inTurns(
    () => update?.(),
    (taken) => {
      cost += WEIGHT * (taken - cost);
      isBusy = false;
      if (next !== null) updateSoon(next);
    },
  );
}

/** Updates once it is time; one that is asked for meanwhile is the same. */
export function updateSoon(update: () => void): void {
  next = update;
  if (isBusy) return;
  isBusy = true;
  const interval = Math.min(INTERVAL_MAX, Math.max(INTERVAL_MIN, cost / SHARE));
  setTimeout(run, Math.max(0, interval - (performance.now() - last)));
}
