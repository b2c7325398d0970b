// OPERATIONAL entry: the end of the old ring, and what the layer above is told (specs/totem.md 2.8; totemsrp.c
// memb_state_operational_enter).
import { seqLt } from '../../seqno.ts';
import { deliver, emit, noteState } from '../effects.ts';
import { isInWindow, itemAt, makeSortQueue, releaseUpTo, storeItem } from '../ordering/sort-queue.ts';
import { holdsAt } from '../wire/octets.ts';
import { readMcast } from '../wire/receive.ts';
import type { Machine } from '../state.ts';
import type { Member } from '../wire/dialect.ts';
import { isOneOf } from './gather.ts';

export function enterOperational(m: Machine): void {
  const s = m.state;
  unwrap(m);
  deliverBeforeGap(m);
  configure(m, 'transitional');
  s.waitingTransAck = true;
  deliverBehindGap(m);
  configure(m, 'regular');
  continueRecoveryQueue(m);
  s.myMembList = s.myNewMembList;
  s.myProcList = new Map(s.myNewMembList.map((member) => [member.key, member]));
  s.myFailedList.clear();
  s.consensus.clear();
  s.failedToRecv = false;
  s.myLastAru = m.firstSeqno;
  s.myReceivedFlg = true;
  s.myOldRingId = s.myRingId;
  s.oldRingStateSaved = false;
  s.mySetRetransFlg = false;
  s.memberState = 'operational';
  s.counters.operational_entered++;
  s.counters.continuous_gather = 0;
  noteState(m, 'operational', null);
}

/** Step 1: old-ring messages that others sent again go where they belong. Each may have come several times (8.34). */
function unwrap(m: Machine): void {
  const s = m.state;
  for (let seq = m.firstSeqno; seqLt(seq, s.myAru);) {
    seq = (seq + 1) >>> 0;
    const outer = itemAt(s.recoveryQueue, seq);
    if (outer === null || !outer.isEncapsulated) continue;
    const inner = readMcast(m.dialect, outer.octets.subarray(m.dialect.wire.at.mcast.size));
    if (inner === null || inner.item.isEncapsulated) continue;
    if (!holdsAt(inner.ringOctets, 0, s.myOldRingId.octets) || !storeItem(s.regularQueue, inner.item)) continue;
    const { seq: innerSeq } = inner.item;
    if (seqLt(s.oldRingStateHighSeqReceived, innerSeq)) s.oldRingStateHighSeqReceived = innerSeq;
  }
}

/**
 * Step 2: old messages up to the first gap. A safe message ends it too, unless a member that comes along has delivered
 * it: then it was safe on the old ring.
 */
function deliverBeforeGap(m: Machine): void {
  const s = m.state;
  for (;;) {
    const seq = (s.myHighDelivered + 1) >>> 0;
    const item = itemAt(s.regularQueue, seq);
    if (item === null || seqLt(s.oldRingStateHighSeqReceived, seq)) return;
    if (item.isSafe && seqLt(s.mySafeSeq, seq) && seqLt(s.myHighRingDelivered, seq)) return;
    s.myHighDelivered = seq;
    if (!item.isEncapsulated) deliver(m, item, s.myOldRingId);
  }
}

/**
 * Step 6: the rest, across gaps. Behind a gap only messages of nodes that come along: others may depend on what is
 * lost.
 */
function deliverBehindGap(m: Machine): void {
  const s = m.state;
  let isBehindGap = false;
  while (seqLt(s.myHighDelivered, s.oldRingStateHighSeqReceived)) {
    const seq = (s.myHighDelivered + 1) >>> 0;
    // Nothing lies behind the window, whatever was said of the ring.
    if (!isInWindow(s.regularQueue, seq)) return;
    s.myHighDelivered = seq;
    const item = itemAt(s.regularQueue, seq);
    if (item === null) isBehindGap = true;
    else if (!item.isEncapsulated && (!isBehindGap || isOneOf(item.fromKey, s.myDeliverMembList)))
      deliver(m, item, s.myOldRingId);
  }
}

function configure(m: Machine, type: 'transitional' | 'regular'): void {
  const s = m.state;
  const refs = (nodes: readonly Member[]) => nodes.map(({ ref }) => ref);
  const stays = ({ key }: Member): boolean => isOneOf(key, s.myTransMembList);
  const isTransitional = type === 'transitional';
  emit(m, {
    kind: 'configuration',
    type,
    ringId: s.myRingId.ref,
    ringIdOctets: s.myRingId.octets,
    members: refs(isTransitional ? s.myTransMembList : s.myNewMembList),
    left: isTransitional ? refs(s.myMembList.filter((node) => !stays(node))) : [],
    joined: isTransitional ? [] : refs(s.myNewMembList.filter((node) => !stays(node))),
  });
}

/** Step 9: the ring goes on with the numbers of its recovery; what was recovered is done with (8.36). */
function continueRecoveryQueue(m: Machine): void {
  const s = m.state;
  let last = s.myInstallSeq;
  // Messages of members that are operational already may lie behind it: those are still to be delivered.
  for (let seq = last; seqLt(seq, s.myAru);) {
    seq = (seq + 1) >>> 0;
    if (itemAt(s.recoveryQueue, seq)?.isEncapsulated === true) last = seq;
  }
  s.regularQueue = s.recoveryQueue;
  s.recoveryQueue = makeSortQueue(m.firstSeqno);
  s.myHighDelivered = last;
  s.mySafeSeq = last;
  releaseUpTo(s.regularQueue, last);
}
