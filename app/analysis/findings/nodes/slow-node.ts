// A node keeps the token longer than the others, second after second. Reference: specs 7.6.
import type { Finding } from '../../result.ts';
import type { SlowSecond } from '../../traffic/loss/token-hops.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, millis, nodeText, plural, seconds } from '../engine/words.ts';

/** Slow seconds of a node, near each other, before it is said. */
const SECONDS_MIN = 2;
const APART_NS = 5e9;
const FLOODS: readonly string[] = ['multicast-deaf', 'mtu-black-hole', 'one-way-link'];

function said(context: FindingContext, slow: readonly SlowSecond[]): Finding | null {
  const [first] = slow;
  const last = slow.at(-1);
  if (first === undefined || last === undefined || slow.length < SECONDS_MIN) return null;
  const { node } = first;
  const visits = slow.reduce((sum, second) => sum + second.visits, 0);
  const total = slow.reduce((sum, second) => sum + second.meanNs * second.visits, 0);
  const others = slow.reduce((sum, { othersNs }) => sum + othersNs, 0) / slow.length;
  const worst = slow.toSorted((a, b) => b.longestNs - a.longestNs).slice(0, 5);
  const cause = context.ledger.covering(first.fromNs + 0.5e9);
  // Whoever works off a flood of retransmissions is busy with it.
  if (cause !== null && FLOODS.includes(cause.rule)) return null;
  const until = last.fromNs + 1e9;
  const made = finding('slow-node', 'warning', {
    time: first.fromNs,
    until,
    culprits: [node],
    says:
      `${capital(nodeText(context, node))} is slow: in ${plural(slow.length, 'second')} of ` +
      `${seconds(until - first.fromNs)} s it had the token for ` +
      `${millis(total / visits)} ms at a visit, the others for ${millis(others)} ` +
      `ms, and up to ${millis(worst[0]?.longestNs ?? 0)} ms; ` +
      'each rotation, and so every message of the cluster, waits for it.',
    evidence: worst.map(({ longestFrame, longestNs }) => ({
      frames: [longestFrame],
      says: `the token leaves node ${node} ${millis(longestNs)} ms after it came, nothing being sent with it`,
    })),
    cause:
      'The process is not scheduled at once: a busy or throttled CPU, a ' +
      'slow log or disk, slow delivery to applications.',
    advice: `load, CPU limits and steal on ${nodeText(context, node)}, and its real-time priority (sched_rr).`,
    confidence: 0.8,
    because: cause?.id ?? null,
  });
  context.ledger.cover({ finding: made, fromNs: first.fromNs, untilNs: until, nodes: [node] });
  return made;
}

export const slowNode: Rule = {
  name: 'slow-node',
  run: (context) => {
    // With redundant rings a node waits for the copy on the other network, which is not here.
    if (context.redundancy === 'one-seen') return [];
    const spans: SlowSecond[][] = [];
    for (const second of context.hops.slowSeconds) {
      const span = spans.findLast(([other]) => other?.node === second.node);
      const near = span?.at(-1);
      if (span !== undefined && near !== undefined && second.fromNs - near.fromNs <= APART_NS) span.push(second);
      else spans.push([second]);
    }
    return spans.flatMap((span) => said(context, span) ?? []);
  },
};
