// The event table, column GATHER, and join processing (specs/totem.md 2.3, 2.4, 2.5).
import { describe, expect, it } from 'vitest';
import {
  aCommitToken,
  aHoldCancel,
  aJoin,
  aLeave,
  aMergeDetect,
  anMcast,
  aRing,
  aToken,
} from '../../../../../support/totem/messages.ts';
import { MEMBERS, TotemNode } from '../../../../../support/totem/node.ts';

const FOREIGN = aRing(9, 4);
const ids = (nodes: readonly { nodeid: number }[]): number[] => nodes.map(({ nodeid }) => nodeid);
/** In GATHER with P = {1, 2, 3}, F = ∅, C = {self}. */
const gathering = (id = 2): TotemNode => new TotemNode(id).to('gather');
const consensus = (node: TotemNode): number[] => ids(node.engine.inspect().consensus);
const lists = (node: TotemNode) => {
  const { procList, failedList } = node.engine.inspect();
  return { proc: ids(procList), failed: ids(failedList) };
};

describe('entering GATHER', () => {
  it('sends a join at once, arms join and consensus timers, and forgets the token and consensus (2.2)', () => {
    const node = new TotemNode(2).to('operational').step({ kind: 'interface', up: true });

    const { timers, consensus: agreeing } = node.engine.inspect();
    expect(node.sentOf('memb_join')).toHaveLength(1);
    expect(timers).toMatchObject({ token: null, 'token-retransmit': null, 'token-hold': null, merge: null });
    expect(timers).toMatchObject({ join: node.now + 50_000, consensus: node.now + 1_200_000 });
    expect(ids(agreeing)).toEqual([2]);
  });

  it('a fresh node sends test vector B.6, with the ring id file one behind', () => {
    const node = new TotemNode(2, {}, { lastRingSeq: 117n }).step({ kind: 'interface', up: true });

    expect(
      node.effects.flatMap((e) => (e.kind === 'send-mcast' ? [Buffer.from(e.bytes).toString('hex')] : [])),
    ).toEqual(['70c00303000200000000000000020000000100000000000000760000000000000002000000']);
  });

  it('sends one join for all that one turn brought', () => {
    const node = gathering(2);

    node.hear(aMergeDetect(7, aRing(7, 4)), aMergeDetect(8, aRing(8, 4)));

    expect(node.entered).toEqual(['gather 10', 'gather 10']);
    expect(node.sentOf('memb_join').map(({ procList }) => ids(procList))).toEqual([[2, 1, 3, 7, 8]]);
  });
});

describe('a node in GATHER that hears', () => {
  it('a token drops it (8.21)', () => {
    const node = gathering().hear(aToken({ ring: aRing(2, 1), tokenSeq: 9 }));

    expect(node.notesOf('discarded')).toMatchObject([{ what: 'orf_token' }]);
    expect(node.sent).toEqual([]);
  });

  it('an mcast of its old ring keeps it, and delivers it when the next ring is installed', () => {
    const node = new TotemNode(2)
      .to('operational')
      .hear(anMcast({ seq: 1 }))
      .step({ kind: 'interface', up: true });

    node.hear(anMcast({ seq: 2 }));

    expect(node.effects).toEqual([]);
    expect(node.engine.inspect()).toMatchObject({ aru: 2, highSeqReceived: 2, highDelivered: 1 });
  });

  it.each([
    ['an mcast', anMcast({ from: 9, ring: FOREIGN }), 'gather 8'],
    ['a merge detect', aMergeDetect(9, FOREIGN), 'gather 10'],
  ])('%s of a stranger wants it; of one that it wants already, does nothing', (_what, message, entered) => {
    const node = gathering().hear(message);
    expect(node.entered).toEqual([entered]);
    expect(lists(node).proc).toEqual([2, 1, 3, 9]);

    expect(node.hear(message).effects).toEqual([]);
  });

  it('a hold cancel sends nothing', () => {
    expect(new TotemNode(1).to('gather').hear(aHoldCancel(2, aRing(1, 1))).sent).toEqual([]);
  });
});

