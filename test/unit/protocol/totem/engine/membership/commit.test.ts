// The event table, columns COMMIT and RECOVERY (specs/totem.md 2.3, 2.6, 2.7).
import { describe, expect, it } from 'vitest';
import { COROSYNC_3 } from '../../../../../../protocol/totem/dialect.ts';
import {
  aCommitToken,
  aHoldCancel,
  aJoin,
  aMergeDetect,
  anMcast,
  aRing,
  aToken,
} from '../../../../../support/totem/messages.ts';
import { MEMBERS, RING, TotemNode } from '../../../../../support/totem/node.ts';

const FOREIGN = aRing(9, 4);
const committing = (id = 2): TotemNode => new TotemNode(id).to('commit');
const recovering = (id = 2): TotemNode => new TotemNode(id).to('recovery');
const copyOf = (node: TotemNode): Uint8Array | undefined =>
  node.effects.flatMap((effect) => (effect.kind === 'send-token' ? [effect.bytes] : []))[0];

describe.each([
  ['COMMIT', committing],
  ['RECOVERY', recovering],
])('a node in %s', (_state, make) => {
  it('ignores foreign mcasts and counts them, and merge detects', () => {
    const node = make().hear(anMcast({ from: 9, ring: FOREIGN }), aMergeDetect(9, FOREIGN), aMergeDetect(1, RING));

    expect(node.entered).toEqual([]);
    expect(node.counters).toMatchObject({ rx_msg_dropped: 1, memb_merge_detect_rx: 2 });
  });

  it('ignores joins of strangers, and of members from before this ring, but remembers the ring seq', () => {
    const node = make().hear(
      aJoin({ from: 9, proc: [9], ringSeq: 40 }),
      aJoin({ from: 1, proc: [...MEMBERS, 4], ringSeq: 4 }),
    );

    expect(node.entered).toEqual([]);
    expect(node.notesOf('discarded')).toHaveLength(2);
  });

  it('sends the identical token again every token_retransmit', () => {
    const node = make();
    const sent = copyOf(node);

    node.pass(480);

    expect(node.effects.flatMap((effect) => (effect.kind === 'send-token' ? [effect.bytes] : []))).toEqual([
      sent,
      sent,
    ]);
  });

  it('sends its token at once upon a hold cancel, where it is the representative', () => {
    const node = make(1);
    const sent = copyOf(node);

    expect(copyOf(node.hear(aHoldCancel(2, RING)))).toEqual(sent);
    expect(make(2).hear(aHoldCancel(3, RING)).sent).toEqual([]);
  });

  it('whose interface comes up goes to GATHER from 15', () => {
    expect(make().step({ kind: 'interface', up: true }).entered).toEqual(['gather 15']);
  });
});

