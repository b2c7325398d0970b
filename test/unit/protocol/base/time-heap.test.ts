// The heap against a sorted list, its ties, its saving; the ring buffer against an array.
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../protocol/base/prng.ts';
import { RingBuffer } from '../../../../protocol/base/ring-buffer.ts';
import { TimeHeap } from '../../../../protocol/base/time-heap.ts';

function drain<T>(heap: TimeHeap<T>): readonly T[] {
  return Array.from({ length: heap.size }, () => heap.pop());
}

describe('TimeHeap', () => {
  it('hands out by time, and by order of coming where times are equal', () => {
    const prng = Prng.of(1);
    const heap = new TimeHeap<readonly [time: number, order: number]>();
    const all = Array.from({ length: 2000 }, (_, order) => [prng.below(50), order] as const);
    for (const item of all) heap.push(item[0], item);

    expect(drain(heap)).toEqual([...all].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    expect(heap.firstTime).toBe(Infinity);
  });

  it('goes on where it was saved, ties included', () => {
    const heap = new TimeHeap<string>();
    for (const [i, name] of ['a', 'b', 'c', 'd', 'e'].entries()) heap.push(i === 4 ? 0 : 5, name);
    heap.pop();
    const copy = new TimeHeap(heap.save());
    heap.push(5, 'later');
    copy.push(5, 'later');

    expect(drain(copy)).toEqual(['a', 'b', 'c', 'd', 'later']);
    expect(drain(heap)).toEqual(['a', 'b', 'c', 'd', 'later']);
  });
});

describe('RingBuffer', () => {
  it('is a queue over any pushes and shifts', () => {
    const prng = Prng.of(2);
    const buffer = new RingBuffer<number>();
    const model: number[] = [];
    for (let i = 0; i < 5000; i++)
      if (prng.chance(3, 5)) {
        buffer.push(i);
        model.push(i);
      } else expect(buffer.shift()).toBe(model.shift());

    expect(buffer.toArray()).toEqual(model);
    expect(buffer).toHaveLength(model.length);
  });
});
