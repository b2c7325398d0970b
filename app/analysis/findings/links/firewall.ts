// A node that was never in a ring with others: its joins are heard by all, and nothing reaches it. Reference: specs
// 7.20.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { timersOf } from '../engine/timers.ts';
import { capital, nodeText, plural, seconds } from '../engine/words.ts';
import { refusals } from '../nodes/node-dead.ts';
import type { LinkFault } from './link-faults.ts';

/** A node may be late by a consensus timeout, or by so much, when it starts: ports and groups take a moment. */
const COMING_UP_NS = 3.2e9;

function said(context: FindingContext, { nodes, fromNs, untilNs, edges }: LinkFault): Finding {
  const [node = 0] = nodes;
  const runs = context.joins.of(node, fromNs, untilNs);
  const joins = runs.reduce((sum, { count }) => sum + count, 0);
  const refused = refusals(context, node, fromNs, untilNs);
  const rings = context.rings.filter(
    ({ committed, members }) =>
      committed !== null && committed > fromNs && committed < untilNs && !members.includes(node),
  );
  const made = finding('firewall', 'failure', {
    time: fromNs,
    until: untilNs,
    culprits: [node],
    says:
      `${capital(nodeText(context, node))} is shielded: it sent ` +
      `${plural(joins, 'join')} in ${seconds(untilNs - fromNs)} s, ` +
      'the others hear them and answer, and nothing of theirs reaches it. It never joined a ring with them.' +
      (refused.length > 0 ? ' Its host refuses what they send, by ICMP.' : '') +
      (rings.length > 0
        ? ` Each of its attempts makes the others form their ring anew: ${plural(rings.length, 'time')}.`
        : ''),
    evidence: [
      ...(refused.length > 0
        ? [{ frames: refused, says: 'ICMP from its address: what was sent to it is refused' }]
        : []),
      ...runs.slice(0, 3).map(({ firstFrame, lastFrame, count }) => ({
        frames: firstFrame === lastFrame ? [firstFrame] : [firstFrame, lastFrame],
        says: `${plural(count, 'join')} of node ${node} that list it alone`,
      })),
      ...edges
        .slice(0, 4)
        .map(({ speaker, spoken }) => ({ frames: spoken, says: `joins of node ${speaker} that it does not answer` })),
    ],
    cause:
      'A packet filter on that node, or before it, drops what arrives on ' +
      'the port; or it is not in the multicast group.',
    advice:
      'the firewall of that node: allow UDP to the port and to the port ' +
      'below it (5404 and 5405), both ways, unicast and ' +
      'multicast, and fragments. If multicast alone fails: IGMP snooping on the switch.',
    confidence: refused.length > 0 ? 0.95 : 0.8,
    reference: 'corosync logs "Totem is unable to form a cluster because of an operating system or network fault"',
  });
  context.ledger.cover({ finding: made, fromNs: fromNs - 1e9, untilNs: untilNs + 5e9, nodes: null });
  for (const incident of context.incidents)
    if (incident.declaredNs >= fromNs && incident.declaredNs <= untilNs + 5e9) context.ledger.explain(incident, made);
  return made;
}

/** It joined a ring with others soon after: its port, or its membership of the group, took a moment to come up. */
function isComingUp(context: FindingContext, { nodes, fromNs, untilNs }: LinkFault): boolean {
  const { consensusNs } = timersOf(context, null);
  const joined = context.rings.some(
    ({ members, firstToken }) =>
      firstToken !== null && firstToken > fromNs && members.length > 1 && nodes.every((node) => members.includes(node)),
  );
  return joined && untilNs - fromNs < Math.max(COMING_UP_NS, consensusNs);
}

export const firewall: Rule = {
  name: 'firewall',
  run: (context) =>
    context.linkFaults
      .filter(
        (fault) =>
          fault.kind === 'hears-nobody' &&
          !fault.wasMember &&
          !isComingUp(context, fault) &&
          context.ledger.covering(fault.fromNs) === null,
      )
      .map((fault) => said(context, fault)),
};
