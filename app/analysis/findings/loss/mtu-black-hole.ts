// Only multicasts above a size are lost on the way to a node: it asks for all of those in vain, and gets the small
// ones. Reference: specs 7.17.
import type { Finding } from '../../result.ts';
import { calmAfter } from '../engine/calm.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, nodeText, seconds } from '../engine/words.ts';
import { usesGroup } from '../links/multicast-deaf.ts';
import { isBySize, missesOf, type Miss } from './miss.ts';

function said(context: FindingContext, { requester, smallerSent, alone }: Miss): Finding {
  const { node, firstNs, lastNs, sizeMin, sizeMax, asked, requests } = requester;
  const until = calmAfter(context, [node], lastNs);
  const resent = alone.reduce((sum, pattern) => sum + pattern.resent, 0);
  const made = finding('mtu-black-hole', 'failure', {
    time: firstNs,
    until: lastNs,
    culprits: [node],
    says:
      `${capital(nodeText(context, node))} misses the large multicasts and gets what is small: all ${asked} that it ` +
      `asks for in ${seconds(lastNs - firstNs)} s have ${sizeMin} octets or more` +
      (smallerSent > 0 ? `, and ${smallerSent} smaller ones of that time arrived. ` : ', and its tokens arrive. ') +
      `Sending again does not help (${resent} retransmissions); token and ` +
      'joins are small and pass, so the ring stands ' +
      'while this node delivers nothing.',
    evidence: [
      {
        frames: alone.flatMap(({ frames }) => frames).slice(0, 8),
        says: `multicasts of ${sizeMin} to ${sizeMax} octets that never reached it`,
      },
      { frames: requester.frames, says: `tokens by which it asks, ${requests} requests in all` },
    ],
    cause:
      'The path to that node passes no frames above a size: a smaller MTU, jumbo frames on ' +
      'one side only, a tunnel, or fragments that are dropped.',
    advice:
      'the MTU on every hop to that node (ping with the don’t-fragment bit ' +
      'and 1472 octets), jumbo frames, tunnels and VPNs, ' +
      'and filters that drop fragments; or set netmtu below the limit.',
    confidence: smallerSent > 10 ? 0.95 : 0.8,
    reference: 'corosync.conf(5): netmtu',
  });
  context.ledger.cover({ finding: made, fromNs: firstNs - 0.1e9, untilNs: until + 0.5e9, nodes: null });
  for (const incident of context.incidents)
    if (incident.declaredNs >= firstNs && incident.declaredNs <= until) context.ledger.explain(incident, made);
  return made;
}

export const mtuBlackHole: Rule = {
  name: 'mtu-black-hole',
  run: (context) => {
    const seen = new Set<number>();
    const isGroup = usesGroup(context);
    return missesOf(context).flatMap((miss) => {
      const { node, firstNs } = miss.requester;
      if (!isBySize(context, miss, isGroup) || seen.has(node) || context.ledger.covering(firstNs) !== null) return [];
      seen.add(node);
      return [said(context, miss)];
    });
  },
};
