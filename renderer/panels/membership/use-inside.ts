// What the lab's own nodes say of themselves at the moment that was told of last, and how their packets up to then
// differ from it.
import { useMemo } from 'react';
import type { Analysis } from '../../../app/analysis/result.ts';
import { differencesOf, insideOf, type Difference, type Inside } from '../../lab/inside.ts';
import { sampleAt, useLabAt, useLabHistory } from '../../lab/lab-history.ts';
import { packets } from '../../state/capture.ts';
import { momentAt, rowBefore } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { membershipNow } from '../../state/time/membership-now.ts';

export interface InsideNow {
  readonly inside: Inside;
  readonly differences: readonly Difference[];
}

/** By node id; empty without a lab. */
export function useInside(analysis: Analysis | null, nodes: NodeDirectory): ReadonlyMap<number, InsideNow> {
  const lab = useLabAt();
  const samples = useLabHistory((state) => state.samples);
  return useMemo(() => {
    const all = new Map<number, InsideNow>();
    if (lab === null || analysis === null) return all;
    // Both sides at the moment at which the nodes were asked, and no later than the analysis has come: of a live
    // capture it follows behind, and what it has not read yet would look like a difference.
    const known = Math.max(...analysis.nodes.map(({ lastSeen }) => lastSeen));
    const asked = lab.time <= known ? lab : sampleAt(samples, known);
    if (asked === null) return all;
    const row = rowBefore(packets(), asked.time);
    const moment = momentAt(analysis, packets(), nodes, asked.time, null);
    const told = new Map(membershipNow(analysis, packets(), nodes, moment, row).map((own) => [own.nodeid, own]));
    for (const node of asked.nodes) {
      const { nodeid } = node.spec;
      const inside = insideOf(node);
      const member = told.get(nodeid);
      if (inside !== null && member !== undefined)
        all.set(nodeid, { inside, differences: differencesOf(inside, member) });
    }
    return all;
  }, [lab, samples, analysis, nodes]);
}
