// Stores whose changes the parts of the window take over by turns: a part sees all such stores as they were when it had
// its turn last. Outside of any part they are ordinary stores.
import { createContext, createElement, useContext, useEffect, useState, type ReactNode } from 'react';
import { createStore, useStore, type StoreApi, type UseBoundStore } from 'zustand';
import { turns, type Taker } from './turns.ts';

type Listener<T> = (state: T, before: T) => void;
type Store<T> = Pick<StoreApi<T>, 'getState' | 'getInitialState' | 'subscribe'>;

/** One store as a part of the window sees it. */
class Seen<T> implements Store<T> {
  private readonly store: StoreApi<T>;
  private readonly part: Taker;
  private readonly listeners = new Set<Listener<T>>();
  private state: T;
  private stop: (() => void) | null = null;

  constructor(store: StoreApi<T>, part: Taker) {
    this.store = store;
    this.part = part;
    this.state = store.getState();
  }

  readonly getInitialState = (): T => this.store.getInitialState();

  readonly getState = (): T => {
    if (this.stop === null) this.state = this.store.getState();
    return this.state;
  };

  readonly subscribe = (listener: Listener<T>): (() => void) => {
    if (this.stop === null) {
      this.state = this.store.getState();
      this.stop = this.store.subscribe(() => turns.changed(this.part));
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.();
      this.stop = null;
    };
  };

  take(): void {
    const before = this.state;
    this.state = this.store.getState();
    if (this.state !== before) for (const listener of this.listeners) listener(this.state, before);
  }
}

/** A part of the window, and how it sees each store. */
export class Part implements Taker {
  private readonly seen = new Map<StoreApi<unknown>, Seen<unknown>>();

  of<T>(store: StoreApi<T>): Store<T> {
    const key = store as StoreApi<unknown>;
    let seen = this.seen.get(key);
    if (seen === undefined) {
      seen = new Seen(key, this);
      this.seen.set(key, seen);
    }
    return seen as unknown as Store<T>;
  }

  take(): void {
    for (const seen of this.seen.values()) seen.take();
  }
}

const PartContext = createContext<Part | null>(null);

/** A part of the window: what is in it takes turns with the others. */
export function TakesTurns({ children }: { readonly children: ReactNode }): ReactNode {
  const [part] = useState(() => new Part());
  useEffect(() => () => turns.leave(part), [part]);
  return createElement(PartContext, { value: part }, children);
}

/** A store whose changes are taken over by turns where they are made in `turns.inTurns`. */
export function createPaced<T>(initial: () => T): UseBoundStore<StoreApi<T>> {
  const store = createStore<T>(initial);
  const use = <S>(selector: (state: T) => S): S => useStore(useContext(PartContext)?.of(store) ?? store, selector);
  return Object.assign(use, store) as UseBoundStore<StoreApi<T>>;
}
