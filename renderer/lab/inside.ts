// What a node of the lab says of its membership itself, and how that differs from what its packets tell. Pure.
import type { LabNodeView } from '../../app/lab/lab-view.ts';
import type { MembershipState } from '../../app/analysis/result.ts';
import type { TimerName } from '../../protocol/totem/engine/contract.ts';
import type { MemberNow } from '../state/time/membership-now.ts';

export interface InsideTimer {
  readonly name: TimerName;
  /** Nanoseconds; below zero where it is due. */
  readonly left: number;
}

export interface Inside {
  readonly state: MembershipState;
  /** `REP:SEQ`. */
  readonly ring: string;
  readonly proc: readonly number[];
  readonly failed: readonly number[];
  /** Of whom it has not heard that they agree; of a gathering node only. */
  readonly lacks: readonly number[];
  /** Armed timers, the next one first; empty where the node's clock is not known. */
  readonly timers: readonly InsideTimer[];
}

const ids = (nodes: readonly { readonly nodeid: number }[]): readonly number[] => nodes.map(({ nodeid }) => nodeid);

/** Null of a node that does not answer. */
export function insideOf({ status }: LabNodeView): Inside | null {
  if (status === null) return null;
  const { totem } = status.node;
  const { nowMicros } = status;
  const proc = ids(totem.procList);
  const failed = ids(totem.failedList);
  const agreed = ids(totem.consensus);
  const isWaitedFor = (id: number): boolean => !failed.includes(id) && !agreed.includes(id);
  const timers = Object.entries(totem.timers).flatMap(([name, at]): readonly InsideTimer[] =>
    at === null || nowMicros === undefined ? [] : [{ name: name as TimerName, left: (at - nowMicros) * 1000 }],
  );
  return {
    state: totem.state,
    ring: `${totem.ringId.rep}:${totem.ringId.seq}`,
    proc,
    failed,
    lacks: totem.state === 'gather' ? proc.filter(isWaitedFor) : [],
    timers: timers.sort((a, b) => a.left - b.left),
  };
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

export type Difference = 'state' | 'ring' | 'proc' | 'failed' | 'waits for';

/** In what the packets tell something else of the node at the same moment; empty where they agree. */
export function differencesOf(inside: Inside, told: MemberNow): readonly Difference[] {
  if (told.state !== inside.state) return ['state'];
  const isOnRing = inside.state === 'operational';
  return [
    ...(isOnRing && told.ring !== null && told.ring !== inside.ring ? (['ring'] as const) : []),
    ...(isSame(told.proc, inside.proc) ? [] : (['proc'] as const)),
    ...(isSame(told.failed, inside.failed) ? [] : (['failed'] as const)),
    ...(inside.state === 'gather' && !isSame(told.lacks, inside.lacks) ? (['waits for'] as const) : []),
  ];
}
