// Very long lists: the scroll bar's measure and the list's.
import { describe, expect, it } from 'vitest';
import {
  followed,
  offsetShowing,
  SCROLL_HEIGHT_MAX,
  scrollGeometry,
  type FixedListProps,
} from '../../../../renderer/widgets/fixed-list.tsx';

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

describe('a list that is followed', () => {
  const list = (more: Partial<FixedListProps>): FixedListProps => ({
    count: 1000,
    rowHeight: 22,
    current: -1,
    label: '',
    role: 'grid',
    id: '',
    renderRow: () => null,
    ...more,
  });
  const at = (offset: number, shown = -1, gone = 0) => ({ offset, shown, gone });

  it('brings the current row into view when it changes, and leaves it to a person after that', () => {
    const moved = followed(at(0), list({ current: 12 }), 220);
    expect(moved).toEqual(at(66, 12));
    expect(followed({ ...moved, offset: 4400 }, list({ current: 12 }), 220)).toEqual(at(4400, 12));
    expect(followed({ ...moved, offset: 4400 }, list({ current: 13 }), 220).offset).not.toBe(4400);
  });

  it('shows the middle of where it jumps to', () => {
    expect(followed(at(0), list({ current: 500 }), 220).offset).toBe(496 * 22);
  });

  it('keeps what is in view where it is when rows leave at its front', () => {
    expect(followed(at(4400, 210), list({ current: 110, gone: 100 }), 220)).toEqual(at(2200, 110, 100));
    expect(followed(at(220, 12), list({ current: -1, gone: 100 }), 220).offset).toBe(0);
  });

  it('goes no further than its end, and rests where it is right', () => {
    const shorter = followed(at(21_780, 999), list({ count: 100, current: 50 }), 220);
    expect(shorter).toEqual(at(46 * 22, 50));
    expect(followed(shorter, list({ count: 100, current: 50 }), 220)).toBe(shorter);
  });

  it('stands where it stood once it is as long again', () => {
    const far = at(4400, 210);
    const nothing = followed(far, list({ count: 0, current: -1 }), 220);
    expect(followed(nothing, list({ current: 210 }), 220)).toEqual(far);
  });
});
