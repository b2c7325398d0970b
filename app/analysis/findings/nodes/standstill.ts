// Nothing of the whole ring was on the wire for longer than any timer lets it, and all went on as if no time had
// passed: their host or hypervisor stood still, not the network. Reference: specs 7.18; modern facts, host stall.
import type { Finding } from '../../result.ts';
import type { Stillness } from '../../traffic/activity/silences.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import type { Incident } from '../engine/incidents.ts';
import { timersOf } from '../engine/timers.ts';
import { capital, nodesText, seconds } from '../engine/words.ts';

/** Whoever waits sends its token again after the retransmit timeout: nobody did for so many of them. */
const RETRANSMITS_MIN = 1.5;
/** What was due while they stood still is done at once when they go on. */
const AT_ONCE_NS = 0.3e9;

/** Somebody lived on meanwhile, where this capture does not see it: then one stood still, and with it the capture. */
function hasMovedOn({ joins, rings }: FindingContext, incident: Incident, { untilNs }: Stillness): boolean {
  const { ring } = incident;
  const isNear = (time: number): boolean => time >= untilNs && time <= Math.min(untilNs + AT_ONCE_NS, incident.untilNs);
  const others = rings.some(
    ({ firstToken, committed, seq }) =>
      firstToken !== null && committed === null && isNear(firstToken) && seq > ring.seq,
  );
  return others || joins.all.some(({ fromNs, ringSeq }) => isNear(fromNs) && ringSeq > ring.seq);
}

function lossOf(context: FindingContext, stillness: Stillness): Incident | null {
  const { untilNs, fromNs } = stillness;
  const incident = context.incidents.find(
    ({ declaredNs, ring }) =>
      declaredNs >= untilNs && declaredNs <= untilNs + AT_ONCE_NS && (ring.firstToken ?? Infinity) < fromNs,
  );
  const isKnown = incident === undefined || context.ledger.causeOf(incident) !== null;
  return isKnown || hasMovedOn(context, incident, stillness) ? null : incident;
}

function said(context: FindingContext, stillness: Stillness): Finding | null {
  const { fromNs, untilNs, fromFrame, untilFrame } = stillness;
  const incident = lossOf(context, stillness);
  if (incident === null) return null;
  const { retransmitNs, tokenNs, from } = timersOf(context, incident.ring.ring);
  // By guessed timers a slow ring that waits for its token would stand still.
  if (from === 'default') return null;
  if (untilNs - fromNs < Math.max(retransmitNs * RETRANSMITS_MIN, tokenNs / 2)) return null;
  // Who had died before does not go on.
  const gone = incident.absent.map(({ node }) => node);
  const nodes = incident.ring.members.filter((node) => !gone.includes(node)).sort((a, b) => a - b);
  if (nodes.length < 2) return null;
  const made = finding('process-paused', 'failure', {
    time: fromNs,
    until: untilNs,
    culprits: nodes,
    says:
      `${capital(nodesText(context, nodes))} stood still together for ${seconds(untilNs - fromNs)} s and went on ` +
      'as if no time had passed: nobody sent its token again or gathered meanwhile, as whoever ran would have. Look ' +
      'at their host or hypervisor, not at the network.',
    evidence: [
      { frames: [fromFrame], says: `the last of the ring before, ${seconds(untilNs - fromNs)} s without any packet` },
      { frames: [untilFrame], says: 'the first packet after' },
      { frames: incident.declared.flatMap(({ frames }) => frames).slice(0, 4), says: 'their timers had run out' },
    ],
    cause: 'The machine that runs all of them was paused, suspended, or did not schedule them.',
    advice:
      'the hypervisor or host of these nodes: snapshots, migration, suspend, CPU starvation, at this time. Their ' +
      'logs say "not scheduled" or "Process pause detected".',
    confidence: 0.8,
    reference: 'corosync exec/main.c (scheduler miss)',
  });
  context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs, untilNs: untilNs + 1e9, nodes: null });
  return made;
}

/** Runs before the rules of single nodes: what all did, none is to be blamed for. */
export const standstill: Rule = {
  name: 'process-paused',
  run: (context) => context.stills.flatMap((stillness) => said(context, stillness) ?? []),
};
