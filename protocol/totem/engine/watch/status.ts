// The protocol variables as a picture for people: panels, the shell of a node, checkers. A copy, nothing to act on.
import { TIMER_NAMES, type Micros, type TimerName, type TotemStatus } from '../contract.ts';
import { queueInUse } from '../ordering/flow-control.ts';
import { lengthOf } from '../ordering/send-queue.ts';
import type { TotemState } from '../state.ts';
import { inRingOrder, type Member, type NodeKey } from '../wire/dialect.ts';
import { readCounters } from './counters.ts';

const refs = (nodes: Iterable<Member>) => [...nodes].map(({ ref }) => ref);

function armed(timers: readonly number[]): TotemStatus['timers'] {
  const deadlines: Partial<Record<TimerName, Micros | null>> = {};
  TIMER_NAMES.forEach((name, i) => {
    const at = timers[i] ?? Infinity;
    deadlines[name] = at === Infinity ? null : (at as Micros);
  });
  return deadlines as TotemStatus['timers'];
}

export function readStatus(s: TotemState): TotemStatus {
  const isForming = s.memberState === 'commit' || s.memberState === 'recovery';
  const agreeing = (keys: ReadonlySet<NodeKey>): Member[] =>
    inRingOrder([...keys].flatMap((key) => s.myProcList.get(key) ?? []));
  return {
    state: s.memberState,
    ringId: s.myRingId.ref,
    isRepresentative: s.isRepresentative,
    members: refs(s.myMembList),
    newMembers: isForming ? refs(s.myNewMembList) : [],
    procList: refs(s.myProcList.values()),
    failedList: refs(s.myFailedList.values()),
    consensus: refs(agreeing(s.consensus)),
    aru: s.myAru,
    highSeqReceived: s.myHighSeqReceived,
    highDelivered: s.myHighDelivered,
    lastTokenSeq: s.myTokenSeq,
    held: s.myTokenHeld,
    backlog: lengthOf(queueInUse(s)),
    waitingTransAck: s.waitingTransAck,
    timers: armed(s.timers),
    counters: readCounters(s.counters, s.now, s.lastTokenRx),
  };
}
