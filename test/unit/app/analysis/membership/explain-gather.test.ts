// Why a node gathers, asked directly: the cases of specs/totem.md 2.3 to 2.5, and those where packets are missing.
import { describe, expect, it } from 'vitest';
import {
  explainGather,
  provocation,
  type GatherQuestion,
  type Heard,
} from '../../../../../app/analysis/membership/explain-gather.ts';

const MS = 1_000_000;
const NOW = 1000 * MS;

/** Node 2, operational with 1 and 3 on a ring with seq 9; a token came 1 s ago. */
const question = (more: Partial<GatherQuestion>): GatherQuestion => ({
  nodeid: 2,
  dialect: 'corosync-3',
  isKnet: false,
  isQueued: false,
  timerFirst: false,
  isFlushed: false,
  state: 'operational',
  isKnown: true,
  hasStranger: false,
  proc: [1, 2, 3],
  failed: [],
  members: [1, 2, 3],
  ringSeq: 9n,
  forming: null,
  sentProc: [1, 2, 3],
  sentFailed: [],
  timeNs: NOW,
  timerNs: 1000 * MS,
  waitedNs: 0,
  silenceNs: 0,
  heard: [],
  ...more,
});
const heard = (kind: Heard['kind'], from: number, agoMs: number, more: Partial<Heard> = {}): Heard => ({
  kind,
  from,
  row: 1,
  timeNs: NOW - agoMs * MS,
  proc: [],
  failed: [],
  ringSeq: 9n,
  isLeave: false,
  timer: null,
  ...more,
});
const reason = (more: Partial<GatherQuestion>): number | null => explainGather(question(more)).reason;

describe('timers that run out together', () => {
  const lost = (agoMs: number, ranMs: number): Heard =>
    heard('join', 1, agoMs, { proc: [1, 2, 3], timer: { state: 'operational', ns: ranMs * MS } });

  it.each([
    ['quicker than nodes answer', 0.04, false, 2],
    ['as quick as nodes answer', 0.1, false, 12],
    ['as quick, but over knet', 0.1, true, 2],
    ['as quick as nodes answer over knet', 0.25, true, 12],
  ] as const)('%s', (_what, agoMs, isKnet, code) => {
    const answer = explainGather(question({ isKnet, heard: [lost(agoMs, 999.9)] }));
    expect(answer).toMatchObject({ reason: code, certainty: 'likely' });
  });

  it('do not, where the own one was not due yet', () => {
    expect(explainGather(question({ heard: [lost(0.04, 1050)] }))).toMatchObject({ reason: 12, certainty: 'certain' });
  });

  it('holds for the consensus timer too', () => {
    const state = 'gather' as const;
    const gaveUp = (agoMs: number): Heard =>
      heard('join', 1, agoMs, { proc: [1, 2, 3], failed: [3], timer: { state, ns: 999.9 * MS } });
    expect(reason({ state, sentFailed: [3], heard: [gaveUp(0.04)] })).toBe(0);
    expect(explainGather(question({ state, sentFailed: [3], heard: [gaveUp(0.1)] }))).toMatchObject({
      reason: 11,
      certainty: 'likely',
    });
  });
});

describe('after a pause', () => {
  const since = { silenceNs: 900 * MS, timerNs: 1000 * MS };
  const queue = [
    heard('join', 1, 500, { proc: [1, 2, 3] }),
    heard('join', 3, 450, { proc: [1, 2, 3], failed: [2] }),
    heard('mcast', 1, 400, { row: 9 }),
  ];

  it('works off in order what its one socket has queued', () => {
    expect(reason({ ...since, isQueued: true, heard: queue })).toBe(12);
    const gathers = { ...since, isQueued: true, state: 'gather' as const, sentFailed: [3] };
    expect(explainGather(question({ ...gathers, heard: queue }))).toMatchObject({ reason: 11, trigger: { from: 3 } });
  });

  it('loses the token where its timers come first', () => {
    expect(reason({ ...since, isQueued: true, timerFirst: true, heard: queue })).toBe(2);
  });

  it('hears nothing of what it threw away with its first join', () => {
    const foreign = heard('mcast', 4, 400);
    const sentProc = [1, 2, 3, 4];
    expect(reason({ ...since, sentProc, heard: [foreign] })).toBe(7);
    expect(reason({ ...since, sentProc, isFlushed: true, heard: [foreign] })).not.toBe(7);
    expect(reason({ ...since, sentProc, isFlushed: true, heard: [{ ...foreign, timeNs: NOW - MS }] })).toBe(7);
  });
});

