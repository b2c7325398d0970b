// GATHER: finding out who is there (specs/totem.md 2.2, 2.4, 2.5; totemsrp.c memb_state_gather_enter,
// memb_join_process). Not when joins are looked at: join.ts.
import { PROCESSOR_COUNT_MAX } from '../../messages.ts';
import { discard, multicast, noteState } from '../effects.ts';
import type { Machine, TotemState } from '../state.ts';
import { arm, armMicros, cancelTokenTimer, disarm, draw, isArmed, restartTokenTimer, TIMER } from '../timers.ts';
import { compareKeys, inRingOrder, type Member, type NodeKey } from '../wire/dialect.ts';
import { join } from '../wire/encode.ts';
import { enterCommit, proposeRing } from './commit.ts';

/** Why GATHER was entered, with Corosync's numbers (totemsrp.c enum gather_state_from). */
export const GATHER_FROM = {
  CONSENSUS_TIMEOUT: 0,
  TOKEN_LOST_IN_OPERATIONAL: 2,
  CONSENSUS_TIMEOUT_EXPIRED: 3,
  TOKEN_LOST_IN_COMMIT: 4,
  TOKEN_LOST_IN_RECOVERY: 5,
  FAILED_TO_RECEIVE: 6,
  FOREIGN_MESSAGE_IN_OPERATIONAL: 7,
  FOREIGN_MESSAGE_IN_GATHER: 8,
  MERGE_IN_OPERATIONAL: 9,
  MERGE_IN_GATHER: 10,
  MERGE_DURING_JOIN: 11,
  JOIN_IN_OPERATIONAL: 12,
  JOIN_IN_COMMIT: 13,
  JOIN_IN_RECOVERY: 14,
  INTERFACE_CHANGE: 15,
} as const;
export type GatherFrom = (typeof GATHER_FROM)[keyof typeof GATHER_FROM];

/** What a join says, its lists by key. */
export interface JoinLists {
  readonly isLeave: boolean;
  readonly sender: Member;
  readonly proc: readonly Member[];
  readonly failed: readonly Member[];
}

/** Also when already in GATHER: consensus begins anew, and others hear at once what changed (8.13). */
export function enterGather(m: Machine, cause: GatherFrom): void {
  const s = m.state;
  s.orfTokenDiscard = true;
  s.originatedOrfToken = false;
  s.myProcList.set(m.self.key, m.self);
  announce(m);
  arm(m, TIMER.join, m.config.join);
  arm(m, TIMER.consensus, m.config.consensus);
  cancelTokenTimer(m);
  disarm(m, TIMER['token-retransmit']);
  disarm(m, TIMER['token-hold']);
  disarm(m, TIMER.heartbeat);
  disarm(m, TIMER.merge);
  resetConsensus(m);
  s.memberState = 'gather';
  s.counters.gather_entered++;
  if (cause === GATHER_FROM.CONSENSUS_TIMEOUT_EXPIRED) s.counters.continuous_gather++;
  noteState(m, 'gather', cause);
}

function resetConsensus(m: Machine): void {
  m.state.consensus.clear();
  m.state.consensus.add(m.self.key);
}

/**
 * memb_join_message_send. With send_join set, C sleeps before it; here a deadline passes instead, and the join that
 * goes out then says what is true then.
 */
export function announce(m: Machine): void {
  const { sendJoin } = m.config;
  if (sendJoin === 0) sendJoinNow(m);
  else if (!isArmed(m, TIMER['join-jitter'])) armMicros(m, TIMER['join-jitter'], draw(m, sendJoin * 1000));
}

/**
 * Sends the lists as they are. A join of the same step that nothing was sent after is taken back: in one turn only the
 * last one tells anything, and n nodes that hear each other at once would send n² of them.
 */
export function sendJoinNow(m: Machine): void {
  const s = m.state;
  const lists = { proc: [...s.myProcList.values()], failed: [...s.myFailedList.values()] };
  if (m.unsentJoin >= 0) m.effects.splice(m.unsentJoin, 1);
  else s.counters.memb_join_tx++;
  multicast(m, join(m.dialect, { nodeid: m.self.ref.nodeid, address: m.self.address }, lists, s.myRingId.seq));
  m.unsentJoin = m.effects.length - 1;
}

/** Every node that is not given up sent a join with my lists. */
function isAgreed(s: TotemState): boolean {
  let wanted = 0;
  for (const key of s.myProcList.keys()) {
    if (s.myFailedList.has(key)) continue;
    if (!s.consensus.has(key)) return false;
    wanted++;
  }
  // After a failure to receive nobody may be left: the ring will be of this node alone.
  return wanted > 0 || s.failedToRecv;
}

