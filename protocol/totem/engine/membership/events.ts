// What each message does in each state: the event table (specs/totem.md 2.3), row by row. Lengths and counts are
// checked, integers little-endian. The ORF token is ordering/token.ts.
import { discard, multicast, resendToken } from '../effects.ts';
import { deliverContiguous, receive, windowInUse } from '../ordering/delivery.ts';
import { itemAt } from '../ordering/sort-queue.ts';
import { RING_SEQ_MAX, type Machine } from '../state.ts';
import { arm, disarm, TIMER } from '../timers.ts';
import { memberAt, ringAt, type Member } from '../wire/dialect.ts';
import { isSorted, mergeDetect } from '../wire/encode.ts';
import { holdsAt, u32At, u64At } from '../wire/octets.ts';
import { storedMcast } from '../wire/receive.ts';
import { enterCommit, readCommitToken, type CommitToken } from './commit.ts';
import { enterGather, GATHER_FROM, isOneOf, processJoin, wantedMembers, wantNode, type JoinLists } from './gather.ts';
import { enterRecovery, failRecovery, sendInitialToken } from './recovery.ts';

/** MCAST, of my ring and foreign. `native` is `raw` in little-endian. */
export function onMcast(m: Machine, native: Uint8Array, raw: Uint8Array, littleEndian: boolean): void {
  const s = m.state;
  const { mcast: at } = m.dialect.wire.at;
  if (!holdsAt(native, at.ringId, s.myRingId.octets)) {
    onForeign(m, 'mcast', nodeAt(m, native, at.systemFrom));
    return;
  }
  // Between COMMIT and RECOVERY, and after an attempt that failed, nobody speaks on the ring that has this id.
  if (s.memberState === 'commit' || (s.memberState === 'gather' && s.myRingId !== s.myOldRingId)) {
    discard(m, 'mcast', 'its ring is not formed');
    return;
  }
  // Mostly the echo of my own.
  if (itemAt(windowInUse(s), u32At(native, at.seq)) !== null) return;
  receive(m, storedMcast(m.dialect, native, raw, littleEndian).item);
  if (s.memberState === 'operational') deliverContiguous(m);
}

export function onMergeDetect(m: Machine, octets: Uint8Array): void {
  const { merge: at } = m.dialect.wire.at;
  if (holdsAt(octets, at.ringId, m.state.myRingId.octets)) return;
  onForeign(m, 'memb_merge_detect', nodeAt(m, octets, at.systemFrom));
}

/** A message of another ring: its sender should be in mine. The message itself is not used. */
function onForeign(m: Machine, what: 'mcast' | 'memb_merge_detect', from: Member): void {
  const s = m.state;
  const isMerge = what === 'memb_merge_detect';
  if (from.key === m.self.key) {
    discard(m, what, 'it is my own, of an older ring');
    return;
  }
  switch (s.memberState) {
    case 'operational':
      if (!wantNode(m, from)) discard(m, what, 'there is no room for its sender');
      else enterGather(m, isMerge ? GATHER_FROM.MERGE_IN_OPERATIONAL : GATHER_FROM.FOREIGN_MESSAGE_IN_OPERATIONAL);
      return;
    case 'gather':
      if (s.myProcList.has(from.key)) return;
      if (!wantNode(m, from)) discard(m, what, 'there is no room for its sender');
      else enterGather(m, isMerge ? GATHER_FROM.MERGE_IN_GATHER : GATHER_FROM.FOREIGN_MESSAGE_IN_GATHER);
      return;
    case 'commit':
    case 'recovery':
      discard(m, what, 'a new ring is being formed');
      if (!isMerge) s.counters.rx_msg_dropped++;
  }
}

/** The node whose address lies there: the one that I know, or a new one. Joins of large rings name hundreds. */
function nodeAt(m: Machine, octets: Uint8Array, at: number): Member {
  const key = m.dialect.keyAt(octets, at);
  const { myProcList, myFailedList } = m.state;
  return myProcList.get(key) ?? myFailedList.get(key) ?? memberAt(m.dialect, octets, at);
}

function joinLists(m: Machine, octets: Uint8Array): JoinLists {
  const { at, srpAddrSize } = m.dialect.wire;
  const list = (from: number, count: number): Member[] => {
    const nodes: Member[] = [];
    for (let i = from; i < from + count; i++) nodes.push(nodeAt(m, octets, at.join.size + i * srpAddrSize));
    return nodes;
  };
  const p = u32At(octets, at.join.procListEntries);
  const f = u32At(octets, at.join.failedListEntries);
  return {
    // Corosync 1 zeroes the node id that system_from begins with as well.
    isLeave: u32At(octets, at.nodeid) === 0 || u32At(octets, at.join.systemFrom) === 0,
    sender: nodeAt(m, octets, at.join.systemFrom),
    proc: list(0, p),
    failed: list(p, f),
  };
}

/**
 * Whether an operational node lets a join pass (ignore_join_under_operational, 2.3.3 on). 1.4 listens to all of them: a
 * node that was given up and the ring that gave it up then break each other's ring without end. Nobody sees the rule.
 */
function isStale(m: Machine, join: JoinLists, ringSeq: bigint): boolean {
  const { myMembList, myRingId } = m.state;
  if (isOneOf(m.self.key, join.failed)) return true;
  return isOneOf(join.sender.key, myMembList) && ringSeq < myRingId.seq;
}

