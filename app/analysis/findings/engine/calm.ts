// How far a fault that lasts reaches: until a ring with the node in it turns undisturbed again.
import type { FindingContext } from './rule.ts';

/** A ring that lives so long is no attempt. */
const CALM_NS = 2.5e9;

/** When a ring with all these nodes first turned, after the moment, that then lived on; else the end of the capture. */
export function calmAfter({ rings, endNs }: FindingContext, nodes: readonly number[], sinceNs: number): number {
  const calm = rings.find(
    ({ firstToken, lastToken, members }) =>
      firstToken !== null &&
      firstToken > sinceNs &&
      nodes.every((node) => members.includes(node)) &&
      ((lastToken ?? 0) - firstToken >= CALM_NS || (lastToken ?? 0) > endNs - CALM_NS),
  );
  return calm?.firstToken ?? endNs;
}
