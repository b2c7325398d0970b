// From what a node sent and what it had just heard, concludes why it entered GATHER: replays the join processing of
// specs/totem.md 2.4 on every message that may have moved it and takes the one that gives the lists it sent.
import type { DialectId } from '../../../protocol/totem/dialect.ts';
import type { Certainty, MembershipState } from '../result.ts';
import { Gather } from './gather-reasons.ts';
import { isSame, isSubset, union, without, type NodeSet } from './node-set.ts';

/** A message of another node that may have moved this one. */
export interface Heard {
  readonly kind: 'join' | 'merge' | 'mcast';
  readonly from: number;
  readonly row: number;
  readonly timeNs: number;
  readonly proc: NodeSet;
  readonly failed: NodeSet;
  readonly ringSeq: bigint;
  readonly isLeave: boolean;
  /** Where a timer of the sender made it send this join: in which state, and how long the timer had run. */
  readonly timer: { readonly state: MembershipState; readonly ns: number } | null;
}

export interface GatherQuestion {
  readonly nodeid: number;
  readonly dialect: DialectId | null;
  /** Over knet, an answer takes longer. */
  readonly isKnet: boolean;
  /** Null where the capture began after the node's last change. */
  readonly state: MembershipState | null;
  /** Its lists before, as they stood in that state; not known where the capture began after they came about. */
  readonly isKnown: boolean;
  /** Among those whom it wants now is one that is known to have been elsewhere. */
  readonly hasStranger: boolean;
  readonly proc: NodeSet;
  readonly failed: NodeSet;
  /** Members of its last regular configuration, null where unknown. */
  readonly members: NodeSet | null;
  /** Of the ring it is on or forms. */
  readonly ringSeq: bigint;
  readonly forming: NodeSet | null;
  /** The join that it sent, and when. */
  readonly sentProc: NodeSet;
  readonly sentFailed: NodeSet;
  readonly timeNs: number;
  /** How long the timer of its state has run; Infinity where its start was not captured. */
  readonly timerNs: number;
  /** A token has just come after so long a time as no other had taken; 0 else. */
  readonly waitedNs: number;
  /** Since it last sent anything; of a node that goes on after a long silence, since that began. */
  readonly silenceNs: number;
  /** It goes on after a long silence, and what came meanwhile, over one socket, is worked off in its order. */
  readonly isQueued: boolean;
  /** It goes on after a long silence, and the first that it did was for a timer. */
  readonly timerFirst: boolean;
  /** It goes on after a long silence, and threw away what came to its group meanwhile. */
  readonly isFlushed: boolean;
  readonly heard: readonly Heard[];
}

export interface GatherAnswer {
  readonly reason: Gather | null;
  readonly certainty: Certainty;
  readonly trigger: Heard | null;
  /** Entries that Corosync makes at once after this one, each with a join of its own. */
  readonly following: readonly Gather[];
}

/** Longest time from a message to the join that answers it: slow links, busy hosts. */
export const REACTION_MAX_NS = 250_000_000;
/** Within this time the first of several messages is the one answered. */
const REACTION_USUAL_NS = 3_000_000;
/** No node answers a join faster than this. */
const REACTION_MIN_NS = 30_000;
/** Few answer faster than this: then a timer that is due as well is the likelier reason. knet has more to do. */
const REACTION_QUICK_NS = 48_000;
const REACTION_QUICK_KNET_NS = 180_000;
/** Timers of equal length, counted from packets on the wire, differ by less than this. */
const TIMER_SPREAD_NS = 250_000;
/** Nodes that had the token last at about the same time lose it at about the same time. */
const TIMER_DUE_NS = 1_000_000;
/** A join without changed lists is taken for the answer to another only if it comes at once. */
const SAME_LISTS_REACTION_NS = 5_000_000;
/** Tokens still flow: a node that gathers now has not lost them. */
const TOKEN_FLOWS_NS = 20_000_000;
/** Nobody configures token and consensus timers that are shorter than this together. */
const TIMERS_MIN_NS = 100_000_000;
/** A node that was silent for so long may have been stopped: then it works off what has queued up, oldest first. */
const PAUSE_NS = 300_000_000;
/** 127.0.0.1 as a node id, in 1.x and in 2.x: what a node calls itself while its interface is down. */
const LOOPBACK_IDS: readonly number[] = [16_777_343, 2_130_706_433];

interface Lists {
  readonly proc: NodeSet;
  readonly failed: NodeSet;
}
interface Candidate {
  readonly heard: Heard;
  readonly reason: Gather;
}

const reactionTo = (q: GatherQuestion, heard: Heard): number => q.timeNs - heard.timeNs;

