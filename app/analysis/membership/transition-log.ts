// The transitions of all nodes, in the order of their times. Bounded: beyond the limit they are counted, not kept.
import type { Transition } from '../result.ts';

/** Transitions kept of one capture: hours of a cluster that never settles. Beyond, `omitted` says how many. */
export const TRANSITIONS_MAX = 200_000;

export class TransitionLog {
  private readonly kept: Transition[] = [];
  private isSorted = true;
  omitted = 0;

  add(transition: Transition): void {
    if (this.kept.length >= TRANSITIONS_MAX) {
      this.omitted++;
      return;
    }
    const last = this.kept.at(-1);
    if (last !== undefined && last.time > transition.time) this.isSorted = false;
    this.kept.push(transition);
  }

  list(): readonly Transition[] {
    if (!this.isSorted) {
      this.kept.sort((a, b) => a.time - b.time);
      this.isSorted = true;
    }
    return this.kept.slice();
  }
}
