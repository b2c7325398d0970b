// Paints at most once per animation frame, whatever asks how often. No React, no domain words.

export interface FrameScheduler {
  /** Asks for a painting in the next frame. */
  request(): void;
  /** Paints at once: what was asked for is done with that. */
  paint(): void;
  stop(): void;
}

export function createFrameScheduler(paint: () => void): FrameScheduler {
  let pending: number | null = null;
  const cancel = (): void => {
    if (pending !== null) cancelAnimationFrame(pending);
    pending = null;
  };
  return {
    request() {
      pending ??= requestAnimationFrame(() => {
        pending = null;
        paint();
      });
    },
    paint() {
      cancel();
      paint();
    },
    stop: cancel,
  };
}
