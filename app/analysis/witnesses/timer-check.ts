// Timers that are in force by corosync.conf or by a dump, beside each other and beside the rotation that was seen. Says
// what an engineer should know before touching them. Reference: specs 4.1, 7.16f; signatures 14, 16.
import type { Timers } from '../report/conf.ts';
import type { Analysis, RingTimers } from '../result.ts';

export interface TimerNote {
  readonly severity: 'info' | 'warning';
  readonly says: string;
}

/** A timeout further than this from what is configured is not the configured one. */
const OFF_SHARE = 0.15;
/** Rotations so long are too near to the timeout. */
const NEAR_SHARE = 0.5;
const CONSENSUS_PER_TOKEN = 1.2;

/** `source`: "corosync.conf" or "the dump"; `measured`: what the packets tell of the timers. */
export function checkTimers(
  timers: Timers,
  source: string,
  measured: RingTimers | null,
  { rotation, nodes, rings }: Analysis,
): readonly TimerNote[] {
  const notes: TimerNote[] = [];
  const warn = (says: string): unknown => notes.push({ severity: 'warning', says });
  const { token, tokenRetransmit, hold, consensus } = timers;
  const { active } = rotation;
  if (consensus < Math.floor(token * CONSENSUS_PER_TOKEN))
    warn(`consensus ${consensus} ms is less than 1.2 times token (${token} ms): rings fall apart while they form.`);
  if (hold >= tokenRetransmit) warn(`hold ${hold} ms is not below token_retransmit ${tokenRetransmit} ms.`);
  if (measured !== null) {
    const isOff = Math.abs(measured.hold - hold) > hold * OFF_SHARE;
    const held = `an idle rotation takes ${measured.hold} ms`;
    if (isOff)
      warn(
        `${held}, ${source} makes ${hold} ms of it: the token timeout in force is near ${measured.token} ms, ` +
          `not ${token} ms. Another file, a change without reload, or another count of nodes.`,
      );
    else notes.push({ severity: 'info', says: `${held}, as ${source} says (${hold} ms).` });
  }
  if (active.p99 !== null && active.p99 > token * NEAR_SHARE)
    warn(
      `one active rotation in a hundred takes ${Math.round(active.p99)} ms or more, over half of the token ` +
        `timeout of ${token} ms: latency or slow nodes; raise token only when they are understood.`,
    );
  else if (active.p99 !== null && active.p99 > tokenRetransmit)
    warn(
      `one active rotation in a hundred takes longer than token_retransmit (${tokenRetransmit} ms): tokens are sent ` +
        'again though none was lost.',
    );
  const largest = Math.max(0, ...rings.map(({ members }) => members.length));
  if (timers.nodes > 0 && largest > timers.nodes)
    warn(
      `the nodelist has ${timers.nodes} nodes and a ring had ${largest}: timers grow with the list, so those of the ` +
        'others differ.',
    );
  if (timers.nodes > nodes.length && nodes.length > 0)
    notes.push({
      severity: 'info',
      says: `${timers.nodes - nodes.length} nodes of the nodelist are not in this capture.`,
    });
  return notes;
}
