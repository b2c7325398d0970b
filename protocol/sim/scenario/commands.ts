// The commands of a scenario as data. Types and names only: parse.ts reads them, protocol/sim/run carries them out.
import type { MembershipState, Guarantee } from '../../totem/engine/contract.ts';
import type { MessageType } from '../../totem/messages.ts';
import type { Fault, LinkQuality } from '../fault.ts';
import type { Stack } from '../program.ts';
import type { ClusterSpec } from '../cluster.ts';
import type { Behaviour } from '../../sheep/engine/policy.ts';
import type { Input } from '../sheep/clients.ts';

/** What a line of a transcript may be about (docs/lab.md). */
export const TOPICS = [
  'faults',
  'states',
  'rings',
  'deliveries',
  'sync',
  'groups',
  'notes',
  'timers',
  'discards',
  'wire',
  'losses',
  'sheep',
  'sheeplog',
] as const;
export type Topic = (typeof TOPICS)[number];

/** What a transcript shows unless told otherwise. */
export const USUAL_TOPICS: readonly Topic[] = [
  'faults',
  'states',
  'rings',
  'deliveries',
  'sync',
  'groups',
  'notes',
  'sheep',
];

/** What a message holds: a text, or a number of octets made by traffic.ts. */
export type MessageSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'size'; readonly size: number; readonly count: number };

export interface GroupName {
  readonly name: string;
  readonly pid: number;
}

/** Something that is done to the world at a time. */
export type Action =
  | { readonly kind: 'fault'; readonly faults: readonly Fault[] }
  | {
      readonly kind: 'submit';
      readonly nodes: readonly number[];
      readonly message: MessageSource;
      readonly guarantee: Guarantee;
      /** Null in the stack `totem`. */
      readonly group: GroupName | null;
    }
  | {
      readonly kind: 'traffic';
      readonly nodes: readonly number[];
      readonly every: number;
      readonly size: number;
      readonly count: number;
      readonly guarantee: Guarantee;
      readonly group: GroupName | null;
    }
  | { readonly kind: 'traffic-off' }
  /** The sheep of nodes alone. */
  | { readonly kind: 'sheep'; readonly what: 'start' | 'stop' | 'kill'; readonly nodes: readonly number[] }
  /** A command that somebody gives at a node, without the word `collie`. */
  | { readonly kind: 'collie'; readonly node: number; readonly words: readonly string[]; readonly input: Input }
  /** The last message of a type that a node sent reaches others again, whatever happened since. */
  | { readonly kind: 'replay'; readonly node: number; readonly type: MessageType; readonly to: readonly number[] }
  /** Octets from nowhere reach nodes as a datagram. */
  | { readonly kind: 'inject'; readonly nodes: readonly number[]; readonly bytes: Uint8Array }
  | {
      readonly kind: 'group';
      readonly what: 'join' | 'part' | 'exit';
      readonly nodes: readonly number[];
      readonly group: GroupName;
    };

export type RunUnit = 'events' | 'hops' | 'rotations';
/** `ring`: rings are whole; `stable`: and nothing waits; `recovered`: and every sheep has all that it should have. */
export type RunUntil = 'ring' | 'stable' | 'recovered';

/** What the sheep of a node takes its cluster for. */
export const CLUSTER_STATES = ['running', 'unformatted', 'waiting', 'shutdown', 'failed', 'halted', 'down'] as const;
export type ClusterState = (typeof CLUSTER_STATES)[number];

/** What must be so when the line is reached. */
export type Expectation =
  | { readonly kind: 'members'; readonly nodes: readonly number[]; readonly ringSeq: bigint | null }
  | { readonly kind: 'state'; readonly nodes: readonly number[]; readonly state: MembershipState | 'down' | 'paused' }
  | { readonly kind: 'delivered'; readonly nodes: readonly number[]; readonly text: string; readonly times: number }
  | { readonly kind: 'epoch'; readonly nodes: readonly number[]; readonly epoch: number }
  | { readonly kind: 'cluster'; readonly nodes: readonly number[]; readonly state: ClusterState }
  /** So many copies of objects of the newest epoch. */
  | { readonly kind: 'objects'; readonly nodes: readonly number[]; readonly count: number }
  /** All objects of the epoch are where placement wants them among these, and copies are equal. */
  | { readonly kind: 'whole'; readonly nodes: readonly number[] }
  /** The last command at a node said so. */
  | { readonly kind: 'said'; readonly nodes: readonly number[]; readonly text: string }
  | { readonly kind: 'counter'; readonly nodes: readonly number[]; readonly name: string; readonly value: number };

export type Command =
  | { readonly kind: 'action'; readonly action: Action; readonly at: number | null }
  /** Ends after `events` too, where that comes first. */
  | { readonly kind: 'run-for'; readonly micros: number; readonly events: number }
  | { readonly kind: 'run-until'; readonly until: RunUntil; readonly limit: number; readonly events: number }
  | { readonly kind: 'run-steps'; readonly unit: RunUnit; readonly count: number }
  | { readonly kind: 'show'; readonly topics: readonly Topic[] }
  | { readonly kind: 'expect'; readonly expectation: Expectation; readonly text: string };

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly command: Command;
}

/** Command lines, and the transcript that a file holds below them. */
export interface Block {
  /** As they stand in the file, comments and empty lines included; the cluster's line in the first. */
  readonly source: readonly string[];
  readonly lines: readonly Line[];
  /** What stands between `----` and the next empty line; null where there is no `----`. */
  readonly expected: readonly string[] | null;
}

export interface Scenario {
  readonly cluster: ClusterSpec;
  readonly stack: Stack;
  /** A sheep on every node; null for none. */
  readonly sheep: Behaviour | null;
  readonly seed: number;
  readonly cpu: number;
  /** Microseconds that a ring id takes to be on disk. */
  readonly diskWrite: number;
  readonly firstRingSeqs: readonly (bigint | null)[];
  /** Microseconds from a regular configuration until an application has synchronised, in the stack `totem`. */
  readonly sync: number;
  readonly link: LinkQuality;
  /** Sequence number before the first message of every ring. */
  readonly firstSeqno: number;
  /** Nodes that start at time 0. */
  readonly starts: readonly number[];
  readonly blocks: readonly Block[];
}
