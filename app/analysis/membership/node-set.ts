// Sets of node ids as the protocol compares them: without order. Sorted arrays of numbers; nothing is changed in place.

export type NodeSet = readonly number[];

export const NOBODY: NodeSet = [];

/** A set of the ids given, in any order and with repetitions. */
export function nodeSet(ids: Iterable<number>): NodeSet {
  return [...new Set(ids)].sort((a, b) => a - b);
}

export function isSame(a: NodeSet, b: NodeSet): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

export function isSubset(inner: NodeSet, outer: NodeSet): boolean {
  return inner.length <= outer.length && inner.every((id) => outer.includes(id));
}

export function union(a: NodeSet, b: NodeSet): NodeSet {
  return isSubset(b, a) ? a : nodeSet([...a, ...b]);
}

export function without(a: NodeSet, b: NodeSet): NodeSet {
  return a.filter((id) => !b.includes(id));
}
