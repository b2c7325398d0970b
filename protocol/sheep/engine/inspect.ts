// What a sheep looks like from outside, as plain data.
import type { SheepStatus } from './contract.ts';
import { isMaster } from './driver/driver.ts';
import type { Sheep } from './sheep.ts';

/** What a sheep does from the news of a change to the last object of the epoch that it makes. */
const OF_CHANGES: ReadonlySet<string> = new Set(['boot', 'dispatch', 'rejoin', 'recover']);

/** Whether it is in the midst of what a change of the cluster has it do. */
export const isChanging = ({ queue, recovery, scripts }: SheepStatus): boolean =>
  queue.length > 0 || recovery !== null || scripts.some((name) => OF_CHANGES.has(name));

export function inspectSheep(sheep: Sheep, scripts: readonly string[]): SheepStatus {
  const { phase, cluster, driver, recovery, io, net } = sheep.state;
  return {
    phase,
    clusterStatus: cluster.status,
    isSuspended: cluster.isSuspended,
    epoch: cluster.epoch,
    committedEpoch: sheep.policy.newEpoch === 'when-committed' ? cluster.committed : cluster.epoch,
    copies: cluster.copies,
    ctime: cluster.ctime,
    members: cluster.members,
    joinOrder: driver.members.map(({ nodeid, pid }) => ({ nodeid, pid })),
    isMaster: isMaster(sheep),
    queue: driver.queue.map((event) => ({
      type: event.type,
      isBlocked: event.type !== 'leave' && event.isBlocked,
      sender: { nodeid: event.sender.nodeid, pid: event.sender.pid },
    })),
    recovery:
      recovery === null || recovery.phase === 'done'
        ? null
        : { epoch: recovery.epoch, done: recovery.done, total: recovery.total },
    outstanding: io.outstanding,
    connections: net.inbound.size + net.outbound.size,
    scripts,
  };
}
