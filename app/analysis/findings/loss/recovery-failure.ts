// Rings are committed and begin to turn, and break again before all members are operational. Reference: specs 2.7,
// 7.13.
import type { Finding, RingHistory } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { timersOf } from '../engine/timers.ts';
import { idsText, nodesText, plural, seconds } from '../engine/words.ts';

/** Attempts that break in recovery, one after the other. */
const ATTEMPTS_MIN = 2;

/** Members that never became operational on a ring whose token turned for as long as a token timeout. */
function stuck(
  context: FindingContext,
  { id, members, firstToken, lastToken, committed, ring }: RingHistory,
): readonly number[] {
  if (firstToken === null || committed === null) return [];
  const done = new Set(
    context.transitions.filter(({ to, ring: its }) => to === 'operational' && its === id).map(({ nodeid }) => nodeid),
  );
  const failed = context.transitions.some(
    ({ gatherFrom, time, nodeid }) =>
      gatherFrom === 5 &&
      members.includes(nodeid) &&
      time > firstToken &&
      time - (lastToken ?? firstToken) < 2 * timersOf(context, ring).tokenNs,
  );
  const left = members.filter((node) => !done.has(node));
  return failed && left.length > 0 ? left : [];
}

export const recoveryFailure: Rule = {
  name: 'recovery-failure',
  run: (context) => {
    const tries = context.rings
      .map((ring) => ({ ring, left: stuck(context, ring) }))
      .filter(({ left, ring }) => left.length > 0 && context.ledger.covering(ring.firstToken ?? 0) === null);
    const [first] = tries;
    if (first === undefined || tries.length < ATTEMPTS_MIN) return [];
    const askers = context.losses.requesters().filter(({ ring }) => tries.some((its) => its.ring.ring === ring));
    const culprits = [...new Set(askers.map(({ node }) => node))].sort((a, b) => a - b);
    const last = tries.at(-1)?.ring ?? first.ring;
    const large = Math.max(0, ...askers.map(({ sizeMin }) => (sizeMin === Infinity ? 0 : sizeMin)));
    const made: Finding = finding('recovery-failure', 'failure', {
      time: first.ring.firstToken ?? 0,
      until: last.lastToken,
      culprits,
      says:
        `${plural(tries.length, 'ring')} in ` +
        `${seconds((last.lastToken ?? 0) - (first.ring.firstToken ?? 0))} s were committed and broke in recovery: ` +
        (culprits.length > 0
          ? `${nodesText(context, culprits)} could not get the messages of the old ring.`
          : `${idsText(first.left)} did not become operational.`),
      evidence: [
        ...tries
          .slice(0, 6)
          .map(({ ring }) => ({ frames: ring.frames, says: `ring ${ring.id}, which broke in recovery` })),
        ...askers.slice(0, 3).map(({ frames, node }) => ({ frames, says: `requests of node ${node} in recovery` })),
      ],
      cause:
        large > 1400
          ? 'The large recovery messages, which need IP fragments, do not pass.'
          : 'Messages of recovery are lost again and again, or a node does not go on.',
      advice: 'fragments and MTU on the way to these nodes; load; the log says "recovery" and its reasons.',
      confidence: 0.7,
    });
    context.ledger.cover({
      finding: made,
      fromNs: made.time,
      untilNs: (last.lastToken ?? made.time) + 5e9,
      nodes: null,
    });
    return [made];
  },
};
