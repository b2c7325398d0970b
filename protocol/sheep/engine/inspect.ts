// What a sheep looks like from outside, as plain data.
import type { SheepStatus } from './contract.ts';
import { isMaster } from './driver/driver.ts';
import type { Sheep } from './sheep.ts';

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
