// The ORF token: one visit, step by step (specs/totem.md 3.3; totemsrp.c message_handler_orf_token). The one path that
// must be fast: it reads by constant offsets, copies the token and writes what changed. Not what tokens mean for
// membership: recovery.ts and gather.ts.
import { seqLt, seqLte } from '../../seqno.ts';
import { advanceAru, deliverContiguous, release } from './delivery.ts';
import { discard, multicast, note, sendToken } from '../effects.ts';
import { allowance, backlogDelta, fccDelta, queueInUse, queueOfNew } from './flow-control.ts';
import { enterGather, GATHER_FROM } from '../membership/gather.ts';
import { dequeue, enqueue, lengthOf } from './send-queue.ts';
import { SORT_QUEUE_ITEMS_MAX, storeItem } from './sort-queue.ts';
import { answerRequests, requestMissing, rtrListOf, rtrOctets } from './requests.ts';
import { watchRecovery } from '../membership/recovery.ts';
import type { Machine, Visit } from '../state.ts';
import { arm, disarm, isArmed, restartTokenTimer, TIMER } from '../timers.ts';
import { countToken } from '../watch/counters.ts';
import { ENCAPSULATED, mcastOf, stamp } from '../wire/encode.ts';
import { holdsAt, putU32, u32At } from '../wire/octets.ts';
import { cut } from '../../../base/slab.ts';

export function makeVisit(): Visit {
  return { tokenSeq: 0, seq: 0, aru: 0, aruAddr: 0, fcc: 0, backlog: 0, retransFlg: 0, rtr: null };
}

/** True where the token is of my ring and not a copy of one that I had: anything else touches nothing (8.21, 8.32). */
function isMine(m: Machine, token: Uint8Array): boolean {
  const s = m.state;
  const { token: at } = m.dialect.wire.at;
  if (s.orfTokenDiscard) {
    discard(m, 'orf_token', 'a new ring is being formed');
    return false;
  }
  if (!holdsAt(token, at.ringId, s.myRingId.octets)) {
    discard(m, 'orf_token', 'it is of another ring');
    restartHeartbeat(m);
    return false;
  }
  if (seqLte(u32At(token, at.tokenSeq), s.myTokenSeq)) {
    discard(m, 'orf_token', `token_seq ${u32At(token, at.tokenSeq)} was here before`);
    return false;
  }
  // The window guard of step 13 keeps honest senders within reach of everybody.
  const seq = u32At(token, at.seq);
  if (seqLt(s.myAru, seq) && (seq - s.myAru) >>> 0 > SORT_QUEUE_ITEMS_MAX) {
    discard(m, 'orf_token', `seq ${seq} is beyond any receive window`);
    return false;
  }
  return true;
}

/** Handles an ORF token whose length was checked. */
export function onOrfToken(m: Machine, token: Uint8Array): void {
  const s = m.state;
  if (!isMine(m, token)) return;
  // Step 2. What arrived before the token counts before it; it may also end the ring.
  m.drain(m);
  if (s.orfTokenDiscard) {
    discard(m, 'orf_token', 'a message that arrived before it ended the ring');
    return;
  }
  const { token: at } = m.dialect.wire.at;
  const v = m.visit;
  v.tokenSeq = u32At(token, at.tokenSeq);
  v.seq = u32At(token, at.seq);
  v.aru = u32At(token, at.aru);
  v.aruAddr = u32At(token, at.aruAddr);
  v.fcc = u32At(token, at.fcc);
  v.backlog = u32At(token, at.backlog);
  v.retransFlg = u32At(token, at.retransFlg);
  v.rtr = token[at.rtrListEntries] === 0 ? null : rtrListOf(m, token);
  visit(m, token, v);
}

function visit(m: Machine, token: Uint8Array, v: Visit): void {
  const s = m.state;
  watchIdle(m, v.seq);
  if (s.memberState === 'operational') release(s, v.aru);
  takeOpenPacket(m);
  const lastAru = s.myLastAru;
  s.myLastAru = v.aru;
  const backlogBefore = v.backlog;
  const allowed = allowance(m, v.fcc, backlogBefore);
  const again = v.rtr === null ? 0 : answerRequests(m, v, allowed);
  if (s.myAru !== v.seq) requestMissing(m, v);
  const listed = v.rtr !== null && v.rtr.length > 0;
  if (m.config.cancelTokenHoldOnRetransmit && s.myTokenHeld && (listed || again > 0)) s.myTokenHeld = false;
  const sent = sendNew(m, v, allowed - again);
  v.fcc = (v.fcc + fccDelta(s, again + sent)) >>> 0;
  v.backlog = (v.backlog + backlogDelta(s)) >>> 0;
  tellAru(m, v, lastAru);
  if (s.myAruCount > m.config.failRecvConst && v.aruAddr === m.self.ref.nodeid) {
    failToReceive(m);
    return;
  }
  s.myTokenSeq = v.tokenSeq;
  if (s.memberState === 'recovery') watchRecovery(m, v);
  passOn(m, token, v);
  if (s.memberState === 'operational') deliverContiguous(m);
  restartTimers(m);
}

/** Steps 1 and 3: how long nothing new came, and whether the token is, or is believed to be, held. */
function watchIdle(m: Machine, seq: number): void {
  const s = m.state;
  if (seq === s.myLastSeq) {
    s.mySeqUnchanged++;
    // Only the representative's expiry does anything: the others need not wake for it.
    if (s.isRepresentative && !isArmed(m, TIMER.merge)) arm(m, TIMER.merge, m.config.merge);
  } else {
    s.mySeqUnchanged = 0;
    s.myLastSeq = seq;
    disarm(m, TIMER.merge);
    disarm(m, TIMER['token-hold']);
  }
  const { seqnoUnchangedConst } = m.config;
  s.myTokenHeld = s.isRepresentative ? s.mySeqUnchanged > seqnoUnchangedConst : s.mySeqUnchanged >= seqnoUnchangedConst;
}

