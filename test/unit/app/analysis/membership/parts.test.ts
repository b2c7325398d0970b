// The small parts of the membership analysis, each by itself.
import { describe, expect, it } from 'vitest';
import { gatherReason, sayGather } from '../../../../../app/analysis/membership/gather-reasons.ts';
import { isSame, isSubset, nodeSet, union, without } from '../../../../../app/analysis/membership/node-set.ts';
import { RecentMean } from '../../../../../app/analysis/membership/tracked/recent-mean.ts';
import { membersSeen } from '../../../../../app/analysis/membership/tracked/ring-table.ts';
import { RingTrack, ruleO, Stage, type Seat } from '../../../../../app/analysis/membership/tracked/ring-track.ts';
import { TransitionLog, TRANSITIONS_MAX } from '../../../../../app/analysis/membership/transition-log.ts';

const quiet = { trigger: null, isLeave: false, silence: null, gaveUp: [], wasRunning: true };

describe('gather reasons', () => {
  it('has a sentence for each code that Corosync logs', () => {
    const codes = Array.from({ length: 16 }, (_, code) => code).filter((code) => gatherReason(code) !== null);
    expect(codes).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    for (const code of codes) expect(sayGather(7, code, quiet)).toMatch(/^Node 7 [a-z].*: gathering$/);
  });

  it('says what could not be told', () => {
    expect(sayGather(7, null, quiet)).toBe('Node 7 left its ring for a reason not seen: gathering');
    expect(sayGather(7, 2, { ...quiet, silence: 1.004 })).toBe(
      'Node 7 lost the token (no token for 1.00 s): gathering',
    );
    expect(sayGather(7, 0, { ...quiet, gaveUp: [3, 4] })).toContain('gives up node 3, node 4');
  });
});

describe('node sets', () => {
  it('compares without order', () => {
    expect(isSame(nodeSet([3, 1, 3]), nodeSet([1, 3]))).toBe(true);
    expect(isSame(nodeSet([1]), nodeSet([1, 3]))).toBe(false);
    expect(isSubset([1], [1, 3])).toBe(true);
    expect(isSubset([2], [1, 3])).toBe(false);
    expect(union([1, 3], [2])).toEqual([1, 2, 3]);
    expect(without([1, 2, 3], [2])).toEqual([1, 3]);
  });
});

describe('rule O', () => {
  const seat = (): Seat => ({
    nodeid: 1,
    stage: Stage.RECOVERY,
    commitSeq: 0,
    clear: 0,
    installSeq: 0,
    rotations: 0,
    tokens: 0,
  });

  it('needs four tokens without loss', () => {
    const one = seat();
    expect([0, 0, 0, 0].map(() => ruleO(one, false, 0, 0))).toEqual([false, false, false, true]);
  });

  it('does not count a token with the initial aru, which is less than 0', () => {
    const one = seat();
    const arus = [0xffffffff, 0xffffffff, 0xffffffff, 0, 0];
    expect(arus.map((aru) => ruleO(one, false, 0, aru))).toEqual([false, false, false, false, true]);
  });

  it('waits until all have received what was there when the flag had been clear twice', () => {
    const one = seat();
    const tokens: readonly (readonly [boolean, number, number])[] = [
      [true, 6, 0],
      [false, 15, 0],
      [false, 15, 0],
      [false, 15, 14],
      [false, 15, 15],
      [false, 16, 15],
    ];
    expect(tokens.map(([flag, seq, aru]) => ruleO(one, flag, seq, aru))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('members seen', () => {
  const seen = (
    hops: readonly (readonly [number, number])[],
    speakers: readonly number[],
    rep: number,
  ): readonly number[] => {
    const ring = new RingTrack(1);
    for (const [from, to] of hops) ring.passes(from, to);
    for (const id of speakers) ring.speakers.add(id);
    return membersSeen(ring, rep);
  };

  it('starts at the representative and follows the hops', () => {
    expect(
      seen(
        [
          [3, 1],
          [1, 5],
          [5, 3],
        ],
        [],
        1,
      ),
    ).toEqual([1, 5, 3]);
  });

  it('puts what is not linked at the end', () => {
    expect(seen([[2, 3]], [4, 2], 1)).toEqual([2, 3, 4]);
    expect(seen([], [4, 1], 1)).toEqual([1, 4]);
  });
});

describe('bounds', () => {
  it('forgets all but the last hundred values', () => {
    const mean = new RecentMean();
    expect(mean.mean).toBeNull();
    for (let i = 0; i < 100; i++) mean.add(1000);
    for (let i = 0; i < 100; i++) mean.add(2);
    expect(mean.mean).toBe(2);
  });

  it('keeps transitions in the order of their times, and counts those beyond the limit', () => {
    const log = new TransitionLog();
    const at = (time: number): void =>
      log.add({
        time,
        nodeid: 1,
        from: null,
        to: 'gather',
        gatherFrom: 2,
        says: '',
        certainty: 'hint',
        frames: [],
        ring: null,
      });
    for (let i = 0; i < TRANSITIONS_MAX; i++) at(TRANSITIONS_MAX - i);
    at(1);
    at(2);
    expect(log.omitted).toBe(2);
    expect(log.list()).toHaveLength(TRANSITIONS_MAX);
    expect(log.list()[0]?.time).toBe(1);
  });
});
