// The analysis as the object of `totemlab analyse --json`: times as text, 64-bit numbers as text, keys in order.
import { timeText, wallClock } from '../../store/times.ts';
import type { Analysis, Finding, NodeEntry, RingHistory, SheepCluster, Transition } from '../result.ts';

type Time = (ns: number) => string;

const orNull = (time: Time, ns: number | null): string | null => (ns === null ? null : time(ns));

function nodeJson({ nodeid, name, addresses, dialect, firstSeen, lastSeen }: NodeEntry, time: Time) {
  return { nodeid, name, addresses, dialect, firstSeen: time(firstSeen), lastSeen: time(lastSeen) };
}

function ringJson(ring: RingHistory, time: Time) {
  const { id, rep, seq, members, committed, firstToken, lastToken, tokens, cause } = ring;
  return {
    id,
    rep,
    seq: String(seq),
    members,
    committed: orNull(time, committed),
    firstToken: orNull(time, firstToken),
    lastToken: orNull(time, lastToken),
    tokens,
    cause,
    ...(committed === null ? { membersPartial: true } : {}),
  };
}

function transitionJson(
  { time: at, nodeid, from, to, gatherFrom, says, certainty, frames, ring }: Transition,
  time: Time,
) {
  return { time: time(at), nodeid, from, to, gatherFrom, says, certainty, frames, ring };
}

function findingJson(finding: Finding, time: Time) {
  const { id, rule, severity, culprits, says, evidence, cause, advice, confidence, because, reference } = finding;
  return {
    id,
    rule,
    severity,
    time: time(finding.time),
    until: orNull(time, finding.until),
    culprits,
    says,
    evidence,
    cause,
    advice,
    confidence,
    because,
    reference,
  };
}

function sheepJson({ members, master, epoch, status, copies, events }: SheepCluster, time: Time) {
  return {
    members,
    master,
    epoch,
    status,
    copies,
    events: events.map((event) => ({ ...event, time: time(event.time) })),
  };
}

/** The object of the command-line contract. `epochNs`: wall clock of time 0. */
export function analysisJson(analysis: Analysis, epochNs: bigint) {
  const time: Time = (ns) => timeText(wallClock(epochNs, ns));
  const { packets, nodes, rings, transitions, rotation, delivery, counters, sheepdog, findings } = analysis;
  return {
    packets,
    nodes: nodes.map((node) => nodeJson(node, time)),
    rings: rings.map((ring) => ringJson(ring, time)),
    transitions: transitions.map((transition) => transitionJson(transition, time)),
    rotation,
    delivery,
    counters: Object.fromEntries([...counters].map(([nodeid, values]) => [String(nodeid), values])),
    sheepdog: sheepdog === null ? null : sheepJson(sheepdog, time),
    findings: findings.map((finding) => findingJson(finding, time)),
  };
}
