// What is known of one node while the capture is read: who it is, which state it is in, what it last said in a join,
// and what it counted. Data with the few rules that keep it whole; conclusions are drawn elsewhere.
import type { DialectId } from '../../../../protocol/totem/dialect.ts';
import type { MembershipState, RingCause } from '../../result.ts';
import { Fanout, type Transmission } from './fanout.ts';
import type { Gather } from '../gather-reasons.ts';
import { NOBODY, type NodeSet } from '../node-set.ts';
import { RecentMean } from './recent-mean.ts';

/** A join or leave as its sender transmitted it. */
export interface JoinHeard {
  readonly kind: 'join';
  readonly from: number;
  readonly row: number;
  readonly timeNs: number;
  readonly proc: NodeSet;
  readonly failed: NodeSet;
  /** Nodes stand in its proc_list behind those of its ring, in which it begins: it has heard of them since. */
  readonly hasAppended: boolean;
  readonly ringSeq: bigint;
  readonly isLeave: boolean;
  /** Where a timer of the sender made it send this join: in which state, and how long the timer had run. */
  timer: { readonly state: MembershipState; readonly ns: number } | null;
  /** Null for a multicast; else the copies. */
  readonly sent: Transmission | null;
}

/** The last message of a kind that names the ring of its sender. */
export interface RingHeard {
  row: number;
  timeNs: number;
  ring: number;
}

/** The events that one node counts itself. */
export interface Tally {
  gather: number;
  /** GATHER entries by reason. */
  readonly reasons: number[];
  continuousGather: number;
  commit: number;
  recovery: number;
  operational: number;
  /** Rings of one that left no token or commit token in the capture, but are proved by what followed. */
  alone: number;
  ringsStarted: number;
  joinTx: number;
  mergeTx: number;
  holdCancelTx: number;
  commitTx: number;
  mcastRetx: number;
  /** Recovery copies that this node originated. */
  encapsulatedTx: number;
  /** this_seqno of its first and its greatest mcast; -1 for none. */
  firstSeqno: number;
  lastSeqno: number;
  droppedRx: number;
  /** Transmissions that left as unicast copies and that the node hears from itself: by packet kind. */
  readonly ownCopies: number[];
}

export function newTally(): Tally {
  return {
    gather: 0,
    reasons: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    continuousGather: 0,
    commit: 0,
    recovery: 0,
    operational: 0,
    alone: 0,
    ringsStarted: 0,
    joinTx: 0,
    mergeTx: 0,
    holdCancelTx: 0,
    commitTx: 0,
    mcastRetx: 0,
    encapsulatedTx: 0,
    firstSeqno: -1,
    lastSeqno: -1,
    droppedRx: 0,
    ownCopies: [0, 0, 0, 0, 0, 0],
  };
}

/** Why the node is not operational since a moment: the first reason counts, later attempts belong to it. */
export interface Episode {
  readonly timeNs: number;
  /** What began it all, where another node's join brought this one in. */
  readonly cause: RingCause;
}

/** How many of a node's last joins may explain what others do. */
const JOINS_KEPT = 8;

export class NodeTrack {
  readonly nodeid: number;
  readonly addresses: number[] = [];
  dialect: DialectId | null = null;
  /** Number of the encoding under which it sends; -1 before its first packet. */
  encoding = -1;
  firstSeen: number;
  lastSeen: number;

  /** Null where the capture has not shown it. */
  state: MembershipState | null = null;
  /** The ring it is on or forms, as a number of the store, and its seq; 0 where unknown. */
  ring = 0;
  ringSeq = 0n;
  /** Members of its last regular configuration, null where unknown. */
  members: NodeSet | null = null;
  /** Its lists, as of its last join. */
  proc: NodeSet = NOBODY;
  failed: NodeSet = NOBODY;
  lastJoin: JoinHeard | null = null;
  /** GATHER codes that Corosync enters one after the other for one join received in COMMIT or RECOVERY. */
  readonly following: Gather[] = [];
  /** When it entered its state. */
  lastEntry = -Infinity;
  /** Its last entry answered a join without changing its lists, when the join timer was due as well. */
  wasProvoked = false;
  episode: Episode | null = null;
  /** Start of its process, null where the capture began later. */
  startedAt: number | null = null;
  /** It was in a ring with a token, or idle in its own, since it started. */
  hasSettled = false;
  /** It left by a LEAVE and was not heard again. */
  hasLeft = false;
  /** When a ring that it belonged to went on without it. */
  excludedAt: number | null = null;
  /** It took part in rings that this capture does not show: nothing can be said of its counters. */
  isBlind = false;
  /** When it last became operational by a formation that was captured. */
  operationalAt = -Infinity;
  /** It asked for messages that were on the wire, or was silent for long: what it received is not known. */
  isMissing = false;

