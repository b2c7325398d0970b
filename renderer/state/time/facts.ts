// What the timeline shows that depends on the analysis alone: states of lanes, rings, waits, findings, where tokens
// stopped. Found once for each analysis, drawn often. Pure.
import type { Analysis, Finding, MembershipState, Severity } from '../../../app/analysis/result.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import { lengthText } from '../../canvas/time-scale.ts';
import { historiesIn } from '../moment.ts';
import type { NodeDirectory } from '../node-directory.ts';
import type { Wait, WaitKind } from './waits.ts';

export interface LaneStretch {
  readonly lane: number;
  /** Null where the node is silent. */
  readonly state: MembershipState | null;
  readonly from: number;
  readonly to: number;
  readonly says: string;
}
interface Banded {
  readonly from: number;
  readonly to: number;
  /** From the longest to the shortest: the first that fits is shown. */
  readonly texts: readonly string[];
  readonly says: string;
}
export interface RingSpan extends Banded {
  readonly id: string;
  readonly isSeen: boolean;
}
export interface WaitSpan extends Banded {
  readonly kind: WaitKind;
}
export interface FindingSpan extends Banded {
  readonly id: string;
  readonly severity: Severity;
}
/** A token that came to a lane and did not leave it. */
export interface Stop {
  readonly lane: number;
  readonly from: number;
  /** When it was declared lost. */
  readonly to: number;
  /** False where hops behind it are not in the capture: it may have stopped at a node further on. */
  readonly isSure: boolean;
}

/** Each inner list is in order of time and, but for findings, without overlap. */
export interface TimelineFacts {
  /** By lane. */
  readonly stretches: readonly (readonly LaneStretch[])[];
  /** By band. */
  readonly rings: readonly (readonly RingSpan[])[];
  /** By kind. */
  readonly waits: readonly (readonly WaitSpan[])[];
  readonly findings: readonly FindingSpan[];
  readonly stops: readonly Stop[];
}

export const NO_FACTS: TimelineFacts = { stretches: [], rings: [], waits: [], findings: [], stops: [] };

/** Confidence of a loss whose every hop may be taken to be in the capture. */
const SURE = 0.8;
/** Bands for rings that turn at the same time. */
const RING_BANDS_MAX = 3;
const SEVERITIES: readonly Severity[] = ['failure', 'warning', 'info'];

const bare = (label: string): string => label.replace(/^node /, '');

function stretchesOf(
  analysis: Analysis,
  store: PacketStore,
  { nodes }: NodeDirectory,
): readonly (readonly LaneStretch[])[] {
  const histories = historiesIn(analysis, store);
  return nodes.map(({ nodeid }, lane) =>
    histories.of(nodeid).map(({ state, from, to, says }): LaneStretch => ({ lane, state, from, to, says })),
  );
}

/** Things that may overlap, in as few rows as keep them apart, the last row for all that is left. */
function inRows<T extends { readonly from: number; readonly to: number }>(
  things: readonly T[],
  rowsMax: number,
): readonly (readonly T[])[] {
  const rows: T[][] = [];
  for (const thing of things) {
    const free = rows.findIndex((row) => (row.at(-1)?.to ?? -Infinity) <= thing.from);
    const row = free >= 0 ? free : Math.min(rows.length, rowsMax - 1);
    const own = rows[row];
    if (own === undefined) rows[row] = [thing];
    // What overlaps in the last row is left out there: a zoom and the list of rings have it.
    else if (free >= 0) own.push(thing);
  }
  return rows;
}

/** Rings with their members. */
function ringSpans(analysis: Analysis, store: PacketStore, directory: NodeDirectory): readonly RingSpan[] {
  return historiesIn(analysis, store).rings.map(({ id, rep, members, from, to, isSeen }) => {
    const short = `${bare(directory.label(rep))}:${id.split(':')[1] ?? ''}`;
    const who = members.map((member) => bare(directory.label(member))).join(' ');
    const count = `${members.length} ${members.length === 1 ? 'member' : 'members'}`;
    const unseen = isSeen ? '' : ', not in this capture';
    const texts = [`ring ${short} · ${who}${unseen}`, `${short} · ${who}`, `${short} · ${count}`, short];
    const named = members.map((member) => directory.label(member)).join(', ');
    const how = isSeen ? '' : '; not in this capture, a later commit token names it';
    return { id, from, to, isSeen, texts, says: `ring ${id}: ${named}${how}` };
  });
}

