// Copies that came to nodes, as two looks at the disks tell: a source is named only where one node alone can be it.
import { describe, expect, it } from 'vitest';
import type { LabObjects } from '../../../../app/lab/lab-view.ts';
import { CopyWatch, flowsOf } from '../../../../app/lab/objects/moves.ts';

const OID = '00f7744700000001';

/** A picture of the disks: by node, the epoch of its copy. */
function disks(...held: readonly (readonly [node: number, epoch: number])[]): LabObjects {
  const stores = [1, 2, 3].map((node) => ({
    node,
    zone: node,
    usedOctets: 0,
    freeOctets: 0,
    objects: held.filter(([own]) => own === node).map(([, epoch]) => ({ oid: OID, octets: 4096, epoch })),
  }));
  return { copies: 2, epochs: [], vdis: [], stores };
}
const all = (): boolean => true;
const without =
  (gone: number) =>
  (node: number): boolean =>
    node !== gone;

describe('copies that come', () => {
  it('came from the only member that had one', () => {
    const watch = new CopyWatch();
    watch.look(disks([1, 1], [2, 1]), all);

    // Node 2 is dead: what lies on its disk nobody can have fetched.
    expect(watch.look(disks([1, 1], [2, 1], [3, 2]), without(2))).toEqual([{ oid: OID, to: 3, from: [1], epoch: 2 }]);
  });

  it('came from one of several where the disks do not tell which', () => {
    const watch = new CopyWatch();
    watch.look(disks([1, 1], [2, 1]), all);

    expect(watch.look(disks([1, 1], [2, 1], [3, 2]), all)).toEqual([{ oid: OID, to: 3, from: [1, 2], epoch: 2 }]);
  });

  it('may have come over one who got it in the same time', () => {
    const watch = new CopyWatch();
    watch.look(disks([1, 1]), all);

    expect(watch.look(disks([1, 2], [2, 2], [3, 2]), all)).toEqual([
      { oid: OID, to: 1, from: [1], epoch: 2 },
      { oid: OID, to: 2, from: [1, 3], epoch: 2 },
      { oid: OID, to: 3, from: [1, 2], epoch: 2 },
    ]);
  });

  it('are none while an object is written: its first epoch has no recovery, however late its copies are seen', () => {
    const watch = new CopyWatch();
    watch.look(disks(), all);

    expect(watch.look(disks([1, 2]), all)).toEqual([]);
    expect(watch.look(disks([1, 2], [3, 2]), all)).toEqual([]);
  });

  it('are not told of what lay there at the first look', () => {
    expect(new CopyWatch().look(disks([1, 1], [2, 3]), all)).toEqual([]);
  });

  it('have nobody to come from where all who had one are gone', () => {
    const watch = new CopyWatch();
    watch.look(disks([2, 1]), all);

    expect(watch.look(disks([2, 1], [3, 2]), without(2))).toEqual([{ oid: OID, to: 3, from: [], epoch: 2 }]);
  });
});

describe('flows', () => {
  it('count by source and destination, what stayed last', () => {
    const move = (to: number, ...from: readonly number[]) => ({ oid: OID, to, from, epoch: 2 });

    expect(flowsOf([move(1, 1), move(1, 1), move(3, 1), move(2, 1, 3)])).toEqual([
      { from: [1, 3], to: 2, copies: 1 },
      { from: [1], to: 3, copies: 1 },
      { from: [1], to: 1, copies: 2 },
    ]);
  });
});
