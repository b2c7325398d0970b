// Times as text, against dates that a calendar gives.
import { describe, expect, it } from 'vitest';
import { momentText } from '../../../../app/store/times.ts';

describe('momentText', () => {
  it.each([
    ['2000-02-29 23:59:59', '951868799.000000000'],
    ['2026-11-26 12:00:01', '1795694401.500000000'],
    ['2100-03-01 00:00:00', '4107542400.000000000'],
    ['1970-01-01 00:00:00', '0.000000000'],
  ])('%s', (date, seconds) => {
    expect(momentText(BigInt(seconds.replace('.', '')))).toBe(`${seconds} (${date} UTC)`);
  });

  it('goes with the calendar for four hundred years, also before 1970', () => {
    for (let day = -60_000; day < 90_000; day += 17) {
      const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
      expect(momentText(BigInt(day) * 86_400_000_000_000n)).toContain(`(${date} 00:00:00 UTC)`);
    }
  });
});