/** Step 7: the packet that the layer above was still filling goes with this token. */
function takeOpenPacket(m: Machine): void {
  const s = m.state;
  const queue = queueOfNew(s);
  if (lengthOf(queue) >= m.queueMax) return;
  const packet = m.takeOpenPacket();
  if (packet === null) return;
  enqueue(queue, {
    octets: mcastOf(m, packet, { isEncapsulated: false, isSafe: false }),
    isSafe: false,
  });
  s.counters.mcast_tx++;
}

/** Step 13: sends what the allowance lets, and counts it. */
function sendNew(m: Machine, v: Visit, allowed: number): number {
  const s = m.state;
  const queue = queueInUse(s);
  let sent = 0;
  if (lengthOf(queue) > 0) {
    const window = s.memberState === 'recovery' ? s.recoveryQueue : s.regularQueue;
    const edge = (window.lastReleased + SORT_QUEUE_ITEMS_MAX - allowed - m.config.windowSize) >>> 0;
    const room = seqLt(edge, v.seq) ? 0 : allowed;
    for (; sent < room; sent++) {
      const item = dequeue(queue);
      if (item === null) break;
      v.seq = (v.seq + 1) >>> 0;
      stamp(m.dialect, item.octets, v.seq, s.thisSeqno, s.myRingId);
      s.thisSeqno = (s.thisSeqno + 1) | 0;
      storeItem(window, {
        seq: v.seq,
        octets: item.octets,
        littleEndian: true,
        isEncapsulated: item.octets[m.dialect.wire.at.encapsulated] === ENCAPSULATED,
        isSafe: item.isSafe,
        nodeid: m.self.ref.nodeid,
        fromKey: m.self.key,
      });
      multicast(m, item.octets);
    }
  }
  if (seqLt(s.myHighSeqReceived, v.seq)) s.myHighSeqReceived = v.seq;
  if (s.myAru !== s.myHighSeqReceived) advanceAru(s);
  return sent;
}

/** Step 14: lowers aru where I miss something, raises it where it is mine to raise, and counts how long it is stuck. */
function tellAru(m: Machine, v: Visit, lastAru: number): void {
  const s = m.state;
  const { nodeid } = m.self.ref;
  if (v.aruAddr === nodeid || v.aruAddr === 0 || seqLt(s.myAru, v.aru)) {
    v.aru = s.myAru;
    v.aruAddr = v.aru === v.seq ? 0 : nodeid;
  }
  s.myAruCount = v.aru === lastAru && v.aruAddr !== 0 ? s.myAruCount + 1 : 0;
}

/** Step 15: the token is swallowed, and I put myself on my failed list. */
function failToReceive(m: Machine): void {
  note(m, { kind: 'failed-to-receive' });
  m.state.failedToRecv = true;
  m.state.myFailedList.set(m.self.key, m.self);
  enterGather(m, GATHER_FROM.FAILED_TO_RECEIVE);
}

function copyOf(m: Machine, token: Uint8Array): Uint8Array {
  const { size } = m.dialect.wire.at.token;
  const out = cut(m.tokens, size);
  out.set(token.length === size ? token : token.subarray(0, size));
  return out;
}

/** Steps 16 and 18: the received token with what changed; sent on unless the representative holds it. */
function passOn(m: Machine, token: Uint8Array, v: Visit): void {
  const s = m.state;
  const { at } = m.dialect.wire;
  const out = v.rtr === null ? copyOf(m, token) : rtrOctets(m, token, v.rtr);
  putU32(out, at.nodeid, m.self.ref.nodeid);
  putU32(out, at.token.seq, v.seq);
  putU32(out, at.token.tokenSeq, (v.tokenSeq + 1) >>> 0);
  putU32(out, at.token.aru, v.aru);
  putU32(out, at.token.aruAddr, v.aruAddr);
  putU32(out, at.token.backlog, v.backlog);
  putU32(out, at.token.fcc, v.fcc);
  putU32(out, at.token.retransFlg, v.retransFlg);
  if (s.isRepresentative && s.myTokenHeld) {
    s.tokenCopy = out;
    s.tokenCopyTo = s.successor;
  } else sendToken(m, out, s.successor);
}

/** Steps 20 and 21. */
function restartTimers(m: Machine): void {
  const s = m.state;
  restartTokenTimer(m);
  arm(m, TIMER['token-retransmit'], m.config.tokenRetransmit);
  const holds = s.isRepresentative && s.myTokenHeld;
  if (holds) {
    arm(m, TIMER['token-hold'], m.config.hold);
    disarm(m, TIMER.heartbeat);
  } else restartHeartbeat(m);
  s.lastTokenRx = m.now;
  countToken(s.counters, m.now, s.myCbl);
}

/** 3.6: only where enabled. */
function restartHeartbeat(m: Machine): void {
  const { heartbeatFailuresAllowed, tokenRetransmit, maxNetworkDelay, token } = m.config;
  const timeout = heartbeatFailuresAllowed * tokenRetransmit + maxNetworkDelay;
  if (heartbeatFailuresAllowed > 0 && timeout < token) arm(m, TIMER.heartbeat, timeout);
}
