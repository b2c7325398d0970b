// What a simulated process runs, as the world sees it: Totem alone, or a whole node. Types only. The promises are those
// of totem/engine/contract.ts.
import type { NodeRef } from '../totem/identity.ts';
import type { DialectOfEngine, Guarantee, Micros, TotemConfig, TotemEffect } from '../totem/engine/contract.ts';
import type { NodeEffect, NodeInput, NodeStatus } from '../node/contract.ts';
import type { TotemStatus } from '../totem/engine/contract.ts';
import type { Brand } from '../base/brand.ts';

/** `totem`: the protocol alone, an application on top that submits packets. `node`: with synchronisation and CPG. */
export type Stack = 'totem' | 'node';

export type ProgramInput =
  NodeInput | { readonly kind: 'submit'; readonly packet: Uint8Array; readonly guarantee: Guarantee };

export type ProgramEffect = NodeEffect | Extract<TotemEffect, { readonly kind: 'deliver' }>;

export interface Program {
  step(now: Micros, input: ProgramInput): readonly ProgramEffect[];
  nextDeadline(): Micros | null;
  totemStatus(): TotemStatus;
  /** Null in the stack `totem`. */
  nodeStatus(): NodeStatus | null;
  save(): ProgramState;
}

/** Opaque outside the program. */
export type ProgramState = Brand<object, 'program-state'>;

export interface ProgramOptions {
  readonly self: NodeRef;
  readonly dialect: DialectOfEngine;
  readonly config: TotemConfig;
  /** From the disk, 0 where it holds none. */
  readonly lastRingSeq: bigint;
  /** u32. */
  readonly seed: number;
  readonly nodeCount: number;
  /** Number before the first message of every ring. */
  readonly firstSeqno: number;
  readonly saved?: ProgramState;
}

/** Starts a process. */
export type StartProgram = (options: ProgramOptions) => Program;
