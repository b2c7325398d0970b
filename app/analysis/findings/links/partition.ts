// The network was divided: members of one ring went on in two, which is seen at once, or when those who had vanished
// come back from a ring of their own. Culprits: the smaller side. Reference: specs 7.10.
import type { Finding } from '../../result.ts';
import { finding, FINDINGS_PER_RULE_MAX, type FindingContext, type Rule } from '../engine/rule.ts';
import type { Absence, Incident } from '../engine/incidents.ts';
import { capital, idsText, nodesText, seconds } from '../engine/words.ts';
import { smallerSide, type LinkFault } from './link-faults.ts';

const ADVICE =
  'The path between the two sides: switch, trunk, VLAN, bond, spanning tree, route. Look there at this time first; ' +
  'quorum decides which side may go on.';
const REFERENCE = 'specs 7.10; Totem, section on membership: rings form on both sides of a partition';

/** Seen from one side: several members, or one, vanish at once and come back from a ring of their own. */
function fromOneSide(context: FindingContext, incident: Incident): Finding | null {
  const { ring, absent, sinceNs, declaredNs, next } = incident;
  const away = absent.filter(({ back }) => back === 'own-ring');
  if (away.length === 0) return null;
  const others = absent.filter(({ back }) => back === 'unclear' || back === 'same-life');
  const gone = [...away, ...others].map(({ node }) => node);
  const rest = ring.members.filter((node) => !gone.includes(node));
  const side = ring.members.filter((node) => smallerSide(gone, rest).includes(node));
  const backNs = Math.min(...away.map((absence) => absence.backNs ?? Infinity));
  const whence = [...new Set(away.map(({ cameFrom }) => cameFrom).filter((id) => id !== null))];
  const lived = whence.length > 0 ? `from ring ${whence.join(' and ')} of their own` : 'with a ring of their own';
  const says =
    `The network was divided: ${nodesText(context, side)} ${side.length === 1 ? 'was' : 'were'} cut off from ` +
    `${nodesText(
      context,
      ring.members.filter((node) => !side.includes(node)),
    )}. ` +
    `${capital(idsText(gone))} fell silent and came back ${seconds(backNs - sinceNs)} s later ${lived}, ` +
    'so they had gone on living all the time.';
  const made = finding('partition', 'failure', {
    time: sinceNs,
    until: backNs,
    culprits: side,
    says,
    evidence: evidenceOf(incident, away),
    cause:
      gone.length === 1 ? 'The cable, port or interface of that node.' : 'The link between two parts of the network.',
    advice: ADVICE,
    confidence: whence.length > 0 ? 0.9 : 0.75,
    reference: REFERENCE,
  });
  context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs: sinceNs, untilNs: backNs + 1e9, nodes: null });
  void declaredNs;
  void next;
  return made;
}

function evidenceOf({ next, ring, declared }: Incident, away: readonly Absence[]): Finding['evidence'] {
  const last = away.map(({ fromFrame }) => fromFrame).filter((frame) => frame > 0);
  const back = away.flatMap(({ backFrames }) => backFrames);
  const first = declared[0];
  return [
    { frames: last, says: `the last that was heard of ${idsText(away.map(({ node }) => node))} on ring ${ring.id}` },
    ...(first === undefined ? [] : [{ frames: first.frames, says: 'the others gather without them' }]),
    ...(next === null ? [] : [{ frames: next.frames, says: `ring ${next.id} of those who are left` }]),
    { frames: back, says: 'they are back, with what their own ring did meanwhile' },
  ];
}

/** Both sides seen: two rings turn at once and do not hear each other. */
function fromBoth(context: FindingContext, fault: LinkFault): Finding {
  const { nodes, fromNs, untilNs, edges, incidents } = fault;
  const all = [...new Set(edges.flatMap(({ hearer, speaker }) => [hearer, speaker]))].sort((a, b) => a - b);
  const rest = all.filter((node) => !nodes.includes(node));
  const made = finding('partition', 'failure', {
    time: incidents[0]?.sinceNs ?? fromNs,
    until: untilNs,
    culprits: nodes,
    says:
      `The network was divided between ${nodesText(context, nodes)} and ${nodesText(context, rest)}: ` +
      'both sides formed rings at the same time, and neither heard what the other sent.',
    evidence: edges.slice(0, 6).map(({ hearer, speaker, spoken, shown }) => ({
      frames: [...spoken, ...shown],
      says: `node ${speaker} speaks, node ${hearer} goes on as if it had not heard`,
    })),
    cause: 'The link between two parts of the network.',
    advice: ADVICE,
    confidence: 0.85,
    reference: REFERENCE,
  });
  for (const incident of incidents) context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs: fromNs - 3e9, untilNs: untilNs + 2e9, nodes: null });
  return made;
}

export const partition: Rule = {
  name: 'partition',
  run: (context) => {
    const both = context.linkFaults.filter(({ kind }) => kind === 'sides').map((fault) => fromBoth(context, fault));
    const one = context.incidents
      .filter((incident) => context.ledger.causeOf(incident) === null)
      .flatMap((incident) => fromOneSide(context, incident) ?? []);
    return [...both, ...one].slice(0, FINDINGS_PER_RULE_MAX);
  },
};
