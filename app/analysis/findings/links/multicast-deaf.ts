// A node receives the token and no multicasts: it asks in vain for all that the others send, or goes on by itself while
// their joins are on the wire. Reference: specs 7.9, 7.15.
import type { Finding } from '../../result.ts';
import { calmAfter } from '../engine/calm.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, idsText, nodeText, seconds } from '../engine/words.ts';
import { isBySize, isInVain, missesOf, type Miss } from '../loss/miss.ts';
import type { LinkFault } from './link-faults.ts';

const ADVICE =
  'on the switch: IGMP snooping without a querier (enable a querier on ' +
  'the VLAN, or turn snooping off: on a Linux bridge ' +
  'multicast_querier, multicast_snooping), filters for the multicast group on the port of that node, and its own ' +
  'firewall. Or use udpu or knet, which need no multicast.';
const CAUSE =
  'The switch no longer forwards the multicast group to the port of that ' +
  'node, typically some minutes after the start ' +
  'when IGMP snooping has no querier; or a filter on the way.';
const REFERENCE = 'corosync.conf(5): fail_recv_const';
/** Its first requests may follow the first lost multicast by some tokens. */
const BEFORE_NS = 0.1e9;

/** All multicasts of the ring go to a group address: else each node gets copies of its own. */
export function usesGroup({ senders, store }: FindingContext): boolean {
  return senders.all().some(({ destinations }) =>
    [...destinations.keys()].some((address) => {
      const text = store.address(address);
      const first = Number(/^(\d+)\./.exec(text)?.[1] ?? 0);
      return (first >= 224 && first < 240) || text.startsWith('ff') || text.endsWith('.255');
    }),
  );
}

interface Deafness {
  readonly node: number;
  readonly fromNs: number;
  untilNs: number;
  readonly misses: Miss[];
  readonly faults: LinkFault[];
}

function deafnesses(context: FindingContext): readonly Deafness[] {
  const all: Deafness[] = [];
  const add = (node: number, fromNs: number, untilNs: number): Deafness => {
    const known = all.find((deaf) => deaf.node === node && fromNs <= calmAfter(context, [node], deaf.untilNs));
    if (known !== undefined) {
      known.untilNs = Math.max(known.untilNs, untilNs);
      return known;
    }
    const deaf = { node, fromNs, untilNs, misses: [], faults: [] };
    all.push(deaf);
    return deaf;
  };
  for (const miss of missesOf(context)) {
    const { node, firstNs, lastNs } = miss.requester;
    if (!isInVain(miss) || isBySize(context, miss, true) || context.ledger.covering(firstNs) !== null) continue;
    add(node, firstNs, lastNs).misses.push(miss);
  }
  for (const fault of context.linkFaults) {
    const [node] = fault.nodes;
    if (fault.kind !== 'hears-nobody' || fault.unicast === false || !fault.wasMember || node === undefined) continue;
    if (context.ledger.covering(fault.fromNs) !== null) continue;
    add(node, fault.fromNs, fault.untilNs).faults.push(fault);
  }
  return all;
}

function said(context: FindingContext, deaf: Deafness): Finding {
  const { node, fromNs, misses, faults } = deaf;
  const until = Math.max(deaf.untilNs, ...faults.map(({ untilNs }) => untilNs));
  const since = Math.min(fromNs, ...faults.flatMap(({ incidents }) => incidents.map(({ sinceNs }) => sinceNs)));
  const [miss] = misses;
  const others = [...new Set(context.rings.flatMap(({ members }) => members))]
    .filter((other) => other !== node)
    .sort((a, b) => a - b);
  const who = nodeText(context, node);
  const lists =
    miss === undefined
      ? ''
      : ` From then on its tokens ask for what it misses, up to ${miss.requester.listMax} messages at a time and ` +
        `${miss.requester.requests} times in all; the retransmit lists and the flood of retransmissions of ` +
        `${idsText(others)} are the consequence, not the cause.`;
  const joins =
    faults.length === 0 ? '' : ' While it gathers or is alone in a ring, the joins of the others do not move it.';
  const made = finding('multicast-deaf', 'failure', {
    time: fromNs,
    until,
    culprits: [node],
    says:
      `${capital(who)} does not receive multicast although the token reaches it, ` +
      `for ${seconds(until - fromNs)} s.${lists}${joins}`,
    evidence: [
      ...misses.slice(0, 3).flatMap((its) => missEvidence(context, its)),
      ...faults
        .flatMap(({ edges }) => edges)
        .slice(0, 6)
        .map(({ speaker, spoken, shown }) => ({
          frames: [...spoken, ...shown],
          says: `joins of node ${speaker}, and what node ${node} does instead of answering them`,
        })),
    ],
    cause: CAUSE,
    advice: ADVICE,
    confidence: miss === undefined ? 0.7 : 0.95,
    reference: REFERENCE,
  });
  const calm = calmAfter(context, [node, ...others.slice(0, 1)], until);
  context.ledger.cover({ finding: made, fromNs: since - BEFORE_NS, untilNs: calm + 0.5e9, nodes: null });
  for (const incident of context.incidents)
    if (incident.declaredNs >= since - BEFORE_NS && incident.declaredNs <= calm) context.ledger.explain(incident, made);
  return made;
}

function missEvidence(context: FindingContext, { requester, alone }: Miss): Finding['evidence'] {
  const resent = alone.reduce((sum, pattern) => sum + pattern.resent, 0);
  const frames = alone.flatMap((pattern) => pattern.frames).slice(0, 6);
  const id = context.rings.find(({ ring }) => ring === requester.ring)?.id ?? '?';
  return [
    {
      frames: requester.frames,
      says: `tokens of node ${requester.node} on ring ${id} that ask, ${requester.requests} requests in all`,
    },
    ...(frames.length > 0
      ? [{ frames, says: `multicasts that it never got; they were sent again ${resent} times` }]
      : []),
  ];
}

export const multicastDeaf: Rule = {
  name: 'multicast-deaf',
  run: (context) => (usesGroup(context) ? deafnesses(context).map((deaf) => said(context, deaf)) : []),
};
