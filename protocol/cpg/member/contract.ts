// Closed process groups as their users see them: requests of local processes, and what comes of them. Types only.
// Names of groups are octets: every character stands for one, U+0000 to U+00FF; 1 to 128 of them.
import type { RingRef } from '../../totem/identity.ts';

/** A process of a closed process group. */
export interface GroupProcess {
  readonly nodeid: number;
  readonly pid: number;
}

/** Why a process came or went, with Corosync's words: cpg.h CPG_REASON_*, 1 to 5 in this order on the wire. */
export const CONFCHG_REASONS = ['join', 'leave', 'nodedown', 'nodeup', 'procdown'] as const;
export type ConfchgReason = (typeof CONFCHG_REASONS)[number];

export interface ChangedProcess extends GroupProcess {
  readonly reason: ConfchgReason;
}

export type CpgRequest =
  /** A local process wants to be a member of a group (cpg_join). */
  | { readonly kind: 'cpg-join'; readonly group: string; readonly pid: number }
  /** Taken at any time; while the services synchronise it waits. */
  | { readonly kind: 'cpg-leave'; readonly group: string; readonly pid: number }
  /** A local process died without leaving. */
  | { readonly kind: 'cpg-exit'; readonly pid: number }
  /**
   * Up to 1 MiB in the dialect of Corosync 3, some 22 kB less in that of Corosync 1; cut by CPG into parts and by
   * totempg into packets as real nodes do. The octets are copied.
   */
  | { readonly kind: 'cpg-mcast'; readonly group: string; readonly pid: number; readonly message: Uint8Array };

/**
 * `try-again`: flow control, the services are synchronising, or a process of that name has not left yet; `cpg-ready`
 * says when. `full`: the group or the node has as many processes as Corosync's clients have room for.
 */
export type RefusalReason = 'try-again' | 'not-joined' | 'too-big' | 'exists' | 'bad-name' | 'full';

export type CpgEffect =
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
      /** By node id, then process. */
      readonly members: readonly GroupProcess[];
      readonly left: readonly ChangedProcess[];
      readonly joined: readonly ChangedProcess[];
      readonly to: readonly number[];
    }
  /** The request of this step could not be taken: CS_ERR_TRY_AGAIN and its kin. */
  | { readonly kind: 'cpg-refused'; readonly pid: number; readonly why: RefusalReason }
  /** What was refused with `try-again` since the last of these would be taken now. */
  | { readonly kind: 'cpg-ready' };
