// A node that leaves and comes back again and again. Reference: specs 7.14.
import type { Finding, RingHistory } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, nodeText, plural, seconds } from '../engine/words.ts';

/** Departures followed by returns within the time. */
const RETURNS_MIN = 3;
const WITHIN_NS = 600e9;

interface Return {
  readonly left: RingHistory;
  readonly back: RingHistory;
}

/** Ring changes of several that took a node out and in again. */
function returnsOf({ rings }: FindingContext, node: number): readonly Return[] {
  const turned = rings.filter(({ firstToken, committed }) => firstToken !== null && committed !== null);
  const returns: Return[] = [];
  let left: RingHistory | null = null;
  let was = false;
  for (const ring of turned) {
    const isIn = ring.members.includes(node);
    if (was && !isIn && !turnsBeside(turned, ring, node)) left = ring;
    else if (isIn && left !== null) {
      returns.push({ left, back: ring });
      left = null;
    }
    was = isIn || (was && left === null);
  }
  return returns;
}

/** The node is in another ring at the same time: this one is the other side of a divided network. */
function turnsBeside(rings: readonly RingHistory[], { firstToken, lastToken }: RingHistory, node: number): boolean {
  return rings.some(
    (other) =>
      other.members.includes(node) &&
      (other.firstToken ?? Infinity) < (lastToken ?? 0) &&
      (other.lastToken ?? 0) > (firstToken ?? Infinity),
  );
}

/** Returns as a new process into a ring that had not missed it. */
function quickReturns(context: FindingContext, node: number): number {
  return context.joins.starts.filter((start) => start.node === node).length;
}

function said(context: FindingContext, node: number): Finding | null {
  const returns = returnsOf(context, node);
  const last = returns.at(-1);
  const near = returns.filter(({ back }) => (last?.back.firstToken ?? 0) - (back.firstToken ?? 0) <= WITHIN_NS);
  const [first] = near;
  if (first === undefined || last === undefined || near.length < RETURNS_MIN) return null;
  const since = first.left.committed ?? 0;
  const until = last.back.firstToken ?? since;
  const cause = context.ledger.lasting(since, until);
  return finding('flapping-member', 'warning', {
    time: since,
    until,
    culprits: [node],
    says:
      `${capital(nodeText(context, node))} flaps: it left the ring and came back ${plural(near.length, 'time')} in ` +
      `${seconds(until - since)} s, ${quickReturns(context, node)} of its starts are in this capture.`,
    evidence: near.slice(0, 8).map(({ left, back }) => ({
      frames: [...left.frames, ...back.frames],
      says: `ring ${left.id} without it, ring ${back.id} with it again`,
    })),
    cause: 'Something restarts or disconnects it again and again; each time the whole cluster forms its ring anew.',
    advice:
      `${nodeText(context, node)}: what starts and stops its process, its ` +
      'link, its log. Keep it out until it is found.',
    confidence: 0.9,
    because: cause?.id ?? null,
  });
}

export const flappingMember: Rule = {
  name: 'flapping-member',
  run: (context) => context.nodes.flatMap(({ nodeid }) => said(context, nodeid) ?? []),
};
