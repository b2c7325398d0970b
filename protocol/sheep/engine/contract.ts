// A sheep as its hosts see it: inputs, ordered effects, options, status. Types only. A node is a function: same state,
// same time, same input give the same effects; no clock, no chance, no I/O.
//
// What hosts promise:
// 1. Effects are carried out in their order. Disk operations and connections end later, each with an input that names
//    it; several may be under way at once, operations on one path are never.
// 2. Run to completion: no step while an effect of the last one is being started.
// 3. Octets are handed over, in both directions: whoever gave them does not change them afterwards. The memory of
//    octets that the sheep is done with (`octets-done`) is the host's again once the effects that have them are over.
// 4. Numbers of connections: a host's own (accepted) are above 0, the sheep's (opened) below 0.
// 5. `start` is the first input. After `exit` there is none: the process ends, whatever is under way.
import type { Brand } from '../../base/brand.ts';
import type { Micros } from '../../totem/engine/contract.ts';
import type { NodeEntry } from '../node-entry.ts';
import type { Behaviour } from './policy.ts';

/** A member of the process group, as CPG names it. */
export interface GroupProcess {
  readonly nodeid: number;
  readonly pid: number;
}

export interface DirectoryEntry {
  readonly name: string;
  /** Octets; 0 of a folder. */
  readonly size: number;
}

/** Paths count from the folder of the store, with `/` between names. */
export type DiskOp =
  /** Up to `length` octets, fewer where the file ends before. */
  | { readonly op: 'read'; readonly path: string; readonly offset: number; readonly length: number }
  /** In place, into a file that exists; the file grows where need be. */
  | {
      readonly op: 'write';
      readonly path: string;
      readonly offset: number;
      readonly parts: readonly Uint8Array[];
      /** On the medium before it is done (O_DSYNC). */
      readonly isDurable: boolean;
    }
  /**
   * A new file, or an old one made empty first; `size` octets are allocated before anything is written. Where it has
   * another name until it is whole it replaces what had its own in one step, or nothing is left of it.
   */
  | {
      readonly op: 'create';
      readonly path: string;
      readonly unfinished: string | null;
      readonly size: number;
      readonly offset: number;
      readonly parts: readonly Uint8Array[];
      readonly isDurable: boolean;
    }
  /** A second name for the same file. */
  | { readonly op: 'link'; readonly from: string; readonly to: string }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'make-folder'; readonly path: string }
  /** The folder and all that is in it. */
  | { readonly op: 'remove-folder'; readonly path: string }
  | { readonly op: 'list'; readonly path: string }
  /** Free octets of the medium. */
  | { readonly op: 'space' };

/** `missing`: no such file or folder; `exists`: a link's new name is taken; `full`: no space left; `io`: any other. */
export type DiskTrouble = 'missing' | 'exists' | 'full' | 'io';

export type DiskOutcome =
  | {
      readonly ok: true;
      readonly octets: Uint8Array;
      readonly entries: readonly DirectoryEntry[];
      readonly free: bigint;
    }
  | { readonly ok: false; readonly why: DiskTrouble };

export type SheepInput =
  | { readonly kind: 'start' }
  /** Now has reached nextDeadline(). Harmless where nothing is due. */
  | { readonly kind: 'deadline' }
  /** SIGTERM. */
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'cpg-confchg';
      readonly members: readonly GroupProcess[];
      readonly left: readonly GroupProcess[];
      readonly joined: readonly GroupProcess[];
    }
  | { readonly kind: 'cpg-deliver'; readonly from: GroupProcess; readonly message: Uint8Array }
  /** The oldest message that was neither delivered nor refused was not taken. */
  | { readonly kind: 'cpg-refused' }
  /** The service that CPG is part of has ended. */
  | { readonly kind: 'cpg-ended' }
  | { readonly kind: 'listen-failed'; readonly why: string }
  | { readonly kind: 'tcp-accepted'; readonly conn: number }
  | { readonly kind: 'tcp-opened'; readonly conn: number }
  | { readonly kind: 'tcp-data'; readonly conn: number; readonly octets: Uint8Array }
  /** Of an opened connection also: it could not be made. */
  | { readonly kind: 'tcp-closed'; readonly conn: number }
  | { readonly kind: 'disk-done'; readonly id: number; readonly outcome: DiskOutcome };

