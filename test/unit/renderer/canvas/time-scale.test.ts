// The time scale: where a time stands, what zooming and panning keep, which marks an axis gets.
import { describe, expect, it } from 'vitest';
import {
  axisMarks,
  BREAK_WIDTH,
  fitted,
  growing,
  lengthText,
  resolutionOf,
  SPAN_MIN,
  TimeScale,
} from '../../../../renderer/canvas/time-scale.ts';

const whole = { from: 0, to: 10e9 };
const plain = new TimeScale(whole, 1000);
/** Two idle stretches: of the ten seconds four are left. */
const FOLDS = [
  { from: 1e9, to: 4e9 },
  { from: 6e9, to: 9e9 },
];
const folded = new TimeScale(whole, 1000, FOLDS);

describe('folds', () => {
  it('are breaks of one width, what is left is to scale', () => {
    const pieces = folded.pieces();

    expect(pieces.map(({ isBreak }) => isBreak)).toEqual([false, true, false, true, false]);
    for (const { x1, x2, isBreak } of pieces) if (isBreak) expect(x2 - x1).toBeCloseTo(BREAK_WIDTH, 6);
    expect(folded.nsPerPx).toBeCloseTo(4e9 / (1000 - 2 * BREAK_WIDTH), 0);
    expect([folded.x(0), folded.x(10e9)].map(Math.round)).toEqual([0, 1000]);
  });

  it('lose no time: every place has its time and every time its place', () => {
    for (let x = -300; x <= 1300; x += 7) expect(folded.x(folded.time(x))).toBeCloseTo(x, 4);
    for (let time = -1e9; time < 12e9; time += 0.13e9) expect(folded.time(folded.x(time))).toBeCloseTo(time, -1);
  });

  it('keep the order of times', () => {
    for (let time = 0; time < 10e9; time += 0.05e9) expect(folded.x(time + 1e7)).toBeGreaterThan(folded.x(time));
  });

  it('are not drawn where they are shorter than a break', () => {
    const far = new TimeScale({ from: 0, to: 10e12 }, 1000, FOLDS);

    expect(far.pieces()).toHaveLength(1);
    expect(far.nsPerPx).toBeCloseTo(1e10, -3);
  });

  it('do not hide what a view is all inside of', () => {
    const inside = new TimeScale({ from: 2e9, to: 3e9 }, 1000, FOLDS);

    expect(inside.pieces().map(({ isBreak }) => isBreak)).toEqual([false]);
    expect(inside.nsPerPx).toBe(1e6);
  });

  it('keep their width while the view is zoomed and moved', () => {
    const near = new TimeScale(folded.zoomed(whole, 500, 0.7), 1000, FOLDS);
    const aside = new TimeScale(near.moved(whole, -37), 1000, FOLDS);

    expect(near.nsPerPx).toBeCloseTo(folded.nsPerPx * 0.7, 0);
    expect(aside.nsPerPx).toBeCloseTo(near.nsPerPx, 0);
    for (const { x1, x2, isBreak } of aside.pieces())
      if (isBreak && x1 > 0 && x2 < 1000) expect(x2 - x1).toBeCloseTo(BREAK_WIDTH, 3);
  });
});

describe.each([
  ['without folds', plain],
  ['with folds', folded],
])('zooming %s', (_name, scale) => {
  it.each([0.5, 0.8, 0.1])('by %d keeps the time under the pointer where it is', (factor) => {
    for (const x of [10, 300, 777]) {
      const after = new TimeScale(scale.zoomed(whole, x, factor), 1000, scale === folded ? FOLDS : []);

      expect(after.x(scale.time(x))).toBeCloseTo(x, 3);
      expect(after.nsPerPx / scale.nsPerPx).toBeCloseTo(factor, 6);
    }
  });

  it('in and out again comes back', () => {
    const folds = scale === folded ? FOLDS : [];
    let span = scale.zoomed(whole, 400, 0.05);
    for (let i = 0; i < 30; i++) span = new TimeScale(span, 1000, folds).zoomed(whole, 400, 1.2);

    expect(span.from).toBeLessThanOrEqual(0.01);
    expect(span.to).toBeGreaterThanOrEqual(9.99e9);
  });
});

it('zooming ends at a microsecond, and at little more than all', () => {
  const closest = new TimeScale({ from: 0, to: 1500 }, 1000).zoomed(whole, 500, 0.001);
  const farthest = plain.zoomed(whole, 500, 1000);

  expect(closest.to - closest.from).toBeCloseTo(SPAN_MIN, 6);
  expect(farthest.to - farthest.from).toBeCloseTo(11e9, 0);
});

it('moving stays near the capture', () => {
  const middle = new TimeScale({ from: 4e9, to: 6e9 }, 1000);

  expect(middle.moved(whole, 1e9)).toEqual({ from: 8.2e9, to: 10.2e9 });
  expect(middle.moved(whole, -1e9)).toEqual({ from: -0.2e9, to: 1.8e9 });
});

describe('resolutionOf', () => {
  it.each([
    [1, 1],
    [1023, 512],
    [1024, 1024],
    [0.01, 1],
  ])('%d ns a pixel: %i ns', (nsPerPx, resolution) => {
    expect(resolutionOf(nsPerPx)).toBe(resolution);
  });
});

describe('axisMarks', () => {
  it('stand at whole steps from the zero that is given', () => {
    const scale = new TimeScale({ from: 0.5e9, to: 4.6e9 }, 500);
    const marks = axisMarks(scale, 0.5e9, 100);

    expect(marks.map(({ text }) => text)).toEqual(['0 s', '1 s', '2 s', '3 s', '4 s']);
    expect(marks[1]?.x).toBeCloseTo(scale.x(1.5e9), 6);
  });

  it('have the digits that tell neighbours apart', () => {
    const marks = axisMarks(new TimeScale({ from: 2e9, to: 2e9 + 5e6 }, 500), 0, 100);

    expect(marks.map(({ text }) => text)).toEqual(['2.000 s', '2.001 s', '2.002 s', '2.003 s', '2.004 s', '2.005 s']);
  });

  it('leave breaks free, and labels apart', () => {
    const marks = axisMarks(folded, 0, 90);
    const labelled = marks.filter(({ text }) => text !== '').map(({ x }) => x);

    for (const { x1, x2, isBreak } of folded.pieces())
      if (isBreak) expect(marks.filter(({ x }) => x > x1 + 0.001 && x < x2 - 0.001)).toEqual([]);
    for (const [i, x] of labelled.entries()) if (i > 0) expect(x - (labelled[i - 1] ?? 0)).toBeGreaterThan(60);
  });
});

describe('lengthText', () => {
  it.each([
    [850, '850 ns'],
    [999_600, '1.00 ms'],
    [999.97e6, '1.00 s'],
    [12_400, '12.4 µs'],
    [12_400_000, '12.4 ms'],
    [3.2e9, '3.20 s'],
    [75e9, '75.0 s'],
  ])('%d: %s', (ns, text) => {
    expect(lengthText(ns)).toBe(text);
  });
});

it('growing stands still until it is full', () => {
  const half = growing({ from: 0, to: 5e9 });

  expect(growing({ from: 0, to: 8e9 })).toEqual(half);
  expect(growing({ from: 0, to: 9e9 }).to).toBeGreaterThan(half.to);
  expect(half.to).toBeGreaterThan(8e9);
});

it('fitted shows all, also of a capture of one moment', () => {
  const one = fitted({ from: 5, to: 5 });

  expect(one.to - one.from).toBe(SPAN_MIN);
  expect(fitted(whole).from).toBeLessThan(0);
});
