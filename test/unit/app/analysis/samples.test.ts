// Samples of durations: percentiles, of few and of very many.
import { describe, expect, it } from 'vitest';
import { Samples } from '../../../../app/analysis/samples.ts';

/** Numbers without a pattern, the same on every machine; some are negative, as where a clock was set back. */
function numbers(count: number): readonly number[] {
  let state = 12_345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround((state / 2 ** 32 - 0.1) ** 3 * 10 ** (state % 7));
  });
}

describe('samples', () => {
  it.each([1, 100, 4095, 4096, 50_000])('tells the shares of %s', (count) => {
    const samples = new Samples();
    const values = numbers(count);
    for (const value of values) samples.add(value);
    const sorted = values.toSorted((a, b) => a - b);
    const shares = [0, 0.01, 0.1, 0.5, 0.9, 0.99];
    const expected = shares.map((share) => Math.round(sorted[Math.floor(share * count)]! * 1e6) / 1e6);
    expect(samples.percentiles(shares)).toEqual(expected);
  });
});
