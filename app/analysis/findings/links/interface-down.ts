// An interface went down: Corosync 1 and 2 then bind to the loopback address, which shows in everybody's joins when the
// interface is back. Reference: specs 7.22.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, nodeText, nodesText, plural, seconds } from '../engine/words.ts';

/** 127.0.0.1 as a node id, of 1.x and of 2.x. */
const LOOPBACK_IDS: readonly number[] = [16_777_343, 2_130_706_433];
const ADVICE =
  'what took the interface down: NetworkManager, ifdown, a bond or driver. ' +
  'Never stop an interface under Corosync 1 or 2; ' +
  'restart Corosync on that node when the interface is up.';

/** Members that were away just before: one of them is the node that had lost its interface. */
function whose(context: FindingContext, from: number, nodeid: number, firstNs: number): readonly number[] {
  if (!LOOPBACK_IDS.includes(nodeid) && nodeid !== 0) return [nodeid];
  const away = context.incidents
    .filter(({ declaredNs }) => declaredNs <= firstNs)
    .flatMap(({ absent }) => absent)
    .filter(({ backNs }) => backNs === null || Math.abs(backNs - firstNs) < 10e9)
    .map(({ node }) => node);
  if (away.length > 0) return [...new Set(away)];
  return LOOPBACK_IDS.includes(from) ? [] : [from];
}

/** The process bound itself anew when its interface was back, and nothing of 127.0.0.1 came to the wire. */
function ofRebound(context: FindingContext): readonly Finding[] {
  return context.incidents.flatMap((incident) => {
    const rebound = incident.absent.filter(({ isRebound }) => isRebound);
    const [first] = rebound;
    if (first === undefined || context.ledger.causeOf(incident) !== null) return [];
    const nodes = rebound.map(({ node }) => node);
    const backNs = Math.max(...rebound.map((absence) => absence.backNs ?? incident.untilNs));
    const made = finding('interface-down', 'failure', {
      time: incident.sinceNs,
      until: backNs,
      culprits: nodes,
      says:
        `${capital(nodesText(context, nodes))} fell silent, and came back ${seconds(backNs - incident.sinceNs)} s ` +
        'later listing itself alone as after a start, yet with the number of a ring that it had formed by itself: ' +
        'the same process, whose interface went down and came up again.',
      evidence: rebound.flatMap(({ fromFrame, backFrames, node }) => [
        ...(fromFrame === 0 ? [] : [{ frames: [fromFrame], says: `the last of ${nodeText(context, node)} before` }]),
        { frames: backFrames, says: 'it is back, alone on its list; a new process would not have that number' },
      ]),
      cause: 'The interface was taken down while Corosync ran.',
      advice: ADVICE,
      confidence: 0.75,
      reference: 'corosync.conf(5): bindnetaddr',
    });
    context.ledger.explain(incident, made);
    context.ledger.cover({ finding: made, fromNs: incident.sinceNs, untilNs: backNs + 5e9, nodes: null });
    return [made];
  });
}

function ofLoopback(context: FindingContext): readonly Finding[] {
  const seen = context.joins.loopbacks;
  const [first] = seen;
  if (first === undefined) return [];
  const culprits = [...new Set(seen.flatMap(({ nodeid, from, firstNs }) => whose(context, from, nodeid, firstNs)))]
    .filter((node) => !LOOPBACK_IDS.includes(node))
    .sort((a, b) => a - b);
  const lost = context.incidents.filter(
    ({ absent, broken }) => absent.some(({ node }) => culprits.includes(node)) || culprits.includes(broken?.to ?? -1),
  );
  const since = Math.min(first.firstNs, ...lost.map(({ sinceNs }) => sinceNs));
  const until = Math.max(...seen.map(({ lastNs }) => lastNs));
  const made: Finding = finding('interface-down', 'failure', {
    time: since,
    until,
    culprits,
    says:
      `${culprits.length === 0 ? 'A node' : capital(nodesText(context, culprits))} ` +
      'lost its interface: 127.0.0.1 stands in the joins, ' +
      `as node ${first.nodeid}, ${plural(
        seen.reduce((sum, { count }) => sum + count, 0),
        'time',
      )} over ${seconds(until - first.firstNs)} s. ` +
      'Corosync had bound itself to the loopback address, which nobody else ' +
      'can reach, and the others wait for it in vain.',
    evidence: [
      ...seen.slice(0, 4).map(({ frames, nodeid, from }) => ({
        frames,
        says: `joins that name node ${nodeid} at 127.0.0.1, first by ${nodeText(context, from)}`,
      })),
      ...lost.slice(0, 2).map(({ broken, ring }) => ({
        frames: broken === null ? [] : [broken.last.frame],
        says: `the last new token of ring ${ring.id} before it fell silent`,
      })),
    ],
    cause: 'The interface was taken down while Corosync ran.',
    advice: ADVICE,
    confidence: 0.95,
    reference: 'corosync.conf(5): bindnetaddr',
  });
  context.ledger.cover({ finding: made, fromNs: since, untilNs: until + 5e9, nodes: null });
  for (const incident of lost) context.ledger.explain(incident, made);
  for (const incident of context.incidents)
    if (incident.declaredNs >= since && incident.declaredNs <= until + 5e9) context.ledger.explain(incident, made);
  return [made];
}

export const interfaceDown: Rule = {
  name: 'interface-down',
  run: (context) => [...ofLoopback(context), ...ofRebound(context)],
};
