// What lies before the capture: members of a lost ring that were never heard in it, and a capture that begins while
// its nodes gather. Told from the joins of the others, which name whom they were with. Concludes no causes. Reference:
// specs 2.4, 7.1.
import type { CaptureNs } from '../../../../protocol/base/brand.ts';
import { rowAt } from '../../../store/packet-store.ts';
import { PacketKind } from '../../../store/kinds.ts';
import type { RingHistory } from '../../result.ts';
import type { JoinRun } from '../../traffic/activity/join-runs.ts';
import type { Silence } from '../../traffic/activity/silences.ts';
import type { TokenBreak } from '../loss/token-break.ts';
import type { Evidence } from './rule.ts';

/** Joins of those who lost the token together follow each other so soon. */
const TOGETHER_NS = 0.15e9;
/** Joins come every 50 ms: a capture whose first ones come so soon began while nodes gathered. */
const BEGUN_NS = 0.15e9;
const AGAIN_MIN = 2;
/** The consensus timeout, at the longest. */
const GIVEN_UP_NS = 10e9;

/** Members of a lost ring; where its commit token was not captured, those whom the joins name who lost it. */
export function lostMembers({ joins }: Evidence, ring: RingHistory, declaredNs: number): readonly number[] {
  if (ring.committed !== null) return ring.members;
  const named = joins
    .during(declaredNs - TOGETHER_NS, declaredNs + TOGETHER_NS)
    .filter(({ ringSeq, isLeave, failed, node }) => {
      return ringSeq === ring.seq && !isLeave && failed.length === 0 && ring.members.includes(node);
    })
    .flatMap(({ proc }) => [...proc]);
  return [...new Set([...ring.members, ...named])].sort((a, b) => a - b);
}

const firstSeen = ({ nodes }: Evidence, node: number): number | null =>
  nodes.find(({ nodeid }) => nodeid === node)?.firstSeen ?? null;

/** The silence of one that was not heard from the beginning of the capture until the others gathered. */
export function unheardSilence(
  evidence: Evidence,
  { node, ring, startNs }: { readonly node: number; readonly ring: number; readonly startNs: number },
  broken: TokenBreak | null,
): Silence {
  const { store, joins, tokens, addresses } = evidence;
  const backNs = firstSeen(evidence, node);
  const own = tokens.of(ring)?.fresh.find(({ src, timeNs }) => {
    return backNs !== null && timeNs >= backNs && addresses.nodeAt(src) === node;
  });
  const wasSent = broken?.to === node ? broken : null;
  const { last, copies = [] } = wasSent ?? {};
  const join = backNs === null ? undefined : joins.of(node, backNs, Infinity)[0];
  return {
    node,
    fromNs: startNs,
    fromFrame: 0,
    token: last === undefined ? null : { ...last, ring },
    copies: copies.length,
    lastCopyNs: copies.at(-1)?.timeNs ?? last?.timeNs ?? 0,
    rounds: 0,
    knet: 0,
    knetGapNs: 0,
    backNs,
    backFrame: backNs === null ? null : rowAt(store, backNs as CaptureNs) + 1,
    backKind: join !== undefined && join.fromNs === backNs ? PacketKind.MEMB_JOIN : PacketKind.ORF_TOKEN,
    backRing: ring,
    passedNs: own?.timeNs ?? null,
    ownCopies: 0,
  };
}

/** A loss that no timer dates, since the capture begins too late for it. */
export interface LostBefore {
  readonly ring: RingHistory;
  /** When its nodes gather first in this capture. */
  readonly gatherNs: number;
  readonly next: RingHistory | null;
  /** Members that are silent while the others gather, and given up. */
  readonly silent: readonly number[];
  /** Some of its tokens are in the capture. */
  readonly hasTurned: boolean;
}

/** The first joins of each node in this capture, said again; those of one gather. */
function firstRuns({ joins }: Evidence): readonly JoinRun[] {
  const sinceNs = joins.all[0]?.fromNs ?? Infinity;
  const first = new Map<number, JoinRun>();
  for (const run of joins.during(sinceNs, sinceNs + TOGETHER_NS)) if (!first.has(run.node)) first.set(run.node, run);
  return [...first.values()].filter(({ count, isLeave }) => count >= AGAIN_MIN && !isLeave);
}

function unseenRing(run: JoinRun, members: readonly number[], next: RingHistory | null): RingHistory {
  const id = next?.origins.get(run.node) ?? `${members[0] ?? 0}:${run.ringSeq}`;
  const times = { committed: null, firstToken: null, lastToken: null, tokens: 0, frames: [] };
  const rep = Number(id.slice(0, id.indexOf(':')));
  return { ring: -1, id, rep, seq: run.ringSeq, members, ...times, cause: 'unknown', origins: new Map() };
}

/**
 * Null where the capture does not begin so. Whoever is on a failed list from the first join on may have left as well,
 * and is not told of.
 */
export function lostBefore(
  evidence: Evidence,
  { startNs, endNs }: { readonly startNs: number; readonly endNs: number },
  known: readonly RingHistory[],
): LostBefore | null {
  const { rings, joins } = evidence;
  const runs = firstRuns(evidence);
  const [run] = runs;
  if (run === undefined) return null;
  const { fromNs: gatherNs } = run;
  const turned = rings.findLast(({ firstToken }) => (firstToken ?? Infinity) <= gatherNs);
  if (turned === undefined && gatherNs - startNs > BEGUN_NS) return null;
  // A ring whose commit token is here has its members known, and its losses dated.
  const isDated = turned !== undefined && (turned.committed !== null || known.includes(turned));
  if (isDated || (turned !== undefined && turned.seq !== run.ringSeq)) return null;
  const next =
    rings.find(({ firstToken, members }) => (firstToken ?? 0) > gatherNs && members.includes(run.node)) ?? null;
  const named = [...new Set(runs.flatMap(({ proc }) => [...proc]))].sort((a, b) => a - b);
  const left = runs.flatMap(({ failed }) => [...failed]);
  const later = joins.during(gatherNs, Math.min(endNs, gatherNs + GIVEN_UP_NS));
  const silent = named.filter((node) => {
    const givenNs = later.find(({ failed }) => failed.includes(node))?.fromNs ?? null;
    return givenNs !== null && !left.includes(node) && joins.of(node, gatherNs, givenNs).length === 0;
  });
  if (silent.length === 0) return null;
  const hasTurned = turned !== undefined;
  return { ring: turned ?? unseenRing(run, named, next), gatherNs, next, silent, hasTurned };
}
