// How often the panels of a capture that goes on are updated: as often as a person can follow, but never for more than
// a share of the page's time.

/** Milliseconds between two updates at least, and at most. */
const INTERVAL_MIN = 100;
const INTERVAL_MAX = 500;
/** An update may take this part of the time to the next. */
const SHARE = 1 / 6;
/** Milliseconds that a page waits for its next frame anyway. */
const FRAME = 16;
/** Weight of the last update in what one is thought to cost. */
const WEIGHT = 0.3;

let timer: ReturnType<typeof setTimeout> | null = null;
let last = 0;
let cost = 0;

/** What the last update took, until its picture was there. A hidden page has no frames, and nothing to measure. */
function measure(begun: number): void {
  requestAnimationFrame(() =>
    setTimeout(() => {
      cost += WEIGHT * (Math.max(0, performance.now() - begun - FRAME) - cost);
    }),
  );
}

/** Updates once it is time; one that is asked for meanwhile is the same. */
export function updateSoon(update: () => void): void {
  if (timer !== null) return;
  const interval = Math.min(INTERVAL_MAX, Math.max(INTERVAL_MIN, cost / SHARE));
  timer = setTimeout(
    () => {
      timer = null;
      last = performance.now();
      update();
      measure(last);
    },
    Math.max(0, interval - (performance.now() - last)),
  );
}
