// From what a node sent and what it had just heard, concludes why it entered GATHER: replays the join processing of
// specs/totem.md 2.4 on every message that may have moved it and takes the one that gives the lists it sent.
import type { DialectId } from '../../../protocol/totem/dialect.ts';
import type { Certainty, MembershipState } from '../result.ts';
import { Gather } from './gather-reasons.ts';
import { isSame, isSubset, NOBODY, union, without, type NodeSet } from './node-set.ts';

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
  /** Where this join came of a consensus timeout: how long after the sender's entry; else null. */
  readonly consensusNs: number | null;
}

export interface GatherQuestion {
  readonly nodeid: number;
  readonly dialect: DialectId | null;
  /** Null where the capture began after the node's last change. */
  readonly state: MembershipState | null;
  /** Its lists before, as they stood in that state. */
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
  /** Since its last GATHER entry, and since a token last reached it; Infinity where that was not captured. */
  readonly sinceEntryNs: number;
  readonly sinceTokenNs: number;
  readonly heard: readonly Heard[];
}

export interface GatherAnswer {
  readonly reason: Gather | null;
  readonly certainty: Certainty;
  readonly trigger: Heard | null;
  /** Entries that Corosync makes at once after this one, each with a join of its own. */
  readonly following: readonly Gather[];
}

/** Longest time from a message to the join that answers it: nodes on busy hosts have taken 20 ms. */
export const REACTION_MAX_NS = 30_000_000;
/** Within this time the first of several messages is the one answered. */
const REACTION_USUAL_NS = 3_000_000;
/** No node answers a join faster than this, and timers of equal length differ by less. */
const REACTION_MIN_NS = 30_000;
/** A join without changed lists is the answer to another only if it comes at once. */
const SAME_LISTS_REACTION_NS = 5_000_000;
/** Tokens still flow: a node that gathers now has not lost them. */
const TOKEN_FLOWS_NS = 20_000_000;

interface Lists {
  readonly proc: NodeSet;
  readonly failed: NodeSet;
}

/** Join processing (2.4): the lists after it, null where the join is ignored. */
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
      return !heard.failed.includes(q.nodeid) && !(q.members?.includes(heard.from) === true && heard.ringSeq < q.ringSeq);
    default:
      return true;
  }
}

const reasonOfMerge = (q: GatherQuestion): Gather => (q.state === 'gather' ? Gather.MERGE_IN_GATHER : Gather.MERGE_IN_OPERATIONAL);
const reasonOfMcast = (q: GatherQuestion): Gather =>
  q.state === 'gather' ? Gather.FOREIGN_MCAST_IN_GATHER : Gather.FOREIGN_MCAST_IN_OPERATIONAL;

/** The reason under which this message alone gives the lists sent, null where it does not. */
function reasonFrom(q: GatherQuestion, heard: Heard): Gather | null {
  if (!isAccepted(q, heard)) return null;
  if (heard.kind === 'join') {
    const lists = afterJoin(q, heard);
    return lists !== null && isSame(lists.proc, q.sentProc) && isSame(lists.failed, q.sentFailed) ? Gather.JOIN_CHANGED_LISTS : null;
  }
  if (q.state === 'gather' && q.proc.includes(heard.from)) return null;
  if (!isSame(union(q.proc, [heard.from]), q.sentProc) || !isSame(q.failed, q.sentFailed)) return null;
  return heard.kind === 'merge' ? reasonOfMerge(q) : reasonOfMcast(q);
}

/** Of several messages that explain the join: the first of those just heard, else the last. */
function mostLikely<T extends { readonly heard: Heard }>(q: GatherQuestion, candidates: readonly T[]): T | null {
  const byTime = candidates.toSorted((a, b) => a.heard.timeNs - b.heard.timeNs);
  return byTime.find(({ heard }) => q.timeNs - heard.timeNs <= REACTION_USUAL_NS) ?? byTime.at(-1) ?? null;
}

function candidatesOf(q: GatherQuestion): readonly { readonly heard: Heard; readonly reason: Gather }[] {
  return q.heard.flatMap((heard) => {
    const age = q.timeNs - heard.timeNs;
    if (age < 0 || age > REACTION_MAX_NS) return [];
    const reason = reasonFrom(q, heard);
    return reason === null ? [] : [{ heard, reason }];
  });
}

const none: readonly Gather[] = [];
const answer = (reason: Gather | null, certainty: Certainty, trigger: Heard | null = null, following = none): GatherAnswer => ({
  reason,
  certainty,
  trigger,
  following,
});

/** A join just heard that the node accepts without changing its lists. */
function sameListsTrigger(q: GatherQuestion): Heard | null {
  const fit = q.heard.filter((heard) => {
    const age = q.timeNs - heard.timeNs;
    if (heard.kind !== 'join' || age < REACTION_MIN_NS || age > SAME_LISTS_REACTION_NS) return false;
    return isAccepted(q, heard) && afterJoin(q, heard) === null;
  });
  return mostLikely(q, fit.map((heard) => ({ heard })))?.heard ?? null;
}

