// What a window sees of a lab, whatever runs it: processes or the simulator. Types only.
import type { Behaviour } from '../../protocol/sheep/engine/policy.ts';
import type { LabDialect, LabNodeSpec, LabNodeStatus, LabTransport } from './cluster.ts';

/** `processes`: real ones on loopback addresses; `virtual`: the simulator, in its own time. */
export type LabKind = 'processes' | 'virtual';

export interface LabOptions {
  readonly kind: LabKind;
  readonly nodes: number;
  readonly dialect: LabDialect;
  readonly transport: LabTransport;
  /** Token timeout as corosync.conf has it, in milliseconds. */
  readonly tokenMs: number;
  readonly behaviour: Behaviour;
  /** A sheep starts on every node. */
  readonly withSheep: boolean;
  /** Of what is left to chance; a virtual lab of the same seed does the same again. */
  readonly seed: number;
}

export interface LabNodeView {
  readonly spec: LabNodeSpec;
  readonly condition: 'running' | 'paused' | 'stopped';
  /** Null where no process runs. */
  readonly pid: number | null;
  /** Folder of the node: log, ring id, store. Null where there is none. */
  readonly directory: string | null;
  /** What the node says of itself; null while it does not answer. */
  readonly status: LabNodeStatus | null;
}

/** What a person did to the lab. */
export interface LabFault {
  /** Nanoseconds since 1970, by the clock of the lab's capture. */
  readonly atNs: bigint;
  /** The prompt's line: `fault kill 2`. */
  readonly words: string;
  /** Numbers of the nodes that it names. */
  readonly nodes: readonly number[];
}

export interface LabSnapshot {
  readonly options: LabOptions;
  readonly phase: 'starting' | 'running' | 'ended';
  /** Why it cannot run, or not go on, in a sentence. */
  readonly problem: string | null;
  readonly nodes: readonly LabNodeView[];
  readonly faults: readonly LabFault[];
  /** What lies in the stores; null while nothing is known of them. */
  readonly objects: LabObjects | null;
  /** How the time of a virtual lab passes; left out for one of processes. */
  readonly virtual?: {
    readonly isRunning: boolean;
    /** Times as fast as the world's; Infinity: as fast as it goes. */
    readonly speed: number;
    /** Microseconds since the lab began, and when that was by the clock of its capture. */
    readonly nowMicros: number;
    readonly beganNs: bigint;
  };
}

/** The store of the cluster, as it is on the nodes' disks. */
export interface LabObjects {
  /** Copies that the cluster was formatted with; 0 before. */
  readonly copies: number;
  readonly epochs: readonly {
    readonly epoch: number;
    /** Milliseconds since 1970 at which the first node had it. */
    readonly atMs: number;
    /** ADDRESS:PORT in the order of the node list. */
    readonly members: readonly string[];
  }[];
  readonly vdis: readonly {
    readonly vid: number;
    readonly name: string;
    readonly sizeOctets: number;
    readonly copies: number;
  }[];
  readonly stores: readonly {
    /** Number of the node. */
    readonly node: number;
    readonly zone: number;
    readonly usedOctets: number;
    readonly freeOctets: number;
    readonly objects: readonly {
      /** 16 hex digits. */
      readonly oid: string;
      readonly octets: number;
      readonly epoch: number;
    }[];
  }[];
}

/** What a line of the lab's prompt came to. */
export interface LabReply {
  readonly output: string;
  readonly exitCode: number;
  /** The command goes on: the line that gives what has come since, to be said again until a person ends it. */
  readonly again?: string;
}
