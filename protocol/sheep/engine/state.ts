// All that a sheep knows, grouped by whose it is. Plain data: save() copies it. No behaviour.
import type { Micros } from '../../totem/engine/contract.ts';
import type { JoinPayload } from '../cluster-frame.ts';
import type { Member, NodeEntry } from '../node-entry.ts';
import type { HashRing } from '../placement/hash-ring.ts';
import type { SheepHeader } from '../tcp-headers.ts';
import type { GroupProcess, SheepStatus } from './contract.ts';

/** The config file (specs/sheepdog.md 4.1). */
export interface StoreConfig {
  /** Creation time of the cluster: seconds in the high half, nanoseconds in the low half. */
  readonly ctime: bigint;
  readonly flags: number;
  readonly copies: number;
}

/** One epoch file. */
export interface EpochLog {
  /** In the order of node lists. */
  readonly entries: readonly NodeEntry[];
  /** Seconds since 1970 when it was written. */
  readonly time: bigint;
}

/** What is on the disk, as far as it is kept in mind. */
export interface StoreState {
  config: StoreConfig | null;
  /** By epoch; those on disk, and no others. */
  readonly logs: Map<number, EpochLog>;
  /** Vdi ids that are taken. */
  readonly bitmap: Uint8Array;
  /** Numbers for journal files. */
  nextJournal: number;
}

export interface ClusterState {
  status: number;
  /** 0 before there is any. */
  epoch: number;
  /** Latest epoch that all of its members have on disk; follows `epoch` where nobody waits for that. */
  committed: number;
  /** Epochs that were given up before all had them on disk: nothing was written in them. */
  readonly skipped: Set<number>;
  /** A quorum is missing: nothing is served until it is back. */
  isSuspended: boolean;
  copies: number;
  flags: number;
  ctime: bigint;
  /** In the order of node lists. */
  members: readonly NodeEntry[];
  /** Of `members`. */
  ring: HashRing;
  /** While the cluster waits: nodes of the latest epoch that are known not to come (specs/sheepdog.md 3.6). */
  missing: readonly NodeEntry[];
  /** While the cluster waits: the epoch that it is to go on from, as its members agreed on it. */
  candidate: EpochClaim;
  /** What each member said of itself when it joined; by processKey. */
  readonly claims: Map<string, JoinClaim>;
}

/** An epoch as somebody has it. */
export interface EpochClaim {
  readonly epoch: number;
  readonly entries: readonly NodeEntry[];
}

/** What a JOIN_REQUEST says of its sender. */
export interface JoinClaim extends EpochClaim {
  readonly entry: NodeEntry;
  /** It was cut off from a cluster whose epoch all of its members had on disk. */
  readonly isCommitted: boolean;
  /** Writes were under way when it ended. */
  readonly isUnclean: boolean;
}

export interface JoinEvent {
  readonly type: 'join';
  readonly sender: Member;
  /** Waits for its JOIN_RESPONSE. */
  readonly isBlocked: boolean;
  /** What its JOIN_REQUEST says; null before there is one. */
  readonly request: JoinPayload | null;
  /** This sheep has answered it, as the master. */
  isAnswered: boolean;
  /** What its JOIN_RESPONSE says. */
  readonly result: number;
  readonly nodes: readonly Member[];
  readonly response: JoinPayload | null;
}

export interface LeaveEvent {
  readonly type: 'leave';
  readonly sender: Member;
  /** Others that left at the same time. */
  readonly together: readonly Member[];
  /** It said so itself. */
  readonly isAnnounced: boolean;
  /** The latest epoch that all had on disk when it left. */
  readonly committed: number;
}

export interface NotifyEvent {
  readonly type: 'notify';
  readonly sender: Member;
  /** Waits for its UNBLOCK. */
  readonly isBlocked: boolean;
  /** This sheep carries it out. */
  isRunning: boolean;
  readonly payload: Uint8Array;
}

export type DriverEvent = JoinEvent | LeaveEvent | NotifyEvent;

/** Between CPG and the sheep (specs/sheepdog.md 3.5). */
export interface DriverState {
  readonly queue: DriverEvent[];
  /** Handed on, and not yet done with. */
  isBusy: boolean;
  /** In the order in which they joined. */
  members: readonly Member[];
  /** The CPG group as last told. */
  group: readonly GroupProcess[];
  /** When processes joined the CPG group; by processKey. */
  readonly since: Map<string, { readonly at: Micros; readonly prompts: number }>;
  /** Nodes whose processes have left the group, while the leave waits for its turn. */
  away: readonly NodeEntry[];
  hasJoined: boolean;
  /** The first of the group: it answers its own request. */
  isFirst: boolean;
  /** Requests to join that this sheep sent: an answer belongs to one of them. */
  attempt: number;
  /** The latest of them has not come back: nobody has answered it. */
  isAsking: boolean;
  /** Own messages that have not come back, oldest first: the first is with CPG, the others wait for it. */
  readonly outbox: Uint8Array[];
  /** An epoch that was told never to have come to be. */
  refuted: EpochClaim | null;
  /** It was told to stop, and leaves before it does. */
  isStopping: boolean;
  /** It asked to leave by itself: no second time. */
  isLeaving: boolean;
  /** Own operations that wait for their turn or their message, oldest first. */
  readonly operations: PendingOperation[];
  nextOperation: number;
  /** It slept, and asks whether it is a member still; null where it knows. */
  probe: Probe | null;
  nextProbe: number;
}

