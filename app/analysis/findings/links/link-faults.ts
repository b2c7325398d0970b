// What the network did, concluded from who did not hear whom: one node that hears nobody, one that nobody hears, a pair
// of which one does not hear the other, or two sides that do not hear each other. Which name that fault gets is for the
// rules to say. Reference: specs 7.15, 7.19, 7.20.
import type { Incident } from '../engine/incidents.ts';
import { timersOf } from '../engine/timers.ts';
import type { FindingContext } from '../engine/rule.ts';
import type { Unheard } from './deafness.ts';
import { divisionsOf } from './divisions.ts';

export interface LinkFault {
  /** "hears-nobody" and "unheard": nodes has that one node. "pair": speaker and hearer. "sides": the smaller side. */
  readonly kind: 'hears-nobody' | 'unheard' | 'pair' | 'sides';
  readonly nodes: readonly number[];
  readonly fromNs: number;
  readonly untilNs: number;
  readonly edges: readonly Unheard[];
  /** Whether unicasts reach the one that hears nobody; null where none was sent. */
  readonly unicast: boolean | null;
  /** It was in a ring with others before. */
  readonly wasMember: boolean;
  /** Lost tokens of that time. */
  readonly incidents: readonly Incident[];
}

/** GATHER reasons by which a message of another node moved this one. */
const MOVED_BY_OTHERS: readonly number[] = [7, 8, 9, 10, 11, 12, 13, 14];
/** Troubles further apart than so many consensus timeouts are two. */
const APART_CONSENSUS = 3;
const SHARE_MIN = 0.5;
/** A ring of one side is formed so soon after the other was given up. */
const FORMED_NS = 1e9;

interface Trouble {
  readonly fromNs: number;
  untilNs: number;
  readonly edges: Unheard[];
}

function troublesOf(edges: readonly Unheard[], apartNs: number): readonly Trouble[] {
  const troubles: Trouble[] = [];
  for (const edge of edges) {
    const last = troubles.at(-1);
    if (last !== undefined && edge.fromNs - last.untilNs <= apartNs) {
      last.edges.push(edge);
      last.untilNs = Math.max(last.untilNs, edge.untilNs);
    } else troubles.push({ fromNs: edge.fromNs, untilNs: edge.untilNs, edges: [edge] });
  }
  return troubles;
}

/** Nodes that spoke in the trouble: sent joins, or spoke on a ring. */
function speakersIn({ joins, spells }: FindingContext, { fromNs, untilNs, edges }: Trouble): readonly number[] {
  const all = [...joins.during(fromNs, untilNs), ...spells.during(fromNs, untilNs)].map(({ node }) => node);
  const named = edges.flatMap(({ hearer, speaker }) => [hearer, speaker]);
  return [...new Set([...all, ...named])].sort((a, b) => a - b);
}

/** How often others' messages moved a node in the time. */
function reactions({ transitions }: FindingContext, node: number, { fromNs, untilNs }: Trouble): number {
  return transitions.filter(
    ({ nodeid, to, gatherFrom, time }) =>
      nodeid === node &&
      to === 'gather' &&
      gatherFrom !== null &&
      MOVED_BY_OTHERS.includes(gatherFrom) &&
      time > fromNs &&
      time < untilNs,
  ).length;
}

/** Whether the node answered tokens and commit tokens that were sent to it; null where there were none. */
function answersUnicast(context: FindingContext, node: number, trouble: Trouble): boolean | null {
  const { fromNs, untilNs } = trouble;
  const [from, until] = [fromNs - timersOf(context, null).tokenNs, untilNs];
  const asked = context.silences.filter((silence) => {
    const { token } = silence;
    return silence.node === node && token !== null && token.timeNs >= from && token.timeNs <= until;
  });
  const broken = context.incidents.some(
    ({ broken: at, sinceNs }) => at?.suspects.includes(node) === true && sinceNs >= from && sinceNs <= until,
  );
  if (broken || asked.some(({ backNs, token }) => (backNs ?? until) - (token?.timeNs ?? 0) > (until - from) / 4))
    return false;
  const spoke = context.spells.during(fromNs, untilNs).filter((spell) => spell.node === node);
  const onRing = context.rings.some(
    ({ ring, members }) => members.length > 1 && spoke.some((spell) => spell.ring === ring),
  );
  return onRing ? true : null;
}

/** It turned in a ring of several that was formed in the time: then it hears some. */
function isWithOthers({ rings, spells }: FindingContext, node: number, { fromNs, untilNs }: Trouble): boolean {
  const its = spells.during(fromNs, untilNs).filter((spell) => spell.node === node);
  return rings.some(
    ({ ring, members, committed }) =>
      members.length > 1 && (committed ?? -Infinity) > fromNs && its.some((spell) => spell.ring === ring),
  );
}

function wasMember({ rings, spells }: FindingContext, node: number, untilNs: number): boolean {
  const own = spells.all.filter((spell) => spell.node === node && spell.fromNs < untilNs).map(({ ring }) => ring);
  // Where no tokens are captured, who speaks on the same ring was in it together.
  if (spells.all.some((spell) => spell.node !== node && spell.fromNs < untilNs && own.includes(spell.ring)))
    return true;
  return rings.some(
    ({ members, firstToken }) =>
      members.length > 1 && members.includes(node) && firstToken !== null && firstToken < untilNs,
  );
}

