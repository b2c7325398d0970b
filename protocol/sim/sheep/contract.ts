// The sheep of a world as it sees them: what will happen to them, what they need of it, what they are when saved. Types
// only.
import type { PrngState } from '../../base/prng.ts';
import type { NodeInput } from '../../node/contract.ts';
import type { GroupProcess, LogLine, SheepEngine, SheepInput, SheepOptions } from '../../sheep/engine/contract.ts';
import type { SheepSaved } from '../../sheep/engine/contract.ts';
import type { DiskOp } from '../../sheep/engine/contract.ts';
import type { Behaviour } from '../../sheep/engine/policy.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { ClientState, ToolEnd } from './clients.ts';
import type { DiskState } from './memory-disk.ts';
import type { StreamsState } from './streams.ts';

export type CreateSheep = (options: SheepOptions) => SheepEngine;

/** How the sheep of a world are. */
export interface FlockOptions {
  readonly behaviour: Behaviour;
  /** The engine, or another in its place. */
  readonly create?: CreateSheep;
}

/** What will happen. Plain data; nodes are places in the world, from 0. */
export type FlockEvent =
  /** The ring has stood for a while: the sheep of this process of the node starts, if it is not to start later. */
  | { readonly kind: 'start'; readonly node: number; readonly life: number; readonly turn: number }
  /** What the node told of the group reaches its sheep. */
  | { readonly kind: 'hear'; readonly node: number; readonly life: number; readonly input: SheepInput }
  /** What the sheep said to its group reaches the node. */
  | { readonly kind: 'say'; readonly node: number }
  | { readonly kind: 'wake'; readonly node: number; readonly life: number }
  | { readonly kind: 'disk'; readonly node: number; readonly life: number; readonly id: number }
  /** One way of a stream, 0 or 1: what is on it arrives, or is sent anew. */
  | { readonly kind: 'arrive' | 'again'; readonly stream: number; readonly way: 0 | 1 }
  /** A command that could connect to nobody goes on. */
  | { readonly kind: 'refused'; readonly client: number; readonly why: string };

/** What the flock needs of its world. */
export interface FlockWorld {
  readonly nodes: readonly SimNode[];
  readonly seed: number;
  now(): number;
  push(at: number, event: FlockEvent): void;
  /** A request to the node's process; false where it cannot take one now. */
  input(node: SimNode, input: NodeInput): boolean;
  /** When octets of a stream arrive that leave now; infinity where they do not. */
  carry(from: SimNode, to: SimNode, octets: number): number;
  isOpen(from: SimNode, to: SimNode): boolean;
  readonly hooks: FlockHooks;
}

export interface FlockHooks {
  readonly sheepStepped: SheepStepped[];
  readonly toolEnded: ((node: SimNode, at: number, end: ToolEnd) => void)[];
}

export type SheepStepped = (node: SimNode, at: number, told: SheepTold) => void;

/** What can be told of a sheep: its start, its end, a line of its log. */
export type SheepTold =
  | { readonly kind: 'started' }
  | { readonly kind: 'ended'; readonly code: number; readonly why: string }
  | { readonly kind: 'log'; readonly line: LogLine };

/** A request to the node's group service, and whose it is. */
export interface Said {
  readonly pid: number;
  readonly input: NodeInput;
}

export interface SheepPlaceState {
  /** Of the sheep that runs; null where none does. */
  readonly engine: SheepSaved | null;
  readonly process: GroupProcess;
  readonly life: number;
  readonly turn: number;
  readonly isAwaited: boolean;
  readonly isListening: boolean;
  readonly wakeAt: number;
  readonly nextConn: number;
  readonly pending: ReadonlyMap<number, DiskOp>;
  readonly held: readonly SheepInput[];
  readonly outbox: { readonly waiting: readonly Said[]; readonly isHeld: boolean; readonly isDue: boolean };
  readonly disk: DiskState;
  readonly isFull: boolean;
  readonly diskDelay: number;
  readonly prng: PrngState;
}

export interface FlockState {
  readonly places: readonly SheepPlaceState[];
  readonly streams: StreamsState;
  readonly clients: readonly ClientState[];
  readonly nextClient: number;
}
