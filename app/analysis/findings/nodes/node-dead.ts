// A node died: it fell silent without a leave and is not back in this capture, or only as a new process. Reference:
// specs 7.5.
import { PacketKind } from '../../../store/kinds.ts';
import { keptChunks } from '../../../store/packet-store.ts';
import type { Finding } from '../../result.ts';
import { finding, FINDINGS_PER_RULE_MAX, type FindingContext, type Rule } from '../engine/rule.ts';
import type { Absence, Incident } from '../engine/incidents.ts';
import { capital, idsText, nodeText, nodesText, plural, seconds } from '../engine/words.ts';
import { quickRestarts } from './quick-restart.ts';

const ADVICE = 'on that node: was the process killed, did it crash, did the machine lose power, panic or get fenced?';
const REFERENCE = 'corosync.conf(5): token, consensus';
const ICMP_SHOWN_MAX = 4;
const UNHEARD_SAYS =
  'nothing of it is in this capture before, so it is the others who show that it was a member; this is less sure';

/** Frames of ICMP by which a host says that nobody listens there any more. */
export function refusals(
  { store, addresses }: FindingContext,
  node: number,
  fromNs: number,
  untilNs: number,
): readonly number[] {
  const frames: number[] = [];
  for (const { columns, base, rows } of keptChunks(store)) {
    const { kind, src, timeNs } = columns;
    if (timeNs[rows - 1]! < fromNs || timeNs[0]! > untilNs) continue;
    for (let i = 0; i < rows && frames.length < ICMP_SHOWN_MAX; i++) {
      if (kind[i] !== PacketKind.ICMP || timeNs[i]! < fromNs || timeNs[i]! > untilNs) continue;
      if (addresses.nodeAt(src[i]!) === node) frames.push(base + i + 1);
    }
  }
  return frames;
}

function howBack({ back, backNs, fromNs }: Absence): string {
  if (back === 'newborn')
    return `It was started again ${seconds((backNs ?? fromNs) - fromNs)} s later, as a new process.`;
  return 'Nothing more of it is in this capture.';
}

function stopSays({ broken, ring }: Incident, nodes: readonly number[]): string {
  const to = broken?.to ?? null;
  if (to === null || !nodes.includes(to)) return `the others lost the token of ring ${ring.id}`;
  return `the token of ring ${ring.id} stopped at ${nodes.length === 1 ? 'it' : `node ${to}`}`;
}

function dead(context: FindingContext, incident: Incident): Finding | null {
  const gone = incident.absent.filter(({ back }) => back === 'never' || back === 'newborn');
  const [first] = gone;
  if (first === undefined) return null;
  const nodes = gone.map(({ node }) => node);
  const fromNs = Math.min(...gone.map((absence) => absence.fromNs));
  const refused = gone.flatMap(({ node }) => refusals(context, node, incident.sinceNs, incident.untilNs));
  const isLone = gone.length === 1;
  const isReborn = first.back === 'newborn';
  const unheard = gone.filter(({ fromFrame, back }) => fromFrame === 0 && back === 'never').map(({ node }) => node);
  const isSure = refused.length > 0 || isReborn;
  const made = finding('node-dead', 'failure', {
    time: Math.max(fromNs, incident.sinceNs),
    until: incident.next?.firstToken ?? null,
    culprits: nodes,
    says:
      `${capital(nodesText(context, nodes))} ${unheard.length > 0 && !isSure ? 'died, or was cut off,' : 'died'} ` +
      `without a leave: ${stopSays(incident, nodes)}. ` +
      (isLone ? howBack(first) : backSays(gone)) +
      (refused.length > 0
        ? ' Its host answers that nobody listens on the port: the process is gone, the machine lives.'
        : ''),
    evidence: [
      ...gone
        .filter(({ fromFrame }) => fromFrame > 0)
        .map(({ node, fromFrame }) => ({ frames: [fromFrame], says: `the last of ${nodeText(context, node)}` })),
      ...(refused.length > 0 ? [{ frames: refused, says: 'ICMP: port unreachable, from its address' }] : []),
      ...(incident.next === null
        ? []
        : [
            {
              frames: incident.next.frames,
              says: `ring ${incident.next.id} is formed without ${isLone ? 'it' : 'them'}`,
            },
          ]),
      ...gone
        .filter(({ backFrames }) => backFrames.length > 0)
        .map(({ node, backFrames }) => ({
          frames: backFrames,
          says: `node ${node} joins as a new process, listing itself alone`,
        })),
      ...(unheard.length === 0 ? [] : [{ frames: [], says: `${idsText(unheard)}: ${UNHEARD_SAYS}` }]),
    ],
    cause: isSure
      ? 'The corosync process was killed or crashed.'
      : 'The process or its machine ' +
        `died${isLone ? '' : ', or these nodes were cut off together'}; a lasting cut looks the same.`,
    advice: ADVICE,
    confidence: isSure ? 0.95 : unheard.length > 0 ? 0.5 : isLone ? 0.8 : 0.6,
    reference: REFERENCE,
  });
  context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs, untilNs: incident.untilNs, nodes: null });
  return made;
}

function backSays(gone: readonly Absence[]): string {
  const back = gone.filter((absence) => absence.back === 'newborn');
  if (back.length === 0) return 'Nothing more of them is in this capture.';
  return (
    `${capital(idsText(back.map(({ node }) => node)))} came back as ` +
    `${plural(back.length, 'new process', 'new processes')}.`
  );
}

export const nodeDead: Rule = {
  name: 'node-dead',
  run: (context) => {
    const deaths = context.incidents
      .filter((incident) => context.ledger.causeOf(incident) === null)
      .flatMap((incident) => dead(context, incident) ?? []);
    return [...deaths, ...quickRestarts(context)].slice(0, FINDINGS_PER_RULE_MAX);
  },
};
