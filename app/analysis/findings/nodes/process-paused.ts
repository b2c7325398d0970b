// A node stopped for a time and went on as if none had passed: it passes on the token of a ring that the others gave
// up, or comes back with that ring, or answers at last a token that was sent to it again and again. Reference: specs
// 7.18; corosync's own words are "not scheduled for N ms" and "Process pause detected".
import { PacketKind } from '../../../store/kinds.ts';
import type { Finding } from '../../result.ts';
import type { Silence } from '../../traffic/activity/silences.ts';
import { finding, FINDINGS_PER_RULE_MAX, type FindingContext, type Rule } from '../engine/rule.ts';
import { isPassed, QUEUED_MIN, wasUnreachable, type Absence, type Incident } from '../engine/incidents.ts';
import { timersOf } from '../engine/timers.ts';
import { capital, nodeText, nodesText, plural, seconds } from '../engine/words.ts';

const ADVICE =
  'on that node: CPU starvation and steal, a hypervisor that pauses or migrates it, a storage that blocks, real-time ' +
  'throttling. Its own log says "not scheduled" at this time. Raise token only if such pauses are wanted.';
const REFERENCE = 'corosync exec/main.c (scheduler miss), exec/totemsrp.c (pause timer)';
/** An answer so near to a multiple of the retransmit timeout is the answer to a copy, or a copy: a loss, no stop. */
const ANSWER_NS = 25e6;
/** What a stop leaves behind shows within this time. */
const AFTER_NS = 2e9;
/** A single stop on a way on which so many tokens were lost is one more of them. */
const LOST_HOPS_MIN = 3;
/** Pauses shorter than this share of the retransmit timeout are the work of a busy host. */
const SHARE_MIN = 0.8;

/** What one of them sends to others is in this capture, so that a cut would have shown. */
function isShown({ tokens, addresses }: FindingContext, { ring }: Incident, nodes: readonly number[]): boolean {
  const senders = [...(tokens.of(ring.ring)?.senders ?? [])].map((address) => addresses.nodeAt(address));
  return nodes.some((node) => senders.includes(node));
}

/** Members of a lost ring that came back with the same life. */
function longOnes(context: FindingContext, incident: Incident): Finding | null {
  const paused = incident.absent.filter((absence) => absence.back === 'same-life' && !absence.wasPinging);
  const [first] = paused;
  if (first === undefined) return null;
  const nodes = paused.map(({ node }) => node);
  const fromNs = Math.max(first.fromNs, incident.sinceNs);
  const untilNs = Math.max(...paused.map(({ backNs }) => backNs ?? incident.untilNs));
  const isSure = paused.some(({ passedOldToken }) => passedOldToken);
  const all = nodes.length === incident.ring.members.length;
  const made = finding('process-paused', 'failure', {
    time: fromNs,
    until: untilNs,
    culprits: nodes,
    says:
      `${capital(nodesText(context, nodes))} stood still for ${incident.isBefore ? 'at least ' : ''}` +
      `${seconds(untilNs - fromNs)} s and went on as if no time ` +
      `had passed${isSure ? `: it passed on the old token of ring ${incident.ring.id} that had waited for it` : ''}.` +
      (all ? ' All nodes stood still together: look at the host or hypervisor, not at the network.' : ''),
    evidence: paused.flatMap((absence) => absenceEvidence(context, incident, absence)),
    cause: 'The process was not scheduled, or its whole machine was paused; its network queue kept what arrived.',
    advice: ADVICE,
    confidence: isSure ? 0.95 : isShown(context, incident, nodes) ? 0.7 : 0.5,
    reference: REFERENCE,
  });
  context.ledger.explain(incident, made);
  context.ledger.cover({ finding: made, fromNs, untilNs: untilNs + 1e9, nodes: null });
  return made;
}

function absenceEvidence(context: FindingContext, incident: Incident, absence: Absence): Finding['evidence'] {
  const who = nodeText(context, absence.node);
  const copies = incident.broken?.to === absence.node ? incident.broken.copies : [];
  return [
    ...(absence.fromFrame > 0 ? [{ frames: [absence.fromFrame], says: `the last of ${who} before` }] : []),
    ...(copies.length > 0 ? [{ frames: copies.map(({ frame }) => frame), says: 'its token, sent again in vain' }] : []),
    { frames: absence.backFrames, says: `${who} again: still on ring ${incident.ring.id}` },
  ];
}

/**
 * What a member sends when it has had the token. A representative's merge detect runs once after each token, within
 * merge: so long after it, the timer had no process to run in.
 */
const BY_TOKEN: ReadonlySet<number> = new Set([PacketKind.ORF_TOKEN, PacketKind.MCAST, PacketKind.MEMB_MERGE_DETECT]);

interface Stop {
  readonly silence: Silence;
  readonly ns: number;
}

/**
 * It had the token in its queue and passes it on at once. Who was cut off gets it by a copy later, and sends what had
 * waited for the network: copies of its own tokens, which only one sends whose timers ran.
 */
