// What to say of the token timeout of a ring beside what was measured.
import type { RingHistory } from '../../result.ts';
import type { FindingContext } from '../engine/rule.ts';
import { tokenFromHold } from '../engine/timers.ts';

/** A timeout further than this from what is configured is not the configured one. */
const SHARE_OFF_MAX = 0.2;

/**
 * One line on the token timeout beside what was measured; null where neither a conf nor the capture tells.
 * `measuredMs`: how long the first node to declare the loss had been without the token, null if not seen.
 */
export function timeoutSays(
  { facts, rotation }: Pick<FindingContext, 'facts' | 'rotation'>,
  ring: RingHistory,
  measuredMs: number | null,
): string | null {
  const { timers } = facts;
  if (timers !== undefined) {
    const { token, tokenRetransmit, consensus } = timers;
    const rest = `token_retransmit ${tokenRetransmit} ms, consensus ${consensus} ms`;
    const says = `corosync.conf puts token ${token} ms, ${rest} in force`;
    const isOff = measuredMs !== null && Math.abs(measuredMs - token) > token * SHARE_OFF_MAX;
    return isOff ? `${says}; the ${Math.round(measuredMs)} ms seen here are not that` : says;
  }
  const hold = rotation.holdOf(ring.ring);
  if (hold === null) return null;
  const token = Math.round(tokenFromHold(hold) / 10) * 10;
  return `idle, the ring turned once in ${Math.round(hold)} ms, which is the hold of a token timeout near ${token} ms`;
}
