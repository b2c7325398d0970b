// Everything that one engine knows, in one place, with the names of the paper and of totemsrp.c. Plain data without
// methods: a run can be saved and gone back to. The invariants beside the fields are held by watch/invariants.ts.
import type { Slab } from '../../base/slab.ts';
import type { MembershipState, TotemConfig, TotemEffect, TotemEngineOptions } from './contract.ts';
import { makeSendQueue, type SendQueue } from './ordering/send-queue.ts';
import { makeSortQueue, type SortQueue } from './ordering/sort-queue.ts';
import { timersAtRest } from './timers.ts';
import { makeCounters, type Counters } from './watch/counters.ts';
import { ENGINE_DIALECTS, ringOf, type EngineDialect, type Member, type NodeKey, type Ring } from './wire/dialect.ts';

/** my_token_seq before the first token of a ring, and the aru of that token: one less than its first number. */
export const beforeFirst = (firstSeqno: number): number => (firstSeqno - 1) >>> 0;
/** A ring sequence number that no node reaches honestly: greater ones are not believed, so that they can still grow. */
export const RING_SEQ_MAX = 1n << 62n;

/** What belongs to the ring in use: its recovery, what was received of it, its token. */
interface RingState {
  // When the ring is installed.
  /** my_retrans_flg_count: successive tokens without retrans_flg. */
  myRetransFlgCount: number;
  /** my_set_retrans_flg: the flag on the token is mine, and mine to clear. */
  mySetRetransFlg: boolean;
  /** my_install_seq: what must be received before the ring is installed. */
  myInstallSeq: number;
  /** Successive tokens whose aru had reached myInstallSeq: two install the ring. */
  myRotationCounter: number;
  /** originated_orf_token: the representative has sent the first token of this ring. */
  originatedOrfToken: boolean;

  // Reception: of the regular queue, in RECOVERY of the recovery queue.
  /** all received up to. Never after myHighSeqReceived. */
  myAru: number;
  myHighSeqReceived: number;
  /** Of the regular queue. Not before its lastReleased; in OPERATIONAL not after myAru. */
  myHighDelivered: number;
  /** What every member had received by two successive tokens: messages submitted as safe are delivered up to it. */
  mySafeSeq: number;
  regularQueue: SortQueue;
  recoveryQueue: SortQueue;

  // The token.
  /** ORF tokens are dropped: from GATHER entry to RECOVERY entry. */
  orfTokenDiscard: boolean;
  /** token_seq of the last token accepted. */
  myTokenSeq: number;
  /** seq of the last token accepted, and how many in a row came with it. */
  myLastSeq: number;
  mySeqUnchanged: number;
  /** aru as received with the last token. */
  myLastAru: number;
  /** Tokens in a row whose aru was held back and did not move. */
  myAruCount: number;
  /** my_token_held: the representative keeps the token; others believe that it does. */
  myTokenHeld: boolean;
  /** What the retransmit and hold timers send, and to whom: token or commit token. Final octets. */
  tokenCopy: Uint8Array | null;
  tokenCopyTo: Member | null;

  // Flow control: what I added to fcc and backlog at the last visit, and my backlog now. All 0 at COMMIT.
  myTrc: number;
  myPbl: number;
  myCbl: number;
  /** Old-ring messages that I originate in RECOVERY. */
  retransMessageQueue: SendQueue;
}

export interface TotemState extends RingState {
  // Which state, and whether anything happens at all.
  memberState: MembershipState;
  /** True once the interface was up: before, a node is operational in name only, with no members. */
  isStarted: boolean;
  /** True after a LEAVE: nothing follows. */
  hasLeft: boolean;
  /** Time of the latest step, µs. Never goes back. */
  now: number;

  // Rings.
  /** The ring in use, or the one proposed since COMMIT. Its seq never goes back. */
  myRingId: Ring;
  /** The ring of the last regular configuration, whose messages lie in the regular queue. */
  myOldRingId: Ring;
  /** token_ring_id_seq: the highest ring seq heard of; the next ring is 4 more. Never below myRingId.seq. */
  tokenRingIdSeq: bigint;
  /** True where I am the representative of myRingId: then, and only then, a token may be held. */
  isRepresentative: boolean;

