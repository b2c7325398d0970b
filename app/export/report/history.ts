// Who was in which state when, and which silent waits lay between a loss and the next ring: what the picture of a
// report shows. From the transitions of the analysis alone; pure.
import type { Analysis, Finding, MembershipState } from '../../analysis/result.ts';

export interface StateStretch {
  /** Null where it cannot be told. */
  readonly state: MembershipState | null;
  readonly from: number;
  readonly to: number;
}

/** The states of a node in order, from its first packet to its last. */
export function stretchesOf({ transitions, nodes }: Analysis, nodeid: number): readonly StateStretch[] {
  const node = nodes.find((own) => own.nodeid === nodeid);
  if (node === undefined) return [];
  const own = transitions.filter((transition) => transition.nodeid === nodeid).sort((a, b) => a.time - b.time);
  const [first] = own;
  const stretches: StateStretch[] = [];
  const start = Math.min(node.firstSeen, first?.time ?? Infinity);
  if (first === undefined || first.time > start)
    stretches.push({ state: first?.from ?? null, from: start, to: first?.time ?? node.lastSeen });
  for (const [i, { to: state, time }] of own.entries()) {
    const to = own[i + 1]?.time ?? Math.max(node.lastSeen, time);
    if (to > time) stretches.push({ state, from: time, to });
  }
  return stretches;
}

export interface ChainWait {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** From a loss to the next ring: the two waits in which nothing is heard, as far as the packets show them. */
export function waitsOf(
  { rule, evidence, time }: Finding,
  { transitions }: Analysis,
  timeOfFrame: (frame: number) => number | null,
): readonly ChainWait[] {
  if (rule !== 'token-loss') return [];
  const waits: ChainWait[] = [];
  const sent = timeOfFrame(evidence[0]?.frames[0] ?? 0);
  if (sent !== null && sent < time) waits.push({ name: 'token timeout', from: sent, to: time });
  const commit = transitions.find((own) => own.to === 'commit' && own.time > time);
  if (commit !== undefined) waits.push({ name: 'waiting for consensus', from: time, to: commit.time });
  return waits;
}