export function onJoin(m: Machine, octets: Uint8Array): void {
  const s = m.state;
  const ringSeq = u64At(octets, m.dialect.wire.at.join.ringSeq);
  if (ringSeq > RING_SEQ_MAX) {
    discard(m, 'memb_join', `no ring gets as far as ring_seq ${ringSeq}`);
    return;
  }
  // In every state, before any filter (8.16).
  if (s.tokenRingIdSeq < ringSeq) s.tokenRingIdSeq = ringSeq;
  const join = joinLists(m, octets);
  switch (s.memberState) {
    case 'operational':
      if (isStale(m, join, ringSeq)) discard(m, 'memb_join', 'it is from before my ring, or gives me up');
      else processJoin(m, join);
      return;
    case 'gather':
      processJoin(m, join);
      return;
    case 'commit':
    case 'recovery':
      if (!isOneOf(join.sender.key, s.myNewMembList) || ringSeq < s.myRingId.seq) {
        discard(m, 'memb_join', 'it is from before the ring that is being formed');
        return;
      }
      joinDuringFormation(m, join);
  }
}

/**
 * A member of the ring that is being formed has gone back to GATHER: so do the others. What the join itself led to
 * ends.
 */
function joinDuringFormation(m: Machine, join: JoinLists): void {
  const wasInRecovery = m.state.memberState === 'recovery';
  processJoin(m, join);
  if (wasInRecovery) {
    failRecovery(m);
    enterGather(m, GATHER_FROM.JOIN_IN_RECOVERY);
  } else enterGather(m, GATHER_FROM.JOIN_IN_COMMIT);
}

export function onCommitToken(m: Machine, octets: Uint8Array): void {
  const s = m.state;
  const { commit: at } = m.dialect.wire.at;
  const members = u32At(octets, at.addrEntries);
  const membIndex = u32At(octets, at.membIndex);
  if (members === 0 || membIndex > members) {
    discard(m, 'memb_commit_token', `memb_index ${membIndex} of ${members} members`);
    return;
  }
  switch (s.memberState) {
    case 'operational':
      discard(m, 'memb_commit_token', 'the ring is formed');
      return;
    case 'gather':
      commitTokenInGather(m, readCommitToken(m, octets));
      return;
    case 'commit':
      // Copies of the first rotation must not lead to RECOVERY (8.18).
      if (!holdsAt(octets, at.ringId, s.myRingId.octets) || membIndex !== members || members !== s.myNewMembList.length)
        discard(m, 'memb_commit_token', 'it is a copy, or of another attempt');
      else enterRecovery(m, readCommitToken(m, octets));
      return;
    case 'recovery':
      commitTokenInRecovery(m, octets);
  }
}

/** Adopted if it is for exactly the nodes that I want, on a ring later than mine (8.19), and it is my turn to write. */
function commitTokenInGather(m: Machine, token: CommitToken): void {
  const s = m.state;
  const ring = ringAt(m.dialect, token.octets, m.dialect.wire.at.commit.ringId);
  const wanted = wantedMembers(s);
  const isWanted =
    wanted.length === token.members.length && token.members.every(({ key }, i) => key === wanted[i]?.key);
  if (!isWanted || !isSorted(token.members) || ring.repKey !== token.members[0]?.key)
    discard(m, 'memb_commit_token', 'it is for other nodes than I want');
  else if (ring.seq <= s.myRingId.seq || ring.seq > RING_SEQ_MAX)
    discard(m, 'memb_commit_token', 'its ring is not later than mine');
  else if (token.members[token.membIndex]?.key !== m.self.key)
    discard(m, 'memb_commit_token', 'it is not my turn to write on it');
  else enterCommit(m, token);
}

/** The second rotation has come back to the representative: everybody is in RECOVERY. */
function commitTokenInRecovery(m: Machine, octets: Uint8Array): void {
  const s = m.state;
  const { commit: at } = m.dialect.wire.at;
  if (!s.isRepresentative || !holdsAt(octets, at.ringId, s.myRingId.octets)) {
    discard(m, 'memb_commit_token', 'it has done its work');
    return;
  }
  // A copy of its first rotation has fewer hops than the one that I sent on (8.18).
  const sent = s.tokenCopy === null ? 0 : u32At(s.tokenCopy, at.tokenSeq);
  if (s.originatedOrfToken || u32At(octets, at.tokenSeq) < sent) discard(m, 'memb_commit_token', 'it is a copy');
  else sendInitialToken(m);
}

/** Somebody has something to send: the representative lets the token go. A cancel of another ring is none. */
export function onHoldCancel(m: Machine, octets: Uint8Array): void {
  const s = m.state;
  if (!holdsAt(octets, m.dialect.wire.at.holdCancel.ringId, s.myRingId.octets)) return;
  s.mySeqUnchanged = 0;
  if (!s.isRepresentative || s.memberState === 'gather') return;
  disarm(m, TIMER['token-hold']);
  resendToken(m);
  arm(m, TIMER['token-retransmit'], m.config.tokenRetransmit);
}

/** memb_merge_detect_transmit: lets other rings find mine. */
export function sendMergeDetect(m: Machine): void {
  multicast(m, mergeDetect(m.dialect, m.self, m.state.myRingId));
  m.state.counters.memb_merge_detect_tx++;
}
