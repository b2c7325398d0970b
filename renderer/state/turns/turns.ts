// The parts of the window take turns at what a capture that goes on brings: in one frame as many of them as fit, the
// others in the next frames, so that no frame is late for all of them. What a person does is seen by all at once.
import { flushSync } from 'react-dom';

/** Milliseconds of one frame that taking over may cost; layout and paint of what changed come on top. */
const FRAME_SHARE = 4;

/** A part of the window that is brought up to date by a call. */
export interface Taker {
  take(): void;
}

type Run = () => void;

/** What turns need of their surroundings. */
export interface Frames {
  /** Runs in the next frame. */
  next(run: Run): void;
  /** Runs once the frame that is under way is painted. */
  after(run: Run): void;
  /** Runs, and draws what that changes. */
  draw(run: Run): void;
  now(): number;
}

export class Turns {
  /** Who waits for a turn, in the order of asking. */
  private readonly waiting = new Set<Taker>();
  private readonly frames: Frames;
  private isPaced = false;
  private isComing = false;
  /** Milliseconds that this round has taken so far. */
  private cost = 0;
  private done: ((cost: number) => void) | null = null;

  constructor(frames: Frames) {
    this.frames = frames;
  }

  /** What `change` changes is taken over by turns; `done` is told once all have it, and how long that took. */
  inTurns(change: Run, done: ((cost: number) => void) | null = null): void {
    const begun = this.frames.now();
    this.isPaced = true;
    try {
      change();
    } finally {
      this.isPaced = false;
    }
    this.cost += this.frames.now() - begun;
    this.done = done ?? this.done;
    this.go();
  }

  /** Something has changed for a part: it takes it over when its turn comes, else `atOnce`. */
  changed(taker: Taker, atOnce: Run = () => taker.take()): void {
    if (this.isPaced) this.waiting.add(taker);
    else {
      this.waiting.delete(taker);
      atOnce();
    }
  }

  /** A part that is no more. */
  leave(taker: Taker): void {
    this.waiting.delete(taker);
  }

  private go(): void {
    if (this.isComing) return;
    this.isComing = true;
    const { frames } = this;
    frames.next(() => {
      const begun = frames.now();
      this.takeSome(begun);
      frames.after(() => {
        this.isComing = false;
        this.cost += frames.now() - begun;
        if (this.waiting.size > 0) this.go();
        else this.finish();
      });
    });
  }

  private takeSome(begun: number): void {
    for (const taker of this.waiting) {
      this.waiting.delete(taker);
      this.frames.draw(() => taker.take());
      if (this.frames.now() - begun >= FRAME_SHARE) return;
    }
  }

  private finish(): void {
    const { done, cost } = this;
    this.done = null;
    this.cost = 0;
    done?.(cost);
  }
}

/** A hidden page has no frames; what it is to show it takes over all the same. */
const isHidden = (): boolean => typeof document !== 'undefined' && document.visibilityState === 'hidden';

export const turns = new Turns({
  next: (run) => void (isHidden() ? setTimeout(run) : requestAnimationFrame(run)),
  after: (run) => void setTimeout(run),
  draw: flushSync,
  now: () => performance.now(),
});
