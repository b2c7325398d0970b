// The way from an object id to its copies, step by step, for people: the hash, the first virtual node at or behind it,
// and why each virtual node on the way is taken or passed over. Agrees with targetsOf() (specs/sheepdog.md 2.3).
import { hashOfObject } from './fnv.ts';
import { baseOf, type HashRing } from './hash-ring.ts';

export interface WalkStep {
  /** Place of the virtual node in the ring's `ids`, and of its owner in `entries`. */
  readonly vnode: number;
  readonly node: number;
  /** Its id. */
  readonly id: bigint;
  /** `same-node`: its owner has a copy already; `same-zone`: another node of its zone has. */
  readonly verdict: 'chosen' | 'same-node' | 'same-zone';
  /** Which copy came to lie here, from 0; null where it was passed over. */
  readonly copy: number | null;
}

export interface Walk {
  readonly oid: bigint;
  readonly hash: bigint;
  /** True where no virtual node is at or behind the hash: the walk begins at the first of all. */
  readonly isWrapped: boolean;
  /** Copies that can be made: fewer than wanted where zones are too few. */
  readonly copies: number;
  readonly steps: readonly WalkStep[];
}

export function walkOf(ring: HashRing, oid: bigint, wanted: number): Walk {
  const { entries, ids, owners, zones } = ring;
  const hash = hashOfObject(oid);
  const base = baseOf(ring, hash);
  const copies = Math.min(wanted, zones);
  const chosen: number[] = [];
  const steps: WalkStep[] = [];
  for (let i = 0; i < ids.length && chosen.length < copies; i++) {
    const vnode = (base + i) % ids.length;
    const node = owners[vnode]!;
    const zone = entries[node]?.zone ?? 0;
    const isSameNode = chosen.includes(node);
    const isSameZone = zone !== 0 && chosen.some((other) => entries[other]?.zone === zone);
    const verdict = isSameNode ? 'same-node' : isSameZone ? 'same-zone' : 'chosen';
    steps.push({ vnode, node, id: ids[vnode]!, verdict, copy: verdict === 'chosen' ? chosen.length : null });
    if (verdict === 'chosen') chosen.push(node);
  }
  return { oid, hash, isWrapped: ids.length > 0 && ids[base]! < hash, copies, steps };
}
