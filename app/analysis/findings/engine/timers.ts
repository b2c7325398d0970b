// The timers of a ring: as a corosync.conf says them, else as the ring's idle rotation tells, or how soon tokens are
// sent again; else as its generation has them by default. Reference: specs 4.1, totemconfig.c.
import type { RingHistory } from '../../result.ts';
import type { TokenHops } from '../../traffic/loss/token-hops.ts';
import type { FindingContext } from './rule.ts';

/** Corosync's hold is 0.8 · token / 4.2 − 10 ms, hence token ≈ 5.25 · (hold + 10). */
const HOLDS_PER_TOKEN = 5.25;
const HOLD_LESS_MS = 10;
const RETRANSMITS_PER_TOKEN = 4.2;
const CONSENSUS_PER_TOKEN = 1.2;
const DEFAULT_TOKEN_MS = 1000;

export interface RingTimers {
  readonly tokenNs: number;
  readonly retransmitNs: number;
  readonly consensusNs: number;
  readonly from: 'conf' | 'rotation' | 'copies' | 'default';
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

/** So many tokens that were sent again tell after how long. */
const COPIES_MIN = 3;
const spacings = new WeakMap<TokenHops, { readonly hops: number; readonly ns: number | null }>();

/** The usual time between a token and its copy; null where too few were sent again. */
function spacingOf(hops: TokenHops): number | null {
  const { length } = hops.hops;
  const known = spacings.get(hops);
  if (known?.hops === length) return known.ns;
  const sorted = hops.hops
    .map(({ sentNs, lastCopyNs, copies }) => (lastCopyNs - sentNs) / copies)
    .sort((a, b) => a - b);
  const ns = length < COPIES_MIN ? null : (sorted[length >>> 1] ?? null);
  spacings.set(hops, { hops: length, ns });
  return ns;
}

/** In nanoseconds. Without conf and idle rotations of this ring, those of any other ring are taken. */
export function timersOf(
  { facts, rotation, rings, hops }: Pick<FindingContext, 'facts' | 'rotation' | 'rings' | 'hops'>,
  ring: number | null,
): RingTimers {
  const { timers } = facts;
  if (timers !== undefined) {
    const { token, tokenRetransmit, consensus } = timers;
    return { tokenNs: token * 1e6, retransmitNs: tokenRetransmit * 1e6, consensusNs: consensus * 1e6, from: 'conf' };
  }
  const hold = (ring === null ? null : rotation.holdOf(ring)) ?? firstHold(rotation, rings);
  const spacing = hold === null ? spacingOf(hops) : null;
  const tokenNs =
    spacing === null ? (hold === null ? DEFAULT_TOKEN_MS : tokenFromHold(hold)) * 1e6 : spacing * RETRANSMITS_PER_TOKEN;
  return {
    tokenNs,
    retransmitNs: tokenNs / RETRANSMITS_PER_TOKEN,
    consensusNs: tokenNs * CONSENSUS_PER_TOKEN,
    from: hold !== null ? 'rotation' : spacing === null ? 'default' : 'copies',
  };
}
