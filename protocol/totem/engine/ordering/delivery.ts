// Messages: storing those received, advancing aru, delivering in order, releasing (specs/totem.md 3.2, 2.9).
// Not which ring they belong to: that is decided before.
import { seqLt, seqLte } from '../../seqno.ts';
import { deliver, discard } from '../effects.ts';
import { isInWindow, itemAt, releaseUpTo, storeItem, type SortQueue, type StoredMcast } from './sort-queue.ts';
import type { Machine, TotemState } from '../state.ts';

/** The window that receives now. */
export function windowInUse(s: TotemState): SortQueue {
  return s.memberState === 'recovery' ? s.recoveryQueue : s.regularQueue;
}

/** update_aru: over all that is there without a gap. */
export function advanceAru(s: TotemState): void {
  const queue = windowInUse(s);
  let seq = s.myAru;
  while (seq !== s.myHighSeqReceived && itemAt(queue, (seq + 1) >>> 0) !== null) seq = (seq + 1) >>> 0;
  s.myAru = seq;
}

/** A received message of the ring in use. */
export function receive(m: Machine, item: StoredMcast): void {
  const s = m.state;
  const queue = windowInUse(s);
  if (!isInWindow(queue, item.seq)) {
    // Released ones are everyday: retransmissions for others.
    if (!seqLte(item.seq, queue.lastReleased)) discard(m, 'mcast', `seq ${item.seq} is outside the receive window`);
    return;
  }
  if (!storeItem(queue, item)) return;
  if (seqLt(s.myHighSeqReceived, item.seq)) s.myHighSeqReceived = item.seq;
  advanceAru(s);
}

/**
 * Delivers what follows without a gap. A message submitted as safe waits, and all behind it, until two successive
 * tokens have shown that every member has it: safe delivery of the paper. Corosync itself delivers it as agreed.
 */
export function deliverContiguous(m: Machine): void {
  const s = m.state;
  for (;;) {
    const seq = (s.myHighDelivered + 1) >>> 0;
    const item = itemAt(s.regularQueue, seq);
    if (item === null || (item.isSafe && !seqLte(seq, s.mySafeSeq))) return;
    s.myHighDelivered = seq;
    if (!item.isEncapsulated) deliver(m, item, s.myRingId);
  }
}

/** messages_free: what every member had by two successive tokens, and I have delivered. */
export function release(s: TotemState, aru: number): void {
  let upTo = aru;
  if (seqLt(s.myLastAru, upTo)) upTo = s.myLastAru;
  if (seqLt(s.mySafeSeq, upTo)) s.mySafeSeq = upTo;
  if (seqLt(s.myHighDelivered, upTo)) upTo = s.myHighDelivered;
  if (seqLt(s.regularQueue.lastReleased, upTo)) releaseUpTo(s.regularQueue, upTo);
}
