// The event table, column OPERATIONAL (specs/totem.md 2.3). Node 1 of the ring {1, 2, 3} is its representative.
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
import { MEMBERS, RING, TotemNode } from '../../../../../support/totem/node.ts';

const FOREIGN = aRing(9, 4);
const operational = (id = 2, settings = {}): TotemNode => new TotemNode(id, settings).to('operational');
const procList = (node: TotemNode): number[] => node.engine.inspect().procList.map(({ nodeid }) => nodeid);

/** Tokens without news, until the representative holds or the others believe it. */
function idle(node: TotemNode, seq = 0): TotemNode {
  for (let i = 0; i < 40 && !node.engine.inspect().held; i++) node.token({ seq });
  return node;
}

describe('an operational node that hears a token', () => {
  it('of its ring hands it on with one more hop', () => {
    const node = operational().token({ tokenSeq: 100, seq: 0, aru: 0 });

    expect(node.sentOf('orf_token')).toMatchObject([{ tokenSeq: 101, header: { nodeid: 2 } }]);
  });

  it.each([
    ['of another ring', aToken({ ring: FOREIGN, tokenSeq: 200 }), 'it is of another ring'],
    ['that it had before', aToken({ tokenSeq: 12 }), 'token_seq 12 was here before'],
  ])('%s drops it and restarts no timer (8.32)', (_what, token, why) => {
    const node = operational();
    const { timers } = node.pass(5).engine.inspect();

    node.hear(token);

    expect(node.notesOf('discarded')).toEqual([{ kind: 'discarded', what: 'orf_token', why }]);
    expect(node.sent).toEqual([]);
    expect(node.engine.inspect().timers).toEqual(timers);
  });
});

describe('an operational node that hears an mcast', () => {
  it('of its ring delivers it when all before it are there', () => {
    const node = operational().hear(anMcast({ seq: 2 }));
    expect(node.effects).toEqual([]);

    node.hear(anMcast({ seq: 1 }));

    expect(node.effects.map((effect) => (effect.kind === 'deliver' ? effect.seq : effect))).toEqual([1, 2]);
    expect(node.engine.inspect()).toMatchObject({ aru: 2, highDelivered: 2 });
  });

  it('of another ring wants its sender: GATHER from 7, the message is not used', () => {
    const node = operational().hear(anMcast({ from: 9, ring: FOREIGN }));

    expect(node.entered).toEqual(['gather 7']);
    expect(procList(node)).toEqual([1, 2, 3, 9]);
    expect(node.effects.some(({ kind }) => kind === 'deliver')).toBe(false);
  });

  it('of its own of an older ring ignores it', () => {
    const node = operational().hear(anMcast({ from: 2, ring: aRing(2, 1) }));

    expect(node.state).toBe('operational');
    expect(node.notesOf('discarded')).toMatchObject([{ what: 'mcast' }]);
  });
});

describe('an operational node that hears a merge detect', () => {
  it('of its ring ignores it', () => {
    expect(operational().hear(aMergeDetect(1, RING)).effects).toEqual([]);
  });

  it('of another ring wants its sender: GATHER from 9', () => {
    const node = operational().hear(aMergeDetect(9, FOREIGN));

    expect(node.entered).toEqual(['gather 9']);
    expect(node.sentOf('memb_join')).toMatchObject([{ procList: [1, 2, 3, 9].map((nodeid) => ({ nodeid })) }]);
  });
});

describe('an operational node that hears a join', () => {
  it.each([
    ['that gives it up', aJoin({ from: 1, proc: MEMBERS, failed: [2], ringSeq: 8 })],
    ['of a member from before the ring', aJoin({ from: 1, proc: MEMBERS, ringSeq: 4 })],
  ])('%s ignores it, but remembers the ring seq (2.3.3 on; 8.16)', (_what, join) => {
    const node = operational().hear(join);

    expect(node.entered).toEqual([]);
    expect(node.notesOf('discarded')).toMatchObject([{ what: 'memb_join' }]);
  });

  it.each([
    ['with its own lists', { from: 1, proc: MEMBERS, ringSeq: 8 }, 'gather 12'],
    ['with less', { from: 1, proc: [1, 2], ringSeq: 8 }, 'gather 12'],
    ['with more', { from: 9, proc: [9], ringSeq: 4 }, 'gather 11'],
    ['of a member that gave up another', { from: 1, proc: MEMBERS, failed: [3], ringSeq: 8 }, 'gather 11'],
  ])('%s: %o, goes to %s', (_what, join, entered) => {
    expect(operational().hear(aJoin(join)).entered).toEqual([entered]);
  });

  it('uses a ring seq that it heard in a join for its next ring, even if the join was ignored (8.16)', () => {
    const node = operational(1).hear(aJoin({ from: 2, proc: MEMBERS, failed: [1], ringSeq: 100 }));
    expect(node.state).toBe('operational');

    node.hear(aJoin({ from: 2, proc: MEMBERS, ringSeq: 8 }), aJoin({ from: 3, proc: MEMBERS, ringSeq: 8 }));
    node.hear(aJoin({ from: 2, proc: MEMBERS, ringSeq: 8 }));

    expect(node.sentOf('memb_commit_token')).toMatchObject([{ ringId: { rep: 1, seq: 104n } }]);
  });

  it('of one that leaves gives it up at once: GATHER from 11 (2.10)', () => {
    const node = operational().hear(aLeave(3, [1, 2], 8));

    expect(node.entered).toEqual(['gather 11']);
    expect(node.sentOf('memb_join')).toMatchObject([{ failedList: [{ nodeid: 3 }], ringSeq: 8n }]);
  });
});