describe('a node in COMMIT', () => {
  it('drops tokens and does not keep mcasts: nobody can speak on this ring yet', () => {
    const node = committing().hear(aToken({ tokenSeq: 1 }), anMcast({ seq: 1 }));

    expect(node.sent).toEqual([]);
    expect(node.engine.inspect().aru).toBe(0);
  });

  it('has reset flow control, joins and consensus (2.2)', () => {
    expect(committing().engine.inspect().timers).toMatchObject({ join: null, consensus: null });
  });

  it.each([
    ['a copy of the first rotation (8.18)', aCommitToken({ membIndex: 2, members: MEMBERS })],
    ['one of another attempt', aCommitToken({ membIndex: 3, ring: aRing(1, 12), members: MEMBERS })],
  ])('discards as commit token %s', (_what, token) => {
    expect(committing().hear(token).entered).toEqual([]);
  });

  it('enters RECOVERY when every entry is filled, and hands the token on unchanged but for its hop', () => {
    const entries = MEMBERS.map((node) => ({ ring: aRing(node, 1), aru: node, highDelivered: 7 }));
    const node = committing(3).hear(aCommitToken({ membIndex: 3, tokenSeq: 5, members: MEMBERS, entries }));

    expect(node.entered).toEqual(['recovery']);
    expect(node.sentOf('memb_commit_token')).toMatchObject([
      { header: { nodeid: 3 }, tokenSeq: 6, membIndex: 3, membList: [{ aru: 1 }, { aru: 2 }, { aru: 3 }] },
    ]);
    expect(node.effects.at(-1)).toMatchObject({ kind: 'send-token', to: { nodeid: 1 } });
  });

  it('follows a member back to GATHER from 13', () => {
    const node = committing().hear(aJoin({ from: 3, proc: MEMBERS, ringSeq: 8 }));

    expect(node.entered).toEqual(['gather 13']);
  });

  it('does join processing first, whose own GATHER the second follows', () => {
    const node = committing().hear(aJoin({ from: 3, proc: [...MEMBERS, 4], ringSeq: 8 }));

    expect(node.entered).toEqual(['gather 11', 'gather 13']);
  });

  it('goes to GATHER from 4 when the commit token does not come round in `token`', () => {
    const node = committing().pass(1000);

    expect(node.entered).toEqual(['gather 4']);
    expect(node.counters).toMatchObject({ commit_token_lost: 1 });
    expect(node.sentOf('memb_join')).toMatchObject([{ ringSeq: 8n }]);
  });

  it('writes 0 as received_flg where somebody of its old ring has more, also for others (2.6 step 3)', () => {
    const node = new TotemNode(2).to('operational').hear(anMcast({ seq: 1 }), anMcast({ seq: 2 }));
    node.step({ kind: 'interface', up: true });
    node.hear(aJoin({ from: 1, proc: MEMBERS, ringSeq: 8 }));
    const entries = [{ ring: RING, aru: 1, receivedFlg: 1 }];
    node.hear(aCommitToken({ membIndex: 1, ring: aRing(1, 12), members: MEMBERS, entries }));

    expect(node.sentOf('memb_commit_token')).toMatchObject([
      {
        membList: [
          { aru: 1, receivedFlg: 0 },
          { ringId: RING, aru: 2, highDelivered: 2, receivedFlg: 1 },
          { receivedFlg: 0 },
        ],
      },
    ]);
  });
});

describe('the representative in RECOVERY', () => {
  const second = aCommitToken({ membIndex: 3, tokenSeq: 6, members: MEMBERS });

  it('starts the ring when the second rotation is round: token 0 with aru FFFFFFFF, by itself (2.7.5)', () => {
    const node = recovering(1).hear(second);

    expect(node.sentOf('orf_token')).toMatchObject([
      {
        seq: 0,
        tokenSeq: 0,
        aru: 0xffffffff,
        aruAddr: 1,
        ringId: { rep: 1, seq: 8n },
        retransFlg: 0,
        backlog: 0,
        fcc: 0,
      },
    ]);
    expect(node.counters).toMatchObject({ orf_token_tx: 1 });
  });

  it('does so once', () => {
    expect(recovering(1).hear(second).hear(second).sent).toEqual([]);
  });

  it('is not misled by a copy of the first rotation', () => {
    const node = recovering(1).hear(aCommitToken({ membIndex: 3, tokenSeq: 3, members: MEMBERS }));

    expect(node.sent).toEqual([]);
  });
});

describe('a node in RECOVERY', () => {
  it('ignores the commit token where it is not the representative', () => {
    expect(recovering(2).hear(aCommitToken({ membIndex: 3, tokenSeq: 9, members: MEMBERS })).sent).toEqual([]);
  });

  it('installs the ring on the fourth token without flag, before it hands it on (2.7.4, 8.35)', () => {
    const node = recovering();
    const states = [1, 2, 3, 4].map(() => node.token({}).state);

    expect(states).toEqual(['recovery', 'recovery', 'recovery', 'operational']);
    expect(node.effects.map((effect) => (effect.kind === 'note' ? 'note' : effect.kind))).toEqual([
      'configuration',
      'configuration',
      'note',
      'send-token',
    ]);
  });

  it('a flag on the token begins the count anew', () => {
    const node = recovering();
    for (const retransFlg of [0, 0, 0, 1, 0, 0, 0]) node.token({ retransFlg });
    expect(node.state).toBe('recovery');

    expect(node.token({}).state).toBe('operational');
  });

  it('follows a member back to GATHER: from 5, then from 14', () => {
    const node = recovering().hear(aJoin({ from: 3, proc: MEMBERS, ringSeq: 8 }));

    expect(node.entered).toEqual(['gather 5', 'gather 14']);
    expect(node.counters).toMatchObject({ recovery_token_lost: 1 });
  });

  it('goes to GATHER from 5 when the token is lost, and counts again what it had of the old ring', () => {
    const node = new TotemNode(2).to('operational').hear(anMcast({ seq: 1 }), anMcast({ seq: 3 }));
    node.step({ kind: 'interface', up: true }).hear(aJoin({ from: 1, proc: MEMBERS, ringSeq: 8 }));
    const entries = MEMBERS.map(() => ({ ring: RING, aru: 1, receivedFlg: 0 }));
    const ring = aRing(1, 12);
    node.hear(aCommitToken({ membIndex: 1, ring, members: MEMBERS, entries: entries.slice(0, 1) }));
    node.hear(aCommitToken({ membIndex: 3, ring, members: MEMBERS, entries }));
    expect(node.engine.inspect()).toMatchObject({ state: 'recovery', aru: 0, highSeqReceived: 0 });

    node.pass(1000);

    expect(node.entered).toEqual(['gather 5']);
    expect(node.engine.inspect()).toMatchObject({ aru: 1, highSeqReceived: 3 });
  });

  it('keeps what operational members send already, and delivers it once the ring is installed', () => {
    const node = recovering()
      .token({})
      .token({})
      .token({})
      .hear(anMcast({ seq: 1 }));
    expect(node.effects).toEqual([]);

    node.token({ seq: 1 });

    expect(node.effects.map(({ kind }) => kind)).toEqual([
      'configuration',
      'configuration',
      'note',
      'send-token',
      'deliver',
    ]);
  });
});

