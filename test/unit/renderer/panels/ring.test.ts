// The ring view: clockwise in ring order, the representative at twelve o'clock, the token on its hop.
import { describe, expect, it } from 'vitest';
import { fromRepresentative, layoutRings, raysOf } from '../../../../renderer/panels/ring/layout.ts';
import type { Moment, RingNow } from '../../../../renderer/state/moment.ts';
import { PacketKind } from '../../../../app/store/kinds.ts';

const token = { from: 2, to: 3, isOnHop: true, isCopy: false, age: 0, row: 0 };
const ring: RingNow = { id: '1:9', rep: 1, members: [3, 4, 1, 2], token, isSeen: true };
const moment = (...rings: RingNow[]): Moment => ({ time: 0, rings, bench: [], states: new Map() });
const round = (value: number): number => Math.round(value);

it('starts with the representative', () => {
  expect(fromRepresentative(ring)).toEqual([1, 2, 3, 4]);
});

describe('layoutRings', () => {
  it('puts the representative on top and the next node to its right', () => {
    const [placed] = layoutRings(moment(ring), 400, 400);

    expect(
      placed?.nodes.map(({ nodeid, x, y }) => [nodeid, Math.sign(round(x - 200)), Math.sign(round(y - 200))]),
    ).toEqual([
      [1, 0, -1],
      [2, 1, 0],
      [3, 0, 1],
      [4, -1, 0],
    ]);
  });

  it('draws a hop between its nodes, a rest at its holder', () => {
    const [onHop] = layoutRings(moment(ring), 400, 400);
    const [atRest] = layoutRings(moment({ ...ring, token: { ...token, isOnHop: false, age: 5 } }), 400, 400);

    expect(onHop?.token?.x).toBeGreaterThan(200);
    expect(onHop?.token?.y).toBeGreaterThan(200);
    expect(onHop?.hop).toMatch(/^M/);
    expect([round(atRest?.token?.x ?? 0), atRest?.hop]).toEqual([200, null]);
    expect(atRest?.nodes.find(({ isHolder }) => isHolder)?.nodeid).toBe(3);
  });

  it('gives two rings a half each', () => {
    const [left, right] = layoutRings(moment(ring, { ...ring, id: '7:9', members: [7, 8], rep: 7 }), 400, 200);

    expect([left?.centre.x, right?.centre.x]).toEqual([100, 300]);
  });
});

it('shows whom a multicast reaches, and whom a message to one', () => {
  const rings = layoutRings(moment(ring), 400, 400);

  expect(raysOf(rings, { kind: PacketKind.MCAST, sender: 1, target: null })).toHaveLength(3);
  expect(raysOf(rings, { kind: PacketKind.MEMB_COMMIT_TOKEN, sender: 1, target: 2 })).toHaveLength(1);
  expect(raysOf(rings, { kind: PacketKind.ORF_TOKEN, sender: 1, target: 2 })).toHaveLength(0);
});