/** In COMMIT and RECOVERY, a join goes through join processing first, which may enter GATHER itself. */
function whileForming(q: GatherQuestion, isChanged: boolean): GatherAnswer {
  const isCommit = q.state === 'commit';
  const caller: readonly Gather[] = isCommit ? [Gather.JOIN_IN_COMMIT] : [Gather.TOKEN_LOST_IN_RECOVERY, Gather.JOIN_IN_RECOVERY];
  if (isChanged) {
    const found = mostLikely(q, candidatesOf(q));
    return answer(Gather.JOIN_CHANGED_LISTS, found === null ? 'likely' : 'certain', found?.heard ?? null, caller);
  }
  const trigger = sameListsTrigger(q);
  if (isCommit) return answer(trigger === null ? Gather.TOKEN_LOST_IN_COMMIT : Gather.JOIN_IN_COMMIT, 'likely', trigger);
  return answer(Gather.TOKEN_LOST_IN_RECOVERY, trigger === null ? 'likely' : 'certain', trigger, [Gather.JOIN_IN_RECOVERY]);
}

/** The lists were not changed: a timer, or a join that said nothing new. */
function withSameLists(q: GatherQuestion): GatherAnswer {
  if (q.state === 'gather') return answer(Gather.TOKEN_LOST_IN_GATHER, 'likely');
  // 1.x leaves a join that says nothing new unanswered when it is operational.
  const trigger = q.dialect === 'corosync-1' ? null : sameListsTrigger(q);
  if (trigger !== null) return answer(Gather.JOIN_IN_OPERATIONAL, 'certain', trigger);
  if (q.sinceTokenNs < TOKEN_FLOWS_NS) return answer(null, 'likely');
  return answer(Gather.TOKEN_LOST_IN_OPERATIONAL, Number.isFinite(q.sinceTokenNs) ? 'certain' : 'likely');
}

/** No message heard gives exactly these lists: some were not captured, or several were taken in between. */
function withoutExactMatch(q: GatherQuestion): GatherAnswer {
  const added = without(q.sentProc, q.proc);
  const gaveUp = without(q.sentFailed, q.failed);
  const related = q.heard.filter(({ kind, from, proc, failed, timeNs }) => {
    const age = q.timeNs - timeNs;
    if (age < 0 || age > REACTION_MAX_NS) return false;
    if (kind !== 'join') return q.state !== null && added.includes(from);
    return added.some((id) => id === from || proc.includes(id)) || gaveUp.some((id) => id === from || failed.includes(id));
  });
  const found = mostLikely(q, related.map((heard) => ({ heard })))?.heard ?? null;
  if (found?.kind === 'merge') return answer(reasonOfMerge(q), 'likely', found);
  if (found?.kind === 'mcast') return answer(reasonOfMcast(q), 'likely', found);
  if (found !== null) return answer(Gather.JOIN_CHANGED_LISTS, 'likely', found);
  if (added.length > 0) return answer(Gather.JOIN_CHANGED_LISTS, 'hint');
  return answer(q.state === 'gather' ? Gather.CONSENSUS_TIMEOUT : Gather.JOIN_CHANGED_LISTS, 'likely');
}

/**
 * A join that the node has to answer by entering GATHER again although it changes nothing: the sender, a stranger,
 * gives up nodes, and strangers are not followed in that (2.4, step 4). Null where there was none just now.
 */
export function provocation(q: GatherQuestion): Heard | null {
  return mostLikely(q, candidatesOf(q).filter(({ heard }) => q.timeNs - heard.timeNs <= REACTION_USUAL_NS))?.heard ?? null;
}

/** Two consensus timers that run out together: no time for an answer, or the node's own was due clearly before. */
function isOwnTimer(q: GatherQuestion, { consensusNs, timeNs }: Heard): boolean {
  const reaction = q.timeNs - timeNs;
  if (reaction < REACTION_MIN_NS) return true;
  return consensusNs !== null && q.sinceEntryNs - reaction >= consensusNs + REACTION_MIN_NS;
}

/**
 * Why the node sent this join, which is known to be a GATHER entry and not the start of its process.
 * Source: specs/totem.md 2.3 to 2.5, 7.2.
 */
export function explainGather(q: GatherQuestion): GatherAnswer {
  if (q.sentFailed.includes(q.nodeid) && !q.failed.includes(q.nodeid)) return answer(Gather.FAILED_TO_RECEIVE, 'certain');
  const isChanged = !isSame(q.proc, q.sentProc) || !isSame(q.failed, q.sentFailed);
  if (q.state === 'commit' || q.state === 'recovery') return whileForming(q, isChanged);
  if (!isChanged) return withSameLists(q);
  const found = mostLikely(q, candidatesOf(q));
  if (found === null) {
    const isByItself = q.state === 'gather' && isSame(q.proc, q.sentProc) && isSubset(q.failed, q.sentFailed);
    const isAnswer = q.heard.some(({ failed, timeNs }) => failed !== NOBODY && q.timeNs - timeNs < REACTION_USUAL_NS);
    return isByItself && !isAnswer ? answer(Gather.CONSENSUS_TIMEOUT, 'certain') : withoutExactMatch(q);
  }
  const isByItself = q.state === 'gather' && isSame(q.proc, q.sentProc);
  if (isByItself && isOwnTimer(q, found.heard)) return answer(Gather.CONSENSUS_TIMEOUT, 'likely');
  return answer(found.reason, q.state === null ? 'likely' : 'certain', found.heard);
}
