// Rings joined: a commit token whose members come from several rings of more than themselves alone, or whose nodes had
// been together before. No alarm. Reference: specs 7.11.
import type { Finding, RingHistory } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { idsText, listed, seconds } from '../engine/words.ts';

/** Members by the ring that they come from. */
function groupsOf({ origins }: RingHistory): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [node, id] of origins) groups.set(id, [...(groups.get(id) ?? []), node]);
  return groups;
}

function merged(context: FindingContext, ring: RingHistory): Finding | null {
  if (ring.committed === null || ring.firstToken === null) return null;
  const groups = groupsOf(ring);
  const rings = [...groups].filter(([id, members]) => members.length > 1 || hadOthers(context, ring, id, members));
  if (rings.length < 2) return null;
  const parts = rings.map(([id, members]) => `${idsText(members)} from ring ${id}`);
  const fault = context.ledger.covering(ring.committed);
  return finding('merge', 'info', {
    time: ring.committed,
    until: ring.firstToken,
    says: `Rings merged into ${ring.id}: ${listed(parts)}, in ${seconds(ring.firstToken - ring.committed)} s.`,
    evidence: [{ frames: ring.frames, says: 'its commit token names the old ring of each member; its first token' }],
    because: fault?.rule === 'partition' ? fault.id : null,
    reference: 'corosync.conf(5): merge',
  });
}

/** A ring of one counts if its node had been with others of this ring before, in this capture. */
function hadOthers(context: FindingContext, ring: RingHistory, id: string, members: readonly number[]): boolean {
  const [node] = members;
  const isYoung = context.joins.starts.some(
    (start) => start.node === node && start.timeNs > (ring.committed ?? 0) - 1e9,
  );
  return (
    !isYoung &&
    context.rings.some(
      (other) =>
        other.id !== id &&
        (other.firstToken ?? Infinity) < (ring.committed ?? 0) &&
        node !== undefined &&
        other.members.includes(node) &&
        other.members.some((member) => member !== node && ring.members.includes(member)) &&
        wasAlone(context, id),
    )
  );
}

/** The ring id is not one of a ring of several that is listed. */
function wasAlone({ rings }: FindingContext, id: string): boolean {
  return !rings.some((ring) => ring.id === id && ring.members.length > 1);
}

export const merge: Rule = {
  name: 'merge',
  run: (context) => context.rings.flatMap((ring) => merged(context, ring) ?? []),
};