describe('join processing', () => {
  it('1: equal lists make consensus, as sets; the lowest proposes a ring when all agree', () => {
    const node = gathering(1).hear(aJoin({ from: 2, proc: [3, 2, 1], ringSeq: 20 }));
    expect(consensus(node)).toEqual([1, 2]);

    node.hear(aJoin({ from: 3, proc: MEMBERS }));

    expect(node.entered).toEqual(['commit']);
    expect(node.sentOf('memb_commit_token')).toMatchObject([
      { ringId: { rep: 1, seq: 24n }, membIndex: 1, tokenSeq: 1, addr: [{ nodeid: 1 }, { nodeid: 2 }, { nodeid: 3 }] },
    ]);
  });

  it('1: who is not the lowest waits for the commit token', () => {
    const node = gathering(2).hear(aJoin({ from: 1, proc: MEMBERS }), aJoin({ from: 3, proc: MEMBERS }));

    expect(node.state).toBe('gather');
    expect(consensus(node)).toEqual([1, 2, 3]);
  });

  it('1: a LEAVE makes no consensus (8.17)', () => {
    const node = gathering(2).hear(aJoin({ from: 3, proc: MEMBERS, nodeid: 0 }));

    expect(consensus(node)).toEqual([2]);
  });

  it('2: less than mine is ignored: the sender will learn from my join', () => {
    expect(gathering(2).hear(aJoin({ from: 3, proc: [3] })).effects).toEqual([]);
  });

  it('3: who was given up is ignored', () => {
    const node = gathering(2).pass(1250);
    expect(lists(node).failed).toEqual([1, 3]);

    expect(node.hear(aJoin({ from: 3, proc: [1, 2, 3, 4] })).effects).toEqual([]);
  });

  it('4: more than mine is taken over, in the order of arrival; consensus begins anew (8.13)', () => {
    const node = gathering(2).hear(aJoin({ from: 3, proc: MEMBERS }));
    expect(consensus(node)).toEqual([2, 3]);

    node.hear(aJoin({ from: 5, proc: [5, 4] }));

    expect(node.entered).toEqual(['gather 11']);
    expect(lists(node)).toEqual({ proc: [2, 1, 3, 5, 4], failed: [] });
    expect(consensus(node)).toEqual([2]);
  });

  it('4: who gives me up is given up by me (8.14)', () => {
    const node = gathering(2).hear(aJoin({ from: 3, proc: MEMBERS, failed: [2] }));

    expect(lists(node).failed).toEqual([3]);
  });

  it('4: a stranger cannot make me give others up, a member of my ring can (8.14)', () => {
    const node = new TotemNode(2).to('operational').step({ kind: 'interface', up: true });
    node.hear(aJoin({ from: 9, proc: [9, ...MEMBERS], failed: [1], ringSeq: 8 }));
    expect(lists(node)).toEqual({ proc: [1, 2, 3, 9], failed: [] });

    node.hear(aJoin({ from: 3, proc: MEMBERS, failed: [1], ringSeq: 8 }));
    expect(lists(node).failed).toEqual([1]);
  });

  it('4: a join that changes nothing is not answered: strangers do not hold each other up', () => {
    const node = gathering(2).hear(aJoin({ from: 3, proc: MEMBERS }));

    node.hear(aJoin({ from: 1, proc: MEMBERS, failed: [9] }));

    expect(node.effects).toEqual([]);
    expect(consensus(node)).toEqual([2, 3]);
  });

  it('a leave of a member gives it up, and the two others agree in a few joins (test vector B.5)', () => {
    const node = new TotemNode(1).to('operational').hear(aLeave(3, [1, 2], 8));
    expect(lists(node)).toEqual({ proc: MEMBERS, failed: [3] });

    node.hear(aJoin({ from: 2, proc: MEMBERS, failed: [3], ringSeq: 8 }));

    expect(node.sentOf('memb_commit_token')).toMatchObject([{ addr: [{ nodeid: 1 }, { nodeid: 2 }] }]);
  });
});

