// The cluster as this sheep sees it: members, epoch, status; and the step from one epoch to the next.
import { compareEntries, isSameNode, type NodeEntry } from '../../node-entry.ts';
import { Res, Status } from '../../operations.ts';
import { buildHashRing } from '../../placement/hash-ring.ts';
import { isSameEpoch } from '../driver/rejoin.ts';
import { CLUSTER_FLAG_NOHALT } from '../driver/sending.ts';
import { act, until, type Script } from '../kernel.ts';
import { closeIdlePeers } from '../net/peers.ts';
import { startRecovery } from '../recovery/recovery.ts';
import { tell } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import { writeEpochLog } from '../store/epochs.ts';

/** What a sheep is that ends because its disk does not take what it must remember. */
export const EXIT_DISK = 1;

export function setMembers({ state }: Sheep, entries: readonly NodeEntry[]): void {
  state.cluster.members = entries.toSorted(compareEntries);
  state.cluster.ring = buildHashRing(state.cluster.members);
}

export function isMemberNode({ state }: Sheep, entry: NodeEntry): boolean {
  return state.cluster.members.some((member) => isSameNode(member, entry));
}

/** OK, or HALT where there are fewer zones than copies and nobody asked to go on regardless. */
export function statusByZones({ state }: Sheep): number {
  const { ring, copies, flags } = state.cluster;
  const isRegardless = (flags & CLUSTER_FLAG_NOHALT) !== 0;
  return ring.zones < copies && !isRegardless ? Status.HALT : Status.OK;
}

/** What may have been written on some copies only becomes a doubt of the epoch that ends. */
function takeDoubts({ state }: Sheep): void {
  const { io, cluster } = state;
  for (const { oid, epoch } of io.lastWrites.values()) if (epoch === cluster.epoch) io.doubts.set(oid, epoch);
  for (const oid of io.orders.keys()) io.doubts.set(oid, cluster.epoch);
  io.lastWrites.clear();
}

/** Ends the sheep: it cannot keep on disk what the others rely on. */
export function failOfDisk(sheep: Sheep, what: string): void {
  sheep.emit({ kind: 'exit', code: EXIT_DISK, why: `${what} cannot be written: look at the disk of the store` });
  sheep.state.phase = 'ended';
}

/**
 * Goes on in an epoch: one that is new, or the latest one again after a start. What is being written in the old one
 * ends first; then the log is on disk, and only then is anything said or done in the epoch.
 */
export function* enterEpoch(epoch: number, entries: readonly NodeEntry[], isNew: boolean): Script {
  const isNone = yield* act((sheep) => {
    if (entries.length > 0 || sheep.policy.emptyEpoch === 'written') return false;
    tell(sheep, `epoch ${epoch} would have no members: there is none`, 'err');
    return true;
  });
  if (isNone) return;
  yield* act((sheep) => {
    const { cluster } = sheep.state;
    takeDoubts(sheep);
    for (let given = cluster.committed + 1; given < epoch; given++) cluster.skipped.add(given);
    cluster.epoch = epoch;
    sheep.state.recovery = null;
    setMembers(sheep, entries);
    closeIdlePeers(sheep);
  });
  const isRepeated = yield* act(({ policy }) => policy.ioBeforeEvent === 'repeated');
  if (isRepeated) yield* until(({ state }) => state.io.writing === 0);
  const { members, isKept } = yield* act(({ state }) => {
    const known = state.store.logs.get(epoch);
    const now = state.cluster.members;
    // An epoch without members is one too: none on disk is not the same as an empty one.
    const isSame = known !== undefined && isSameEpoch({ epoch, entries: known.entries }, { epoch, entries: now });
    return { members: now, isKept: isSame };
  });
  const result = isKept || !isNew ? Res.SUCCESS : yield* writeEpochLog(epoch, members);
  yield* act((sheep) => {
    if (result === Res.SUCCESS) startRecovery(sheep, epoch);
    else failOfDisk(sheep, `epoch ${epoch}`);
  });
}
