// Who may go on without those that left. Sound: those that are a quorum of the last epoch that all had on disk, and of
// every one begun since; of two halves the one with the first node. Two sides can then never both go on.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import type { Sheep } from '../sheep.ts';

const isIn = (entries: readonly NodeEntry[], one: NodeEntry): boolean =>
  entries.some((entry) => isSameNode(entry, one));

/** More than half of an epoch's nodes, or half of them with the first in the order of node lists. */
export function isQuorum(epoch: readonly NodeEntry[], present: readonly NodeEntry[]): boolean {
  const count = epoch.filter((entry) => isIn(present, entry)).length;
  const [first] = epoch;
  if (2 * count > epoch.length) return true;
  return 2 * count === epoch.length && first !== undefined && isIn(present, first);
}

/** Whether the nodes that are left, with those that agreed to go, decide for all that were there. */
export function mayGoOn({ state }: Sheep, committed: number, deciding: readonly NodeEntry[]): boolean {
  const { logs } = state.store;
  for (let epoch = Math.max(1, committed); epoch <= state.cluster.epoch; epoch++) {
    const log = logs.get(epoch);
    if (log === undefined || !isQuorum(log.entries, deciding)) return false;
  }
  return true;
}