  /** Its last Totem message; pings of knet do not count. */
  lastSpoke = -Infinity;
  /** How long it had been silent before its last message. */
  silenceNs = 0;
  /** Its last long silence: when it began and ended, and whether a timer of its own ended it. */
  silentSince = -Infinity;
  silentUntil = -Infinity;
  silenceEndedByTimer = false;
  /** What reached it up to here has been worked off: it moved by what came last. */
  workedOffUntil = -Infinity;
  /** What had reached it, by packet kind, when its process started and when it was last heard. */
  readonly receivedAtStart = new Uint32Array(6);
  readonly receivedWhenHeard = new Uint32Array(6);
  /** When a token reached it, the first copy of it; and any copy. */
  lastTokenIn = -Infinity;
  lastTokenHeard = -1;
  /** The longest time without a new token, when it ended, and the longest before. */
  longestWaitNs = 0;
  longestWaitUntil = -Infinity;
  usualWaitNs = 0;
  /** The last token that was repeated to it, and when. */
  repeatedToken = -1;
  repeatedAt = -Infinity;
  readonly tokenPeriods = new RecentMean();
  /** Tokens on their way to it that the capture shows as numbers skipped, not as packets. */
  unseenTokens = 0;
  /** It answered a repeated token, not the first one: that one may have been lost before it. */
  lateTokens = 0;
  /** Commit tokens that were sent to it again: the first may not have arrived. */
  lateCommits = 0;

  /** A multicast or merge detect of its own was looked at for what it says of its addresses. */
  isIntroduced = false;

  readonly joins: JoinHeard[] = [];
  readonly merge: RingHeard = { row: -1, timeNs: -Infinity, ring: 0 };
  readonly mcast: RingHeard = { row: -1, timeNs: -Infinity, ring: 0 };
  /** By sender: the last row that already moved this node. */
  readonly answered = new Map<number, number>();
  /** A link that was cut lets go at once what it held back, destination after destination. */
  readonly sentJoins = new Fanout(128);
  readonly sentMerges = new Fanout(32);
  readonly sentCancels = new Fanout();
  readonly sentMcasts = new Fanout(64);
  tally = newTally();

  constructor(nodeid: number, timeNs: number) {
    this.nodeid = nodeid;
    this.firstSeen = timeNs;
    this.lastSeen = timeNs;
  }

  remember(join: JoinHeard): void {
    if (this.joins.length >= JOINS_KEPT) this.joins.shift();
    this.joins.push(join);
    this.lastJoin = join;
  }

  /** A new process with this node id: what the former one knew and counted is gone. */
  restart(timeNs: number): void {
    this.state = null;
    this.ring = 0;
    this.ringSeq = 0n;
    this.members = null;
    this.proc = NOBODY;
    this.failed = NOBODY;
    this.lastJoin = null;
    this.following.length = 0;
    this.lastEntry = -Infinity;
    this.wasProvoked = false;
    this.episode = null;
    this.startedAt = timeNs;
    this.hasSettled = false;
    this.hasLeft = false;
    this.excludedAt = null;
    this.isBlind = false;
    this.isMissing = false;
    this.operationalAt = -Infinity;
    this.lastTokenIn = -Infinity;
    this.lastTokenHeard = -1;
    this.longestWaitNs = 0;
    this.longestWaitUntil = -Infinity;
    this.usualWaitNs = 0;
    this.repeatedToken = -1;
    this.tokenPeriods.clear();
    this.unseenTokens = 0;
    this.lateTokens = 0;
    this.lateCommits = 0;
    this.answered.clear();
    this.tally = newTally();
  }

  /** It is on this ring now, whatever brought it there. */
  settle(ring: number, ringSeq: bigint, members: NodeSet | null): void {
    this.state = 'operational';
    this.ring = ring;
    this.ringSeq = ringSeq;
    if (members !== null) this.members = members;
    this.episode = null;
    this.following.length = 0;
  }
}
