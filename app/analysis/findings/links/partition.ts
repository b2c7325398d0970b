// The network was divided: members of one ring went on in two, which is seen at once, or when those who had vanished
// come back from a ring of their own. Culprits: the smaller side. Reference: specs 7.10.
import type { Finding } from '../../result.ts';
import { finding, FINDINGS_PER_RULE_MAX, type FindingContext, type Rule } from '../engine/rule.ts';
import type { Absence, Incident } from '../engine/incidents.ts';
import { capital, idsText, nodesText, seconds } from '../engine/words.ts';
import { divisionsOf } from './divisions.ts';
import { smallerSide, type LinkFault } from './link-faults.ts';

const ADVICE =
  'The path between the two sides: switch, trunk, VLAN, bond, spanning tree, route. Look there at this time first; ' +
  'quorum decides which side may go on.';
const REFERENCE =
  'The Totem Single-Ring Ordering and Membership Protocol (1995): rings form on both sides of a partition';

const namesBoth = (context: FindingContext, side: readonly number[], rest: readonly number[]): string =>
  `The network was divided between ${nodesText(context, side)} and ${nodesText(context, rest)}`;

/** Both sides seen: the rings that they formed turn together. */
function fromRings(context: FindingContext, incident: Incident): Finding | null {
  const division = divisionsOf(context).find(({ from }) => from === incident.ring.id);
  if (division === undefined) return null;
  const [a, b] = division.sides;
  const side = smallerSide(a.members, b.members);
  const rest = side === a.members ? b.members : a.members;
  const { fromNs, untilNs } = division;
  const made = finding('partition', 'failure', {
    time: incident.sinceNs,
    until: untilNs,
    culprits: side.toSorted((x, y) => x - y),
    says:
      `${namesBoth(context, side, rest)}: rings ${a.id} and ${b.id} were both formed from ring ${incident.ring.id}, ` +
      `and turned side by side for ${seconds(untilNs - fromNs)} s.`,
    evidence: division.sides.map(({ id, frames }) => ({ frames, says: `ring ${id} is committed and turns` })),
    cause: 'The link between two parts of the network.',
    advice: ADVICE,
    confidence: 0.95,
    reference: REFERENCE,
  });
  context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs: incident.sinceNs, untilNs: untilNs + 2e9, nodes: null });
  return made;
}

/** Seen from one side: several members, or one, vanish at once and come back from a ring of their own. */
function fromOneSide(context: FindingContext, incident: Incident): Finding | null {
  const { ring, absent, sinceNs } = incident;
  const away = absent.filter(({ back }) => back === 'own-ring' || back === 'lived');
  if (away.length === 0 || isOneWay(context, incident, away)) return null;
  const others = absent.filter(({ back }) => back === 'unclear' || back === 'same-life');
  const gone = [...away, ...others].map(({ node }) => node);
  const rest = ring.members.filter((node) => !gone.includes(node));
  const side = ring.members.filter((node) => smallerSide(gone, rest).includes(node));
  const backNs = Math.min(...away.map((absence) => absence.backNs ?? Infinity));
  const whence = [...new Set(away.map(({ cameFrom }) => cameFrom).filter((id) => id !== null))];
  const isShort = away.every(({ back }) => back === 'lived');
  const lived = isShort
    ? `still on ring ${ring.id} and without what had been sent to ${away.length === 1 ? 'it' : 'them'} meanwhile`
    : whence.length > 0
      ? `from ring ${whence.join(' and ')} of their own`
      : 'with a ring of their own';
  const says =
    `The network was divided: ${nodesText(context, side)} ${side.length === 1 ? 'was' : 'were'} cut off from ` +
    `${nodesText(
      context,
      ring.members.filter((node) => !side.includes(node)),
    )}. ` +
    `${capital(idsText(gone))} fell silent and came back ${seconds(backNs - sinceNs)} s later ${lived}, ` +
    `so ${gone.length === 1 ? 'it' : 'they'} had gone on living all the time.`;
  const made = finding('partition', 'failure', {
    time: sinceNs,
    until: backNs,
    culprits: side,
    says,
    evidence: evidenceOf(incident, away),
    cause:
      gone.length === 1 ? 'The cable, port or interface of that node.' : 'The link between two parts of the network.',
    advice: ADVICE,
    confidence: whence.length > 0 && !isShort ? 0.9 : 0.75,
    reference: REFERENCE,
  });
  context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs: sinceNs, untilNs: backNs + 1e9, nodes: null });
  return made;
}

/** The network shows that one of them was heard and did not hear, or the other way round: that is no cut. */
function isOneWay({ linkFaults }: FindingContext, incident: Incident, away: readonly Absence[]): boolean {
  return linkFaults.some(
    ({ kind, nodes, incidents }) =>
      kind !== 'sides' && incidents.includes(incident) && away.some(({ node }) => nodes.includes(node)),
  );
}

function evidenceOf({ next, ring, declared }: Incident, away: readonly Absence[]): Finding['evidence'] {
  const last = away.map(({ fromFrame }) => fromFrame).filter((frame) => frame > 0);
  const back = away.flatMap(({ backFrames }) => backFrames);
  const first = declared[0];
  return [
    { frames: last, says: `the last that was heard of ${idsText(away.map(({ node }) => node))} on ring ${ring.id}` },
    ...(first === undefined ? [] : [{ frames: first.frames, says: 'the others gather without them' }]),
    ...(next === null ? [] : [{ frames: next.frames, says: `ring ${next.id} of those who are left` }]),
    { frames: back, says: 'they are back, and had gone on meanwhile' },
  ];
}

/** Both sides seen: two rings turn at once and do not hear each other. */
function fromBoth(context: FindingContext, fault: LinkFault): Finding {
  const { nodes, fromNs, untilNs, edges, incidents } = fault;
  const named = edges.flatMap(({ hearer, speaker }) => [hearer, speaker]);
  const all = [...new Set([...(incidents[0]?.ring.members ?? []), ...named])].sort((a, b) => a - b);
  const rest = all.filter((node) => !nodes.includes(node));
  const made = finding('partition', 'failure', {
    time: incidents[0]?.sinceNs ?? fromNs,
    until: untilNs,
    culprits: nodes,
    says:
      `${namesBoth(context, nodes, rest)}: ` +
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
      .flatMap((incident) => fromRings(context, incident) ?? fromOneSide(context, incident) ?? []);
    return [...both, ...one].slice(0, FINDINGS_PER_RULE_MAX);
  },
};