function waitSpans(waits: readonly Wait[], directory: NodeDirectory): readonly WaitSpan[] {
  return waits.map(({ kind, nodeid, from, to }) => {
    const length = lengthText(to - from);
    const who = directory.label(nodeid);
    if (kind === 'token') {
      const says = `token timeout: ${who} had no token for ${length}, then declared it lost`;
      return {
        kind,
        from,
        to,
        says,
        texts: [`token timeout ${length}, none at ${who}`, `token timeout ${length}`, `token ${length}`, length],
      };
    }
    const says = `consensus: from its first join on ${who} waited ${length} for all to agree`;
    return { kind, from, to, says, texts: [`waiting for consensus ${length}`, `consensus ${length}`, length] };
  });
}

function findingSpans(findings: readonly Finding[]): readonly FindingSpan[] {
  return [...findings]
    .sort((a, b) => a.time - b.time || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
    .map(({ id, severity, time: from, until, rule, says }) => ({
      id,
      severity,
      from,
      to: until ?? from,
      texts: [rule.replaceAll('-', ' ')],
      says,
    }));
}

function stopsOf({ findings }: Analysis, store: PacketStore, directory: NodeDirectory): readonly Stop[] {
  return findings.flatMap(({ rule, culprits, evidence, time: to, confidence }) => {
    const row = (evidence[0]?.frames[0] ?? 0) - 1;
    const from = store.chunks[row >>> 16]?.timeNs[row & 0xffff];
    const lane = directory.laneOfNode(culprits[0] ?? -1);
    return rule !== 'token-loss' || row < 0 || lane < 0 || from === undefined || from > to
      ? []
      : [{ lane, from, to, isSure: confidence >= SURE }];
  });
}

function found(
  analysis: Analysis,
  store: PacketStore,
  directory: NodeDirectory,
  waits: readonly Wait[],
): TimelineFacts {
  const spans = waitSpans(waits, directory);
  const kinds = [spans.filter(({ kind }) => kind === 'token'), spans.filter(({ kind }) => kind === 'consensus')];
  return {
    stretches: stretchesOf(analysis, store, directory),
    rings: inRows(ringSpans(analysis, store, directory), RING_BANDS_MAX),
    waits: kinds.filter((own) => own.length > 0),
    findings: findingSpans(analysis.findings),
    stops: stopsOf(analysis, store, directory),
  };
}

interface Known {
  readonly directory: NodeDirectory;
  readonly waits: readonly Wait[];
  readonly facts: TimelineFacts;
}
const known = new WeakMap<Analysis, Known>();

/** Found once for those who ask one after the other. */
export function timelineFacts(
  analysis: Analysis | null,
  store: PacketStore,
  directory: NodeDirectory,
  waits: readonly Wait[],
): TimelineFacts {
  if (analysis === null) return NO_FACTS;
  const last = known.get(analysis);
  if (last?.directory === directory && last.waits === waits) return last.facts;
  const facts = found(analysis, store, directory, waits);
  known.set(analysis, { directory, waits, facts });
  return facts;
}

/** Lines of the table; the packet table and the findings have the rest. */
const HAPPENINGS_MAX = 300;

/** All of it in words, in order of time: seconds since the start, what, and what is to say of it. */
export function happenings(facts: TimelineFacts, { nodes }: NodeDirectory, start: number): readonly string[][] {
  const { rings, waits, findings, stretches } = facts;
  const firstOf = <T>(rows: readonly (readonly T[])[]): readonly T[] =>
    rows.flatMap((row) => row.slice(0, HAPPENINGS_MAX));
  const lines = [
    ...firstOf(rings).map(({ from, says }) => ({ from, what: 'ring', says })),
    ...firstOf(waits).map(({ from, says }) => ({ from, what: 'wait', says })),
    ...firstOf([findings]).map(({ from, says, severity }) => ({ from, what: severity, says })),
    ...firstOf(stretches).map(({ from, lane, state, says }) => ({
      from,
      what: nodes[lane]?.label ?? '',
      says: state === null || state === says ? says : `${state}: ${says}`,
    })),
  ];
  const first = lines.sort((a, b) => a.from - b.from).slice(0, HAPPENINGS_MAX);
  return first.map(({ from, what, says }) => [((from - start) / 1e9).toFixed(6), what, says]);
}
