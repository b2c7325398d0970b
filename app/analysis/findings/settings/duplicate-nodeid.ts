// One node id is used from two addresses at the same time. Reference: specs 7.21.
import type { Finding } from '../../result.ts';
import type { SenderFacts, Use } from '../../traffic/senders/sender-book.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { listed } from '../engine/words.ts';

interface Claim {
  readonly facts: SenderFacts;
  readonly use: Use;
}

/** Both send to a common address: two links of one node have networks of their own. */
function shareNetwork(a: Claim, b: Claim): boolean {
  const own = new Set(a.facts.destinations.keys());
  return [...b.facts.destinations.keys()].some((to) => own.has(to)) || a.facts.destinations.has(b.facts.address);
}

const overlapInTime = (a: Claim, b: Claim): boolean =>
  a.facts.firstNs <= b.facts.lastNs && b.facts.firstNs <= a.facts.lastNs;

function said(context: FindingContext, nodeid: number, claims: readonly Claim[]): Finding {
  const [, second] = [...claims].sort((a, b) => a.use.firstNs - b.use.firstNs);
  const since = second?.use.firstNs ?? 0;
  const until = Math.min(context.endNs, Math.max(...claims.map(({ facts }) => facts.lastNs)));
  const texts = claims.map(({ facts }) => context.store.address(facts.address));
  const made = finding('duplicate-nodeid', 'failure', {
    time: since,
    until,
    culprits: [nodeid],
    says:
      `Node id ${nodeid} is used by ` +
      `${claims.length === 2 ? 'two' : claims.length} machines at once: ${listed(texts)}. ` +
      'Tokens for the one go to the other, and their joins confuse everybody’s lists.',
    evidence: claims.map(({ facts, use }) => ({
      frames: use.frames,
      says: `joins and merge detects of node ${nodeid} from ${context.store.address(facts.address)}`,
    })),
    cause: 'A cloned machine or a copied corosync.conf: two nodes have the same nodeid.',
    advice: `nodeid in the corosync.conf of ${listed(texts)}: give each node an id of its own.`,
    confidence: 0.95,
    reference: 'corosync.conf(5): nodeid',
  });
  context.ledger.cover({ finding: made, fromNs: since - 0.5e9, untilNs: until + 5e9, nodes: null });
  for (const incident of context.incidents)
    if (incident.declaredNs >= since && incident.declaredNs <= until + 5e9) context.ledger.explain(incident, made);
  return made;
}

/** Ids that two addresses or more of one network use at once, with these. */
function twinsOf({ senders }: Pick<FindingContext, 'senders'>): ReadonlyMap<number, readonly Claim[]> {
  const byId = new Map<number, Claim[]>();
  for (const facts of senders.all())
    for (const [nodeid, use] of facts.nodeids) byId.set(nodeid, [...(byId.get(nodeid) ?? []), { facts, use }]);
  const twins = [...byId].map(([nodeid, claims]) => {
    const its = claims.filter((claim) =>
      claims.some((other) => other !== claim && shareNetwork(claim, other) && overlapInTime(claim, other)),
    );
    return [nodeid, its] as const;
  });
  return new Map(twins.filter(([, its]) => its.length > 1));
}

/** Node ids that mean two machines: what one of them does the other does not. */
export function duplicateIds(context: Pick<FindingContext, 'senders'>): ReadonlySet<number> {
  return new Set(twinsOf(context).keys());
}

export const duplicateNodeid: Rule = {
  name: 'duplicate-nodeid',
  run: (context) => [...twinsOf(context)].map(([nodeid, claims]) => said(context, nodeid, claims)),
};
