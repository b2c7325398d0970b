// A process that died and was started again before the others missed it: a newborn with the id of a member of a ring
// that still turned, and no leave before.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext } from '../engine/rule.ts';
import { isSameLife } from '../engine/incidents.ts';
import { capital, nodeText, seconds } from '../engine/words.ts';

/** A leave before the start makes it a clean restart. */
const LEAVE_NS = 600e9;
/** What a death leaves behind shows within this time of the new start. */
const SOON_NS = 1e9;

function hasLeft({ odd }: FindingContext, node: number, sinceNs: number, timeNs: number): boolean {
  return odd.leaves.some(
    (leave) => leave.node === node && leave.timeNs <= timeNs && leave.timeNs > Math.max(sinceNs, timeNs - LEAVE_NS),
  );
}

export function quickRestarts(context: FindingContext): readonly Finding[] {
  // Joins that the snap length cut are not read: the one before may have been longer.
  if (context.facts.cutFrames > 0) return [];
  return context.joins.starts.flatMap(({ node, timeNs }) => {
    const ring = context.rings.findLast(
      ({ members, firstToken }) =>
        members.length > 1 && members.includes(node) && firstToken !== null && firstToken < timeNs,
    );
    const newer = context.rings.some(
      ({ firstToken, members, origins }) =>
        firstToken !== null &&
        ring !== undefined &&
        firstToken > (ring.firstToken ?? 0) &&
        firstToken < timeNs &&
        (!members.includes(node) || origins.size === 0) &&
        members.some((member) => ring.members.includes(member)),
    );
    if (ring === undefined || newer) return [];
    // A join that waited in a queue on the way carries the number of long ago; a new process goes on from its file.
    const [first] = context.joins.of(node, timeNs, timeNs);
    if (first === undefined || first.ringSeq < ring.seq) return [];
    if (isSameLife(context, node, ring.seq, first.ringSeq)) return [];
    const known = context.ledger.covering(timeNs) ?? context.ledger.covering(timeNs, node);
    if (hasLeft(context, node, ring.firstToken ?? 0, timeNs) || known !== null) return [];
    const spell = context.spells.all.findLast((other) => other.node === node && other.ring === ring.ring);
    const made = finding('node-dead', 'failure', {
      time: spell?.untilNs ?? timeNs,
      until: timeNs,
      culprits: [node],
      says:
        `The process of ${nodeText(context, node)} died and was started again ` +
        `${seconds(timeNs - (spell?.untilNs ?? timeNs))} s after it was last heard, ` +
        'before the others missed it: it joins as a new process, without a leave before.',
      evidence: [
        ...(spell === undefined ? [] : [{ frames: [spell.lastFrame], says: `its last message on ring ${ring.id}` }]),
        { frames: [first.firstFrame], says: 'its first join as a new process, which lists itself alone' },
      ],
      cause: 'The process crashed or was killed, and something started it again at once.',
      advice: `${capital(nodeText(context, node))}: its own log and the journal of what supervises it.`,
      confidence: 0.9,
      reference: 'corosync.conf(5): token',
    });
    const fromNs = (spell?.untilNs ?? timeNs) - 1e6;
    context.ledger.cover({ finding: made, fromNs, untilNs: timeNs + SOON_NS, nodes: null });
    // Its token may have been declared lost just when it was back.
    for (const incident of context.incidents)
      if (
        incident.broken?.to === node &&
        incident.sinceNs >= fromNs - SOON_NS &&
        incident.declaredNs <= timeNs + SOON_NS
      )
        context.ledger.explain(incident, made);
    return [made];
  });
}
