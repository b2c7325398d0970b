// Where objects live: the hash ring of virtual nodes, and which nodes hold the copies of an object (specs/sheepdog.md
// 2). Knows members, not whether they are alive.
import { compareEntries, type NodeEntry } from '../node-entry.ts';
import { Fnv, hashOfObject } from './fnv.ts';

/** Copies that the store can make: the most that a format accepts, and the most zones that are counted. */
export const SHEEP_COPIES_MAX = 8;

export interface HashRing {
  /** In the order of addresses and ports. */
  readonly entries: readonly NodeEntry[];
  /** Virtual nodes, ascending. */
  readonly ids: BigUint64Array;
  /** Per virtual node the place of its owner in `entries`. */
  readonly owners: Uint32Array;
  /** Distinct zones, at most SHEEP_COPIES_MAX: more copies than zones are not made. */
  readonly zones: number;
}

/** A copy's place. */
export interface Target {
  /** Place in `entries`. */
  readonly node: number;
  /** Place of the virtual node in `ids`. */
  readonly vnode: number;
}

/** The ids of a node's virtual nodes: one hash that goes on over the same 18 octets, port first, address reversed. */
function vnodeIds({ addr, port, nrVnodes }: NodeEntry): readonly bigint[] {
  const seed = [port & 255, port >>> 8, ...addr.toReversed()];
  const fnv = new Fnv();
  return Array.from({ length: nrVnodes }, () => fnv.feedAll(seed).value());
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Zones are told apart by their values; several nodes of zone 0 count as one. */
export function countZones(entries: readonly NodeEntry[]): number {
  return Math.min(new Set(entries.map(({ zone }) => zone)).size, SHEEP_COPIES_MAX);
}

export function buildHashRing(members: readonly NodeEntry[]): HashRing {
  const entries = members.toSorted(compareEntries);
  const vnodes = entries.flatMap((entry, node) => vnodeIds(entry).map((id) => ({ id, node })));
  // Sorting keeps the order of nodes where two ids are equal.
  vnodes.sort((a, b) => order(a.id, b.id));
  return {
    entries,
    ids: BigUint64Array.from(vnodes, ({ id }) => id),
    owners: Uint32Array.from(vnodes, ({ node }) => node),
    zones: countZones(entries),
  };
}

/** The first virtual node whose id is not below the hash, the first of all behind the last. */
export function baseOf({ ids }: HashRing, hash: bigint): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return low === ids.length ? 0 : low;
}

/** The nodes that hold an object, in the order of the copies; fewer than wanted where zones are too few. */
export function targetsOf(ring: HashRing, oid: bigint, copies: number): readonly Target[] {
  const { entries, ids, owners, zones } = ring;
  const wanted = Math.min(copies, zones);
  const chosen: Target[] = [];
  const base = baseOf(ring, hashOfObject(oid));
  for (let step = 0; step < ids.length && chosen.length < wanted; step++) {
    const vnode = (base + step) % ids.length;
    const node = owners[vnode]!;
    const zone = entries[node]?.zone ?? 0;
    const isTaken = (other: Target): boolean =>
      other.node === node || (zone !== 0 && entries[other.node]?.zone === zone);
    if (!chosen.some(isTaken)) chosen.push({ node, vnode });
  }
  return chosen;
}

/** The same as entries. */
export function holdersOf(ring: HashRing, oid: bigint, copies: number): readonly NodeEntry[] {
  return targetsOf(ring, oid, copies).flatMap(({ node }) => ring.entries[node] ?? []);
}