describe('a ring that is formed anew', () => {
  const next = { ring: aRing(1, 12), members: MEMBERS };

  it('begins with flow control at nothing (8.27)', () => {
    const node = new TotemNode(2).to('operational');
    for (let i = 0; i < 5; i++) node.step({ kind: 'submit', packet: Uint8Array.of(i), guarantee: 'agreed' });
    node
      .token({})
      .step({ kind: 'interface', up: true })
      .hear(aJoin({ from: 1, proc: MEMBERS, ringSeq: 8 }));
    const entries = MEMBERS.map(() => ({ ring: RING, aru: 5 }));
    node.hear(aCommitToken({ ...next, membIndex: 1, entries: entries.slice(0, 1) }));
    node.hear(aCommitToken({ ...next, membIndex: 3, entries }));

    node.hear(aToken({ ring: next.ring, tokenSeq: 1 }));

    expect(node.sentOf('orf_token')).toMatchObject([{ fcc: 0, backlog: 0 }]);
  });

  it('goes back to what it had of the old ring, also where a join led it to COMMIT and GATHER again (8.15)', () => {
    const node = new TotemNode(1).to('operational').hear(anMcast({ from: 2, seq: 1 }), anMcast({ from: 2, seq: 3 }));
    node.step({ kind: 'interface', up: true });
    for (const from of [2, 3]) node.hear(aJoin({ from, proc: MEMBERS, ringSeq: 8 }));
    const entries = MEMBERS.map(() => ({ ring: RING, aru: 1, receivedFlg: 0 }));
    node.hear(aCommitToken({ ...next, membIndex: 3, tokenSeq: 3, entries }));
    expect(node.state).toBe('recovery');

    node.hear(aJoin({ from: 2, proc: MEMBERS, ringSeq: 12 }));

    expect(node.entered).toEqual(['commit', 'gather 5', 'gather 14']);
    expect(node.engine.inspect()).toMatchObject({ aru: 1, highSeqReceived: 3 });
  });
});

