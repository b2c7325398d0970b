// Epoch logs that this sheep lacks, from others that have them.
import { isSameNode } from '../../node-entry.ts';
import { Op, Res } from '../../operations.ts';
import { makeHeader } from '../../tcp-headers.ts';
import { act, type Script } from '../kernel.ts';
import { joined } from '../net/octets.ts';
import { call } from '../net/peers.ts';
import type { EpochLog } from '../state.ts';
import { EPOCH_FILE_OCTETS_MAX, readEpochFile } from './epoch-file.ts';
import { keepEpochLog } from './epochs.ts';

/** The log of an epoch as some other member has it; null where none can tell, or where an empty one is none. */
export function* askForEpochLog(epoch: number): Script<EpochLog | null> {
  const { others, current, isEmptyKept } = yield* act(({ state, self, policy }) => ({
    isEmptyKept: policy.emptyEpoch === 'written',
    others: state.cluster.members.filter((member) => !isSameNode(member, self)),
    current: state.cluster.epoch,
  }));
  const fields = { epoch: current, tgtEpoch: epoch, dataLength: EPOCH_FILE_OCTETS_MAX };
  for (const to of others) {
    const reply = yield* call({ to, request: makeHeader('request', Op.GET_EPOCH, fields), parts: [], isAlone: true });
    const read = reply?.header.result === Res.SUCCESS ? readEpochFile(joined(reply.parts)) : null;
    if (read?.ok === true && (isEmptyKept || read.value.entries.length > 0)) return read.value;
  }
  return null;
}

/** Fetches the log of an epoch and keeps it; false where nobody has it. */
export function* fetchEpochLog(epoch: number): Script<boolean> {
  const log = yield* askForEpochLog(epoch);
  return log !== null && (yield* keepEpochLog(epoch, log));
}