describe('operational', () => {
  it('lost the token, where nobody moved it', () => {
    expect(explainGather(question({}))).toMatchObject({ reason: 2, certainty: 'certain', trigger: null });
    expect(explainGather(question({ timerNs: Infinity }))).toMatchObject({ reason: 2, certainty: 'likely' });
  });

  it('did not lose a token that still came', () => {
    expect(reason({ timerNs: 5 * MS })).toBeNull();
  });

  it('answers a join that says nothing new, but not in 1.x', () => {
    const join = heard('join', 1, 0.1, { proc: [1, 2, 3] });
    expect(reason({ heard: [join] })).toBe(12);
    expect(reason({ heard: [join], dialect: 'corosync-1' })).toBe(2);
  });

  it('answers it late, where its own timer cannot have run out', () => {
    const join = heard('join', 1, 60, { proc: [1, 2, 3], timer: { state: 'operational', ns: 1010 * MS } });
    expect(reason({ heard: [join] })).toBe(12);
    expect(reason({ heard: [{ ...join, timer: { state: 'operational', ns: 900 * MS } }] })).toBe(2);
  });

  it('ignores joins that give it up or are late, in 2.x and 3.x', () => {
    const accused = heard('join', 4, 0.1, { proc: [1, 2, 3, 4], failed: [2] });
    const late = heard('join', 1, 0.1, { proc: [1, 2, 3, 4], ringSeq: 5n });
    const sent = { sentProc: [1, 2, 3, 4] };
    expect(explainGather(question({ ...sent, heard: [late] })).certainty).toBe('likely');
    expect(explainGather(question({ ...sent, sentFailed: [4], heard: [accused] })).certainty).toBe('likely');
    expect(
      explainGather(question({ ...sent, sentFailed: [4], heard: [accused], dialect: 'corosync-1' })),
    ).toMatchObject({
      reason: 11,
      certainty: 'certain',
    });
  });

  it('follows a member that gives nodes up, but no stranger', () => {
    const member = heard('join', 1, 0.1, { proc: [1, 2, 3], failed: [3] });
    expect(explainGather(question({ sentFailed: [3], heard: [member] }))).toMatchObject({
      reason: 11,
      certainty: 'certain',
    });
    const stranger = heard('join', 4, 0.1, { proc: [1, 2, 3, 4], failed: [3] });
    expect(explainGather(question({ sentProc: [1, 2, 3, 4], heard: [stranger] }))).toMatchObject({
      reason: 11,
      certainty: 'certain',
    });
  });

  it('hears members on another ring, also when it was stopped meanwhile', () => {
    const mcast = heard('mcast', 1, 1500);
    const merge = heard('merge', 1, 900);
    expect(reason({ heard: [merge, mcast], silenceNs: 3000 * MS, dialect: 'corosync-1' })).toBe(7);
    expect(reason({ heard: [merge, mcast], dialect: 'corosync-1' })).toBe(2);
  });

  it('gives itself up', () => {
    expect(reason({ sentFailed: [2] })).toBe(6);
  });

  it('has its interface up again, where the loopback address has come into its list', () => {
    expect(reason({ sentProc: [1, 2, 3, 16_777_343], dialect: 'corosync-1' })).toBe(15);
  });

  it('takes the first of several messages just heard, the last of older ones', () => {
    const join = heard('join', 4, 2, { proc: [4] });
    const merge = heard('merge', 4, 1);
    const sent = { sentProc: [1, 2, 3, 4] };
    expect(reason({ ...sent, heard: [merge, join] })).toBe(11);
    expect(
      reason({
        ...sent,
        heard: [
          { ...join, timeNs: NOW - 60 * MS },
          { ...merge, timeNs: NOW - 50 * MS },
        ],
      }),
    ).toBe(9);
  });
});

