// The hash ring as a picture: where hashes stand, who owns what, marks of copies, the walk, and what is said of it.
import { describe, expect, it } from 'vitest';
import { capturedStoreMap, labStoreMap } from '../../../../app/lab/objects/store-map.ts';
import { labNode } from '../../../../app/lab/cluster.ts';
import { walkOf } from '../../../../protocol/sheep/placement/walk.ts';
import {
  arcsOf,
  layoutFlights,
  layoutHashRing,
  layoutWalk,
  objectAt,
  turnOf,
} from '../../../../renderer/panels/objects/layout.ts';
import { progressOf } from '../../../../app/lab/objects/store-map.ts';
import { countsOf, idParts, sizeText, stateText, stepText } from '../../../../renderer/panels/objects/words.ts';

const HOSTS = ['192.168.1.111', '192.168.1.112', '192.168.1.114'];
const nodes = HOSTS.map((ip, i) => ({ address: `${ip}:7000`, name: `.${111 + i}`, nodeid: i + 1, isMember: i !== 1 }));
const OIDS = [0x00f7744700000001n, 0x80f7744700000000n, 0x00f7744700000003n];

describe('a hash ring', () => {
  const map = capturedStoreMap(nodes, OIDS, 2, 2);

  it('begins at twelve o’clock with hash 0 and goes round once', () => {
    expect(turnOf(0n)).toBe(0);
    expect(turnOf(1n << 63n)).toBe(0.5);
    expect(turnOf((1n << 64n) - 1n)).toBeCloseTo(1, 12);
  });

  it('is owned by members alone, each arc up to its virtual node, all together once round', () => {
    const arcs = arcsOf(map);

    expect(arcs).toHaveLength(128);
    expect(new Set(arcs.map(({ node }) => node))).toEqual(new Set([0, 2]));
    expect(arcs.reduce((sum, { from, to }) => sum + to - from, 0)).toBeCloseTo(1, 9);
  });

  it('has objects at their hashes, found where they are drawn', () => {
    const layout = layoutHashRing(map, 400, 300);
    const [first] = layout.objects;

    expect(layout.objects).toHaveLength(3);
    expect(layout.copies.every(({ mark }) => mark === 'wanted')).toBe(true);
    expect(objectAt(layout, first ?? { x: 0, y: 0 })).toBe(first?.object);
    expect(objectAt(layout, layout.centre)).toBeNull();
  });

  it('has the walk’s numbers apart, and the walk forwards only', () => {
    const walk = walkOf(map.ring, OIDS[0] ?? 0n, 2);
    const path = layoutWalk(layoutHashRing(map, 400, 300), walk);

    expect(path.marks.map(({ step }) => step)).toEqual(walk.steps.map((_, i) => i + 1));
    const turns = [path.start, ...path.marks.map(({ turn }) => turn)];
    expect(turns).toEqual([...turns].sort((a, b) => a - b));
    for (const [i, { label }] of path.marks.entries()) {
      const next = path.marks[i + 1]?.label;
      if (next !== undefined) expect(Math.hypot(label.x - next.x, label.y - next.y)).toBeGreaterThan(13);
    }
  });
});

describe('marks of copies', () => {
  const specs = HOSTS.map((ip, i) => ({ spec: { ...labNode(i + 1, 'corosync-1'), ip } }));
  const oid = '00f7744700000001';
  // Of three nodes, .111 and .114 are to have it (specs/sheepdog.md 2.4).
  const store = (node: number, epochs: readonly number[]) => ({
    node,
    zone: node,
    usedOctets: 0,
    freeOctets: 0,
    objects: epochs.map((epoch) => ({ oid, octets: 4_194_304, epoch })),
  });
  const map = (...held: readonly (readonly number[])[]) =>
    labStoreMap(
      {
        copies: 2,
        epochs: [{ epoch: 2, atMs: 0, members: HOSTS.map((ip) => `${ip}:7000`) }],
        vdis: [],
        stores: held.map((epochs, i) => store(i + 1, epochs)),
      },
      specs,
      7000,
    );

  it.each([
    ['as placed', [[2], [], [2]], 'here here', 'as placed'],
    ['one to be fetched', [[1, 2], [1], []], 'here old missing', 'missing on n3'],
    ['one left over', [[2], [2], [2]], 'here stray here', 'left over on n2'],
    ['only older ones', [[1], [1], []], 'missing old missing', 'only copies of an older epoch'],
  ])('%s', (_what, held, marks, says) => {
    const own = map(...held);
    const [object] = own.objects;

    expect(
      layoutHashRing(own, 300, 300)
        .copies.map(({ mark }) => mark)
        .join(' '),
    ).toBe(marks);
    expect(object === undefined ? '' : stateText(object, own.nodes)).toBe(says);
  });

  it('are counted', () => {
    expect(countsOf(map([2], [2], []))).toEqual({ right: 1, missing: 1, stray: 1, old: 0 });
    expect(countsOf(map([1], [], []))).toEqual({ right: 0, missing: 0, stray: 0, old: 1 });
  });
});

