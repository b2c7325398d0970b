// Synchronisation on the wire: which messages, how long, in which packets, at which token (specs/totem.md 5.4 and 5.6).
// What Corosync 1.4 must do is read off a capture of it: 01-corosync-2-then-3, frames 42 to 99.
import { describe, expect, test } from 'vitest';
import { concatBytes, viewOf } from '../../../../protocol/base/bytes.ts';
import { encodeServiceBuild, encodeSync } from '../../../../protocol/cpg/encode.ts';
import { encodeGroups } from '../../../../protocol/cpg/group.ts';
import { SERVICE_MESSAGES } from '../../../../protocol/cpg/messages.ts';
import { encodeService } from '../../../../protocol/cpg/service-codec.ts';
import { readServiceMessage } from '../../../../protocol/cpg/service-message.ts';
import { encodePacket, readPacket } from '../../../../protocol/totempg/packet.ts';
import { orderedNodes, notes, type Dialect, type OrderedNodes } from '../../../support/ordered-nodes.ts';
import { ringIdOctetsOf } from '../../../support/total-order.ts';

const MCAST_OCTETS = { 'corosync-1': 98, 'corosync-3': 45 } as const;

/** One mcast: who sent it at which visit of the token, its octets, and the messages that start and end in it. */
function lines(dialect: Dialect, ring: OrderedNodes, visitOf: (index: number) => number = () => 0): readonly string[] {
  return ring.order.log(Math.min(...ring.nodes.keys())).map(({ from, packet }, index) => {
    const read = readPacket(viewOf(packet), 0, packet.length, true);
    if (!read.ok) throw new Error(read.problem.kind);
    const { pieces, continuation, fragmented } = read.value;
    const messages = pieces.map(({ at, length }, i) => {
      if ((i === 0 && continuation !== 0) || (i === pieces.length - 1 && fragmented !== 0)) return 'part';
      const message = readServiceMessage(packet.subarray(at, at + length), true, dialect, from);
      expect(message.problem).toBeNull();
      return `${message.group === 'a' ? '' : `${message.group} `}${message.service} ${message.function}`;
    });
    return `${visitOf(index)} ${from}: ${packet.length + MCAST_OCTETS[dialect]} ${messages.join(', ')}`;
  });
}

/** Barriers of the ring with that sequence number in the log. */
function barriersOf(dialect: Dialect, ring: OrderedNodes, seq: bigint): number {
  return ring.order.log(Math.min(...ring.nodes.keys())).reduce((count, { from, packet }) => {
    const read = readPacket(viewOf(packet), 0, packet.length, true);
    const pieces = read.ok ? read.value.pieces : [];
    const contents = pieces.map(({ at, length }) => {
      return readServiceMessage(packet.subarray(at, at + length), true, dialect, from).content;
    });
    return count + contents.filter((content) => content?.kind === 'barrier' && content.ringId.seq === seq).length;
  }, 0);
}

/** Lets the token visit two nodes alternately and says what is sent at which visit, counted from the first mcast. */
function synchronise(dialect: Dialect, ring: OrderedNodes, order: readonly number[]): readonly string[] {
  const visits: number[] = [];
  for (let visit = 0; visit < 60; visit++) {
    const nodeid = order[visit % order.length] ?? 0;
    ring.turn(nodeid);
    while (visits.length < ring.order.log(nodeid).length) visits.push(visit);
  }
  return lines(dialect, ring, (index) => (visits[index] ?? 0) - (visits[0] ?? 0));
}

