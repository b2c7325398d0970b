// The ring view: clockwise in ring order, the representative at twelve o'clock, what flies and what misses.
import { describe, expect, it } from 'vitest';
import {
  arcOf,
  fromRepresentative,
  gaugesOf,
  layoutRings,
  onBench,
  raysOf,
} from '../../../../renderer/panels/ring/layout.ts';
import type { Moment, NodeNow, RingNow } from '../../../../renderer/state/moment.ts';
import { PacketKind } from '../../../../app/store/kinds.ts';

const token = { from: 2, to: 3, isOnHop: true, isCopy: false, age: 0, row: 0 };
const ring: RingNow = { id: '1:9', rep: 1, members: [3, 4, 1, 2], places: [3, 4, 1, 2], token, isSeen: true };
const moment = (...rings: RingNow[]): Moment => ({ time: 0, rings, bench: [], states: new Map() });
const round = (value: number): number => Math.round(value);
const large = (members: number): RingNow => ({ ...ring, places: Array.from({ length: members }, (_, i) => i + 1) });
const waiting = (nodeid: number, state: NodeNow['state']): NodeNow => ({
  nodeid,
  state,
  ring: null,
  says: '',
  since: 0,
  transition: null,
});

it('starts with the representative', () => {
  expect(fromRepresentative(ring)).toEqual([1, 2, 3, 4]);
});

describe('layoutRings', () => {
  it('puts the representative on top and the next node to its right', () => {
    const [placed] = layoutRings(moment(ring), 400, 400);
    const { x: cx, y: cy } = placed?.centre ?? { x: 0, y: 0 };

    expect(
      placed?.nodes.map(({ nodeid, x, y }) => [nodeid, Math.sign(round(x - cx)), Math.sign(round(y - cy))]),
    ).toEqual([
      [1, 0, -1],
      [2, 1, 0],
      [3, 0, 1],
      [4, -1, 0],
    ]);
  });

  it('leads hops clockwise from node to node, and all the way round to the sender itself', () => {
    const [placed] = layoutRings(moment(ring), 400, 400);
    if (placed === undefined) throw new Error('no ring');

    expect(arcOf(placed, 2, 3)).toEqual({ start: 0.25, way: 0.25 });
    expect(arcOf(placed, 4, 1)).toEqual({ start: 0.75, way: 0.25 });
    expect(arcOf(placed, 1, 1)?.way).toBe(1);
    expect(arcOf(placed, 1, 9)).toBeNull();
  });

  it('gives two rings a half each, side by side or below each other, whichever leaves more room', () => {
    const other = { ...ring, id: '7:9', members: [7, 8], places: [7, 8], rep: 7 };
    const wide = layoutRings(moment(ring, other), 800, 300);
    const high = layoutRings(moment(ring, other), 300, 800);

    expect(wide.map(({ centre }) => centre.x)).toEqual([200, 600]);
    expect(high.map(({ centre }) => centre.x)).toEqual([150, 150]);
    for (const [a, b] of [wide, high])
      expect(
        Math.hypot((a?.centre.x ?? 0) - (b?.centre.x ?? 0), (a?.centre.y ?? 0) - (b?.centre.y ?? 0)),
      ).toBeGreaterThan((a?.radius ?? 0) + (b?.radius ?? 0));
  });

  it('puts names beside the nodes where two rings have no room above and below', () => {
    const other = { ...ring, id: '7:9', members: [7, 8, 9], places: [7, 8, 9], rep: 7 };
    const labels = layoutRings(moment({ ...ring, members: [1, 2], places: [1, 2] }, other), 264, 180).flatMap(
      ({ nodes }) => nodes.map(({ labelAt, anchor }) => ({ ...labelAt, anchor })),
    );

    expect(labels.map(({ anchor }) => anchor)).not.toContain('middle');
    for (const [i, a] of labels.entries())
      for (const b of labels.slice(i + 1))
        expect(a.anchor !== b.anchor || Math.hypot(a.x - b.x, a.y - b.y) > 14).toBe(true);
  });

  it.each([3, 16, 40, 64])('keeps the nodes and the labels of %i members apart', (members) => {
    const [placed] = layoutRings(moment(large(members)), 500, 440);
    const nodes = placed?.nodes ?? [];
    const labelled = nodes.filter(({ isLabelled }) => isLabelled);

    for (const [i, node] of nodes.entries()) {
      const next = nodes[(i + 1) % nodes.length];
      expect(Math.hypot(node.x - (next?.x ?? 0), node.y - (next?.y ?? 0))).toBeGreaterThan(
        1.5 * (placed?.nodeRadius ?? 0),
      );
    }
    expect(labelled[0]?.nodeid).toBe(1);
    for (const [i, node] of labelled.entries()) {
      const next = labelled[(i + 1) % labelled.length];
      const apart = Math.hypot(node.labelAt.x - (next?.labelAt.x ?? 0), node.labelAt.y - (next?.labelAt.y ?? 0));
      expect(apart).toBeGreaterThan(14);
    }
  });

  it('puts those who gather into a circle while there is no ring, and on the bench while there is one', () => {
    const bench = [waiting(1, 'gather'), waiting(2, 'gather'), waiting(3, null)];

    const [circle] = layoutRings({ ...moment(), bench }, 400, 400);
    expect(circle?.ring).toBeNull();
    expect(circle?.nodes.map(({ nodeid }) => nodeid)).toEqual([1, 2]);
    expect(onBench({ ...moment(), bench }).map(({ nodeid }) => nodeid)).toEqual([3]);
    const other = { ...ring, members: [7, 8], places: [7, 8], rep: 7 };
    expect(onBench({ ...moment(other), bench })).toHaveLength(3);
  });
});

