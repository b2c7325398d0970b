// The time scale: where a time stands, what zooming and panning keep, which marks an axis gets.
import { describe, expect, it } from 'vitest';
import {
  axisMarks,
  fitted,
  growing,
  lengthText,
  moved,
  positionOf,
  resolutionOf,
  SPAN_MIN,
  timeAt,
  zoomed,
} from '../../../../renderer/canvas/time-scale.ts';

const whole = { from: 0, to: 10e9 };

describe('zoomed', () => {
  it('keeps the time under the pointer where it is', () => {
    const before = timeAt(whole, 1000, 300);

    const after = zoomed(whole, whole, 1000, 300, 0.5);

    expect(positionOf(after, 1000, before)).toBeCloseTo(300, 6);
    expect(after.to - after.from).toBeCloseTo(5e9, 0);
  });

  it('ends at a microsecond, and at little more than all', () => {
    const closest = zoomed({ from: 0, to: 1500 }, whole, 1000, 500, 0.001);
    const farthest = zoomed(whole, whole, 1000, 500, 1000);

    expect(closest.to - closest.from).toBe(SPAN_MIN);
    expect(farthest.to - farthest.from).toBeCloseTo(10.5e9, 0);
  });
});

describe('moved', () => {
  it('stays near the capture', () => {
    const right = moved({ from: 4e9, to: 6e9 }, whole, 1e12);
    const left = moved({ from: 4e9, to: 6e9 }, whole, -1e12);

    expect(right).toEqual({ from: 8.25e9, to: 10.25e9 });
    expect(left).toEqual({ from: -0.25e9, to: 1.75e9 });
  });
});

describe('resolutionOf', () => {
  it.each([
    [1000, 1000, 1],
    [1023e3, 1000, 512],
    [1024e3, 1000, 1024],
    [10, 1000, 1],
  ])('%i ns on %i pixels: %i ns', (length, width, resolution) => {
    expect(resolutionOf({ from: 0, to: length }, width)).toBe(resolution);
  });
});

describe('axisMarks', () => {
  it('stand at whole steps from the zero that is given', () => {
    const marks = axisMarks({ from: 0.5e9, to: 4.6e9 }, 500, 0.5e9, 100);

    expect(marks.map(({ text }) => text)).toEqual(['0 s', '1 s', '2 s', '3 s', '4 s']);
    expect(marks[1]?.time).toBe(1.5e9);
  });

  it('have the digits that tell neighbours apart', () => {
    const marks = axisMarks({ from: 2e9, to: 2e9 + 5e6 }, 500, 0, 100);

    expect(marks.map(({ text }) => text)).toEqual(['2.000 s', '2.001 s', '2.002 s', '2.003 s', '2.004 s', '2.005 s']);
  });
});

describe('lengthText', () => {
  it.each([
    [850, '850 ns'],
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
