// A clock that jumps from event to event, in the order of their times and, at the same time, of their making.
import { assert } from '../../../protocol/base/result.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const EVENTS_MAX = 20_000_000;

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** What will happen, as it stood. */
export interface EventsState {
  readonly now: number;
  readonly order: number;
  readonly heap: readonly Event[];
}

export class Events {
  now: number;
  private heap: Event[] = [];
  private order = 0;
  private ran = 0;

  constructor(now: number) {
    this.now = now;
  }

  at(time: number, run: () => void): void {
    const event = { at: time, order: this.order++, run };
    let i = this.heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = this.heap[parent] as Event;
      if (!isBefore(event, above)) break;
      this.heap[i] = above;
      i = parent;
    }
    this.heap[i] = event;
  }

  save(): EventsState {
    return { now: this.now, order: this.order, heap: [...this.heap] };
  }

  restore({ now, order, heap }: EventsState): void {
    this.now = now;
    this.order = order;
    this.heap = [...heap];
  }

  private take(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.heap.length) break;
      const right = this.heap[child + 1];
      if (right !== undefined && isBefore(right, this.heap[child] as Event)) child++;
      if (!isBefore(this.heap[child] as Event, last)) break;
      this.heap[i] = this.heap[child] as Event;
      i = child;
    }
    this.heap[i] = last;
  }

  /** Runs until something holds, or for so long; false where the time was over first. */
  runUntil(holds: () => boolean, micros: number): boolean {
    const end = this.now + micros;
    while (!holds()) {
      const next = this.heap[0];
      if (next === undefined || next.at > end) {
        this.now = end;
        return holds();
      }
      this.take();
      this.now = Math.max(this.now, next.at);
      assert(++this.ran < EVENTS_MAX, 'the world comes to rest');
      next.run();
    }
    return true;
  }
}
