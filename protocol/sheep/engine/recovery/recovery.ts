// The objects of a new epoch are brought together: what the nodes have is asked for, then this sheep's share is copied.
// Which copies are good is previous.ts (0.3.0) or newest.ts (sound).
import { Op } from '../../operations.ts';
import { makeHeader } from '../../tcp-headers.ts';
import { isMaster } from '../driver/driver.ts';
import { multicastOperation } from '../driver/sending.ts';
import { act, childOf, defineScript, sleep, together, until, type Script } from '../kernel.ts';
import { say } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import type { RecoveryItem, RecoveryState } from '../state.ts';
import { copyNewest, listNewest } from './newest.ts';
import { copyFromPrevious, listPrevious } from './previous.ts';

/** Objects that are copied side by side; 0.3.0 copies one at a time. */
const WORKERS = 4;
/** Before an object that could not be had is tried again. */
const RETRY_MICROS = 200_000;

interface Run {
  readonly run: number;
  readonly epoch: number;
}

/** The recovery of that run, as long as no other has begun. */
function current({ state }: Sheep, run: number): RecoveryState | null {
  return state.recovery?.run === run ? state.recovery : null;
}

/** The next object: first what somebody waits for. */
function takeItem(sheep: Sheep, run: number): RecoveryItem | null {
  const recovery = current(sheep, run);
  if (recovery === null) return null;
  const [wanted] = recovery.wanted;
  const [first] = recovery.items.keys();
  const item = recovery.items.get(wanted ?? first ?? 0n) ?? null;
  if (item === null) return null;
  recovery.items.delete(item.oid);
  recovery.wanted.delete(item.oid);
  recovery.current.add(item.oid);
  return item;
}

function* copyOne(item: RecoveryItem, { epoch, run }: Run): Script<boolean> {
  const isNewest = yield* act(({ policy }) => policy.recoverySource === 'newest-held');
  return isNewest ? yield* copyNewest(item, epoch, run) : yield* copyFromPrevious(item, epoch);
}

/** Copies objects, one after the other, until there are none. */
export const recoveryWorker = defineScript('recovery-worker', function* (run: Run): Script {
  for (;;) {
    const item = yield* act((sheep) => takeItem(sheep, run.run));
    if (item === null) return;
    const isDone = yield* copyOne(item, run);
    if (!isDone) yield* sleep(RETRY_MICROS);
    yield* act((sheep) => {
      const recovery = current(sheep, run.run);
      if (recovery === null) return;
      recovery.current.delete(item.oid);
      if (isDone) recovery.done++;
      else recovery.items.set(item.oid, item);
    });
  }
});

/** Says that all members have the epoch on disk: whoever is the master then. */
export const commitEpoch = defineScript('commit-epoch', function* ({ run, epoch }: Run): Script {
  const isOver = (sheep: Sheep): boolean => current(sheep, run) === null || sheep.state.cluster.committed >= epoch;
  yield* until((sheep) => isOver(sheep) || isMaster(sheep));
  yield* act((sheep) => {
    if (isOver(sheep)) return;
    const fields = { tgtEpoch: epoch, ctime: sheep.state.cluster.ctime };
    multicastOperation(sheep, 'NOTIFY', makeHeader('request', Op.EPOCH_COMMITTED, fields), null);
  });
});

export const recover = defineScript('recover', function* (run: Run): Script {
  const { isNewest, isWaiting } = yield* act((sheep) => {
    say(sheep, '__start_recovery(1717)', String(run.epoch));
    const { recoverySource, newEpoch } = sheep.policy;
    return { isNewest: recoverySource === 'newest-held', isWaiting: newEpoch === 'when-committed' };
  });
  if (isNewest) yield* listNewest(run.epoch, run.run);
  else yield* listPrevious(run.epoch, run.run);
  yield* act((sheep) => {
    const recovery = current(sheep, run.run);
    if (recovery === null) return;
    recovery.phase = 'copying';
    recovery.total = recovery.items.size;
    if (isWaiting) sheep.spawn(commitEpoch, run);
  });
  if (isWaiting)
    yield* until((sheep) => current(sheep, run.run) === null || sheep.state.cluster.committed >= run.epoch);
  const workers = isNewest ? WORKERS : 1;
  yield* together(Array.from({ length: workers }, () => childOf(recoveryWorker, run)));
  yield* act((sheep) => {
    const recovery = current(sheep, run.run);
    if (recovery === null) return;
    recovery.phase = 'done';
    say(sheep, 'recover_done(1545)', `recovery complete: new epoch ${run.epoch}`, 'info');
  });
});

/** Begins the recovery of an epoch; one that is under way ends with its object. */
export function startRecovery(sheep: Sheep, epoch: number): void {
  const run = sheep.state.nextRun++;
  sheep.state.recovery = {
    epoch,
    run,
    phase: 'listing',
    items: new Map(),
    wanted: new Set(),
    current: new Set(),
    lost: new Set(),
    total: 0,
    done: 0,
  };
  sheep.spawn(recover, { run, epoch });
}
