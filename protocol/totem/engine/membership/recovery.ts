// RECOVERY: exchanging what members of one old ring still miss of it, on the new ring (specs/totem.md 2.7; totemsrp.c
// memb_state_recovery_enter). How the token turns meanwhile is ordering/token.ts.
import { seqLt, seqLte } from '../../seqno.ts';
import { noteState, sendToken } from '../effects.ts';
import { itemAt, makeSortQueue, SORT_QUEUE_ITEMS_MAX } from '../ordering/sort-queue.ts';
import { enqueue, lengthOf, makeSendQueue } from '../ordering/send-queue.ts';
import { beforeFirst, type Machine } from '../state.ts';
import { arm, restartTokenTimer, TIMER } from '../timers.ts';
import { commitEntry, initialToken, mcastOf, type CommitEntry } from '../wire/encode.ts';
import { forwardCommitToken, isFromMyOldRing, type CommitToken } from './commit.ts';
import { enterGather, GATHER_FROM, isOneOf } from './gather.ts';
import { enterOperational } from './operational.ts';

/** The commit token came round with every entry filled. */
export function enterRecovery(m: Machine, token: CommitToken): void {
  const s = m.state;
  s.orfTokenDiscard = false;
  s.recoveryQueue = makeSortQueue(m.firstSeqno);
  s.retransMessageQueue = makeSendQueue();
  const entries = token.members.map((_, i) => commitEntry(m.dialect, token.octets, token.members.length, i));
  setTransitional(m, entries);
  originate(m, entries);
  s.myTokenSeq = beforeFirst(m.firstSeqno);
  s.myAru = m.firstSeqno;
  s.myHighSeqReceived = m.firstSeqno;
  s.myInstallSeq = m.firstSeqno;
  s.myAruCount = 0;
  s.mySeqUnchanged = 0;
  s.myTokenHeld = false;
  s.myRetransFlgCount = 0;
  s.myRotationCounter = 0;
  s.mySetRetransFlg = false;
  s.memberState = 'recovery';
  s.counters.recovery_entered++;
  s.counters.continuous_gather = 0;
  noteState(m, 'recovery', null);
  forwardCommitToken(m, token.octets, token.membIndex);
  restartTokenTimer(m);
}

/** 2.7 step 1: of my members, those that come from the same old ring. */
function setTransitional(m: Machine, entries: readonly CommitEntry[]): void {
  const s = m.state;
  s.myTransMembList = s.myNewMembList.filter((member, i) => {
    const entry = entries[i];
    return entry !== undefined && isFromMyOldRing(m, entry) && isOneOf(member.key, s.myMembList);
  });
  s.myDeliverMembList = s.myTransMembList;
}

/**
 * 2.7 step 2: every transitional member sends again all that it has and some of them may miss. Copies are normal
 * (8.34).
 */
function originate(m: Machine, entries: readonly CommitEntry[]): void {
  const s = m.state;
  const mine = s.myNewMembList.flatMap((member, i) => {
    const entry = entries[i];
    return entry !== undefined && isOneOf(member.key, s.myTransMembList) ? [entry] : [];
  });
  const highOld = s.oldRingStateHighSeqReceived;
  let low = highOld;
  s.myHighRingDelivered = s.myHighDelivered;
  for (const { aru, highDelivered } of mine) {
    if (seqLt(aru, low)) low = aru;
    if (seqLt(s.myHighRingDelivered, highDelivered)) s.myHighRingDelivered = highDelivered;
  }
  if (mine.every(({ receivedFlg }) => receivedFlg === 1)) return;
  // What is released was received by all; an entry that says otherwise is not believed.
  if (seqLt(low, s.regularQueue.lastReleased)) low = s.regularQueue.lastReleased;
  const range = Math.min((highOld - low) >>> 0, SORT_QUEUE_ITEMS_MAX);
  for (let i = 1; i <= range; i++) {
    const item = itemAt(s.regularQueue, (low + i) >>> 0);
    if (item === null) continue;
    const octets = mcastOf(m, item.octets, { isEncapsulated: true, isSafe: false });
    enqueue(s.retransMessageQueue, { octets, isSafe: false });
  }
}

/** 2.7 step 5: the representative starts the ring when the commit token has been round twice. */
export function sendInitialToken(m: Machine): void {
  const s = m.state;
  s.originatedOrfToken = true;
  s.mySetRetransFlg = lengthOf(s.retransMessageQueue) > 0;
  sendToken(m, initialToken(m, s.myRingId, s.mySetRetransFlg ? 1 : 0), s.successor);
  s.counters.orf_token_tx++;
  restartTokenTimer(m);
  arm(m, TIMER['token-retransmit'], m.config.tokenRetransmit);
}

/** 2.7 step 4: when every queue has been empty for long enough and everybody has everything, the ring is installed. */
export function watchRecovery(
  m: Machine,
  token: { readonly seq: number; readonly aru: number; retransFlg: number },
): void {
  const s = m.state;
  const isEmpty = lengthOf(s.retransMessageQueue) === 0;
  if (!isEmpty && token.retransFlg === 0) {
    token.retransFlg = 1;
    s.mySetRetransFlg = true;
  } else if (isEmpty && token.retransFlg !== 0 && s.mySetRetransFlg) {
    token.retransFlg = 0;
    s.mySetRetransFlg = false;
  }
  s.myRetransFlgCount = token.retransFlg === 0 ? s.myRetransFlgCount + 1 : 0;
  if (s.myRetransFlgCount === 2) s.myInstallSeq = token.seq;
  if (s.myRetransFlgCount >= 2 && !s.myReceivedFlg && seqLte(s.myInstallSeq, s.myAru)) {
    s.myReceivedFlg = true;
    s.myDeliverMembList = s.myTransMembList;
  }
  const isReceived = s.myRetransFlgCount >= 3 && seqLte(s.myInstallSeq, token.aru);
  s.myRotationCounter = isReceived ? s.myRotationCounter + 1 : 0;
  if (s.myRotationCounter !== 2) return;
  enterOperational(m);
  s.myRetransFlgCount = 0;
  s.myRotationCounter = 0;
}

/** memb_recovery_state_token_loss: what was received on the old ring counts again. */
export function failRecovery(m: Machine): void {
  const s = m.state;
  s.myAru = s.oldRingStateAru;
  s.myHighSeqReceived = s.oldRingStateHighSeqReceived;
  enterGather(m, GATHER_FROM.TOKEN_LOST_IN_RECOVERY);
  s.counters.recovery_token_lost++;
}