describe('words', () => {
  it('take an id apart', () => {
    const parts = idParts({ oid: '00f7744700000617', id: 0x00f7744700000617n }, 'VM1');

    expect(parts.map(({ digits, word }) => `${digits} ${word}`)).toEqual([
      '0 type',
      '0 reserved',
      'f77447 vdi',
      '00000617 index',
    ]);
    expect(parts[3]?.says).toBe('block 1559: octets from 6.1 GiB on');
  });

  it('say why a step passes on', () => {
    const map = capturedStoreMap(nodes, OIDS, 2, 2);
    const { steps } = walkOf(map.ring, OIDS[0] ?? 0n, 2);

    const said = steps.map((step) => stepText(step, map));
    expect(said[0]).toBe('copy 1 on .111');
    expect(said.at(-1)).toBe('copy 2 on .113');
    expect(new Set(said.slice(1, -1))).toEqual(new Set(said.length > 2 ? ['.111 again: has a copy already'] : []));
    expect([sizeText(512), sizeText(4_194_304), sizeText(5e12)]).toEqual(['512 octets', '4.0 MiB', '4.5 TiB']);
  });
});

describe('flights', () => {
  const specs = HOSTS.map((ip, i) => ({ spec: { ...labNode(i + 1, 'corosync-1'), ip } }));
  const members = HOSTS.map((ip) => `${ip}:7000`);
  const oid = '00f7744700000001';
  const store = (node: number) => ({
    node,
    zone: node,
    usedOctets: 1,
    freeOctets: 1,
    objects: [{ oid, octets: 1, epoch: 2 }],
  });
  const epochs = [{ epoch: 2, atMs: 0, members }];
  const map = labStoreMap({ copies: 2, epochs, vdis: [], stores: [1, 2, 3].map(store) }, specs, 7000);
  const layout = layoutHashRing(map, 400, 300);
  const move = (to: number, ...from: readonly number[]) => ({ oid, to, from, epoch: 2 });
  const radiusOf = (point: { readonly x: number; readonly y: number } | null | undefined): number =>
    Math.round(Math.hypot((point?.x ?? NaN) - layout.centre.x, (point?.y ?? NaN) - layout.centre.y));

  it('go from the track of the node that gave the copy to that of the node that has it now', () => {
    const [flight] = layoutFlights(layout, map, [move(3, 1)]);

    expect([radiusOf(flight?.from), radiusOf(flight?.to)]).toEqual(
      [layout.tracks[0], layout.tracks[2]].map((radius) => Math.round(radius ?? NaN)),
    );
  });

  it('come from nowhere where the disks do not tell who gave it, and there is none of what stayed', () => {
    expect(layoutFlights(layout, map, [move(3, 1, 2), move(3), move(1, 1)]).map(({ from }) => from)).toEqual([
      null,
      null,
    ]);
  });

  it('leave out what the map does not have', () => {
    expect(layoutFlights(layout, map, [{ ...move(3, 1), oid: '0000000000000000' }, move(9, 1)])).toEqual([]);
  });

  it('are counted by node: of the copies that placement wants there, those of this epoch', () => {
    expect(progressOf(map).map(({ wanted, here }) => here <= wanted)).toEqual([true, true, true]);
    expect(progressOf(map).reduce((sum, { here }) => sum + here, 0)).toBe(2);
  });
});
