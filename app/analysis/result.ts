// What the analysis says about a capture: the shapes of `totemlab analyse --json` before times become text.
// Types only. Times are nanoseconds since the store's epoch; nodes are node ids; frames are row + 1.

export type Certainty = 'certain' | 'likely' | 'hint';
export type MembershipState = 'operational' | 'gather' | 'commit' | 'recovery';

export interface NodeEntry {
  readonly nodeid: number;
  readonly name: string | null;
  readonly addresses: readonly string[];
  readonly dialect: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export type RingCause =
  | 'start'
  | 'join'
  | 'leave'
  | 'token-loss'
  | 'merge'
  | 'foreign-message'
  | 'failed-to-receive'
  | 'interface-change'
  | 'unknown';

export interface RingHistory {
  /** Index into PacketStore.rings. */
  readonly ring: number;
  readonly id: string;
  readonly rep: number;
  readonly seq: bigint;
  /** In ring order where a commit token was captured, else as far as seen. */
  readonly members: readonly number[];
  readonly committed: number | null;
  readonly firstToken: number | null;
  readonly lastToken: number | null;
  /** Frames of kind orf_token, copies included. */
  readonly tokens: number;
  readonly cause: RingCause;
  /** From the commit token: the old ring of each member ("REP:SEQ"), by node id; empty where none was captured. */
  readonly origins: ReadonlyMap<number, string>;
  readonly frames: readonly number[];
}

export interface Transition {
  readonly time: number;
  readonly nodeid: number;
  readonly from: MembershipState | null;
  readonly to: MembershipState;
  /** Corosync's GATHER reason, 0 to 15, where `to` is gather and it can be told. */
  readonly gatherFrom: number | null;
  readonly says: string;
  readonly certainty: Certainty;
  readonly frames: readonly number[];
  /** Ring id ("REP:SEQ") concerned, where one is. */
  readonly ring: string | null;
}

/** The lists of a node's join, from the moment that they were first said. */
export interface JoinLists {
  readonly time: number;
  readonly nodeid: number;
  readonly frame: number;
  readonly proc: readonly number[];
  readonly failed: readonly number[];
  readonly ringSeq: bigint;
  /** The node says that it leaves. */
  readonly isLeave: boolean;
}

/** First requests for retransmission, in order of time, as columns. */
export interface Requests {
  readonly count: number;
  /** Requests beyond the limit, not kept. */
  readonly omitted: number;
  readonly timeNs: Float64Array;
  /** The node that lacked it. */
  readonly nodeid: Uint32Array;
  /** Index into PacketStore.rings. */
  readonly ring: Uint16Array;
  readonly seq: Uint32Array;
}

/** Milliseconds. */
export interface RingTimers {
  readonly token: number;
  readonly tokenRetransmit: number;
  readonly hold: number;
  readonly join: number;
  readonly consensus: number;
  readonly merge: number;
  /** False where they are told from the packets. */
  readonly isConfigured: boolean;
}

export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}
export interface EdgeSpread {
  readonly from: number;
  readonly to: number;
  readonly hops: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly holdP50: number | null;
  readonly holdP99: number | null;
}
/** All in milliseconds. */
export interface Rotation {
  readonly active: Spread;
  readonly idle: Spread;
  readonly edges: readonly EdgeSpread[];
}

export interface Delivery {
  readonly mcasts: number;
  readonly duplicatesOnWire: number;
  readonly retransmitRequests: readonly { readonly nodeid: number; readonly count: number }[];
  readonly neverSeen: number;
}

/** Corosync's bare counter names; null where the capture cannot tell. */
export type Counters = { readonly [name: string]: number | null };

export interface SheepEvent {
  readonly time: number;
  readonly frame: number;
  readonly says: string;
}
/** Objects of a store in order of their first sign, as columns. */
export interface SheepObjects {
  readonly oid: BigUint64Array;
  readonly timeNs: Float64Array;
}

/** The cluster from a moment on. */
export interface SheepMoment {
  readonly time: number;
  readonly frame: number;
  readonly epoch: number | null;
  readonly copies: number | null;
  /** ADDRESS:PORT in the order in which they joined. */
  readonly members: readonly string[];
}
export interface SheepCluster {
  readonly members: readonly string[];
  readonly master: string | null;
  readonly epoch: number | null;
  readonly status: string | null;
  readonly copies: number | null;
  readonly events: readonly SheepEvent[];
  /** Each time that members, epoch or copies changed. */
  readonly history: readonly SheepMoment[];
  /** Images that messages made, from when on; not those that were deleted again. */
  readonly vdis: readonly { readonly time: number; readonly vid: number }[];
  /** Objects that were written or read on TCP with success, and not removed again. */
  readonly objects: SheepObjects;
}

export type Severity = 'info' | 'warning' | 'failure';
export interface Finding {
  /** Stable: rule and first evidence frame. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly time: number;
  readonly until: number | null;
  readonly culprits: readonly number[];
  readonly says: string;
  readonly evidence: readonly { readonly frames: readonly number[]; readonly says: string }[];
  readonly cause: string | null;
  readonly advice: string | null;
  /** 0 to 1. */
  readonly confidence: number;
  /** Id of the finding that it follows from. */
  readonly because: string | null;
  /** Where the rule comes from: a section of the specification, a function of Corosync. */
  readonly reference: string | null;
}

export interface PacketCounts {
  readonly frames: number;
  readonly relevant: number;
  readonly byKind: { readonly [kind: string]: number };
  readonly unauthentic: number;
}

export interface Analysis {
  readonly packets: PacketCounts;
  readonly nodes: readonly NodeEntry[];
  readonly rings: readonly RingHistory[];
  readonly transitions: readonly Transition[];
  readonly joinLists: readonly JoinLists[];
  readonly requests: Requests;
  readonly timers: RingTimers | null;
  readonly rotation: Rotation;
  readonly delivery: Delivery;
  readonly counters: ReadonlyMap<number, Counters>;
  readonly sheepdog: SheepCluster | null;
  readonly findings: readonly Finding[];
}
