// What a node says itself beside what its packets tell.
import { describe, expect, it } from 'vitest';
import { labNode } from '../../../../app/lab/cluster.ts';
import type { LabNodeView } from '../../../../app/lab/lab-view.ts';
import { differencesOf, insideOf } from '../../../../renderer/lab/inside.ts';
import type { MemberNow } from '../../../../renderer/state/time/membership-now.ts';

const refs = (...ids: readonly number[]) => ids.map((nodeid) => ({ nodeid, ip: null }));

/** A node that gathers: only what membership needs is there. */
function gathering(nowMicros?: number): LabNodeView {
  const totem = {
    state: 'gather',
    ringId: { rep: 1, seq: 8n },
    procList: refs(1, 2, 3),
    failedList: refs(2),
    consensus: refs(1),
    timers: { token: null, join: 1_050_000, consensus: 1_400_000, merge: null },
  };
  const status = { node: { totem }, ...(nowMicros === undefined ? {} : { nowMicros }) };
  return {
    spec: labNode(1, 'corosync-3'),
    condition: 'running',
    pid: 1,
    directory: null,
    status: status as unknown as LabNodeView['status'],
  };
}

function told(change: Partial<MemberNow>): MemberNow {
  const base = { nodeid: 1, ring: null, says: '', since: 0, transition: null, timers: [] };
  return { ...base, state: 'gather', proc: [3, 2, 1], failed: [2], lacks: [3], ...change };
}

describe('a node', () => {
  it('says whose agreement it lacks: who is wanted, not given up, and has not agreed', () => {
    expect(insideOf(gathering())).toEqual({
      state: 'gather',
      ring: '1:8',
      proc: [1, 2, 3],
      failed: [2],
      lacks: [3],
      timers: [],
    });
    expect(insideOf({ ...gathering(), status: null })).toBeNull();
  });

  it('says what is left of its timers by its own clock, the next one first', () => {
    expect(insideOf(gathering(1_000_000))?.timers).toEqual([
      { name: 'join', left: 50_000_000 },
      { name: 'consensus', left: 400_000_000 },
    ]);
  });

  it.each([
    ['nothing, lists compared as sets', {}, []],
    ['state', { state: 'operational' as const }, ['state']],
    ['lists', { proc: [1, 3], failed: [] }, ['proc', 'failed']],
    ['whom it waits for', { lacks: [] }, ['waits for']],
  ])('differs from its packets in %s', (_what, change, differences) => {
    const inside = insideOf(gathering());
    if (inside === null) throw new Error('it does not answer');

    expect(differencesOf(inside, told(change))).toEqual(differences);
  });
});
