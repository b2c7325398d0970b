// Paints at most once per animation frame, whatever asks how often. No React, no domain words.

export interface FrameScheduler {
  /** Asks for a painting in the next frame. */
  request(): void;
  stop(): void;
}

export function createFrameScheduler(paint: () => void): FrameScheduler {
  let pending: number | null = null;
  return {
    request() {
      pending ??= requestAnimationFrame(() => {
        pending = null;
        paint();
      });
    },
    stop() {
      if (pending !== null) cancelAnimationFrame(pending);
      pending = null;
    },
  };
}
