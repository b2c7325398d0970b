// Copies of tokens that then went on: a token, or what its receiver sent on, was lost on the way, or its receiver was
// late. Reference: specs 7.4.
import type { Finding } from '../../result.ts';
import type { RepeatedHop } from '../../traffic/loss/token-hops.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { isShown } from './loss-blame.ts';
import { timersOf } from '../engine/timers.ts';
import { capital, nodeText, plural, seconds } from '../engine/words.ts';

/** So many hops with copies within the time are worth a word (specs 7.4). */
const HOPS_MIN = 3;
const WITHIN_NS = 60e9;
const SHOWN_MAX = 6;
/** A wait this near to the hold of the representative is the hold. */
const HOLD_SHARE = 0.1;

/** The busiest stretch of hops, all within the time of each other. */
function densest(hops: readonly RepeatedHop[]): number {
  let [from, most] = [0, 0];
  for (let to = 0; to < hops.length; to++) {
    while ((hops[to]?.sentNs ?? 0) - (hops[from]?.sentNs ?? 0) > WITHIN_NS) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** The representative holds the token as it should, and the node before it does not wait so long. */
function isHeld({ rotation, store, addresses }: FindingContext, hop: RepeatedHop): boolean {
  const hold = rotation.holdOf(hop.ring);
  const wait = (hop.nextNs - hop.sentNs) / 1e6;
  const isRep = addresses.nodeAt(hop.dst) === store.rings[hop.ring]?.rep;
  return isRep && hold !== null && Math.abs(wait - hold) < hold * HOLD_SHARE;
}

function said(context: FindingContext, hops: readonly RepeatedHop[]): Finding | null {
  const [first] = hops;
  const last = hops.at(-1);
  if (first === undefined || last === undefined || densest(hops) < HOPS_MIN) return null;
  const [from, to] = [context.addresses.nodeAt(first.src), context.addresses.nodeAt(first.dst)];
  if (to === null) return null;
  const fresh = context.hops.counts.get(first.src * 65_536 + first.dst)?.fresh ?? hops.length;
  const copies = hops.reduce((sum, hop) => sum + hop.copies, 0);
  const longest = Math.max(...hops.map(({ nextNs, sentNs }) => nextNs - sentNs));
  const { tokenNs } = timersOf(context, first.ring);
  const cause = hops.map(({ sentNs }) => context.ledger.covering(sentNs)).find((known) => known !== null) ?? null;
  const sender = from === null ? context.store.address(first.src) : nodeText(context, from);
  const held = hops.filter((hop) => isHeld(context, hop)).length;
  const isRedundant = context.redundancy !== 'none';
  const isBehindSeen = isShown(context, first.ring, first.dst);
  const isTimers = held > hops.length / 2 && from !== null && !isRedundant;
  const counts =
    `${plural(hops.length, 'token')} of ${fresh} from ${sender} to ` + `${nodeText(context, to)} had to be sent again`;
  return finding('token-retransmitted', 'warning', {
    time: first.sentNs,
    until: last.nextNs,
    culprits: [isTimers ? from : to],
    says: isTimers
      ? `${counts} while node ${to} held the token as the representative of an idle ring: the ` +
        `retransmit timeout of node ${from} is shorter than that hold.`
      : `${counts}, ${plural(copies, 'copy', 'copies')} in all, and then went ` +
        `on; the longest wait was ${seconds(longest)} s` +
        (longest > tokenNs / 2 ? `, ${Math.round((100 * longest) / tokenNs)} % of the token timeout.` : '.'),
    evidence: hops.slice(0, SHOWN_MAX).map((hop) => ({
      frames: [hop.frame, ...hop.copyFrames, hop.nextFrame],
      says: `token ${hop.tokenSeq}, its copies, and the token after it ${seconds(hop.nextNs - hop.sentNs)} s later`,
    })),
    cause: isTimers
      ? `The timers of node ${from} differ from those of the others: another token ` +
        'or another number of nodes in its corosync.conf.'
      : isRedundant
        ? 'One of the redundant rings does not deliver: nodes wait for the copy of the token on the other network.'
        : `The token was lost on the way to node ${to}, or what node ${to} sent on was; or it was late.` +
          (isBehindSeen ? '' : ' What that node sends is not in this capture: it may have been any hop behind it.'),
    advice: isTimers
      ? `token, token_coefficient and the nodelist of node ${from}: timers must be equal on all nodes.`
      : `${capital(nodeText(context, to))}: its link, and whether its process is scheduled in time.`,
    confidence: isRedundant || !isBehindSeen ? 0.5 : 0.8,
    because: cause?.id ?? null,
    reference: 'corosync.conf(5): token, token_retransmits_before_loss_const',
  });
}

export const tokenRetransmitted: Rule = {
  name: 'token-retransmitted',
  run: (context) => {
    const byHop = new Map<number, RepeatedHop[]>();
    for (const hop of context.hops.hops) {
      const key = hop.src * 65_536 + hop.dst;
      byHop.set(key, [...(byHop.get(key) ?? []), hop]);
    }
    return [...byHop.values()].flatMap((hops) => said(context, hops) ?? []);
  },
};