/** Join processing (2.4): the lists after it, null where it enters no GATHER of its own. */
function afterJoin(q: GatherQuestion, { from, proc, failed }: Heard): Lists | null {
  if (isSubset(proc, q.proc) && isSubset(failed, q.failed)) return null;
  if (q.failed.includes(from)) return null;
  const all = union(q.proc, proc);
  if (failed.includes(q.nodeid)) return { proc: all, failed: union(q.failed, [from]) };
  const isMember = q.members?.includes(from) ?? true;
  return { proc: all, failed: isMember ? union(q.failed, failed) : q.failed };
}

function isAccepted(q: GatherQuestion, heard: Heard): boolean {
  if (heard.kind !== 'join') return q.state === 'operational' || q.state === 'gather' || q.state === null;
  switch (q.state) {
    case 'commit':
    case 'recovery':
      return (q.forming?.includes(heard.from) ?? true) && heard.ringSeq >= q.ringSeq;
    case 'operational':
      if (q.dialect === 'corosync-1') return true;
      // Late joins of members, sent before the ring that they are on now, are ignored.
      if (q.members?.includes(heard.from) === true && heard.ringSeq < q.ringSeq) return false;
      return !heard.failed.includes(q.nodeid);
    default:
      return true;
  }
}

function reasonOfForeign(q: GatherQuestion, heard: Heard): Gather {
  if (heard.kind === 'merge') return q.state === 'gather' ? Gather.MERGE_IN_GATHER : Gather.MERGE_IN_OPERATIONAL;
  return q.state === 'gather' ? Gather.FOREIGN_MCAST_IN_GATHER : Gather.FOREIGN_MCAST_IN_OPERATIONAL;
}

/** The reason under which this message alone gives the lists sent, null where it does not. */
function reasonFrom(q: GatherQuestion, heard: Heard): Gather | null {
  if (!isAccepted(q, heard)) return null;
  if (heard.kind === 'join') {
    const lists = afterJoin(q, heard);
    const isSent = lists !== null && isSame(lists.proc, q.sentProc) && isSame(lists.failed, q.sentFailed);
    return isSent ? Gather.JOIN_CHANGED_LISTS : null;
  }
  if (q.state === 'gather' && q.proc.includes(heard.from)) return null;
  if (!isSame(union(q.proc, [heard.from]), q.sentProc) || !isSame(q.failed, q.sentFailed)) return null;
  return reasonOfForeign(q, heard);
}

/** What was heard within `longest` and explains the join. */
function candidatesOf(q: GatherQuestion, longest = Math.max(REACTION_MAX_NS, q.silenceNs)): readonly Candidate[] {
  const window = q.isFlushed ? Math.min(longest, TOKEN_FLOWS_NS) : longest;
  const candidates: Candidate[] = [];
  for (const heard of q.heard) {
    const reaction = reactionTo(q, heard);
    if (reaction < 0 || reaction > window) continue;
    const reason = reasonFrom(q, heard);
    if (reason !== null) candidates.push({ heard, reason });
  }
  return candidates;
}

/** Of several messages that explain the join: the first of those just heard, else the last; after a pause the first. */
function mostLikely(q: GatherQuestion, candidates: readonly Candidate[]): Candidate | null {
  if (candidates.length <= 1) return candidates[0] ?? null;
  const byTime = candidates.toSorted((a, b) => a.heard.timeNs - b.heard.timeNs);
  if (q.silenceNs >= PAUSE_NS) return byTime[0] ?? null;
  return byTime.find(({ heard }) => reactionTo(q, heard) <= REACTION_USUAL_NS) ?? byTime.at(-1) ?? null;
}

/** How much longer the node's own timer had run, when the message reached it, than the sender's when it ran out. */
function timerLead(q: GatherQuestion, heard: Heard): number {
  const { timer } = heard;
  return timer === null || timer.state !== q.state ? Number.NaN : q.timerNs - reactionTo(q, heard) - timer.ns;
}

/** The node's own timer ran out at about the time when it heard of another's. */
function isTimerDue(q: GatherQuestion): boolean {
  return q.heard.some((heard) => reactionTo(q, heard) >= 0 && Math.abs(timerLead(q, heard)) < TIMER_DUE_NS);
}

/**
 * Two timers that run out together: there was no time for an answer, or the node's own was due clearly before.
 * `isDue`: what isTimerDue says of the question, which is the same for all that was heard.
 */