it('keeps the place of a member that left while others are still on its ring', () => {
  const left = { ...ring, members: [1, 3, 4] };
  const state = { ...moment(left), bench: [waiting(2, 'gather'), waiting(9, null)] };
  const [placed] = layoutRings(state, 400, 400);

  expect(placed?.nodes.map(({ nodeid }) => nodeid)).toEqual([1, 2, 3, 4]);
  expect(onBench(state).map(({ nodeid }) => nodeid)).toEqual([9]);
});

describe('rays', () => {
  const rings = layoutRings(moment(ring), 400, 400);
  const flight = { kind: PacketKind.MCAST, sender: 1, target: null, missed: [] };

  it('lead to all members for a multicast, to one for a message to one, nowhere for a token', () => {
    expect(raysOf(rings, flight)).toHaveLength(3);
    expect(raysOf(rings, { ...flight, kind: PacketKind.MEMB_COMMIT_TOKEN, target: 2 })).toHaveLength(1);
    expect(raysOf(rings, { ...flight, kind: PacketKind.ORF_TOKEN, target: 2 })).toHaveLength(0);
  });

  it('end before a node that they missed', () => {
    const rays = raysOf(rings, { ...flight, missed: [3] });
    const length = ({ from, to }: (typeof rays)[number]): number => Math.hypot(from.x - to.x, from.y - to.y);
    const whole = raysOf(rings, flight);

    expect(rays.map(({ isMissed }) => isMissed)).toEqual([false, true, false]);
    expect(rays[1] === undefined || whole[1] === undefined ? 0 : length(whole[1]) - length(rays[1])).toBeCloseTo(12, 6);
  });

  it('stay within the ring of the sender', () => {
    const two = layoutRings(moment(ring, { ...ring, id: '7:9', members: [7, 8], places: [7, 8], rep: 7 }), 800, 300);

    expect(raysOf(two, { ...flight, sender: 7 })).toHaveLength(1);
  });
});

it('measures all gauges by the same', () => {
  const gauges = gaugesOf(
    new Map([
      [1, { seq: 100, delivered: 100, aru: 90 }],
      [2, { seq: 100, delivered: 91, aru: 90 }],
    ]),
  );

  expect(gauges.get(1)?.seq).toBe(1);
  expect(gauges.get(1)?.delivered).toBe(1);
  expect(gauges.get(2)?.delivered).toBeLessThan(0.3);
  expect(gauges.get(1)?.aru).toBe(gauges.get(2)?.aru);
});