describe('Corosync 3', () => {
  test('lists, a barrier for each service of the union, votes before the last; sizes of c31-udp-form3', () => {
    const ring = orderedNodes('corosync-3', [1, 2], { votes: 1, expectedVotes: 2 });
    ring.form(1, 2);

    expect(synchronise('corosync-3', ring, [2, 1])).toEqual([
      '0 2: 615 sync SYNC SERVICE_BUILD',
      '1 1: 615 sync SYNC SERVICE_BUILD',
      '3 1: 95 sync SYNC BARRIER',
      '4 2: 95 sync SYNC BARRIER',
      '6 2: 95 sync SYNC BARRIER',
      '7 1: 95 sync SYNC BARRIER',
      '9 1: 95 sync SYNC BARRIER',
      '10 2: 95 sync SYNC BARRIER',
      '12 2: 173 VOTEQUORUM NODEINFO, VOTEQUORUM NODEINFO, sync SYNC BARRIER',
      '13 1: 173 VOTEQUORUM NODEINFO, VOTEQUORUM NODEINFO, sync SYNC BARRIER',
    ]);
    expect([...ring.nodes.values()].map((node) => node.inspect().isSynchronised)).toEqual([true, true]);
  });

  test('a node without votequorum sends a barrier for it where another has it', () => {
    const ring = orderedNodes('corosync-3', [1, 2]);
    ring.form(1, 2);
    ring.turn(1, 2);
    const ringId = ring.nodes.get(1)?.inspect().totem.ringId ?? { rep: 0, seq: 0n, ip: null };
    const foreign = encodeServiceBuild('corosync-3', 'sync', ringIdOctetsOf(ringId), [2, 5, 77]);
    const head = { version: 0, type: 0, continuation: 0, fragmented: 0 };
    ring.order.inject(1, 2, encodePacket(head, [foreign], true));
    ring.run();

    const barriers = lines('corosync-3', ring).filter((line) => line.includes('BARRIER'));
    expect(barriers.length).toBe(2 * 5);
  });
});

describe('Corosync 1.4', () => {
  test('the messages of the capture, packed as there, at the same visits of the token', () => {
    const ring = orderedNodes('corosync-1', [111, 112]);
    ring.form(111, 112);

    expect(synchronise('corosync-1', ring, [112, 111])).toEqual([
      '0 112: 224 syncv2 SYNC MEMB_DETERMINE, sync SYNC BARRIER',
      '1 111: 224 syncv2 SYNC MEMB_DETERMINE, sync SYNC BARRIER',
      '3 111: 505 CLM 0',
      '4 112: 505 CLM 0',
      '5 111: 164 sync SYNC BARRIER',
      '6 112: 164 sync SYNC BARRIER',
      '10 112: 164 sync SYNC BARRIER',
      '11 111: 164 sync SYNC BARRIER',
      '15 111: 164 sync SYNC BARRIER',
      '16 112: 164 sync SYNC BARRIER',
      '18 112: 137 EVT 1',
      '19 111: 137 EVT 1',
      '21 111: 137 EVT 1',
      '22 112: 137 EVT 1',
      '26 112: 164 sync SYNC BARRIER',
      '27 111: 164 sync SYNC BARRIER',
      '29 111: 1472 part',
      '29 111: 317 part',
      '30 112: 1472 part',
      '30 112: 317 part',
      '31 111: 164 sync SYNC BARRIER',
      '32 112: 164 sync SYNC BARRIER',
      '33 111: 686 syncv2 SYNC SERVICE_BUILD',
      '34 112: 686 syncv2 SYNC SERVICE_BUILD',
    ]);
    expect([...ring.nodes.values()].map((node) => node.inspect().isSynchronised)).toEqual([true, true]);
  });
});

