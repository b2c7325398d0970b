// Very long lists: the scroll bar's measure and the list's.
import { describe, expect, it } from 'vitest';
import { offsetShowing, SCROLL_HEIGHT_MAX, scrollGeometry } from '../../../../renderer/widgets/fixed-list.tsx';

describe('scrollGeometry', () => {
  it('is one to one where all rows have room', () => {
    expect(scrollGeometry(1000, 22, 220)).toEqual({ total: 22_000, height: 22_000, scale: 1, offsetMax: 21_780 });
  });

  it('reaches the last of ten million rows at the end of the scroll bar', () => {
    const { height, scale, offsetMax } = scrollGeometry(10_000_000, 22, 400);

    expect(height).toBe(SCROLL_HEIGHT_MAX);
    expect((height - 400) * scale).toBeCloseTo(offsetMax, 3);
    expect(offsetMax).toBe(220_000_000 - 400);
  });

  it('holds for lists that are shorter than their view', () => {
    expect(scrollGeometry(3, 22, 400)).toEqual({ total: 66, height: 66, scale: 1, offsetMax: 0 });
  });
});

describe('offsetShowing', () => {
  it.each([
    ['a row in view stays', 100, 10, 100],
    ['a row above comes to the top', 300, 10, 220],
    ['a row below comes to the bottom', 0, 30, 462],
  ])('%s', (_what, offset, position, expected) => {
    expect(offsetShowing(offset, position, 22, 220)).toBe(expected);
  });
});