/** The nodes that the next ring will have, in ring order. */
export function wantedMembers(s: TotemState): Member[] {
  return inRingOrder([...s.myProcList.values()].filter(({ key }) => !s.myFailedList.has(key)));
}

function isLowestWanted(m: Machine): boolean {
  const s = m.state;
  if (s.myFailedList.has(m.self.key)) return false;
  for (const key of s.myProcList.keys()) if (!s.myFailedList.has(key) && compareKeys(key, m.self.key) < 0) return false;
  return true;
}

const isSubset = (nodes: readonly Member[], of: ReadonlyMap<NodeKey, Member>): boolean => {
  for (const { key } of nodes) if (!of.has(key)) return false;
  return true;
};
const isEqual = (nodes: readonly Member[], to: ReadonlyMap<NodeKey, Member>): boolean =>
  nodes.length === to.size && isSubset(nodes, to);

/** Adds nodes that are not there yet; their order of arrival is the order on the wire. */
function merge(nodes: readonly Member[], into: Map<NodeKey, Member>): void {
  for (const node of nodes) if (!into.has(node.key)) into.set(node.key, node);
}

export const isOneOf = (key: NodeKey, nodes: readonly Member[]): boolean => nodes.some((node) => node.key === key);

/** Join processing, 2.4. */
export function processJoin(m: Machine, { isLeave, sender, proc, failed }: JoinLists): void {
  const s = m.state;
  if (isEqual(proc, s.myProcList) && isEqual(failed, s.myFailedList)) {
    // A LEAVE must not make consensus (8.17).
    if (!isLeave && s.myProcList.has(sender.key)) s.consensus.add(sender.key);
    if (isAgreed(s)) formRing(m);
  } else if (isSubset(proc, s.myProcList) && isSubset(failed, s.myFailedList)) {
    // The sender knows less than my own join tells it.
  } else if (!s.myFailedList.has(sender.key) && widen(m, { isLeave, sender, proc, failed })) {
    enterGather(m, GATHER_FROM.MERGE_DURING_JOIN);
    return;
  }
  if (s.memberState === 'operational' && m.dialect.gathersOnKnownJoins) enterGather(m, GATHER_FROM.JOIN_IN_OPERATIONAL);
}

/** 2.4 step 1 a and b: this node, where it is to make the commit token, makes it. */
function formRing(m: Machine): void {
  const s = m.state;
  if (s.failedToRecv) {
    s.failedToRecv = false;
    s.myProcList = new Map([[m.self.key, m.self]]);
    s.myFailedList.clear();
  } else if (!isLowestWanted(m)) return;
  enterCommit(m, proposeRing(m, wantedMembers(s)));
}

/**
 * 2.4 step 4: takes over what a join tells, and says whether that was anything. A stranger cannot make me distrust
 * others (8.14), so its failed list may change nothing. C enters GATHER all the same: two strangers that gave up
 * different nodes then answer each other without end, and no consensus timer ever expires. Here each gives up the
 * other in time, and their rings merge.
 */
function widen(m: Machine, { sender, proc, failed }: JoinLists): boolean {
  const { myProcList, myFailedList, myMembList } = m.state;
  const grown = (list: readonly Member[], into: ReadonlyMap<NodeKey, Member>): number =>
    into.size + list.filter(({ key }) => !into.has(key)).length;
  if (Math.max(grown(proc, myProcList), grown(failed, myFailedList)) > PROCESSOR_COUNT_MAX) {
    discard(m, 'memb_join', `with it there would be more than ${PROCESSOR_COUNT_MAX} nodes`);
    return false;
  }
  const before = myProcList.size + myFailedList.size;
  merge(proc, myProcList);
  if (isOneOf(m.self.key, failed)) merge([sender], myFailedList);
  else if (isOneOf(sender.key, myMembList)) merge(failed, myFailedList);
  return myProcList.size + myFailedList.size > before;
}

/**
 * memb_state_consensus_timeout_expired, 2.5: those that did not agree are given up; or a commit token is waited for.
 */
export function consensusExpired(m: Machine): void {
  const s = m.state;
  s.counters.consensus_timeouts++;
  if (isAgreed(s)) {
    resetConsensus(m);
    restartTokenTimer(m);
    return;
  }
  for (const node of s.myProcList.values()) if (!s.consensus.has(node.key)) merge([node], s.myFailedList);
  enterGather(m, GATHER_FROM.CONSENSUS_TIMEOUT);
}

/** A foreign message or merge detect: its sender is wanted in my ring. False where there is no room for it. */
export function wantNode(m: Machine, node: Member): boolean {
  const { myProcList } = m.state;
  if (!myProcList.has(node.key) && myProcList.size >= PROCESSOR_COUNT_MAX) return false;
  merge([node], myProcList);
  return true;
}
