// Sets of node ids as the protocol compares them: without order. Sorted arrays of numbers; nothing is changed in place.

export type NodeSet = readonly number[];

export const NOBODY: NodeSet = [];

/** A set of the ids given, in any order and with repetitions. */
export function nodeSet(ids: Iterable<number>): NodeSet {
  const list = [...ids];
  return isInOrder(list) ? list : [...new Set(list)].sort((a, b) => a - b);
}

/** Without repetitions, too. */
function isInOrder(ids: readonly number[]): boolean {
  for (let i = 1; i < ids.length; i++) if (ids[i - 1]! >= ids[i]!) return false;
  return true;
}

export function isSame(a: NodeSet, b: NodeSet): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function isSubset(inner: NodeSet, outer: NodeSet): boolean {
  if (inner.length > outer.length) return false;
  for (let i = 0; i < inner.length; i++) if (!outer.includes(inner[i]!)) return false;
  return true;
}

export function union(a: NodeSet, b: NodeSet): NodeSet {
  return isSubset(b, a) ? a : nodeSet([...a, ...b]);
}

export function without(a: NodeSet, b: NodeSet): NodeSet {
  return a.filter((id) => !b.includes(id));
}