function isOwnTimer(q: GatherQuestion, heard: Heard, isDue: boolean): boolean {
  const reaction = reactionTo(q, heard);
  if (reaction < REACTION_MIN_NS) return true;
  if (!Number.isFinite(q.timerNs)) return false;
  if (timerLead(q, heard) >= TIMER_SPREAD_NS) return true;
  return isDue && reaction < (q.isKnet ? REACTION_QUICK_KNET_NS : REACTION_QUICK_NS);
}

const nothing: readonly Gather[] = [];
function answer(
  reason: Gather | null,
  certainty: Certainty,
  trigger: Heard | null = null,
  following = nothing,
): GatherAnswer {
  return { reason, certainty, trigger, following };
}

/** Joins that the node accepts without changing its lists, with the reason that they give. */
function sameListsCandidates(q: GatherQuestion, reason: Gather): readonly Candidate[] {
  const isDue = isTimerDue(q);
  return q.heard.flatMap((heard) => {
    const reaction = reactionTo(q, heard);
    const window = q.isQueued ? Math.max(REACTION_MAX_NS, q.silenceNs) : REACTION_MAX_NS;
    if (heard.kind !== 'join' || reaction < 0 || reaction > window) return [];
    if (isOwnTimer(q, heard, isDue) && !q.isQueued) return [];
    // Later than at once only where the node's own timer cannot have run out.
    const { timer } = heard;
    const isTooEarly = timer !== null && timer.state === q.state && q.timerNs < timer.ns;
    if (reaction > SAME_LISTS_REACTION_NS && !isTooEarly && !q.isQueued) return [];
    return isAccepted(q, heard) && afterJoin(q, heard) === null ? [{ heard, reason }] : [];
  });
}

/** What COMMIT and RECOVERY enter for a join when join processing has entered GATHER already. */
const AFTER_COMMIT: readonly Gather[] = [Gather.JOIN_IN_COMMIT];
const AFTER_RECOVERY: readonly Gather[] = [Gather.TOKEN_LOST_IN_RECOVERY, Gather.JOIN_IN_RECOVERY];

/** In COMMIT and RECOVERY, a join goes through join processing first, which may enter GATHER itself. */
function whileForming(q: GatherQuestion, isChanged: boolean): GatherAnswer {
  const isCommit = q.state === 'commit';
  if (isChanged) {
    const found = mostLikely(q, candidatesOf(q));
    const certainty = found === null ? 'likely' : 'certain';
    return answer(Gather.JOIN_CHANGED_LISTS, certainty, found?.heard ?? null, isCommit ? AFTER_COMMIT : AFTER_RECOVERY);
  }
  const trigger = mostLikely(q, sameListsCandidates(q, Gather.JOIN_IN_COMMIT))?.heard ?? null;
  if (isCommit && trigger === null) return answer(Gather.TOKEN_LOST_IN_COMMIT, 'likely');
  if (isCommit) return answer(Gather.JOIN_IN_COMMIT, 'likely', trigger);
  const certainty = trigger === null ? 'likely' : 'certain';
  return answer(Gather.TOKEN_LOST_IN_RECOVERY, certainty, trigger, AFTER_RECOVERY.slice(1));
}

/** The lists were not changed: a timer, a join that said nothing new, or a member heard on another ring. */
function withSameLists(q: GatherQuestion): GatherAnswer {
  // The consensus timer and the token timer have to run out before.
  if (q.state === 'gather') return answer(q.timerNs < TIMERS_MIN_NS ? null : Gather.TOKEN_LOST_IN_GATHER, 'likely');
  if (q.timerFirst && q.timerNs >= TIMERS_MIN_NS) return answer(Gather.TOKEN_LOST_IN_OPERATIONAL, 'likely');
  // 1.x leaves a join that says nothing new unanswered when it is operational.
  const joins = q.dialect === 'corosync-1' ? [] : sameListsCandidates(q, Gather.JOIN_IN_OPERATIONAL);
  const found = mostLikely(q, [...joins, ...candidatesOf(q)]);
  const certainty = isTimerDue(q) ? 'likely' : 'certain';
  if (found !== null) return answer(found.reason, certainty, found.heard);
  // It stood still, like all others: its timer had run out when it worked off the token that had waited for it.
  if (q.timerNs < TOKEN_FLOWS_NS) return answer(q.waitedNs > 0 ? Gather.TOKEN_LOST_IN_OPERATIONAL : null, 'likely');
  return answer(Gather.TOKEN_LOST_IN_OPERATIONAL, Number.isFinite(q.timerNs) ? certainty : 'likely');
}