/** Levels of sheep.log, as sheep's option -l counts them. */
export type LogLevel = 'err' | 'info' | 'debug';

export interface LogLine {
  readonly level: LogLevel;
  /** `queue_request(213)`: the function of sheepdog 0.3.0 and its line there; null for what 0.3.0 does not say. */
  readonly where: string | null;
  readonly text: string;
}

export type SheepEffect =
  /** Accept connections on every address. */
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'cpg-join' }
  | { readonly kind: 'cpg-mcast'; readonly message: Uint8Array }
  | { readonly kind: 'tcp-open'; readonly conn: number; readonly to: NodeEntry }
  | { readonly kind: 'tcp-send'; readonly conn: number; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'tcp-close'; readonly conn: number }
  /** Too many requests of a connection are unanswered: read no more of it, until told otherwise. */
  | { readonly kind: 'tcp-hold'; readonly conn: number; readonly isHeld: boolean }
  | { readonly kind: 'disk'; readonly id: number; readonly op: DiskOp }
  /** Octets of a request that is answered: in no effect after this one. Not told of all that came. */
  | { readonly kind: 'octets-done'; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'log'; readonly line: LogLine }
  | { readonly kind: 'exit'; readonly code: number; readonly why: string };

export interface SheepOptions {
  readonly behaviour: Behaviour;
  readonly self: NodeEntry;
  readonly process: GroupProcess;
  /** Microseconds since 1970 when the host's monotonic clock was 0. */
  readonly wallMicrosAtZero: bigint;
  /** Objects are on the medium before they are acknowledged (sheep's option -D); else in the files of a living one. */
  readonly isDurable: boolean;
  /** Where the store lies, for log lines only. */
  readonly storePath: string;
  readonly saved?: SheepSaved;
}

/** Opaque outside the engine; plain data that structuredClone() copies. */
export type SheepSaved = Brand<object, 'sheep-state'>;

export interface QueuedEvent {
  readonly type: 'join' | 'leave' | 'notify';
  readonly isBlocked: boolean;
  readonly sender: GroupProcess;
}

/** What a panel, a shell or a checker wants to know; plain data. */
export interface SheepStatus {
  readonly phase: 'starting' | 'joining' | 'joined' | 'ended';
  /** Cluster status by its number (specs/sheepdog.md 3.1). */
  readonly clusterStatus: number;
  /** Too few of the last epoch's members are here to go on; sound only. */
  readonly isSuspended: boolean;
  readonly epoch: number;
  /** The epoch that every member is known to have on disk; sound only, else the epoch. */
  readonly committedEpoch: number;
  readonly copies: number;
  readonly ctime: bigint;
  /** In the order of node lists. */
  readonly members: readonly NodeEntry[];
  /** In the order in which they joined: the first is the master. */
  readonly joinOrder: readonly GroupProcess[];
  readonly isMaster: boolean;
  readonly queue: readonly QueuedEvent[];
  readonly recovery: { readonly epoch: number; readonly done: number; readonly total: number } | null;
  /** Requests that are not yet answered. */
  readonly outstanding: number;
  readonly connections: number;
  /** What is going on, by the names of the scripts. */
  readonly scripts: readonly string[];
}

export interface SheepEngine {
  /** Same state, same now, same input: same effects, in the order in which the host must carry them out. */
  step(now: Micros, input: SheepInput): readonly SheepEffect[];
  /** Octets that must arrive on a connection before the sheep does anything with them. Others may be handed over. */
  wanted(conn: number): number;
  /** The earliest deadline, or null. The host calls step(now, { kind: 'deadline' }) once now reaches it. */
  nextDeadline(): Micros | null;
  inspect(): SheepStatus;
  /** Everything that the sheep knows; later steps do not change it. Files are the host's to keep. */
  save(): SheepSaved;
}
