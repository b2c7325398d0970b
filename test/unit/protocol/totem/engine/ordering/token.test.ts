// One visit of the token, step by step (specs/totem.md 3.3), at node 2 of the ring {1, 2, 3}.
import { describe, expect, it } from 'vitest';
import type { TotemSettings } from '../../../../../../protocol/totem/engine/config.ts';
import { aJoin, anMcast, aRing, aToken } from '../../../../../support/totem/messages.ts';
import { TotemNode } from '../../../../../support/totem/node.ts';

const operational = (id = 2, settings: TotemSettings = {}): TotemNode => new TotemNode(id, settings).to('operational');
const submit = (node: TotemNode, count: number, guarantee: 'agreed' | 'safe' = 'agreed'): TotemNode => {
  for (let i = 0; i < count; i++) node.step({ kind: 'submit', packet: Uint8Array.of(0xaa, i), guarantee });
  return node;
};
const out = (node: TotemNode) => node.sentOf('orf_token')[0];
const seqs = (node: TotemNode): number[] => node.sentOf('mcast').map(({ seq }) => seq);
const delivered = (node: TotemNode): number[] =>
  node.effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.seq] : []));

describe('sending (step 13)', () => {
  it('numbers messages on, stores them, and delivers them to itself at once, before their echo (E3)', () => {
    const node = submit(operational(), 3).tokenAfter(1, 2);

    expect(seqs(node)).toEqual([3, 4, 5]);
    expect(delivered(node)).toEqual([3, 4, 5]);
    expect(out(node)).toMatchObject({ seq: 5, aru: 5, aruAddr: 0 });
  });

  it('sends before it hands the token on, and delivers after', () => {
    const node = submit(operational(), 1).token({});

    expect(node.effects.map(({ kind }) => kind)).toEqual(['send-mcast', 'send-token', 'deliver']);
  });

  it('drops the echo of its own', () => {
    const node = submit(operational(), 1).token({});
    const echo = node.effects.flatMap((effect) => (effect.kind === 'send-mcast' ? [effect.bytes] : []));

    expect(node.hear(...echo).effects).toEqual([]);
  });

  it('asks the layer above for its open packet when a valid token comes (step 7)', () => {
    const open: Uint8Array[] = [];
    const node = new TotemNode(2, {}, { takeOpenPacket: () => open.pop() ?? null }).to('operational');

    open.push(Uint8Array.of(8, 8));
    node.hear(aToken({ ring: aRing(9, 4), tokenSeq: 99 }), aToken({ tokenSeq: 0 }));
    expect(open).toHaveLength(1);

    node.token({});
    expect(node.sentOf('mcast')).toMatchObject([{ guarantee: 0, seq: 1 }]);
  });

  it('counts this_seqno over all rings', () => {
    const node = submit(operational(), 2).token({});

    expect(node.sentOf('mcast').map(({ thisSeqno }) => thisSeqno)).toEqual([0, 1]);
  });

  it('sends nothing where the numbers would run away from the window of one that holds back (window guard)', () => {
    const node = submit(operational(), 1).token({ seq: 16_384 - 16, aru: 0, aruAddr: 3 });

    expect(seqs(node)).toEqual([]);
    expect(out(node)).toMatchObject({ seq: 16_384 - 16 });
  });

  it('refuses a packet when the queue is full, and says how much room there is', () => {
    const node = operational();
    const room = node.engine.room();
    submit(node, room);
    expect(node.engine.room()).toBe(0);

    submit(node, 1);

    expect(node.notesOf('refused')).toEqual([{ kind: 'refused', packetLength: 2 }]);
    expect(room).toBe(Math.floor((4 * 1024 * 1024) / 1410));
  });

  it('refuses a packet that no datagram can carry', () => {
    const node = operational().step({ kind: 'submit', packet: new Uint8Array(65_500), guarantee: 'agreed' });

    expect(node.notesOf('refused')).toEqual([{ kind: 'refused', packetLength: 65_500 }]);
  });
});

