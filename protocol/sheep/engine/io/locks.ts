// Order among requests for the same object: of writes where they are sent to the copies, and of reads and writes of one
// file. Waits are in the order of their scripts.
import { act, until, type Script } from '../kernel.ts';
import type { IoState } from '../state.ts';

type Locks = 'orders' | 'files';

function* take(locks: Locks, oid: bigint): Script {
  yield* until(({ state }) => !state.io[locks].has(oid));
  yield* act(({ state }) => {
    state.io[locks].set(oid, (state.io[locks].get(oid) ?? 0) + 1);
  });
}

function* give(locks: Locks, oid: bigint): Script {
  yield* act(({ state }) => {
    state.io[locks].delete(oid);
  });
}

/** Orders the writes of an object: the one who sends them to the copies holds it until all have it. */
export const takeOrder = (oid: bigint): Script => take('orders', oid);
export const giveOrder = (oid: bigint): Script => give('orders', oid);

/** One reads or writes the file of an object at a time. */
export const takeFile = (oid: bigint): Script => take('files', oid);
export const giveFile = (oid: bigint): Script => give('files', oid);

export function isOrdered(io: IoState, oid: bigint): boolean {
  return io.orders.has(oid);
}
