// Tokens ask for multicasts to be sent again, and the snap length cut off for which: that packets are lost is certain,
// and on whose link is not in the capture. Reference: specs 7.1, 7.8.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext } from '../engine/rule.ts';
import { nodeText, plural, listed, seconds } from '../engine/words.ts';

/** Fewer are the chance of a busy network. */
const TOKENS_MIN = 3;
const ASKERS_SHOWN_MAX = 3;
/** A node that adds so much of all that is asked for asks alone. */
const MAIN_SHARE = 0.9;

/** Who asks is known to receive no multicast: then it asks for all of them. */
function isOfDeaf({ ledger }: FindingContext, askers: readonly (readonly [node: number, added: number])[]): boolean {
  const [most] = askers;
  const added = askers.reduce((sum, [, more]) => sum + more, 0);
  if (most === undefined || most[1] < added * MAIN_SHARE) return false;
  return ledger.said('multicast-deaf').some(({ culprits }) => culprits.includes(most[0]));
}

/** Nothing where the lists are whole, or another fault explains them. */
export function cutLists(context: FindingContext): readonly Finding[] {
  const { tokens, firstNs, lastNs, frames, byNode } = context.losses.cut;
  if (tokens < TOKENS_MIN || context.ledger.covering(firstNs) !== null) return [];
  const askers = [...byNode].sort((a, b) => b[1] - a[1]).slice(0, ASKERS_SHOWN_MAX);
  if (isOfDeaf(context, askers)) return [];
  const who =
    askers.length === 0
      ? ''
      : `; most of them were added by ${listed(askers.map(([node, more]) => `${nodeText(context, node)} (${more})`))}`;
  const made = finding('packet-loss', 'warning', {
    time: firstNs,
    until: lastNs,
    says:
      `Packets are lost in the network: ${plural(tokens, 'token')} in ${seconds(lastNs - firstNs)} s ask for ` +
      `multicasts to be sent again${who}. For which they ask, and so on whose link, was cut off by the snap length.`,
    evidence: [{ frames, says: 'tokens with requests, cut' }],
    cause:
      'Frames are dropped on the way from a sender or to a receiver, or only the large ones: without the lists it is ' +
      'not to be told.',
    advice: 'capture again with whole frames (tcpdump -s 0, or at least -s 500 for tokens).',
    confidence: 0.5,
    reference: 'totemsrp.c: a gap is asked for at the fifth token that shows it',
  });
  for (const incident of context.incidents)
    if (incident.declaredNs >= firstNs && incident.sinceNs <= lastNs + 2e9 && incident.absent.length === 0)
      context.ledger.explain(incident, made);
  return [made];
}
