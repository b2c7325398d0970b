// What can be seen of a world from outside: by checkers, transcripts and the wire tap.
import type { Fault } from '../fault.ts';
import type { ProgramEffect, ProgramInput } from '../program.ts';
import type { ToolEnd } from '../sheep/clients.ts';
import type { SheepTold } from '../sheep/contract.ts';
import type { SimNode } from './sim-node.ts';
import type { LossCause } from './link.ts';

/** Every member is optional; times are the world's, in microseconds. */
export interface WorldObserver {
  /** A process started; it has not made a step. */
  booted?(node: SimNode, at: number): void;
  /** A process ended; `says` is why where no fault says it: the broken invariant of a crash, a write that tore. */
  died?(node: SimNode, at: number, how: 'killed' | 'left' | 'crashed', says: string): void;
  /** A step was made; its effects are not carried out yet. */
  stepped?(node: SimNode, at: number, input: ProgramInput, effects: readonly ProgramEffect[]): void;
  /** A datagram left the node's interface; `to` is null for all. */
  sent?(from: SimNode, to: SimNode | null, bytes: Uint8Array, at: number): void;
  /** A datagram that was sent did not, or will not, arrive. */
  lost?(from: SimNode, to: SimNode, bytes: Uint8Array, cause: LossCause, at: number): void;
  /** Something of a node's sheep that can be told. */
  sheepStepped?(node: SimNode, at: number, told: SheepTold): void;
  /** A command that somebody gave at a node has ended. */
  toolEnded?(node: SimNode, at: number, end: ToolEnd): void;
  faulted?(fault: Fault, at: number): void;
}

/** Those who watch, by what they want to see. */
export type Hooks = { readonly [K in keyof WorldObserver]-?: NonNullable<WorldObserver[K]>[] };

export const noHooks = (): Hooks => ({
  booted: [],
  died: [],
  stepped: [],
  sent: [],
  lost: [],
  sheepStepped: [],
  toolEnded: [],
  faulted: [],
});