  // Who: sets by key, insertion order is the order on the wire; lists in ring order.
  /** my_proc_list. At most PROCESSOR_COUNT_MAX. In OPERATIONAL equal to myMembList. */
  myProcList: Map<NodeKey, Member>;
  /** my_failed_list: given up in this gathering. Empty in OPERATIONAL. */
  myFailedList: Map<NodeKey, Member>;
  /** Who sent a join with my lists since the last GATHER entry. Contains myself in GATHER; empty in OPERATIONAL. */
  consensus: Set<NodeKey>;
  /** my_memb_list: members of the last regular configuration, sorted. */
  myMembList: readonly Member[];
  /** my_new_memb_list: members of the ring that is being formed, sorted. */
  myNewMembList: readonly Member[];
  /** my_trans_memb_list: of them, those that come from my old ring. A subset of both lists. */
  myTransMembList: readonly Member[];
  /** The next in ring order, fixed at COMMIT. Myself in a ring of one. */
  successor: Member;
  /** my_deliver_memb_list: whose old messages count behind a gap. */
  myDeliverMembList: readonly Member[];
  /** This node found itself unable to receive, and is on its own failed list. */
  failedToRecv: boolean;

  // Recovery.
  /** old_ring_state_saved: the three below were taken at the first COMMIT since OPERATIONAL. False in OPERATIONAL. */
  oldRingStateSaved: boolean;
  oldRingStateAru: number;
  oldRingStateHighSeqReceived: number;
  /** Nothing of the old ring is missing here. */
  myReceivedFlg: boolean;
  /** Highest delivery that a transitional member told of in the commit token. */
  myHighRingDelivered: number;

  // Sending.
  /** Next this_seqno: counts the messages of this process. i32. */
  thisSeqno: number;
  newMessageQueue: SendQueue;
  /** Used while waitingTransAck: between a transitional configuration and the end of synchronisation. */
  newMessageQueueTrans: SendQueue;
  waitingTransAck: boolean;

  // Time, µs.
  /** Deadlines in the order of TIMER_NAMES; Infinity where not armed. */
  timers: number[];
  /**
   * When the pause timer last ticked, and for how long a late tick says that the process stood still (0: it did not).
   */
  pauseTick: number;
  pausedFor: number;
  /** When the last token was accepted; 0 before any. */
  lastTokenRx: number;

  counters: Counters;
  /** State of the generator that draws the jitter of joins. u32. */
  random: number;
}

/** What a visit reads from the token, changes, and writes. */
export interface Visit {
  tokenSeq: number;
  seq: number;
  aru: number;
  aruAddr: number;
  fcc: number;
  backlog: number;
  retransFlg: number;
  /** Retransmission requests; null where there are none, which is nearly always. */
  rtr: RtrEntry[] | null;
}

export interface RtrEntry {
  /** memb_ring_id and seq as they stand on the token. */
  readonly octets: Uint8Array;
  /** Sequence number if the entry is of my ring, else −1. */
  readonly seq: number;
}

/** What the functions of the engine are handed: the state, and what does not change or lives for one step only. */
export interface Machine {
  readonly dialect: EngineDialect;
  readonly config: TotemConfig;
  readonly self: Member;
  /** Number before the first message of every ring. */
  readonly firstSeqno: number;
  /** Packets that each queue of new messages takes. */
  readonly queueMax: number;
  readonly takeOpenPacket: () => Uint8Array | null;
  readonly state: TotemState;
  /** Time of this step, µs. */
  now: number;
  effects: TotemEffect[];
  /** Notes about discarded datagrams that this step may still make. */
  discardNotesLeft: number;
  /** Where the latest join of this step lies in `effects` if nothing was sent after it, else −1. */
  unsentJoin: number;
  /** The datagrams of this step, and the first that was not yet looked at. */
  batch: readonly Uint8Array[];
  batchAt: number;
  /** Handles the multicasts of the batch that have arrived behind the token (totemnet_recv_flush). */
  readonly drain: (m: Machine) => void;
  /** True while draining: joins are dropped, tokens wait for their turn. */
  isFlushing: boolean;
  /** True after it: the multicasts of the batch have been handled. */
  isDrained: boolean;
  /** True once a join showed that the process stood still: the multicasts behind it are not looked at. */
  isDropping: boolean;
  /** The token of the visit that goes on: one object for all, so that a visit allocates little. */
  readonly visit: Visit;
  /** Where tokens and mcasts get their octets. */
  readonly tokens: Slab;
  readonly mcasts: Slab;
}

