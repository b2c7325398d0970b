// The clock of a motion that runs once: set off by a newer key, at its end at once where motion is to be avoided. No
// React, no domain words.
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class MotionClock {
  private readonly lengthMs: number;
  private key = Number.NaN;
  private beganMs = -Infinity;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }

  /** A higher key sets it off. Going back, and what was there before the first look, is no motion. */
  see(key: number): void {
    if (key > this.key && !isStill()) this.beganMs = performance.now();
    else if (key !== this.key) this.beganMs = -Infinity;
    this.key = key;
  }

  /** Paints at once, and on until it ends; what it gives back stops that. */
  run(paint: (sinceMs: number) => void): () => void {
    let frame = 0;
    const step = (): void => {
      const sinceMs = performance.now() - this.beganMs;
      paint(sinceMs);
      if (sinceMs < this.lengthMs) frame = requestAnimationFrame(step);
    };
    step();
    return () => cancelAnimationFrame(frame);
  }
}