describe('a commit token in GATHER', () => {
  const entries = [{ ring: aRing(1, 1) }];

  it('for the nodes that I want, on a later ring, is adopted: my entry, one more hop, durable first (8.23)', () => {
    const node = gathering(2).hear(aCommitToken({ membIndex: 1, members: MEMBERS, entries }));

    expect(node.entered).toEqual(['commit']);
    expect(node.effects.map(({ kind }) => kind)).toEqual(['persist-ring-id', 'note', 'send-token']);
    expect(node.effects[0]).toEqual({ kind: 'persist-ring-id', seq: 8n });
    expect(node.effects[2]).toMatchObject({ to: { nodeid: 3 } });
    expect(node.sentOf('memb_commit_token')).toMatchObject([
      { header: { nodeid: 2 }, membIndex: 2, tokenSeq: 2, membList: [{}, { ringId: { rep: 2, seq: 1n } }, {}] },
    ]);
  });

  it.each([
    ['for other nodes', aCommitToken({ membIndex: 1, members: [1, 2], entries })],
    [
      'of a ring that is not later (8.19)',
      aCommitToken({ membIndex: 1, ring: aRing(1, 1), members: MEMBERS, entries }),
    ],
    ['where it is not my turn', aCommitToken({ membIndex: 2, members: MEMBERS, entries })],
    ['whose members are not in ring order', aCommitToken({ membIndex: 2, members: [1, 3, 2], entries })],
    ['of another representative', aCommitToken({ membIndex: 1, ring: aRing(3, 8), members: MEMBERS, entries })],
    [
      'of a ring seq that nobody reaches',
      aCommitToken({ membIndex: 1, ring: { rep: 1, seq: 1n << 63n }, members: MEMBERS }),
    ],
    ['without members', aCommitToken({ membIndex: 0, members: [] })],
    ['with an index behind its members', aCommitToken({ membIndex: 4, members: MEMBERS })],
  ])('%s is discarded', (_what, token) => {
    const node = gathering(2).hear(token);

    expect(node.state).toBe('gather');
    expect(node.notesOf('discarded')).toMatchObject([{ what: 'memb_commit_token' }]);
  });
});

describe('time in GATHER', () => {
  it('repeats the join every 50 ms', () => {
    const node = gathering(2).pass(500);

    expect(node.sentOf('memb_join')).toHaveLength(10);
    expect(node.counters).toMatchObject({ gather_entered: 2 });
  });

  it('gives up, after `consensus`, those that did not agree: GATHER from 0 (2.5)', () => {
    const node = gathering(2)
      .hear(aJoin({ from: 3, proc: MEMBERS }))
      .pass(1199);
    expect(node.state).toBe('gather');
    expect(lists(node).failed).toEqual([]);

    node.pass(1);

    expect(node.entered).toEqual(['gather 0']);
    expect(lists(node)).toEqual({ proc: [2, 1, 3], failed: [1] });
    expect(node.counters).toMatchObject({ consensus_timeouts: 1 });
  });

  it('waits `token` more for the commit token where all agree, then GATHER from 3 (2.5)', () => {
    const node = gathering(2)
      .hear(aJoin({ from: 1, proc: MEMBERS }), aJoin({ from: 3, proc: MEMBERS }))
      .pass(1200);
    expect(node.entered).toEqual([]);
    expect(consensus(node)).toEqual([2]);

    node.pass(999);
    expect(node.entered).toEqual([]);
    node.pass(1);

    expect(node.entered).toEqual(['gather 0', 'gather 3']);
    expect(node.counters).toMatchObject({ gather_token_lost: 1, consensus_timeouts: 2, continuous_gather: 1 });
  });

  it('draws the jitter of joins from its seed, so that others may speak first (send_join)', () => {
    const delays = [1, 2, 3].map((seed) => {
      const node = new TotemNode(2, { sendJoin: 80 }, { seed }).step({ kind: 'interface', up: true });
      expect(node.sent).toEqual([]);
      return (node.engine.inspect().timers['join-jitter'] ?? 0) / 1000;
    });

    expect(new Set(delays).size).toBe(3);
    for (const delay of delays) expect(delay).toBeLessThan(80);
  });

  it('whose interface comes up again starts anew: GATHER from 15', () => {
    expect(gathering().step({ kind: 'interface', up: true }).entered).toEqual(['gather 15']);
  });
});

describe('lists that strangers make long', () => {
  it('end at PROCESSOR_COUNT_MAX', () => {
    const node = new TotemNode(2).to('operational').step({ kind: 'interface', up: true });
    const many = (from: number): number[] => Array.from({ length: 380 }, (_, i) => from + i);

    node.hear(aJoin({ from: 3, proc: many(100), failed: many(1000), ringSeq: 8 }));
    node.hear(aJoin({ from: 3, proc: many(5000), failed: many(9000), ringSeq: 8 }));

    expect(node.notesOf('discarded')).toMatchObject([{ what: 'memb_join' }]);
    expect(lists(node).proc).toHaveLength(383);
    expect(lists(node).failed).toHaveLength(380);
    for (let i = 0; i < 500; i++) node.hear(aMergeDetect(20_000 + i, aRing(20_000 + i, 4)));
    expect(lists(node).proc).toHaveLength(384);
  });

  it('consensus counts only those that are wanted', () => {
    const node = gathering(2);
    for (let from = 100; from < 200; from++) node.hear(aJoin({ from, proc: MEMBERS }));

    expect(consensus(node)).toEqual([2]);
  });
});
