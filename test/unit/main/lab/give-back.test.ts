// A node's process is collected where it would grow: under Electron.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { giveBackGarbage } from '../../../../main/node/lab/give-back.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('collects three times a minute under Electron', () => {
  const collect = vi.fn();
  giveBackGarbage(collect, true);
  vi.advanceTimersByTime(60_000);
  expect(collect).toHaveBeenCalledTimes(3);
});

it.each([
  ['Node', vi.fn(), false],
  ['what cannot be told to collect', undefined, true],
])('leaves %s alone', (_what, collect, isElectron) => {
  giveBackGarbage(collect, isElectron);
  expect(vi.getTimerCount()).toBe(0);
});
