// How many messages one visit of the token may send, and what it tells the others (specs/totem.md 3.3 steps 9 and 14).
// Arithmetic only.
import { lengthOf, type SendQueue } from './send-queue.ts';
import type { Machine, TotemState } from '../state.ts';

/** The queue that new packets go to: one of its own while the services synchronise. */
export function queueOfNew(s: TotemState): SendQueue {
  return s.waitingTransAck ? s.newMessageQueueTrans : s.newMessageQueue;
}

/** The queue that may send now: in RECOVERY that of old messages. */
export function queueInUse(s: TotemState): SendQueue {
  return s.memberState === 'recovery' ? s.retransMessageQueue : queueOfNew(s);
}

/** fcc_calculate: also notes my backlog. `fcc` and `backlog` are those that came with the token. */
export function allowance(m: Machine, fcc: number, backlog: number): number {
  const s = m.state;
  const { maxMessages, windowSize } = m.config;
  // Unsigned: an fcc beyond the window means no limit, as in real nodes.
  let allowed = Math.min(maxMessages, (windowSize - fcc) >>> 0);
  s.myCbl = lengthOf(queueInUse(s));
  const all = (backlog + s.myCbl - s.myPbl) >>> 0;
  if (all !== 0) {
    const share = Math.floor((windowSize * s.myPbl) / all);
    if (share > 0 && allowed > share) allowed = share;
  }
  return allowed;
}

/** What my part of fcc changes by with `sent` messages of this visit, retransmissions included. */
export function fccDelta(s: TotemState, sent: number): number {
  const delta = sent - s.myTrc;
  s.myTrc = sent;
  return delta;
}

export function backlogDelta(s: TotemState): number {
  const delta = s.myCbl - s.myPbl;
  s.myPbl = s.myCbl;
  return delta;
}
