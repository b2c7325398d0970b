// Gathering without an end: joins for longer than two consensus timeouts and no ring turns. Reference: specs 7.12.
import type { Finding } from '../../result.ts';
import type { JoinRun } from '../../traffic/activity/join-runs.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { timersOf } from '../engine/timers.ts';
import { nodesText, plural, seconds } from '../engine/words.ts';

/** Joins of an episode follow each other within this time. */
const APART_NS = 0.4e9;
/** A gathering so much longer than the consensus timeout is no gathering any more; the token timeout may come first. */
const CONSENSUS_MAX = 2;

interface Episode {
  readonly fromNs: number;
  untilNs: number;
  readonly runs: JoinRun[];
}

/** Times of joins in which no ring of several turned. */
function episodes({ joins, rings }: FindingContext): readonly Episode[] {
  const all: Episode[] = [];
  for (const run of joins.all) {
    const last = all.at(-1);
    const turned =
      last !== undefined &&
      rings.some(
        ({ firstToken, members }) =>
          firstToken !== null && members.length > 1 && firstToken > last.fromNs && firstToken <= run.fromNs,
      );
    if (last !== undefined && !turned && run.fromNs - last.untilNs <= APART_NS) {
      last.runs.push(run);
      last.untilNs = Math.max(last.untilNs, run.untilNs);
    } else all.push({ fromNs: run.fromNs, untilNs: run.untilNs, runs: [run] });
  }
  return all;
}

function said(context: FindingContext, { fromNs, runs, untilNs }: Episode): Finding | null {
  const next = context.rings.find(
    ({ firstToken, members }) => firstToken !== null && firstToken > fromNs && members.length > 1,
  );
  const until = Math.min(untilNs, next?.firstToken ?? Infinity);
  const { consensusNs, tokenNs } = timersOf(context, null);
  const nodes = [...new Set(runs.map(({ node }) => node))].sort((a, b) => a - b);
  if (nodes.length < 2 || until - fromNs <= CONSENSUS_MAX * consensusNs + tokenNs) return null;
  // What is explained by another fault is said there.
  if (context.ledger.covering(fromNs + 0.1e9) !== null || context.ledger.covering((fromNs + until) / 2) !== null)
    return null;
  const joins = runs.reduce((sum, { count }) => sum + count, 0);
  // Whoever gathers says so again and again: with fewer joins than that the clock was set, or the capture paused.
  if (joins * APART_NS < until - fromNs) return null;
  return finding('join-storm', 'failure', {
    time: fromNs,
    until,
    says:
      `${nodesText(context, nodes).replace(/^n/, 'N')} gathered for ` +
      `${seconds(until - fromNs)} s without agreeing on a ring, ` +
      `${plural(joins, 'join')} in all; no token turned meanwhile.`,
    evidence: runs.slice(0, 8).map((run) => ({
      frames: run.firstFrame === run.lastFrame ? [run.firstFrame] : [run.firstFrame, run.lastFrame],
      says:
        `${plural(run.count, 'join')} of node ${run.node} with ` +
        `${run.proc.join(' ')}${run.failed.length > 0 ? `, giving up ${run.failed.join(' ')}` : ''}`,
    })),
    cause:
      'The lists of the nodes contradict each other: some do not hear all others, or a commit token never comes round.',
    advice:
      'compare the lists in the joins: whoever is missing in them, or differs, is ' +
      'where to look. With more than 32 nodes set send_join.',
    confidence: 0.7,
    reference: 'corosync.conf(5): join, consensus',
  });
}

export const joinStorm: Rule = {
  name: 'join-storm',
  // Without tokens in the capture it is not known whether a ring turned.
  run: (context) =>
    (context.packets.byKind['orf_token'] ?? 0) === 0
      ? []
      : episodes(context).flatMap((episode) => said(context, episode) ?? []),
};