describe('with lists that the capture does not show', () => {
  const unknown = { isKnown: false, proc: [], members: null } as const;

  it('takes what was heard of those whom the node wants now', () => {
    expect(explainGather(question({ ...unknown }))).toMatchObject({ reason: 2, certainty: 'likely' });
    expect(reason({ ...unknown, heard: [heard('merge', 3, 0.1)] })).toBe(9);
    expect(reason({ ...unknown, heard: [heard('merge', 7, 0.1)] })).toBe(2);
    const join = heard('join', 1, 0.1, { proc: [1, 2, 3] });
    expect(reason({ ...unknown, heard: [join] })).toBe(12);
    expect(reason({ ...unknown, heard: [join], hasStranger: true })).toBe(11);
    expect(reason({ ...unknown, heard: [{ ...join, failed: [3] }], sentFailed: [3] })).toBe(11);
  });

  it('says that it cannot tell', () => {
    expect(explainGather(question({ ...unknown, state: null }))).toMatchObject({ reason: null, certainty: 'hint' });
  });
});

describe('gathering', () => {
  const gather = { state: 'gather', members: [1, 2, 3] } as const;

  it('tells its consensus timeout from a join that gave the same nodes up', () => {
    expect(reason({ ...gather, sentFailed: [3] })).toBe(0);
    const join = heard('join', 1, 0.15, { proc: [1, 2, 3], failed: [3] });
    expect(reason({ ...gather, sentFailed: [3], heard: [join] })).toBe(11);
    expect(reason({ ...gather, sentFailed: [3], heard: [{ ...join, timeNs: NOW - 15_000 }] })).toBe(0);
    const due = { state: 'gather', ns: 999 * MS } as const;
    expect(reason({ ...gather, sentFailed: [3], heard: [{ ...join, timer: due }] })).toBe(0);
  });

  it('hears strangers, by joins, merge detections and mcasts', () => {
    const sent = { ...gather, sentProc: [1, 2, 3, 4] };
    expect(reason({ ...sent, heard: [heard('join', 4, 0.1, { proc: [4] })] })).toBe(11);
    expect(reason({ ...sent, heard: [heard('merge', 4, 0.1)] })).toBe(10);
    expect(reason({ ...sent, heard: [heard('mcast', 4, 0.1)] })).toBe(8);
  });

  it('got no commit token, where its lists are the same and no timer is due', () => {
    expect(reason({ ...gather })).toBe(3);
    expect(reason({ ...gather, timerNs: 20 * MS })).toBeNull();
  });

  it('is provoked by a stranger that gives up nodes, not by what it knows', () => {
    const asked = question({ ...gather, members: [2, 3] });
    const stranger = heard('join', 1, 0.1, { proc: [1, 2, 3], failed: [1] });
    expect(provocation({ ...asked, heard: [stranger] })).toBe(stranger);
    expect(provocation({ ...asked, heard: [{ ...stranger, failed: [] }] })).toBeNull();
    expect(provocation({ ...asked, heard: [{ ...stranger, timeNs: NOW - 10 * MS }] })).toBeNull();
  });

  it('says that it guesses where the message that moved it is missing', () => {
    expect(explainGather(question({ ...gather, sentProc: [1, 2, 3, 4, 5] }))).toMatchObject({
      reason: 11,
      certainty: 'hint',
    });
    const half = heard('join', 4, 0.1, { proc: [4] });
    expect(explainGather(question({ ...gather, sentProc: [1, 2, 3, 4, 5], heard: [half] }))).toMatchObject({
      reason: 11,
      certainty: 'likely',
    });
  });
});

describe('forming', () => {
  const commit = { state: 'commit', forming: [1, 2, 3], ringSeq: 13n } as const;

  it('times out, or follows a member that gathers again', () => {
    expect(reason(commit)).toBe(4);
    expect(reason({ ...commit, heard: [heard('join', 1, 0.1, { proc: [1, 2, 3], ringSeq: 13n })] })).toBe(13);
    expect(reason({ ...commit, heard: [heard('join', 1, 0.1, { proc: [1, 2, 3], ringSeq: 9n })] })).toBe(4);
    expect(reason({ ...commit, heard: [heard('join', 4, 0.1, { proc: [1, 2, 3], ringSeq: 13n })] })).toBe(4);
  });

  it('says which entries follow at once', () => {
    const join = heard('join', 1, 0.1, { proc: [1, 2, 3, 4], ringSeq: 13n });
    const sent = { sentProc: [1, 2, 3, 4], heard: [join] };
    expect(explainGather(question({ ...commit, ...sent }))).toMatchObject({ reason: 11, following: [13] });
    const recovery = { ...commit, state: 'recovery' } as const;
    expect(explainGather(question({ ...recovery, ...sent }))).toMatchObject({ reason: 11, following: [5, 14] });
    expect(explainGather(question(recovery))).toMatchObject({ reason: 5, following: [14], trigger: null });
  });
});