describe('recovering messages of an old ring', () => {
  const NEXT = aRing(1, 12);

  /** Node 2 of RING holds 1 to 3 and 5, node 1 has only 1; a new ring of both is in RECOVERY. */
  function afterLoss(senderOfFive = 1): TotemNode {
    const node = new TotemNode(2).to('operational');
    const senders: Record<number, number> = { 1: 1, 2: 1, 3: 3, 5: senderOfFive };
    for (const seq of [1, 2, 3, 5]) node.hear(anMcast({ from: senders[seq] ?? 1, seq, payload: Uint8Array.of(seq) }));
    node.token({ seq: 5, aru: 1, aruAddr: 1 }).pass(1000);
    node.hear(aJoin({ from: 1, proc: MEMBERS, failed: [3], ringSeq: 8 }));
    const entry = { ring: RING, aru: 1, highDelivered: 1, receivedFlg: 0 };
    node.hear(aCommitToken({ membIndex: 1, ring: NEXT, members: [1, 2], entries: [entry] }));
    return node.hear(
      aCommitToken({
        membIndex: 2,
        ring: NEXT,
        members: [1, 2],
        entries: [entry, { ...entry, aru: 3, highDelivered: 3 }],
      }),
    );
  }

  it('originates all above the lowest aru that it holds, whole and identical (2.7.2, 8.28, 8.34)', () => {
    const node = afterLoss().hear(aToken({ ring: NEXT, tokenSeq: 0, seq: 0, aru: 0xffffffff, aruAddr: 1 }));

    const inner = node.effects.flatMap((effect) =>
      effect.kind === 'send-mcast' ? [effect.bytes.subarray(COROSYNC_3.at.mcast.size)] : [],
    );
    expect(node.sentOf('mcast')).toMatchObject(
      [1, 2, 3].map((seq) => ({
        header: { encapsulated: 1, nodeid: 2 },
        seq,
        ringId: NEXT,
        systemFrom: { nodeid: 2 },
      })),
    );
    expect(inner).toEqual([
      anMcast({ from: 1, seq: 2, payload: Uint8Array.of(2) }),
      anMcast({ from: 3, seq: 3, payload: Uint8Array.of(3) }),
      anMcast({ from: 1, seq: 5, payload: Uint8Array.of(5) }),
    ]);
    expect(node.sentOf('orf_token')).toMatchObject([{ seq: 3, retransFlg: 0, fcc: 3, backlog: 3 }]);
  });

  it.each([
    [1, ['transitional 1,2', '5 of 8', 'regular 1,2']],
    [3, ['transitional 1,2', 'regular 1,2']],
  ])('delivers behind the gap what node %i sent only if it comes along (2.8, E7, E8)', (senderOfFive, expected) => {
    const node = afterLoss(senderOfFive);
    const told: string[] = [];
    for (let tokenSeq = 0; tokenSeq < 12; tokenSeq += 2) {
      node.hear(aToken({ ring: NEXT, tokenSeq, seq: tokenSeq === 0 ? 0 : 3, aru: 0, aruAddr: tokenSeq === 0 ? 1 : 0 }));
      for (const effect of node.effects) {
        if (effect.kind === 'deliver') told.push(`${effect.seq} of ${effect.ringId.seq}`);
        if (effect.kind === 'configuration')
          told.push(`${effect.type} ${effect.members.map(({ nodeid }) => nodeid).join()}`);
      }
    }

    expect(told).toEqual(expected);
    expect(node.engine.inspect()).toMatchObject({ highDelivered: 3, aru: 3 });
  });

  it('takes nothing of a ring that is not its old one', () => {
    const node = afterLoss();
    const strange = anMcast({ from: 1, seq: 4, ring: FOREIGN });
    node.hear(anMcast({ ring: NEXT, seq: 1, payload: strange, isEncapsulated: true }));
    const delivered: number[] = [];
    for (let tokenSeq = 0; tokenSeq < 14; tokenSeq += 2) {
      node.hear(aToken({ ring: NEXT, tokenSeq, seq: tokenSeq === 0 ? 1 : 4, aru: 0, aruAddr: tokenSeq === 0 ? 1 : 0 }));
      for (const effect of node.effects) if (effect.kind === 'deliver') delivered.push(effect.seq);
    }

    expect(node.state).toBe('operational');
    expect(delivered).toEqual([5]);
  });

  it('takes what others send again, once (8.34)', () => {
    const node = afterLoss();
    const fourth = anMcast({ from: 3, seq: 4, payload: Uint8Array.of(4) });
    const wrapped = (seq: number): Uint8Array => anMcast({ ring: NEXT, seq, payload: fourth, isEncapsulated: true });
    const told: string[] = [];
    node.hear(wrapped(1), wrapped(2));
    for (let tokenSeq = 0; tokenSeq < 14; tokenSeq += 2) {
      node.hear(aToken({ ring: NEXT, tokenSeq, seq: tokenSeq === 0 ? 2 : 5, aru: 0, aruAddr: tokenSeq === 0 ? 1 : 0 }));
      for (const effect of node.effects) {
        if (effect.kind === 'deliver') told.push(`${effect.from}: ${effect.packet.join()}`);
        if (effect.kind === 'configuration') told.push(effect.type);
      }
    }

    expect(told).toEqual(['3: 4', '1: 5', 'transitional', 'regular']);
  });
});
