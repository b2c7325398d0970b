// What a world is made of and what it is when it is saved. Types only.
import type { TimeHeapState } from '../../base/time-heap.ts';
import type { ClusterSpec } from '../cluster.ts';
import type { LinkQuality } from '../fault.ts';
import type { Stack, StartProgram } from '../program.ts';
import type { FlockEvent, FlockOptions, FlockState } from '../sheep/contract.ts';
import type { NetworkState } from './network.ts';
import type { SimNodeState } from './sim-node.ts';
import type { Traffic } from './traffic.ts';

export interface WorldOptions {
  readonly cluster: ClusterSpec;
  readonly seed: number;
  /** How links are before any fault, and again after `heal`. */
  readonly link: LinkQuality;
  /** Microseconds of work for each datagram and for each deadline; 0 for none. */
  readonly cpu: number;
  /** Microseconds that a ring id takes to be on disk: the process waits. */
  readonly diskWrite: number;
  /** Ring sequence numbers on the disks at first, from node to node and over again; null for no file. */
  readonly firstRingSeqs: readonly (bigint | null)[];
  readonly stack: Stack;
  readonly start: StartProgram;
  /** Sequence number before the first message of every ring: 0, unless rollover is what is wanted. */
  readonly firstSeqno: number;
  /** A sheep on every node, in the stack `node`; null or left out for none. */
  readonly sheep?: FlockOptions | null;
}

/** What will happen. Plain data that does not change; nodes are places in the world, from 0. */
export type WorldEvent =
  | { readonly kind: 'arrival'; readonly from: number; readonly to: number; readonly bytes: Uint8Array }
  /** To every node but the sender, all at once: links that are alike. */
  | { readonly kind: 'arrivals'; readonly from: number; readonly bytes: Uint8Array }
  /** Only of the process that was the node's `life`th. */
  | { readonly kind: 'wake' | 'turn'; readonly node: number; readonly life: number }
  | { readonly kind: 'traffic'; readonly traffic: Traffic; readonly serial: number }
  | { readonly kind: 'flock'; readonly event: FlockEvent };

/** A whole world as plain data: every engine, every datagram on its way, every generator. */
export interface WorldState {
  readonly now: number;
  readonly events: number;
  readonly hops: number;
  readonly rotations: number;
  readonly heap: TimeHeapState<WorldEvent>;
  readonly ready: readonly number[];
  readonly nodes: readonly SimNodeState[];
  readonly network: NetworkState;
  readonly isTrafficOff: boolean;
  /** Null in a world without sheep. */
  readonly flock: FlockState | null;
}