describe.each(['corosync-1', 'corosync-3'] as const)('%s', (dialect) => {
  test('a ring of one synchronises with itself', () => {
    const ring = orderedNodes(dialect, [7]);
    ring.form(7);
    ring.run();

    const told = ring.effects(7).filter(({ kind }) => kind === 'synchronised' || kind === 'configuration');
    expect(told.map((effect) => (effect.kind === 'synchronised' ? effect.isDone : effect.kind))).toEqual([
      'configuration',
      'configuration',
      false,
      true,
    ]);
  });

  test('all members are done with the same message, and none before', () => {
    const ring = orderedNodes(dialect, [1, 2, 3, 4, 5]);
    ring.form(1, 2, 3, 4, 5);
    const done = new Map<number, number>();
    for (let visit = 0; visit < 400; visit++) {
      const nodeid = 1 + (visit % 5);
      const before = ring.effects(nodeid).length;
      ring.turn(nodeid);
      if (
        ring
          .effects(nodeid)
          .slice(before)
          .some((effect) => effect.kind === 'synchronised' && effect.isDone)
      )
        done.set(nodeid, visit);
    }

    expect(done.size).toBe(5);
    const visits = [...done.values()].sort((a, b) => a - b);
    expect((visits.at(-1) ?? 0) - (visits[0] ?? 0)).toBeLessThan(5);
    expect([1, 2, 3, 4, 5].flatMap((nodeid) => notes(ring.effects(nodeid)))).toEqual([]);
  });

  test('a ring that comes in the middle starts it anew; barriers of the old ring count for nothing', () => {
    const ring = orderedNodes(dialect, [1, 2, 3]);
    ring.form(1, 2);
    for (let i = 0; i < 6; i++) ring.turn(1, 2);
    const old = ring.nodes.get(1)?.inspect().totem.ringId ?? { rep: 0, seq: 0n, ip: null };
    expect(ring.nodes.get(1)?.inspect().isSynchronised).toBe(false);

    ring.form(1, 2, 3);
    ring.turn(1, 2, 3);
    const stale = encodeSync(dialect, 'sync', 'BARRIER', ringIdOctetsOf(old));
    const packet = encodePacket({ version: 0, type: 0, continuation: 0, fragmented: 0 }, [stale], true);
    for (let i = 0; i < 100 && ring.nodes.get(1)?.inspect().isSynchronised !== true; i++) {
      for (const from of [1, 2, 3]) ring.order.inject(1, from, packet);
      ring.turn(1, 2, 3);
    }
    ring.run();

    // Each of the three went through all its barriers before the ring was done.
    const { seq } = ring.nodes.get(1)?.inspect().totem.ringId ?? old;
    expect(barriersOf(dialect, ring, seq)).toBe(3 * (dialect === 'corosync-1' ? 6 : 3));
    expect(notes(ring.effects(3))).toEqual([]);
    expect(ring.nodes.get(1)?.inspect()).toMatchObject({ isSynchronised: true, syncingService: null });
  });

  test('done in the same step in which the next ring comes: Totem is not told that the new one is done', () => {
    const ring = orderedNodes(dialect, [1, 2]);
    ring.form(1, 2);
    const isDone = (nodeid: number): boolean => ring.nodes.get(nodeid)?.inspect().isSynchronised === true;
    for (let i = 0; i < 100 && !isDone(1) && !isDone(2); i++) ring.turn(1 + (i % 2));
    const late = isDone(1) ? 2 : 1;
    expect(isDone(late)).toBe(false);
    ring.form(1, 2);
    ring.turn(late);

    const told = ring.effects(late).flatMap((effect) => (effect.kind === 'synchronised' ? [effect.isDone] : []));
    expect(told).toEqual([false, true, false]);
    expect(ring.nodes.get(late)?.inspect()).toMatchObject({ isSynchronised: false, totem: { waitingTransAck: true } });
    ring.run();
    expect(ring.nodes.get(late)?.inspect()).toMatchObject({ isSynchronised: true, totem: { waitingTransAck: false } });
  });

  test('a member that says nothing keeps all others waiting (8, item 38)', () => {
    const ring = orderedNodes(dialect, [1, 2, 3]);
    ring.form(1, 2, 3);
    for (let i = 0; i < 200; i++) ring.turn(1, 2);

    expect([1, 2].map((nodeid) => ring.nodes.get(nodeid)?.inspect().isSynchronised)).toEqual([false, false]);
  });
});

test('lists and barriers of a big-endian member are understood (1.2)', () => {
  const ring = orderedNodes('corosync-3', [1, 2]);
  ring.form(1, 2);
  ring.turn(1);
  const { rep, seq } = ring.nodes.get(1)?.inspect().totem.ringId ?? { rep: 0, seq: 0n };
  const layouts = SERVICE_MESSAGES['corosync-3'];
  const none = new Uint8Array(0);
  const inject = (id: number, size: number, name: 'BARRIER' | 'SERVICE_BUILD'): void => {
    const head = {
      header: { id, idUnused: none, size, sizeUnused: none },
      ringId: { rep, seq },
      ringUnused: none,
      serviceCount: 1,
      countUnused: none,
    };
    const records = name === 'BARRIER' ? [] : [2];
    const body = encodeService(layouts[name], { head, records, octets: none, rest: null }, false);
    const message = concatBytes([encodeGroups(['sync'], false), body]);
    const packet = encodePacket({ version: 0, type: 0, continuation: 0, fragmented: 0 }, [message], false);
    ring.order.inject(1, 2, packet, false);
  };
  inject(1, 552, 'SERVICE_BUILD');
  for (let i = 0; i < 3; i++) {
    ring.turn(1, 1);
    expect(ring.nodes.get(1)?.inspect().isSynchronised).toBe(false);
    inject(0, 32, 'BARRIER');
  }
  ring.turn(1);

  expect(notes(ring.effects(1))).toEqual([]);
  expect(ring.nodes.get(1)?.inspect().isSynchronised).toBe(true);
});
