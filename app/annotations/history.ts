// What was done to the annotations, so that it can be undone and done again. Pure: each step gives a new history.
import type { Annotations } from './list.ts';

/** Steps that can be undone. */
export const UNDO_MAX = 500;

export interface History {
  /** Earlier lists, the latest last. */
  readonly past: readonly Annotations[];
  readonly now: Annotations;
  /** Undone lists, the next last. */
  readonly future: readonly Annotations[];
}

export function startHistory(now: Annotations): History {
  return { past: [], now, future: [] };
}

/** A step that a person took. One that changes nothing is none. */
export function done({ past, now, future }: History, next: Annotations): History {
  if (next === now) return { past, now, future };
  return { past: [...past, now].slice(-UNDO_MAX), now: next, future: [] };
}

export function undone(history: History): History {
  const { past, now, future } = history;
  const before = past.at(-1);
  return before === undefined ? history : { past: past.slice(0, -1), now: before, future: [...future, now] };
}

export function redone(history: History): History {
  const { past, now, future } = history;
  const next = future.at(-1);
  return next === undefined ? history : { past: [...past, now], now: next, future: future.slice(0, -1) };
}
