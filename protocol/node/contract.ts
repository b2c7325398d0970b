// LabNode as its hosts see it: one engine made of Totem, totempg, synchronisation and CPG (and the store on top). Types
// only. The same promises hold as for the Totem engine (totem/engine/contract.ts): a host runs one node,
// whatever is in it. Names of groups are octets: every character stands for one, U+0000 to U+00FF; 1 to 128 of them.
import type { NodeRef, RingRef } from '../totem/identity.ts';
import type { EngineNote, Micros, TotemConfig, TotemStatus } from '../totem/engine/contract.ts';
import type { Brand } from '../base/brand.ts';
import type { CpgEffect, CpgRequest, GroupProcess } from '../cpg/member/contract.ts';

export type { ChangedProcess, ConfchgReason, GroupProcess, RefusalReason } from '../cpg/member/contract.ts';

export type NodeInput =
  | { readonly kind: 'datagrams'; readonly batch: readonly Uint8Array[] }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'interface'; readonly up: boolean }
  | { readonly kind: 'leave' }
  | CpgRequest;

/** Carried out by the host in the order of the list. The first three are Totem's own. */
export type NodeEffect =
  | { readonly kind: 'persist-ring-id'; readonly seq: bigint }
  | { readonly kind: 'send-token'; readonly to: NodeRef; readonly bytes: Uint8Array }
  | { readonly kind: 'send-mcast'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'configuration';
      readonly type: 'transitional' | 'regular';
      readonly ringId: RingRef;
      readonly members: readonly NodeRef[];
      readonly left: readonly NodeRef[];
      readonly joined: readonly NodeRef[];
    }
  /**
   * Synchronisation of the services of this ring began, or every member finished it ("Completed service
   * synchronization").
   */
  | { readonly kind: 'synchronised'; readonly ringId: RingRef; readonly isDone: boolean }
  | CpgEffect
  | { readonly kind: 'note'; readonly note: EngineNote };

export interface NodeStatus {
  readonly totem: TotemStatus;
  readonly isSynchronised: boolean;
  /** Service that is being synchronised, by number; null where none is. */
  readonly syncingService: number | null;
  readonly groups: readonly { readonly name: string; readonly members: readonly GroupProcess[] }[];
  /** Messages, whole or in part, that wait in the open packet or to be packed, and their octets. */
  readonly queued: { readonly messages: number; readonly octets: number };
}

export interface LabNode {
  step(now: Micros, input: NodeInput): readonly NodeEffect[];
  nextDeadline(): Micros | null;
  inspect(): NodeStatus;
  /** Plain data that structuredClone() copies. */
  save(): NodeState;
}

/** Opaque outside the node. */
export type NodeState = Brand<object, 'node-state'>;

export interface LabNodeOptions {
  readonly self: NodeRef;
  readonly dialect: 'corosync-1' | 'corosync-3';
  readonly config: TotemConfig;
  readonly lastRingSeq: bigint;
  readonly seed: number;
  /** Votes that the node announces to real nodes' votequorum (specs/totem.md 5.4); null announces none. */
  readonly votequorum: { readonly votes: number; readonly expectedVotes: number } | null;
  /** Asserts the invariants of the engine after every step, as totem/engine/contract.ts has it. */
  readonly isChecked?: boolean;
  readonly saved?: NodeState;
}
