// Copies that come, read from samples of a lab: told once, in its time, forgotten where it goes back or is another.
import { describe, expect, it } from 'vitest';
import { labNode } from '../../../../app/lab/cluster.ts';
import type { LabNodeView, LabObjects } from '../../../../app/lab/lab-view.ts';
import type { LabSample } from '../../../../renderer/lab/lab-history.ts';
import { MoveReader } from '../../../../renderer/lab/lab-moves.ts';

const nodes = [1, 2].map((number): LabNodeView => {
  const spec = labNode(number, 'corosync-1');
  return { spec, condition: 'running', pid: 1, directory: null, status: null };
});
const members = nodes.map(({ spec }) => `${spec.ip}:7000`);

function disks(...epochOf: readonly (readonly [node: number, epoch: number])[]): LabObjects {
  const stores = epochOf.map(([node, epoch]) => ({
    node,
    zone: node,
    usedOctets: 0,
    freeOctets: 0,
    objects: [{ oid: '00f7744700000001', octets: 1, epoch }],
  }));
  return { copies: 2, epochs: [{ epoch: 2, atMs: 0, members }], vdis: [], stores };
}
const before = disks([1, 1]);
const after = disks([1, 1], [2, 2]);
const sample = (time: number, objects: LabObjects | null, lab = 'one'): LabSample => ({ time, lab, nodes, objects });
const came = { oid: '00f7744700000001', to: 2, from: [1], epoch: 2, time: 3 };

describe('the reader of moves', () => {
  it('tells each once, at the time at which it was seen', () => {
    const reader = new MoveReader();
    const samples = [sample(1, before), sample(2, before), sample(3, after)];

    expect(reader.read(samples.slice(0, 2))).toEqual([]);
    expect(reader.read(samples)).toEqual([came]);
    expect(reader.read([...samples, sample(4, after), sample(5, null)])).toEqual([came]);
  });

  it('tells each once where no packet came between looks, and the newest sample took the place of another', () => {
    const reader = new MoveReader();
    const samples = [sample(1, before), sample(3, before), sample(3, after)];
    reader.read(samples.slice(0, 2));

    expect(reader.read(samples)).toEqual([came]);
    expect(reader.read([...samples, sample(3, after)])).toEqual([came]);
    expect(reader.read([...samples.slice(0, 2), sample(3, after)])).toEqual([came]);
  });

  it('reads anew where the lab went back in its time, or is another one', () => {
    const reader = new MoveReader();
    reader.read([sample(1, before), sample(3, after)]);

    expect(reader.read([sample(1, before), sample(2, before)])).toEqual([]);
    expect(reader.read([sample(1, before), sample(2, before), sample(3, after)])).toEqual([came]);
    expect(reader.read([sample(9, after, 'two')])).toEqual([]);
  });
});