describe('flow control (steps 9 and 14)', () => {
  it('sends max_messages at a visit, and takes back at the next what it added to fcc and backlog (8.27)', () => {
    const node = submit(operational(), 20).token({});
    expect(out(node)).toMatchObject({ seq: 17, fcc: 17, backlog: 20 });

    node.token({ seq: 17, fcc: 17, backlog: 20 });
    expect(out(node)).toMatchObject({ seq: 20, fcc: 3, backlog: 3 });

    node.token({ seq: 20, fcc: 3, backlog: 3 });
    expect(out(node)).toMatchObject({ seq: 20, fcc: 0, backlog: 0 });
  });

  it.each([
    ['what the window leaves', { fcc: 45 }, 5],
    ['nothing of a full window', { fcc: 50 }, 0],
    ['all of a window that ran over, as real nodes do', { fcc: 51 }, 17],
  ])('sends %s', (_what, fields, count) => {
    expect(seqs(submit(operational(), 20).token(fields))).toHaveLength(count);
  });

  it('sends its share of the window where others wait too', () => {
    const node = submit(operational(), 40).token({});
    expect(seqs(node)).toHaveLength(17);

    // My backlog was 40 of 440: a share of 50 · 40 / (440 + 23 − 40).
    node.token({ seq: 17, fcc: 17, backlog: 440 });

    expect(seqs(node)).toHaveLength(4);
  });
});

describe('aru (step 14)', () => {
  it.each([
    ['lowers it where it misses something', { seq: 5, aru: 5, aruAddr: 0 }, { aru: 2, aruAddr: 2 }],
    ['lowers it below another', { seq: 5, aru: 4, aruAddr: 3 }, { aru: 2, aruAddr: 2 }],
    ['leaves it where another has less', { seq: 5, aru: 1, aruAddr: 3 }, { aru: 1, aruAddr: 3 }],
    ['raises what it lowered itself', { seq: 5, aru: 0, aruAddr: 2 }, { aru: 2, aruAddr: 2 }],
    ['sets it free when all is there', { seq: 2, aru: 0, aruAddr: 2 }, { aru: 2, aruAddr: 0 }],
    ['raises what nobody lowered', { seq: 5, aru: 0, aruAddr: 0 }, { aru: 2, aruAddr: 2 }],
  ])('%s: %o becomes %o (8.24)', (_what, token, expected) => {
    const node = operational()
      .hear(anMcast({ seq: 1 }), anMcast({ seq: 2 }))
      .token(token);

    expect(out(node)).toMatchObject(expected);
  });

  it('stuck by itself for more than fail_recv_const tokens: failed to receive, the token is gone (step 15)', () => {
    const node = operational(2, { failRecvConst: 10 });
    for (let i = 0; i < 10; i++) node.token({ seq: 1, aru: 0, aruAddr: 2 });
    expect(node.state).toBe('operational');

    node.token({ seq: 1, aru: 0, aruAddr: 2 });

    expect(node.notesOf('failed-to-receive')).toHaveLength(1);
    expect(node.entered).toEqual(['gather 6']);
    expect(node.sentOf('orf_token')).toEqual([]);
    expect(node.sentOf('memb_join')).toMatchObject([{ failedList: [{ nodeid: 2 }] }]);
  });

  it('stuck by another is not counted', () => {
    const node = operational(2, { failRecvConst: 10 });
    for (let i = 0; i < 30; i++) node.token({ seq: 1, aru: 0, aruAddr: 3 });

    expect(node.state).toBe('operational');
  });
});

describe('releasing (step 4)', () => {
  it('forgets a message after two tokens that everybody has it, and not before (E11, 8.26)', () => {
    const node = operational().hear(anMcast({ seq: 1 }));
    const has = (): boolean => {
      const before = node.counters['mcast_retx'] ?? 0;
      return (node.token({ seq: 1, aru: 1, rtr: [1] }).counters['mcast_retx'] ?? 0) > before;
    };

    expect([has(), has(), has()]).toEqual([true, false, false]);
  });

  it('keeps it while one lacks it', () => {
    const node = operational().hear(anMcast({ seq: 1 }));
    for (let i = 0; i < 5; i++) node.token({ seq: 1, aru: 0, aruAddr: 3 });

    expect(seqs(node.token({ seq: 1, aru: 0, aruAddr: 3, rtr: [1] }))).toEqual([1]);
  });
});

