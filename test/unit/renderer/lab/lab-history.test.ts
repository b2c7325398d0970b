// The lab at the chosen moment: now, or as it was told of then.
import { describe, expect, it } from 'vitest';
import { labNode } from '../../../../app/lab/cluster.ts';
import type { LabObjects, LabSnapshot } from '../../../../app/lab/lab-view.ts';
import {
  labAt,
  LAB_SAMPLES_MAX,
  sampleAt,
  shownTime,
  withSample,
  type LabSample,
} from '../../../../renderer/lab/lab-history.ts';

const SECOND = 1e9;

function told(pid: number, objects: LabObjects | null = null): LabSnapshot {
  const node = { spec: labNode(1, 'corosync-1'), condition: 'running', pid, directory: null, status: null } as const;
  const options = {
    kind: 'processes',
    nodes: 1,
    dialect: 'corosync-1',
    transport: 'udp',
    tokenMs: 1000,
    behaviour: 'sound',
    withSheep: true,
    seed: 1,
  } as const;
  return { options, phase: 'running', problem: null, nodes: [node], faults: [], objects };
}

const store = (used: number): LabObjects => ({
  copies: 1,
  epochs: [],
  vdis: [],
  stores: [{ node: 1, zone: 1, usedOctets: used, freeOctets: 0, objects: [] }],
});
const taken = (...at: readonly (readonly [seconds: number, snapshot: LabSnapshot])[]): readonly LabSample[] =>
  at.reduce<readonly LabSample[]>((samples, [time, snapshot]) => withSample(samples, snapshot, time * SECOND), []);
const pids = (samples: readonly LabSample[]): readonly (number | null)[] =>
  samples.map(({ nodes }) => nodes[0]?.pid ?? null);

describe('samples', () => {
  it('keep the newest, and one every half second before it', () => {
    const samples = taken([1, told(1)], [1.1, told(2)], [1.3, told(3)], [1.7, told(4)], [1.8, told(5)]);

    expect(pids(samples)).toEqual([1, 4, 5]);
  });

  it('forget what was where time went back, begin anew with another lab, and are bounded', () => {
    expect(pids(taken([1, told(1)], [5, told(2)], [9, told(3)], [6, told(4)]))).toEqual([1, 2, 4]);
    const other = { ...told(5), options: { ...told(5).options, seed: 2 } };
    expect(pids(taken([1, told(1)], [5, told(2)], [9, other]))).toEqual([5]);
    const many = Array.from({ length: LAB_SAMPLES_MAX + 50 }, (_, i) => [i, told(i)] as const);
    expect(taken(...many)).toHaveLength(LAB_SAMPLES_MAX);
  });

  it('share a picture of the stores that did not change', () => {
    const [first, second, third] = taken([1, told(1, store(5))], [2, told(2, store(5))], [3, told(3, store(6))]);

    expect(second?.objects).toBe(first?.objects);
    expect(third?.objects).not.toBe(first?.objects);
  });
});

describe('the lab', () => {
  const samples = taken([1, told(1)], [5, told(2)], [9, told(3)]);

  it('is as it is now where the moment is near the end, or none is chosen', () => {
    for (const time of [null, 8 * SECOND, 20 * SECOND])
      expect(labAt(told(4), samples, time)).toMatchObject({ ago: 0, nodes: [{ pid: 4 }] });
  });

  it('is as it was then where the moment lies behind', () => {
    expect(labAt(told(4), samples, 6 * SECOND)).toMatchObject({ ago: 3 * SECOND, nodes: [{ pid: 2 }] });
    expect(labAt(told(4), samples, 0)).toMatchObject({ nodes: [], objects: null });
    expect(labAt(null, samples, 6 * SECOND)).toBeNull();
    expect(sampleAt(samples, 0)).toBeNull();
  });
});

it('the lab is that of now while the moment follows it, however far the window is behind', () => {
  const samples = taken([1, told(1)], [5, told(2)]);

  expect(labAt(told(2), samples, shownTime(1 * SECOND, true))).toMatchObject({ ago: 0, nodes: [{ pid: 2 }] });
  expect(labAt(told(2), samples, shownTime(1 * SECOND, false))).toMatchObject({ ago: 4 * SECOND, nodes: [{ pid: 1 }] });
});
