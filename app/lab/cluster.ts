// The mini cluster of processes: its nodes and addresses, and what a node process is told and tells. Types and the
// report's addresses; no processes.
import type { ConfchgReason, GroupProcess, NodeStatus } from '../../protocol/node/contract.ts';
import type { NodeRef } from '../../protocol/totem/identity.ts';
import type { SheepStatus } from '../../protocol/sheep/engine/contract.ts';
import type { Behaviour } from '../../protocol/sheep/engine/policy.ts';
import type { TotemConfig } from '../../protocol/totem/engine/contract.ts';

export type LabDialect = 'corosync-1' | 'corosync-3';
export type LabTransport = 'udp' | 'udpu';

/** Nodes that a lab may have. */
export const LAB_NODES_MAX = 32;

export interface LabNodeSpec {
  /** From 1. */
  readonly number: number;
  readonly nodeid: number;
  readonly ip: string;
}

/** The report's hosts end in 111, 112 and 114; more follow. Loopback addresses that look like them. */
const HOSTS: readonly number[] = [111, 112, 114];
const NETWORK = '127.168.1';

/** The node with this number, from 1: in the dialect of Corosync 1 its id is its address, as there. */
export function labNode(number: number, dialect: LabDialect): LabNodeSpec {
  const host = HOSTS[number - 1] ?? 111 + number;
  const ip = `${NETWORK}.${host}`;
  const nodeid = dialect === 'corosync-1' ? ((host << 24) | (1 << 16) | (168 << 8) | 127) >>> 0 : number;
  return { number, nodeid, ip };
}

/** What loses, cuts or delays what arrives at a node, by sender (null: every sender). */
export interface LabLinkRule {
  readonly from: string | null;
  readonly what: 'all' | 'multicast' | 'unicast';
  /** 0 to 1; 1 is a cut. */
  readonly loss: number;
  readonly delayMs: number;
  /** Longer datagrams are lost; null for no limit. */
  readonly sizeMax: number | null;
}

export interface LabSheepStart {
  readonly behaviour: Behaviour;
  readonly port: number;
  readonly zone: number | null;
  readonly isDurable: boolean;
  readonly isDebug: boolean;
}

export interface LabNodeStart {
  readonly self: LabNodeSpec;
  readonly nodelist: readonly LabNodeSpec[];
  readonly dialect: LabDialect;
  readonly transport: LabTransport;
  readonly group: string;
  readonly port: number;
  readonly config: TotemConfig;
  /** Folder of this node: ring id, logs, store. */
  readonly directory: string;
  /** A sheep starts with the node; null without one. */
  readonly sheep: LabSheepStart | null;
  /** Somebody wants to see what the node sends. */
  readonly isTapped: boolean;
  /** Wall clock, ns since 1970, when the machine's monotonic clock was 0: the same for all nodes of a lab. */
  readonly wallNsAtZero: bigint;
}

/** To a node process. */
export type LabNodeOrder =
  | { readonly kind: 'start'; readonly start: LabNodeStart }
  | { readonly kind: 'rules'; readonly rules: readonly LabLinkRule[] }
  | { readonly kind: 'interface'; readonly up: boolean }
  /** Leaves the ring cleanly and ends. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'cpg-join' | 'cpg-leave'; readonly group: string; readonly pid: number }
  | { readonly kind: 'cpg-mcast'; readonly group: string; readonly pid: number; readonly message: Uint8Array }
  | { readonly kind: 'sheep'; readonly sheep: LabSheepStart }
  /** SIGTERM or SIGKILL to the sheep alone. */
  | { readonly kind: 'sheep-signal'; readonly signal: 'TERM' | 'KILL' }
  | { readonly kind: 'disk'; readonly isFull: boolean; readonly delayMs: number }
  /** Messages to a group, `rate` a second (0: as many as the node takes), for some seconds. */
  | {
      readonly kind: 'load';
      readonly group: string;
      readonly pid: number;
      readonly size: number;
      readonly rate: number;
      readonly seconds: number;
    }
  | { readonly kind: 'status'; readonly ask: number };

/** Something that happened at a node, for the prompt, the log and the window. */
export type LabNodeEvent =
  | { readonly kind: 'state'; readonly state: string; readonly gatherFrom: number | null }
  | {
      readonly kind: 'configuration';
      readonly type: 'transitional' | 'regular';
      readonly ring: string;
      readonly members: readonly NodeRef[];
      readonly left: readonly NodeRef[];
      readonly joined: readonly NodeRef[];
    }
  | { readonly kind: 'synchronised'; readonly ring: string; readonly isDone: boolean }
  | {
      readonly kind: 'confchg';
      readonly group: string;
      readonly members: readonly GroupProcess[];
      readonly left: readonly (GroupProcess & { readonly reason: ConfchgReason })[];
      readonly joined: readonly (GroupProcess & { readonly reason: ConfchgReason })[];
    }
  /** `code` null: it started. */
  | { readonly kind: 'sheep'; readonly code: number | null; readonly why: string };

/** From a node process. */
export type LabNodeReport =
  | { readonly kind: 'up' }
  /** It cannot run, or cannot go on: one sentence. */
  | { readonly kind: 'problem'; readonly says: string }
  | { readonly kind: 'event'; readonly atMs: number; readonly event: LabNodeEvent }
  | { readonly kind: 'status'; readonly ask: number; readonly status: LabNodeStatus };

export interface LabNodeStatus {
  readonly node: NodeStatus;
  /** Microseconds on the clock of the node's timers when it told this; absent where nobody asked the clock. */
  readonly nowMicros?: number;
  /** Null while no sheep runs here. */
  readonly sheep: SheepStatus | null;
  /** By node id: how often it joined, and whether it is here. */
  readonly joins: readonly { readonly node: NodeRef; readonly count: number; readonly isJoined: boolean }[];
  /** Datagrams that the fault rules swallowed, and those that found no room. */
  readonly dropped: number;
  /** Messages of groups, and their octets, that were delivered here; what the load said here. */
  readonly delivered: { readonly messages: number; readonly octets: number };
  readonly load: { readonly sent: number; readonly refused: number };
  /** The longest that one step has taken since the last asking, ms on the wall; absent without a process. */
  readonly longestStepMs?: number;
}