describe('safe delivery', () => {
  it('waits, with all behind it, until two tokens in a row say that everybody has the message', () => {
    const node = operational().hear(anMcast({ seq: 1 }), anMcast({ seq: 2, guarantee: 1 }), anMcast({ seq: 3 }));
    expect(delivered(node)).toEqual([1]);

    expect(delivered(node.token({ seq: 3, aru: 2, aruAddr: 3 }))).toEqual([]);
    expect(delivered(node.token({ seq: 3, aru: 2, aruAddr: 3 }))).toEqual([2, 3]);
  });

  it('is carried as guarantee 1', () => {
    const node = submit(operational(), 1, 'safe').token({});

    expect(node.sentOf('mcast')).toMatchObject([{ guarantee: 1 }]);
    expect(delivered(node)).toEqual([]);
  });
});

describe('a batch with a token (step 2)', () => {
  it('counts multicasts first, wherever they lie, and drops joins behind the token (8.33)', () => {
    const node = operational();
    const token = aToken({ tokenSeq: 100, seq: 2, aru: 2 });

    node.hear(token, anMcast({ seq: 1 }), aJoin({ from: 9, proc: [9] }), anMcast({ seq: 2 }));

    expect(node.state).toBe('operational');
    expect(node.notesOf('discarded')).toEqual([
      { kind: 'discarded', what: 'memb_join', why: 'it arrived beside the token' },
    ]);
    expect(out(node)).toMatchObject({ aru: 2, aruAddr: 0 });
    expect(node.counters).toMatchObject({ mcast_rx: 2, memb_join_rx: 4 });
  });

  it('hears a join that came before the token', () => {
    const node = operational().hear(aJoin({ from: 9, proc: [9] }), aToken({ tokenSeq: 100 }));

    expect(node.entered).toEqual(['gather 11']);
    expect(node.sentOf('orf_token')).toEqual([]);
  });

  it('drops the token where a foreign message came with it', () => {
    const node = operational().hear(aToken({ tokenSeq: 100 }), anMcast({ from: 9, ring: aRing(9, 4) }));

    expect(node.entered).toEqual(['gather 7']);
    expect(node.sentOf('orf_token')).toEqual([]);
  });

  it('takes each of several tokens in its turn', () => {
    const node = operational().hear(aToken({ tokenSeq: 100 }), aToken({ tokenSeq: 103 }), aToken({ tokenSeq: 103 }));

    expect(node.sentOf('orf_token').map(({ tokenSeq }) => tokenSeq)).toEqual([101, 104]);
  });
});

describe('sequence numbers that roll over (3.1)', () => {
  /** A node whose ring has come to `seq`, all delivered and released, by way of a saved state. */
  function at(seq: number): TotemNode {
    const base = operational();
    const state = base.engine.save() as unknown as Record<string, unknown>;
    const queue = { ...(state['regularQueue'] as object), lastReleased: seq };
    const numbers = { myAru: seq, myHighSeqReceived: seq, myHighDelivered: seq, mySafeSeq: seq, myLastAru: seq };
    const saved = { ...state, ...numbers, myLastSeq: seq, myTokenSeq: 0xfffffffe, regularQueue: queue };
    const node = new TotemNode(2, {}, { saved: saved as never });
    node.now = base.now;
    return node;
  }

  it('go on: messages and hops on both sides of zero are sent, requested, delivered and released in order', () => {
    const node = submit(at(0xfffffffd), 5).hear(aToken({ seq: 0xfffffffd, tokenSeq: 0xffffffff }));
    expect(seqs(node)).toEqual([0xfffffffe, 0xffffffff, 0, 1, 2]);
    expect(delivered(node)).toEqual([0xfffffffe, 0xffffffff, 0, 1, 2]);
    expect(out(node)).toMatchObject({ seq: 2, aru: 2, tokenSeq: 0 });

    node.hear(aToken({ seq: 4, tokenSeq: 2, aru: 1, aruAddr: 3, rtr: [0xffffffff, 0] }));
    expect(seqs(node)).toEqual([0xffffffff, 0]);
    node.hear(anMcast({ seq: 4 }));
    for (const tokenSeq of [5, 8, 11, 14]) node.hear(aToken({ seq: 4, tokenSeq, aru: 2, aruAddr: 2 }));

    expect(out(node)?.rtrList.map(({ seq }) => seq)).toEqual([3]);
    expect(delivered(node.hear(anMcast({ seq: 3 })))).toEqual([3, 4]);
    expect(seqs(node.hear(aToken({ seq: 4, tokenSeq: 17, aru: 4, rtr: [0xffffffff, 0, 2] })))).toEqual([]);
  });
});