/** No message heard gives exactly these lists: some were not captured, or several were taken in between. */
function withoutExactMatch(q: GatherQuestion): GatherAnswer {
  const added = without(q.sentProc, q.proc);
  const gaveUp = without(q.sentFailed, q.failed);
  if (added.some((id) => LOOPBACK_IDS.includes(id))) return answer(Gather.INTERFACE_CHANGE, 'likely');
  const related = q.heard.flatMap((heard): readonly Candidate[] => {
    const { kind, from, proc, failed } = heard;
    const reaction = reactionTo(q, heard);
    if (reaction < 0 || reaction > REACTION_MAX_NS) return [];
    if (kind !== 'join') return added.includes(from) ? [{ heard, reason: reasonOfForeign(q, heard) }] : [];
    const isNamed = (id: number): boolean => id === from || proc.includes(id) || failed.includes(id);
    return added.some(isNamed) || gaveUp.some(isNamed) ? [{ heard, reason: Gather.JOIN_CHANGED_LISTS }] : [];
  });
  const found = mostLikely(q, related);
  if (found !== null) return answer(found.reason, 'likely', found.heard);
  if (added.length > 0) return answer(Gather.JOIN_CHANGED_LISTS, 'hint');
  return answer(q.state === 'gather' ? Gather.CONSENSUS_TIMEOUT : Gather.JOIN_CHANGED_LISTS, 'likely');
}

/** Its lists before are not known: what it had just heard of those whom it wants now has to do. */
function withUnknownLists(q: GatherQuestion): GatherAnswer {
  const isSent = ({ proc, failed }: Heard): boolean => isSame(proc, q.sentProc) && isSame(failed, q.sentFailed);
  const isDue = isTimerDue(q);
  const candidates = q.heard.flatMap((heard): readonly Candidate[] => {
    const reaction = reactionTo(q, heard);
    if (reaction < 0 || reaction > REACTION_MAX_NS || !q.sentProc.includes(heard.from)) return [];
    if (heard.kind !== 'join') return [{ heard, reason: reasonOfForeign(q, heard) }];
    if (reaction > SAME_LISTS_REACTION_NS || !isAccepted(q, heard)) return [];
    const isChanged = !isSent(heard) || q.sentFailed.length > 0 || q.hasStranger;
    if (isChanged) return [{ heard, reason: Gather.JOIN_CHANGED_LISTS }];
    if (q.state === null || q.dialect === 'corosync-1' || isOwnTimer(q, heard, isDue)) return [];
    return [{ heard, reason: Gather.JOIN_IN_OPERATIONAL }];
  });
  const found = mostLikely(q, candidates);
  if (found !== null) return answer(found.reason, 'likely', found.heard);
  const isLost = q.state === 'operational' && q.sentFailed.length === 0 && q.timerNs >= TOKEN_FLOWS_NS;
  return isLost ? answer(Gather.TOKEN_LOST_IN_OPERATIONAL, 'likely') : answer(null, 'hint');
}

/**
 * A join that the node has to answer by entering GATHER again although it changes nothing: the sender, a stranger,
 * gives up nodes, and strangers are not followed in that (2.4, step 4). Null where there was none just now.
 */
export function provocation(q: GatherQuestion): Heard | null {
  return mostLikely(q, candidatesOf(q, REACTION_USUAL_NS))?.heard ?? null;
}

/**
 * Why the node sent this join, which is known to be a GATHER entry and not the start of its process.
 * Source: specs/totem.md 2.3 to 2.5, 7.2.
 */
export function explainGather(q: GatherQuestion): GatherAnswer {
  const gaveItselfUp = q.sentFailed.includes(q.nodeid) && !q.failed.includes(q.nodeid);
  if (gaveItselfUp) return answer(Gather.FAILED_TO_RECEIVE, 'certain');
  if (!q.isKnown) return withUnknownLists(q);
  const isChanged = !isSame(q.proc, q.sentProc) || !isSame(q.failed, q.sentFailed);
  if (q.state === 'commit' || q.state === 'recovery') return whileForming(q, isChanged);
  if (!isChanged) return withSameLists(q);
  const found = mostLikely(q, candidatesOf(q));
  // The failed list alone grows when the consensus timer runs out.
  const isByItself = q.state === 'gather' && isSame(q.proc, q.sentProc) && isSubset(q.failed, q.sentFailed);
  if (found === null) return isByItself ? answer(Gather.CONSENSUS_TIMEOUT, 'certain') : withoutExactMatch(q);
  const isDue = isByItself && isTimerDue(q);
  if (isByItself && isOwnTimer(q, found.heard, isDue)) return answer(Gather.CONSENSUS_TIMEOUT, 'likely');
  return answer(found.reason, isDue ? 'likely' : 'certain', found.heard);
}
