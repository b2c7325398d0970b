// xoshiro128** by its authors' definition, and what is drawn with it.
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../protocol/base/prng.ts';

describe('Prng', () => {
  it('gives the numbers of xoshiro128** 1.1 from the state 1, 2, 3, 4', () => {
    const prng = new Prng([1, 2, 3, 4]);

    expect(Array.from({ length: 4 }, () => prng.u32())).toEqual([11520, 0, 5927040, 70819200]);
  });

  it('goes on where it was saved', () => {
    const prng = Prng.of(7);
    prng.u32();
    const saved = prng.save();
    const next = [prng.u32(), prng.u32()];

    expect([new Prng(saved)].flatMap((copy) => [copy.u32(), copy.u32()])).toEqual(next);
  });

  it('tells seeds and labels apart, great seeds too', () => {
    const firsts = [Prng.of(1), Prng.of(2), Prng.of(2 ** 40), Prng.of(1, 1), Prng.of(1, 2), Prng.of(1, 1, 2)];

    expect(new Set(firsts.map((prng) => prng.u32())).size).toBe(firsts.length);
  });

  it('draws below n alike, and nothing else', () => {
    const prng = Prng.of(3);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 70_000; i++) {
      const drawn = prng.below(7);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }

    expect(counts).toHaveLength(7);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('draws exponential times around their mean, a share of 1/e above it', () => {
    const prng = Prng.of(4);
    const drawn = Array.from({ length: 100_000 }, () => prng.exponential(1000));
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;

    expect(drawn.every(Number.isInteger)).toBe(true);
    expect(Math.abs(mean - 1000)).toBeLessThan(20);
    expect(Math.abs(drawn.filter((value) => value > 1000).length / drawn.length - 0.3679)).toBeLessThan(0.01);
  });
});
