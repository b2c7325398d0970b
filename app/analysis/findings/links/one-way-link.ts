// What one node sends does not reach another, the other way works: a pair, one node that hears nobody, or one that
// nobody hears. Also where only unicasts of one to the other are lost. Reference: specs 7.19.
import type { Finding } from '../../result.ts';
import { calmAfter } from '../engine/calm.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import type { Incident } from '../engine/incidents.ts';
import { timersOf } from '../engine/timers.ts';
import { capital, nodeText } from '../engine/words.ts';
import type { LinkFault } from './link-faults.ts';
import { usesGroup } from './multicast-deaf.ts';

export const ONE_WAY_ADVICE =
  'this one direction: filters (iptables, nft, security groups), the ' +
  'receiving port and its cable, duplicate addresses, ' +
  'ARP entries, asymmetric routes, a unidirectional fibre.';
const REFERENCE = 'corosync.conf(5): consensus';
const HEALED_MIN = 2;
const HEALED_NS = 20e9;

function saysOf(context: FindingContext, { kind, nodes, edges }: LinkFault): string {
  const name = (node: number | undefined): string => nodeText(context, node ?? 0);
  const [a, b] = nodes;
  if (kind === 'hears-nobody')
    return (
      `${capital(name(a))} sends and is heard, but hears nothing of what the others ` +
      'send: it gathers alone while their joins are on the wire.'
    );
  if (kind === 'unheard')
    return (
      `Nothing that ${name(a)} sends reaches the others, though it hears them: they ` +
      'gather and go on without it while its joins are on the wire.'
    );
  const shown = edges.some(({ how }) => how === 'gave-up')
    ? `node ${b} gives node ${a} up at its consensus timeout although node ${a} agreed all the time`
    : `node ${b} goes on as if node ${a} did not speak`;
  return `What ${name(a)} sends does not reach ${name(b)}, the other way works: ${shown}.`;
}

function ofFault(context: FindingContext, fault: LinkFault): Finding {
  const { nodes, fromNs, untilNs, edges, incidents } = fault;
  const since = Math.min(fromNs, ...incidents.map(({ sinceNs }) => sinceNs));
  const token = incidents.find(({ broken }) => broken?.to === nodes.at(-1));
  const made = finding('one-way-link', 'failure', {
    time: since,
    until: untilNs,
    culprits: nodes,
    says: saysOf(context, fault),
    evidence: [
      ...(token?.broken == null
        ? []
        : [
            {
              frames: [token.broken.last.frame, ...token.broken.copies.map(({ frame }) => frame)],
              says: 'the token that was sent to it, again and again',
            },
          ]),
      ...edges.slice(0, 6).map(({ hearer, speaker, spoken, shown, how }) => ({
        frames: [...spoken, ...shown],
        says:
          how === 'gave-up'
            ? `joins of node ${speaker} that agree, and node ${hearer} gives it up`
            : `joins of node ${speaker}, and node ${hearer} goes on as if they were not there`,
      })),
    ],
    cause: 'Frames are lost in one direction: a filter, a port, a cable, or addresses that lead elsewhere.',
    advice: ONE_WAY_ADVICE,
    confidence: edges.length > 1 ? 0.9 : 0.8,
    reference: REFERENCE,
  });
  explainAll(context, made, nodes, since, untilNs);
  return made;
}

function explainAll(
  context: FindingContext,
  made: Finding,
  nodes: readonly number[],
  sinceNs: number,
  untilNs: number,
): void {
  const calm = calmAfter(context, nodes, untilNs);
  context.ledger.cover({ finding: made, fromNs: sinceNs - 0.1e9, untilNs: calm + 0.5e9, nodes: null });
  for (const incident of context.incidents)
    if (incident.declaredNs >= sinceNs && incident.declaredNs <= calm) context.ledger.explain(incident, made);
}

/** The token, and then commit tokens, to a node that gathers with all others: only unicasts of one to it are lost. */
function ofUnicast(context: FindingContext, incident: Incident): Finding | null {
  const { broken, absent, present, ring, sinceNs } = incident;
  if (broken === null || broken.from === null || broken.to === null || absent.length > 0) return null;
  const { from, to } = broken;
  if (broken.suspects.length > 1 || !present.includes(to) || broken.copies.length === 0) return null;
  const tries = context.rings.filter(
    ({ committed, firstToken, members }) =>
      committed !== null &&
      committed > incident.declaredNs &&
      committed < incident.declaredNs + 30e9 &&
      firstToken === null &&
      members.includes(to),
  );
  // Where tokens of that hop were lost before and went on, it is a link that loses some.
  const healed = context.hops.hops.filter(({ sentNs }) => sentNs < sinceNs && sentNs > sinceNs - HEALED_NS);
  if (healed.length >= HEALED_MIN) return null;
  const { tokenNs } = timersOf(context, ring.ring);
  const [first] = tries;
  if (first === undefined || (first.committed ?? 0) - incident.declaredNs > 3 * tokenNs) return null;
  const last = tries.at(-1)?.committed ?? sinceNs;
  const made = finding('one-way-link', 'failure', {
    time: sinceNs,
    until: last,
    culprits: [from, to],
    says:
      `Unicasts of ${nodeText(context, from)} do not reach ` +
      `${nodeText(context, to)}, multicasts do: token and commit tokens ` +
      `to it are lost, ${tries.length} rings could not be formed for that, ` +
      'while its joins agree with those of the others.',
    evidence: [
      {
        frames: [broken.last.frame, ...broken.copies.map(({ frame }) => frame)],
        says: `the token to node ${to}, and its copies`,
      },
      ...tries
        .slice(0, 4)
        .map(({ id, frames }) => ({ frames, says: `commit token of ring ${id}, which never turned` })),
    ],
    cause:
      'Unicasts from the one to the other are lost: a filter that lets multicast ' +
      'pass, a wrong ARP entry, an address in use twice.',
    advice: `${ONE_WAY_ADVICE} With transport udp, allow UDP from the port below the cluster's too.`,
    confidence: 0.9,
    reference: 'corosync.conf(5): token, consensus',
  });
  explainAll(context, made, [from, to], sinceNs, last);
  return made;
}

export const oneWayLink: Rule = {
  name: 'one-way-link',
  run: (context) => {
    const faults = context.linkFaults.filter(
      ({ kind, fromNs, wasMember, unicast }) =>
        kind !== 'sides' &&
        (kind !== 'hears-nobody' || (wasMember && (unicast === false || !usesGroup(context)))) &&
        context.ledger.covering(fromNs) === null,
    );
    const said = faults.map((fault) => ofFault(context, fault));
    const unicasts = context.incidents
      .filter((incident) => context.ledger.causeOf(incident) === null)
      .flatMap((incident) => (context.ledger.causeOf(incident) === null ? (ofUnicast(context, incident) ?? []) : []));
    return [...said, ...unicasts];
  },
};
