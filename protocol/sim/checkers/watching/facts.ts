// What the checkers are told: messages and effects read once, with rings as small numbers. Types only; watch.ts makes
// them. Sets of nodes are compared by a sum that does not mind their order.
import type { MembershipState } from '../../../totem/engine/contract.ts';
import type { ProgramEffect } from '../../program.ts';
import type { SimNode } from '../../world/sim-node.ts';

/** A ring id that was met, counted from 0; told apart too when a lost disk lets an id come again. */
export interface Ring {
  readonly number: number;
  /** Node id of its representative. */
  readonly rep: number;
  readonly seq: bigint;
  /** For people: `1/8`. */
  readonly text: string;
}

export interface TokenFact {
  readonly ring: Ring;
  readonly tokenSeq: number;
  readonly seq: number;
  readonly aru: number;
  readonly fcc: number;
  /** Sequence numbers of this ring that are asked for. */
  readonly requests: readonly number[];
  readonly bytes: Uint8Array;
}

export interface McastFact {
  readonly ring: Ring;
  readonly seq: number;
  /** Node id of the originator. */
  readonly from: number;
  /** It carries a message of an older ring. */
  readonly isEncapsulated: boolean;
  /** That message; null where there is none that can be read. */
  readonly inner: McastFact | null;
  readonly isSafe: boolean;
  readonly bytes: Uint8Array;
  /** Where its payload begins. */
  readonly payloadAt: number;
}

/** A set of nodes as two numbers: equal sets are equal, and others hardly ever. */
export interface NodeSum {
  readonly count: number;
  readonly sum: number;
}

export interface JoinFact {
  /** Node id of the sender. */
  readonly from: number;
  readonly isLeave: boolean;
  readonly proc: NodeSum;
  readonly failed: NodeSum;
  /** proc without failed. */
  readonly wanted: NodeSum;
}

export interface CommitFact {
  readonly ring: Ring;
  readonly tokenSeq: number;
  readonly membIndex: number;
  readonly members: readonly number[];
  readonly memberSum: NodeSum;
  readonly bytes: Uint8Array;
}

export interface ConfigurationFact {
  readonly type: 'transitional' | 'regular';
  readonly ring: Ring;
  readonly members: readonly number[];
  readonly left: readonly number[];
  readonly joined: readonly number[];
}

export interface DeliveryFact {
  readonly ring: Ring;
  readonly seq: number;
  readonly from: number;
  readonly packet: Uint8Array;
}

export type GroupEffect = Extract<
  ProgramEffect,
  { readonly kind: 'cpg-deliver' | 'cpg-confchg' | 'synchronised' | 'cpg-refused' }
>;

/** Broken law: what the checker saw, in a sentence. */
export interface Violation {
  readonly checker: string;
  readonly at: number;
  readonly says: string;
}

/** Tells a checker what it may find wrong. */
export type Report = (at: number, says: string) => void;

/**
 * One law that is watched from outside. Every member but the name is optional; within a step the received come before
 * the sent, and effects in their order.
 */
export interface Checker {
  readonly name: string;
  booted?(node: SimNode, at: number): void;
  died?(node: SimNode, at: number, how: 'killed' | 'left' | 'crashed', says: string): void;
  diskLost?(node: SimNode): void;
  stepBegins?(node: SimNode, at: number): void;
  stepEnds?(node: SimNode, at: number): void;
  tokenReceived?(node: SimNode, at: number, token: TokenFact): void;
  mcastReceived?(node: SimNode, at: number, mcast: McastFact): void;
  joinReceived?(node: SimNode, at: number, join: JoinFact): void;
  tokenSent?(node: SimNode, at: number, token: TokenFact): void;
  /** `isFirst`: no node has sent this sequence number of this ring before. */
  mcastSent?(node: SimNode, at: number, mcast: McastFact, isFirst: boolean): void;
  joinSent?(node: SimNode, at: number, join: JoinFact): void;
  commitSent?(node: SimNode, at: number, commit: CommitFact): void;
  persisted?(node: SimNode, at: number, seq: bigint): void;
  stateEntered?(node: SimNode, at: number, state: MembershipState): void;
  configured?(node: SimNode, at: number, configuration: ConfigurationFact): void;
  delivered?(node: SimNode, at: number, delivery: DeliveryFact): void;
  submitted?(node: SimNode, at: number, isTaken: boolean): void;
  grouped?(node: SimNode, at: number, effect: GroupEffect): void;
  /** A local process sent a message to its group, and it was taken. */
  groupSent?(node: SimNode, group: string, pid: number, message: Uint8Array): void;
  /** A local process asked for a change, and it was taken. */
  groupAsked?(node: SimNode, what: 'join' | 'leave' | 'exit', group: string, pid: number): void;
  /** The world has come to rest: what had to happen must have happened. */
  rested?(nodes: readonly SimNode[], at: number): void;
}