function hadToken(silence: Silence): boolean {
  // Whoever multicasts has the token; what leaves it may not be captured.
  return silence.ownCopies < QUEUED_MIN && (silence.backKind !== PacketKind.ORF_TOKEN || isPassed(silence));
}

/** A lost frame heals when a retransmit timer runs, of the node before or its own: at a multiple of it. */
function isByTimer({ token, lastCopyNs, backNs }: Silence, timerNs: number): boolean {
  const off = (sinceNs: number): number => {
    const ns = (backNs ?? 0) - sinceNs;
    return Math.abs(ns - Math.round(ns / timerNs) * timerNs);
  };
  return Math.min(off(lastCopyNs), off(token?.timeNs ?? 0)) < ANSWER_NS;
}

/** Silences in which the ring waited for the node and was not given up, and that no lost frame explains. */
function shortStops(context: FindingContext): readonly Stop[] {
  // On the other of two redundant rings the token may have gone on all the time.
  if (context.redundancy === 'one-seen') return [];
  return context.silences.flatMap((silence) => {
    const { node, token, backNs, copies, backKind } = silence;
    if (token === null || backNs === null || copies === 0 || !BY_TOKEN.has(backKind) || !hadToken(silence)) return [];
    const ns = backNs - token.timeNs;
    const { retransmitNs } = timersOf(context, silence.backRing);
    const isKnown = context.ledger.covering(token.timeNs, node) !== null || wasUnreachable(context, silence);
    return isByTimer(silence, retransmitNs) || ns < retransmitNs * SHARE_MIN || isKnown ? [] : [{ silence, ns }];
  });
}

/** Tokens that were lost right after a stop, at or behind that node: knet, for one, had given its link up meanwhile. */
function lostAfter({ incidents, ledger }: FindingContext, node: number, stops: readonly Stop[]): readonly Incident[] {
  return incidents.filter(
    (incident) =>
      ledger.causeOf(incident) === null &&
      (incident.broken?.from === node || incident.broken?.to === node) &&
      stops.some(({ silence }) => Math.abs(incident.sinceNs - (silence.backNs ?? 0)) < AFTER_NS),
  );
}

/** Tokens to or from the node that were lost and went on by a timer. */
function lossesAt(context: FindingContext, node: number): number {
  return context.hops.hops.filter(({ src, dst, ring, sentNs, nextNs }) => {
    const { retransmitNs } = timersOf(context, ring);
    const off = nextNs - sentNs - Math.round((nextNs - sentNs) / retransmitNs) * retransmitNs;
    return [src, dst].some((address) => context.addresses.nodeAt(address) === node) && Math.abs(off) < ANSWER_NS;
  }).length;
}

function shortOnes(context: FindingContext): readonly Finding[] {
  const byNode = new Map<number, Stop[]>();
  for (const stop of shortStops(context))
    byNode.set(stop.silence.node, [...(byNode.get(stop.silence.node) ?? []), stop]);
  const many = [...byNode].filter(([node, stops]) => stops.length > 1 || lossesAt(context, node) < LOST_HOPS_MIN);
  return many.map(([node, stops]) => {
    const longest = Math.max(...stops.map(({ ns }) => ns));
    const first = stops[0]?.silence;
    const last = stops.at(-1)?.silence;
    const lost = lostAfter(context, node, stops);
    const made = finding('process-paused', lost.length > 0 ? 'failure' : 'warning', {
      time: first?.token?.timeNs ?? 0,
      until: last?.backNs ?? null,
      culprits: [node],
      says:
        `${capital(nodeText(context, node))} kept the ring waiting ` +
        `${stops.length === 1 ? 'once' : `${stops.length} times`}, ` +
        `for up to ${seconds(longest)} s, with the token in its queue; ` +
        (lost.length > 0 ? 'then the token was lost all the same.' : 'the token was not given up.'),
      evidence: stops.slice(0, 8).map(({ silence, ns }) => ({
        frames: [silence.token?.frame ?? 0, silence.backFrame ?? 0],
        says:
          `token ${silence.token?.tokenSeq} sent to it, and passed on ${seconds(ns)} s ` +
          `and ${plural(silence.copies, 'copy', 'copies')} later`,
      })),
      cause: 'The process was not scheduled for that time.',
      advice: ADVICE,
      confidence: stops.length > 1 ? 0.9 : 0.7,
      reference: REFERENCE,
    });
    for (const incident of lost) context.ledger.explain(incident, made);
    for (const { silence } of stops)
      context.ledger.cover({
        finding: made,
        fromNs: silence.fromNs,
        untilNs: (silence.backNs ?? silence.fromNs) + 1e6,
        nodes: null,
      });
    return made;
  });
}

export const processPaused: Rule = {
  name: 'process-paused',
  run: (context) => {
    const long = context.incidents
      .filter((incident) => context.ledger.causeOf(incident) === null)
      .flatMap((incident) => longOnes(context, incident) ?? []);
    return [...long, ...shortOnes(context)].slice(0, FINDINGS_PER_RULE_MAX);
  },
};
