// LabNode as its hosts see it: one engine made of Totem, totempg, synchronisation and CPG (and the store on top). Types
// only. The same promises hold as for the Totem engine (totem/engine/contract.ts): a host runs one node,
// whatever is in it. Names of groups are octets: every character stands for one, U+0000 to U+00FF; 1 to 128 of them.
import type { NodeRef, RingRef } from '../totem/identity.ts';
import type { EngineNote, Micros, TotemConfig, TotemStatus } from '../totem/engine/contract.ts';
import type { Brand } from '../base/brand.ts';

/** A process of a closed process group. */
export interface GroupProcess {
  readonly nodeid: number;
  readonly pid: number;
}

export type NodeInput =
  | { readonly kind: 'datagrams'; readonly batch: readonly Uint8Array[] }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'interface'; readonly up: boolean }
  | { readonly kind: 'leave' }
  /** A local process wants to be a member of a group (cpg_join). */
  | { readonly kind: 'cpg-join'; readonly group: string; readonly pid: number }
  | { readonly kind: 'cpg-leave'; readonly group: string; readonly pid: number }
  /** A local process died without leaving. */
  | { readonly kind: 'cpg-exit'; readonly pid: number }
  /** Up to 1 MiB; cut by CPG into parts and by totempg into packets as real nodes do. */
  | { readonly kind: 'cpg-mcast'; readonly group: string; readonly pid: number; readonly message: Uint8Array };

/** Why a process came or went, with Corosync's numbers: cpg.h CPG_REASON_*. */
export type ConfchgReason = 'join' | 'leave' | 'nodedown' | 'nodeup' | 'procdown';

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
  | {
      readonly kind: 'cpg-deliver';
      readonly group: string;
      readonly from: GroupProcess;
      readonly message: Uint8Array;
      readonly ringId: RingRef;
      /** Sequence number of the mcast that ended the message. */
      readonly seq: number;
      /** Local processes that receive it. */
      readonly to: readonly number[];
    }
  | {
      readonly kind: 'cpg-confchg';
      readonly group: string;
      readonly members: readonly GroupProcess[];
      readonly left: readonly (GroupProcess & { readonly reason: ConfchgReason })[];
      readonly joined: readonly (GroupProcess & { readonly reason: ConfchgReason })[];
      readonly to: readonly number[];
    }
  /** The request of this step could not be taken: CS_ERR_TRY_AGAIN and its kin. */
  | {
      readonly kind: 'cpg-refused';
      readonly pid: number;
      /** `try-again`: flow control, or the services are synchronising; `cpg-ready` says when. */
      readonly why: 'try-again' | 'not-joined' | 'too-big' | 'exists' | 'bad-name';
    }
  /** What was refused with `try-again` since the last of these would be taken now. */
  | { readonly kind: 'cpg-ready' }
  | { readonly kind: 'note'; readonly note: EngineNote };

export interface NodeStatus {
  readonly totem: TotemStatus;
  readonly isSynchronised: boolean;
  /** Service that is being synchronised, by number; null where none is. */
  readonly syncingService: number | null;
  readonly groups: readonly { readonly name: string; readonly members: readonly GroupProcess[] }[];
  /** Messages and octets that wait to be packed. */
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
  readonly saved?: NodeState;
}