/** The question of a sheep that slept. */
export interface Probe {
  readonly number: number;
  /** How often it has been asked, this time included. */
  readonly times: number;
  readonly at: Micros;
  /** Members that say so, itself once the question came back; by processKey. */
  readonly vouchers: readonly string[];
}

/** What a client is told. */
export interface Answer {
  readonly result: number;
  /** Fields of the response's form; 0 where not given. */
  readonly fields: { readonly [name: string]: number | bigint };
  readonly parts: readonly Uint8Array[];
}

/** A cluster operation of a client of this sheep. */
export interface PendingOperation {
  readonly id: number;
  readonly request: SheepHeader;
  readonly data: Uint8Array;
  /** Connection of the client; null where there is none. */
  readonly conn: number | null;
  /** It is carried out before the others are told: BLOCK, UNBLOCK. */
  readonly isBlocking: boolean;
  /** What its client is told; null while it is under way. */
  answer: Answer | null;
}

/** Octets that arrived and have not been taken. */
export interface Octets {
  parts: Uint8Array[];
  length: number;
}

/** What arrives on a connection. */
export interface Incoming {
  readonly octets: Octets;
  /** The header whose data is awaited. */
  head: SheepHeader | null;
}

export interface Inbound extends Incoming {
  readonly conn: number;
  unanswered: number;
  isHeld: boolean;
  /** Journal file of its last write as a copy; 0 where there was none. */
  journal: number;
}

/** A request or a response, whole. */
export interface Message {
  readonly header: SheepHeader;
  readonly parts: readonly Uint8Array[];
}

export interface Outbound extends Incoming {
  readonly conn: number;
  readonly to: NodeEntry;
  phase: 'opening' | 'idle' | 'busy' | 'closed';
  readonly epoch: number;
  reply: Message | null;
}

export interface NetState {
  readonly inbound: Map<number, Inbound>;
  readonly outbound: Map<number, Outbound>;
  nextConn: number;
  /** Numbers of requests between sheep. */
  nextId: number;
}

export interface IoState {
  /** Requests of clients that are under way. */
  outstanding: number;
  /** A membership event waits for them, or is under way: new ones wait. */
  isHeld: boolean;
  /** Objects that a coordinator orders writes of, and files that are being read or written. */
  readonly orders: Map<bigint, number>;
  readonly files: Map<bigint, number>;
  /** Writes into objects under way on this disk. */
  writing: number;
  /** Writes that may not have reached all copies: the epoch of the last one, by object. */
  readonly doubts: Map<bigint, number>;
  /** Last write as a copy, by connection: not known to be whole on all copies. */
  readonly lastWrites: Map<number, { readonly oid: bigint; readonly epoch: number }>;
  /** Free journal numbers. */
  readonly journals: number[];
  /** Objects that a read without WEAK_CONSISTENCY has made equal; by image. */
  readonly repaired: Map<number, Set<number>>;
}

/** An object and where its newest copies lie. */
export interface RecoveryItem {
  readonly oid: bigint;
  /** Newest-held: the epoch of the newest copies, and who has them, best first. */
  readonly version: number;
  readonly sources: readonly NodeEntry[];
}

export interface RecoveryState {
  readonly epoch: number;
  /** Tells one recovery from the next, which may be of the same epoch. */
  readonly run: number;
  /** `listing` while the nodes are asked what they have. */
  phase: 'listing' | 'copying' | 'done';
  /** Still to do, in their order. */
  readonly items: Map<bigint, RecoveryItem>;
  /** Those of them that somebody waits for: they come first. */
  readonly wanted: Set<bigint>;
  /** Under way. */
  readonly current: Set<bigint>;
  total: number;
  done: number;
  /** Objects whose newest copies are on nodes that are away. */
  readonly lost: Set<bigint>;
}

export interface SheepState {
  phase: SheepStatus['phase'];
  readonly store: StoreState;
  readonly cluster: ClusterState;
  readonly driver: DriverState;
  readonly net: NetState;
  readonly io: IoState;
  recovery: RecoveryState | null;
  nextRun: number;
  /** When the last step was. */
  lastStep: Micros;
  /** Stands for the addresses that 0.3.0 prints. */
  nextPointer: number;
}
