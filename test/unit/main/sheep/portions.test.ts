// Memory for large data: that of one request is another's only when the sheep is done with it and all that it had begun
// with it is over.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Portions } from '../../../../main/node/sheep/portions.ts';

const OBJECT = 4 * 1024 * 1024;

let portions: Portions;
beforeEach(() => {
  vi.useFakeTimers();
  portions = new Portions();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('memory that a request had', () => {
  it('is used again once the sheep is done with it', () => {
    const first = portions.take(OBJECT - 100);
    expect(first).toHaveLength(OBJECT - 100);
    portions.done([first.subarray(0, 10), first.subarray(10)]);
    const second = portions.take(OBJECT);
    expect(second.buffer).toBe(first.buffer);
    expect(second).toHaveLength(OBJECT);
  });

  it('is no other’s while a write or a sending of it goes on, however long the sheep is done with it', () => {
    const first = portions.take(OBJECT);
    const written = portions.use([Buffer.alloc(48), first.subarray(0, 1000), first.subarray(1000)]);
    const sent = portions.use([first]);
    portions.done([first]);
    expect(portions.take(OBJECT).buffer).not.toBe(first.buffer);
    written();
    expect(portions.take(OBJECT).buffer).not.toBe(first.buffer);
    sent();
    expect(portions.take(OBJECT).buffer).toBe(first.buffer);
  });

  it('is no other’s while the sheep is not done with it', () => {
    const first = portions.take(OBJECT);
    portions.use([first])();
    expect(portions.take(OBJECT).buffer).not.toBe(first.buffer);
  });

  it('is lent to one at a time, though it is given back twice', () => {
    const first = portions.take(OBJECT);
    portions.done([first]);
    portions.done([first]);
    const [second, third] = [portions.take(OBJECT), portions.take(OBJECT)];
    expect(third.buffer).not.toBe(second.buffer);
  });

  it('is not kept where little came, nor for long', () => {
    const little = portions.take(100_000);
    portions.done([little]);
    expect(portions.take(100_000).buffer).not.toBe(little.buffer);
    const much = portions.take(OBJECT);
    portions.done([much]);
    vi.advanceTimersByTime(2000);
    expect(portions.take(OBJECT).buffer).not.toBe(much.buffer);
  });
});
