// Rings that came from one and turned at the same time without a common member: both sides of a divided network, as a
// capture of both shows them. Concludes no causes. Reference: specs 7.10.
import type { RingHistory } from '../../result.ts';
import type { Evidence } from '../engine/rule.ts';

export interface Division {
  /** Of whose members both were formed, by its id. */
  readonly from: string;
  readonly sides: readonly [RingHistory, RingHistory];
  /** While both turned. */
  readonly fromNs: number;
  readonly untilNs: number;
}

/** So long together is no late token of an old ring. */
const TOGETHER_NS_MIN = 0.1e9;
/** Rings that are compared pairwise; a capture with more is one of endless gathering. */
const COMPARED_MAX = 500;

function divisionOf(a: RingHistory, b: RingHistory): Division | null {
  const own = new Set(a.origins.values());
  const from = [...b.origins.values()].find((id) => own.has(id));
  const fromNs = Math.max(a.firstToken ?? Infinity, b.firstToken ?? Infinity);
  const untilNs = Math.min(a.lastToken ?? 0, b.lastToken ?? 0);
  if (from === undefined || untilNs - fromNs < TOGETHER_NS_MIN) return null;
  return a.members.some((node) => b.members.includes(node)) ? null : { from, sides: [a, b], fromNs, untilNs };
}

/** In order of the rings. */
export function divisionsOf({ rings }: Pick<Evidence, 'rings'>): readonly Division[] {
  const formed = rings.filter(({ committed, firstToken }) => committed !== null && firstToken !== null);
  const compared = formed.slice(0, COMPARED_MAX);
  return compared.flatMap((a, i) => compared.slice(i + 1).flatMap((b) => divisionOf(a, b) ?? []));
}
