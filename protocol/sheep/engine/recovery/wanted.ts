// Which objects are not here yet, and which of them somebody waits for. How they come is copying.ts.
import { holdersOf } from '../../placement/hash-ring.ts';
import { isSameNode } from '../../node-entry.ts';
import type { Sheep } from '../sheep.ts';

/** Whether this sheep's copy of an object is that of the epoch, as far as it is to have one. */
export function isRecovered({ state }: Sheep, oid: bigint): boolean {
  const { recovery } = state;
  if (recovery === null || recovery.phase === 'done') return true;
  if (recovery.phase === 'listing') return false;
  return !recovery.items.has(oid) && !recovery.current.has(oid);
}

/** Somebody waits for this object: it comes first. */
export function wantRecovered({ state }: Sheep, oid: bigint): void {
  if (state.recovery?.items.has(oid) === true) state.recovery.wanted.add(oid);
}

/** Whether this sheep is one that has a copy, of as many as wanted; 0 wants the cluster's default. */
export function isHolder({ state, self }: Sheep, oid: bigint, copies: number): boolean {
  const { ring, copies: usual } = state.cluster;
  return holdersOf(ring, oid, copies === 0 ? usual : copies).some((entry) => isSameNode(entry, self));
}
