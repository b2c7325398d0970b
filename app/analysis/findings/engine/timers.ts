// The timers of a ring: as a corosync.conf says them, else as the ring's idle rotation tells, else as its generation
// has them by default. Reference: specs 4.1, totemconfig.c.
import type { RingHistory } from '../../result.ts';
import type { FindingContext } from './rule.ts';

/** Corosync's hold is 0.8 · token / 4.2 − 10 ms (specs 4.1), hence token ≈ 5.25 · (hold + 10). */
const HOLDS_PER_TOKEN = 5.25;
const HOLD_LESS_MS = 10;
const RETRANSMITS_PER_TOKEN = 4.2;
const CONSENSUS_PER_TOKEN = 1.2;
const DEFAULT_TOKEN_MS = 1000;

export interface RingTimers {
  readonly tokenNs: number;
  readonly retransmitNs: number;
  readonly consensusNs: number;
  readonly from: 'conf' | 'rotation' | 'default';
}

export function tokenFromHold(holdMs: number): number {
  return HOLDS_PER_TOKEN * (holdMs + HOLD_LESS_MS);
}

function firstHold(rotation: FindingContext['rotation'], rings: readonly RingHistory[]): number | null {
  for (const { ring } of rings) {
    const hold = rotation.holdOf(ring);
    if (hold !== null) return hold;
  }
  return null;
}

/** In nanoseconds. Without conf and idle rotations of this ring, those of any other ring are taken. */
export function timersOf(
  { facts, rotation, rings }: Pick<FindingContext, 'facts' | 'rotation' | 'rings'>,
  ring: number | null,
): RingTimers {
  const { timers } = facts;
  if (timers !== undefined) {
    const { token, tokenRetransmit, consensus } = timers;
    return { tokenNs: token * 1e6, retransmitNs: tokenRetransmit * 1e6, consensusNs: consensus * 1e6, from: 'conf' };
  }
  const hold = (ring === null ? null : rotation.holdOf(ring)) ?? firstHold(rotation, rings);
  const tokenNs = (hold === null ? DEFAULT_TOKEN_MS : tokenFromHold(hold)) * 1e6;
  return {
    tokenNs,
    retransmitNs: tokenNs / RETRANSMITS_PER_TOKEN,
    consensusNs: tokenNs * CONSENSUS_PER_TOKEN,
    from: hold === null ? 'default' : 'rotation',
  };
}