/** What belongs to one ring, before its first token. */
function ringAtRest(firstSeqno: number): RingState {
  return {
    myRetransFlgCount: 0,
    mySetRetransFlg: false,
    myInstallSeq: firstSeqno,
    myRotationCounter: 0,
    originatedOrfToken: false,
    myAru: firstSeqno,
    myHighSeqReceived: firstSeqno,
    myHighDelivered: firstSeqno,
    mySafeSeq: firstSeqno,
    regularQueue: makeSortQueue(firstSeqno),
    recoveryQueue: makeSortQueue(firstSeqno),
    orfTokenDiscard: false,
    myTokenSeq: beforeFirst(firstSeqno),
    myLastSeq: firstSeqno,
    mySeqUnchanged: 0,
    myLastAru: firstSeqno,
    myAruCount: 0,
    myTokenHeld: false,
    tokenCopy: null,
    tokenCopyTo: null,
    myTrc: 0,
    myPbl: 0,
    myCbl: 0,
    retransMessageQueue: makeSendQueue(),
  };
}

export function initialState(options: TotemEngineOptions, self: Member): TotemState {
  const dialect = ENGINE_DIALECTS[options.dialect];
  const firstSeqno = options.firstSeqno ?? 0;
  const ring = ringOf(dialect, self, options.lastRingSeq + dialect.startIncrement);
  return {
    memberState: 'operational',
    isStarted: false,
    hasLeft: false,
    now: 0,
    myRingId: ring,
    myOldRingId: ring,
    tokenRingIdSeq: ring.seq,
    isRepresentative: true,
    myProcList: new Map(),
    myFailedList: new Map(),
    consensus: new Set(),
    myMembList: [],
    myNewMembList: [],
    myTransMembList: [],
    myDeliverMembList: [],
    failedToRecv: false,
    oldRingStateSaved: false,
    oldRingStateAru: firstSeqno,
    oldRingStateHighSeqReceived: firstSeqno,
    myReceivedFlg: true,
    myHighRingDelivered: firstSeqno,
    ...ringAtRest(firstSeqno),
    successor: self,
    thisSeqno: 0,
    newMessageQueue: makeSendQueue(),
    newMessageQueueTrans: makeSendQueue(),
    waitingTransAck: true,
    timers: timersAtRest(),
    pauseTick: 0,
    pausedFor: 0,
    lastTokenRx: 0,
    counters: makeCounters(),
    random: options.seed >>> 0,
  };
}

const copyQueue = (queue: SendQueue): SendQueue => ({
  // Their octets are still written to when they are sent.
  items: queue.items.slice(queue.head).map((item) => ({ ...item, octets: item.octets.slice() })),
  head: 0,
});
const copyWindow = (queue: SortQueue): SortQueue => ({
  ...queue,
  slots: queue.slots.slice(),
  misses: queue.misses.slice(),
});

/** A state of its own: later steps on either do not change the other. What never changes once made is shared. */
export function copyState(state: TotemState): TotemState {
  return {
    ...state,
    myProcList: new Map(state.myProcList),
    myFailedList: new Map(state.myFailedList),
    consensus: new Set(state.consensus),
    regularQueue: copyWindow(state.regularQueue),
    recoveryQueue: copyWindow(state.recoveryQueue),
    newMessageQueue: copyQueue(state.newMessageQueue),
    newMessageQueueTrans: copyQueue(state.newMessageQueueTrans),
    retransMessageQueue: copyQueue(state.retransMessageQueue),
    // A copy of its own, not a part of a slab.
    tokenCopy: state.tokenCopy?.slice() ?? null,
    timers: state.timers.slice(),
    counters: { ...state.counters, tokenRx: state.counters.tokenRx.slice(), backlogs: state.counters.backlogs.slice() },
  };
}
