// The timers of a ring: as a corosync.conf says them, else as the representative's hold on the idle ring tells.
import type { RingHistory, RingTimers } from './result.ts';
import type { CaptureFacts } from './capture-facts.ts';
import { tokenFromHold } from './findings/engine/timers.ts';
import type { RotationAnalysis } from './traffic/rotation.ts';

/** Corosync's own proportions (specs of its timers). */
const BEFORE_LOSS = 4.2;
const CONSENSUS_SHARE = 1.2;
const JOIN_MS = 50;
const MERGE_MS = 200;
/** A timeout told from a hold is that near to the true one. */
const ROUND_MS = 10;

/** Null where neither a configuration nor an idle ring tells. */
export function ringTimers(
  { timers }: Pick<CaptureFacts, 'timers'>,
  rings: readonly RingHistory[],
  rotation: Pick<RotationAnalysis, 'holdOf'>,
): RingTimers | null {
  if (timers !== undefined) {
    const { token, tokenRetransmit, hold, join, consensus, merge } = timers;
    return { token, tokenRetransmit, hold, join, consensus, merge, isConfigured: true };
  }
  // The ring with the most tokens has held its token most often.
  for (const { ring } of [...rings].sort((a, b) => b.tokens - a.tokens)) {
    const hold = rotation.holdOf(ring);
    if (hold === null) continue;
    const token = Math.round(tokenFromHold(hold) / ROUND_MS) * ROUND_MS;
    return {
      token,
      tokenRetransmit: Math.round(token / BEFORE_LOSS),
      hold: Math.round(hold),
      join: JOIN_MS,
      consensus: Math.round(token * CONSENSUS_SHARE),
      merge: MERGE_MS,
      isConfigured: false,
    };
  }
  return null;
}