/** Edges by one end: the other ends. */
function byEnd(edges: readonly Unheard[], end: 'hearer' | 'speaker'): ReadonlyMap<number, ReadonlySet<number>> {
  const other = end === 'hearer' ? 'speaker' : 'hearer';
  const map = new Map<number, Set<number>>();
  for (const edge of edges) map.set(edge[end], (map.get(edge[end]) ?? new Set<number>()).add(edge[other]));
  return map;
}

function incidentsIn(context: FindingContext, { fromNs, untilNs }: Trouble): readonly Incident[] {
  const { tokenNs, consensusNs } = timersOf(context, null);
  const since = fromNs - tokenNs * 2 - consensusNs;
  return context.incidents.filter(({ declaredNs, sinceNs }) => declaredNs >= since && sinceNs <= untilNs);
}

function faultOf(
  context: FindingContext,
  trouble: Trouble,
  kind: LinkFault['kind'],
  nodes: readonly number[],
  edges: readonly Unheard[],
): LinkFault {
  const { fromNs, untilNs } = trouble;
  const last = nodes.at(-1) ?? 0;
  const unicast = answersUnicast(context, last, trouble);
  const before = wasMember(context, last, fromNs);
  const incidents = incidentsIn(context, trouble);
  return { kind, nodes, fromNs, untilNs, edges, unicast, wasMember: before, incidents };
}

/** Nodes that hear nobody, then nodes that nobody hears; what explains an edge takes it away. */
function ofOneNode(context: FindingContext, trouble: Trouble, left: Set<Unheard>): readonly LinkFault[] {
  const { edges } = trouble;
  const speakers = speakersIn(context, trouble);
  const enough = (count: number): boolean => count >= (speakers.length - 1) * SHARE_MIN;
  const faults: LinkFault[] = [];
  const take = (kind: LinkFault['kind'], node: number, its: readonly Unheard[]): void => {
    faults.push(faultOf(context, trouble, kind, [node], its));
    for (const edge of its) left.delete(edge);
  };
  if (speakers.length < 3) return faults;
  for (const [node, others] of byEnd(edges, 'hearer')) {
    const hears = reactions(context, node, trouble) > 0 || isWithOthers(context, node, trouble);
    if (enough(others.size) && !hears)
      take(
        'hears-nobody',
        node,
        edges.filter(({ hearer }) => hearer === node),
      );
  }
  for (const [node, others] of byEnd(edges, 'speaker')) {
    const its = [...left].filter(({ speaker }) => speaker === node);
    if (its.length > 0 && others.size > 1 && enough(others.size)) take('unheard', node, its);
  }
  return faults;
}

function classify(context: FindingContext, trouble: Trouble): readonly LinkFault[] {
  const { edges } = trouble;
  const divided = dividedIn(context, trouble);
  if (divided !== null) return [faultOf(context, trouble, 'sides', divided, edges)];
  const isMutual = edges.some((a) => edges.some((b) => a.hearer === b.speaker && a.speaker === b.hearer));
  const sides = isMutual ? sidesOf(context, trouble) : null;
  if (sides !== null) return [faultOf(context, trouble, 'sides', sides, edges)];
  const left = new Set(edges);
  const faults = ofOneNode(context, trouble, left);
  const pairs = new Map<string, Unheard[]>();
  for (const edge of left) {
    const key = `${edge.speaker} ${edge.hearer}`;
    pairs.set(key, [...(pairs.get(key) ?? []), edge]);
  }
  const [strongest] = [...pairs.values()].sort((a, b) => b.length - a.length);
  const [edge] = strongest ?? [];
  // What is left beside a node that hears nobody follows from it.
  if (faults.length > 0 || strongest === undefined || edge === undefined) return faults;
  return [faultOf(context, trouble, 'pair', [edge.speaker, edge.hearer], strongest)];
}

/** The smaller of two rings that came from one and turned together in the time, or soon after. */
function dividedIn(context: FindingContext, { fromNs, untilNs }: Trouble): readonly number[] | null {
  const found = divisionsOf(context).find((known) => known.fromNs <= untilNs + FORMED_NS && known.untilNs >= fromNs);
  if (found === undefined) return null;
  const [a, b] = found.sides;
  return smallerSide(a.members, b.members).toSorted((x, y) => x - y);
}

/**
 * Members of a ring that was formed, and the others that spoke: neither heard the other. The smaller side, or the one
 * without the lowest node.
 */
function sidesOf(context: FindingContext, trouble: Trouble): readonly number[] | null {
  const { fromNs, untilNs, edges } = trouble;
  const speakers = speakersIn(context, trouble);
  const formed = context.rings.filter(
    ({ committed, firstToken }) =>
      firstToken !== null && committed !== null && committed >= fromNs && committed <= untilNs + FORMED_NS,
  );
  for (const { members } of formed) {
    const inside = (node: number): boolean => members.includes(node);
    const rest = speakers.filter((node) => !inside(node));
    const divides = edges.every(({ hearer, speaker }) => inside(hearer) !== inside(speaker));
    const bothWays = edges.some(({ hearer }) => inside(hearer)) && edges.some(({ hearer }) => !inside(hearer));
    if (rest.length > 0 && divides && bothWays) return smallerSide(members, rest).toSorted((a, b) => a - b);
  }
  return null;
}

export function smallerSide(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length !== b.length) return a.length < b.length ? a : b;
  return Math.min(...a) < Math.min(...b) ? b : a;
}

export function linkFaultsOf(context: FindingContext): readonly LinkFault[] {
  const apartNs = timersOf(context, null).consensusNs * APART_CONSENSUS;
  return troublesOf(context.unheard, apartNs).flatMap((trouble) => classify(context, trouble));
}