describe('an operational node', () => {
  it('discards a commit token', () => {
    const node = operational().hear(aCommitToken({ membIndex: 1, ring: aRing(1, 12), members: MEMBERS }));

    expect(node.state).toBe('operational');
    expect(node.notesOf('discarded')).toMatchObject([{ what: 'memb_commit_token' }]);
  });

  it('that holds the token sends it at once upon a hold cancel, and again after token_retransmit', () => {
    const node = idle(operational(1));
    expect(node.sent).toEqual([]);

    const [token] = node.hear(aHoldCancel(2, RING)).sent;

    expect(node.sentOf('orf_token')).toHaveLength(1);
    expect(node.pass(238).sentOf('orf_token')).toEqual([token]);
  });

  it('that is not the representative sends nothing upon a hold cancel, and waits for 30 more tokens', () => {
    const node = idle(operational(2)).hear(aHoldCancel(3, RING));

    expect(node.sent).toEqual([]);
    expect(node.token({}).engine.inspect().held).toBe(false);
  });

  it('ignores a hold cancel of another ring', () => {
    expect(idle(operational(1)).hear(aHoldCancel(2, FOREIGN)).effects).toEqual([]);
  });

  it('that loses the token goes to GATHER from 2 after `token`', () => {
    const node = operational().pass(999.999);
    expect(node.state).toBe('operational');

    node.pass(0.001);

    expect(node.entered).toEqual(['gather 2']);
    expect(node.sentOf('memb_join')).toMatchObject([{ header: { nodeid: 2 }, failedList: [] }]);
    expect(node.counters).toMatchObject({ operational_token_lost: 1 });
  });

  it('sends the identical token again every token_retransmit, four times before it is lost (3.5)', () => {
    const node = operational();
    const [token] = node.effects.flatMap((effect) => (effect.kind === 'send-token' ? [effect] : []));

    node.pass(999);

    expect(node.effects.filter(({ kind }) => kind === 'send-token')).toEqual([token, token, token, token]);
  });

  it('that holds the token sends it after `hold`', () => {
    const node = idle(operational(1)).pass(179.999);
    expect(node.sentOf('orf_token')).toEqual([]);

    expect(node.pass(0.001).sentOf('orf_token')).toHaveLength(1);
  });

  it.each([
    [1, 1],
    [2, 0],
  ])('as node %i sends %i merge detects in an idle rotation, 200 ms after a token without news', (id, count) => {
    const node = operational(id).token({}).token({}).pass(210);

    expect(node.sentOf('memb_merge_detect')).toHaveLength(count);
    expect(node.pass(400).sentOf('memb_merge_detect')).toEqual([]);
  });

  it('warns when the token is missing for token_warning % of `token`', () => {
    expect(operational().pass(760).notesOf('token-warning')).toEqual([{ kind: 'token-warning', sinceMs: 750 }]);
  });

  it('takes a missing heartbeat for a lost token, where it is enabled (3.6)', () => {
    const node = operational(2, { heartbeatFailuresAllowed: 2 }).pass(2 * 238 + 50);

    expect(node.entered).toEqual(['gather 2']);
  });

  it('whose interface comes up goes to GATHER from 15', () => {
    expect(operational().step({ kind: 'interface', up: true }).entered).toEqual(['gather 15']);
  });

  it('that leaves says so once, and nothing follows (2.10, test vector B.4)', () => {
    const node = operational(2).step({ kind: 'leave' });

    expect(node.sentOf('memb_join')).toMatchObject([
      {
        header: { nodeid: 0 },
        systemFrom: { nodeid: 2 },
        procList: [{ nodeid: 1 }, { nodeid: 3 }],
        failedList: [{ nodeid: 2 }],
        ringSeq: 8n,
      },
    ]);
    expect(node.engine.nextDeadline()).toBeNull();
    expect(node.hear(aJoin({ from: 1, proc: MEMBERS, ringSeq: 8 })).effects).toEqual([]);
  });
});
