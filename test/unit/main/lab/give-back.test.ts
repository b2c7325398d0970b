// A node's process is collected once it has grown, and not before.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { giveBackGrowth } from '../../../../main/node/lab/give-back.ts';

const MIB = 1 << 20;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('collects what grew by 32 MiB, again only after as much more', () => {
  let held = 80 * MIB;
  const collected: number[] = [];
  const collect = (): void => {
    collected.push(held / MIB);
    held = 90 * MIB;
  };
  giveBackGrowth({ resident: () => held, collect });

  for (const mib of [90, 111, 112, 100, 121, 122]) {
    held = mib * MIB;
    vi.advanceTimersByTime(10_000);
  }
  expect(collected).toEqual([112, 122]);
});

it('leaves a process alone that cannot be collected', () => {
  giveBackGrowth({ resident: () => 0, collect: undefined });
  expect(vi.getTimerCount()).toBe(0);
});
