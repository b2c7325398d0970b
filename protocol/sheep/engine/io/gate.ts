// Whether a request on objects may begin: what the status of the cluster forbids, and what it has to wait for.
import { Op, Res, Status } from '../../operations.ts';
import { act, until, type Script } from '../kernel.ts';
import type { Sheep } from '../sheep.ts';

/** The result that refuses everything but a few operations while the cluster has not begun; SUCCESS otherwise. */
export function statusResult({ state }: Sheep): number {
  const { status } = state.cluster;
  if (status === Status.SHUTDOWN) return Res.SHUTDOWN;
  if (status === Status.WAIT_FOR_FORMAT) return Res.WAIT_FOR_FORMAT;
  return status === Status.WAIT_FOR_JOIN ? Res.WAIT_FOR_JOIN : Res.SUCCESS;
}

/** Operations that change what is stored. */
const CHANGING: ReadonlySet<number> = new Set([
  Op.CREATE_AND_WRITE_OBJ,
  Op.WRITE_OBJ,
  Op.REMOVE_OBJ,
  Op.NEW_VDI,
  Op.DEL_VDI,
]);

/** The same with what a halted cluster refuses: all that a quorum is needed for, and writes without enough zones. */
export function serviceResult(sheep: Sheep, opcode: number): number {
  const { cluster } = sheep.state;
  const result = statusResult(sheep);
  if (result !== Res.SUCCESS) return result;
  if (cluster.isSuspended) return Res.HALT;
  const isHalted = cluster.status === Status.HALT && sheep.policy.halt === 'refuses-writes';
  return isHalted && CHANGING.has(opcode) ? Res.HALT : Res.SUCCESS;
}

/** All that is known of the epoch is in order, so that objects may be touched in it. */
export function isEpochReady({ state, policy }: Sheep): boolean {
  const { cluster, recovery, driver } = state;
  const isCommitted = policy.newEpoch === 'at-once' || cluster.committed === cluster.epoch;
  const isSure = policy.afterPause === 'goes-on' || driver.probe === null;
  return isCommitted && isSure && recovery?.phase !== 'listing';
}

export interface Entered {
  /** SUCCESS, or what to refuse with. */
  readonly result: number;
  readonly epoch: number;
  /** Nobody waits for it any more. */
  readonly isGone: boolean;
}

/** Waits until objects may be touched. The epoch may change at once again. */
export function* enter(opcode: number, isGivenUp: (sheep: Sheep) => boolean): Script<Entered> {
  const isForbidden = (sheep: Sheep): boolean => serviceResult(sheep, opcode) !== Res.SUCCESS;
  yield* until((sheep) => {
    if (isForbidden(sheep) || isGivenUp(sheep)) return true;
    return !sheep.state.io.isHeld && isEpochReady(sheep);
  });
  return yield* act((sheep) => {
    const result = serviceResult(sheep, opcode);
    if (result === Res.SUCCESS) sheep.state.io.outstanding++;
    return { result, epoch: sheep.state.cluster.epoch, isGone: isGivenUp(sheep) };
  });
}

/** The other end of enter(), where it let in. */
export function* leave(): Script {
  yield* act(({ state }) => {
    state.io.outstanding--;
  });
}
