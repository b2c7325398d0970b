// A sheep that was a member asks to join again: sound only. An epoch that turned out never to have come to be is
// dropped first, with what was brought together for it.
import { isSameNode } from '../../node-entry.ts';
import { act, defineScript, type Script } from '../kernel.ts';
import { tell } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import type { EpochClaim } from '../state.ts';
import { forgetEpoch, latestEpoch } from '../store/epochs.ts';
import { sendJoinRequest } from './sending.ts';

/** The same members, octet for octet of what decides about placement. */
export function isSameEpoch(a: EpochClaim, b: EpochClaim): boolean {
  if (a.epoch !== b.epoch || a.entries.length !== b.entries.length) return false;
  return a.entries.every((entry, i) => {
    const other = b.entries[i];
    const isSame = other !== undefined && isSameNode(entry, other);
    return isSame && entry.nrVnodes === other.nrVnodes && entry.zone === other.zone;
  });
}

/** The latest epoch on disk, if it is the one that others refuted. */
function takeRefuted(sheep: Sheep): number {
  const { driver, store } = sheep.state;
  const epoch = latestEpoch(sheep);
  const { refuted } = driver;
  driver.refuted = null;
  const own = { epoch, entries: store.logs.get(epoch)?.entries ?? [] };
  return refuted !== null && isSameEpoch(refuted, own) ? epoch : 0;
}

export const rejoin = defineScript('rejoin', function* (_: null): Script {
  const refuted = yield* act(takeRefuted);
  if (refuted !== 0) {
    yield* act((sheep) => tell(sheep, `epoch ${refuted} never came to be: dropping it`));
    yield* forgetEpoch(refuted);
  }
  yield* act((sheep) => {
    tell(sheep, 'joining the cluster again');
    sendJoinRequest(sheep);
  });
});
