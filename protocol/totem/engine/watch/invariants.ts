// What must be true of the state after every step, whatever came in. A broken one is a mistake of the engine: it is
// loud.
import { assert } from '../../../base/result.ts';
import { PROCESSOR_COUNT_MAX } from '../../messages.ts';
import { seqLte } from '../../seqno.ts';
import type { EngineState } from '../contract.ts';
import type { TotemState } from '../state.ts';
import { TIMER } from '../timers.ts';
import { compareKeys, type Member } from '../wire/dialect.ts';

/** Lists that were found in order, and the last one: they are made anew where they change. */
const SORTED = new WeakSet<readonly Member[]>();
let lastSorted: readonly Member[] = [];

function isSorted(members: readonly Member[]): boolean {
  if (members === lastSorted || SORTED.has(members)) {
    lastSorted = members;
    return true;
  }
  for (let i = 1; i < members.length; i++)
    if (compareKeys(members[i - 1]?.key ?? 0, members[i]?.key ?? 0) >= 0) return false;
  SORTED.add(members);
  return true;
}

/** Asserts a ≤ b; the words are made only where they are needed. */
function assertOrder(a: number, b: number, nameA: string, nameB: string): void {
  if (!seqLte(a, b)) assert(false, `${nameA} ${a} ≤ ${nameB} ${b}`);
}

function assertReception(s: TotemState): void {
  assertOrder(s.myAru, s.myHighSeqReceived, 'aru', 'high seq received');
  assertOrder(s.regularQueue.lastReleased, s.myHighDelivered, 'released', 'delivered');
  if (s.memberState === 'operational') assertOrder(s.myHighDelivered, s.myAru, 'delivered', 'aru');
}

function assertMembership(s: TotemState): void {
  assert(s.myProcList.size <= PROCESSOR_COUNT_MAX, 'proc_list has no more than PROCESSOR_COUNT_MAX nodes');
  assert(s.tokenRingIdSeq >= s.myRingId.seq, 'the highest ring seq heard of is not below that of my ring');
  if (s.memberState === 'gather') assert(s.consensus.size > 0, 'consensus contains myself');
  if (s.memberState !== 'operational') return;
  assert(!s.oldRingStateSaved, 'no old ring state is kept in OPERATIONAL');
  assert(s.myFailedList.size === 0, 'failed_list is empty in OPERATIONAL');
  assert(s.myProcList.size === s.myMembList.length, 'proc_list is the membership in OPERATIONAL');
  assert(isSorted(s.myMembList), 'members are in ring order');
}

function assertTimers(s: TotemState): void {
  const isArmed = (timer: number): boolean => s.timers[timer] !== Infinity;
  if (!s.isStarted || s.hasLeft) return;
  if (s.memberState === 'gather') {
    assert(isArmed(TIMER.join), 'joins are repeated in GATHER');
    assert(isArmed(TIMER.consensus) || isArmed(TIMER.token), 'GATHER ends');
  } else assert(isArmed(TIMER.token), 'the token is waited for outside GATHER');
}

/** Throws on a broken invariant of a saved state. */
export function assertInvariants(state: EngineState): void {
  const s = state as unknown as TotemState;
  assertReception(s);
  assertMembership(s);
  assertTimers(s);
}
