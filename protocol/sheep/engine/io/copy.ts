// What a sheep does with its own copy of an object: read, write, make, remove. Whose turn it is and whether the epoch
// is right is asked again here, since both may change while a request waits.
import { DATA_OBJECT_OCTETS } from '../../image/inode.ts';
import { FLAG_COW, FLAG_RECOVERY, Op, Res } from '../../operations.ts';
import { leaveCluster } from '../driver/sending.ts';
import { act, until, type Script } from '../kernel.ts';
import { oidText, opText, say } from '../log.ts';
import { answer } from '../net/server.ts';
import type { Answer } from '../state.ts';
import { lengthOf, sliceParts } from '../net/octets.ts';
import { isRecovered, wantRecovered } from '../recovery/wanted.ts';
import type { Sheep } from '../sheep.ts';
import { writeEpochFile } from '../store/epoch-file.ts';
import { createObject, hasObject, overwriteObject, readObject, removeObject } from '../store/objects.ts';
import type { WriteResult } from '../store/objects.ts';
import { giveFile, takeFile } from './locks.ts';
import { readAnyCopy } from './reading.ts';
import { isWriting, makeObjectRequest, type ObjectRequest } from './request.ts';
import { objectOctets } from './sizes.ts';

export interface CopyRequest {
  readonly request: ObjectRequest;
  /** The epoch in which it was asked for. */
  readonly epoch: number;
  /** Connection that it came on; null where this sheep sends the write to the copies itself. */
  readonly conn: number | null;
}

function isWithin({ oid, offset, length }: ObjectRequest): boolean {
  // Attributes have room for a whole data object, as 0.3.0 allocates it.
  return offset + length <= Math.max(objectOctets(oid), DATA_OBJECT_OCTETS);
}

/** Whether an epoch that another sheep names is this one's; the result to answer with where it is not. */
export function checkEpoch({ state }: Sheep, epoch: number): number {
  const ahead = (epoch - state.cluster.epoch) | 0;
  // Serial arithmetic: numbers may roll over.
  if (ahead === 0) return Res.SUCCESS;
  return ahead < 0 ? Res.OLD_NODE_VER : Res.NEW_NODE_VER;
}

function* readCopy({ oid, flags, offset, length, tgtEpoch }: ObjectRequest): Script<Answer> {
  const isRecovery = (flags & FLAG_RECOVERY) !== 0;
  const { epoch, copies, isNewest } = yield* act(({ state, policy }) => ({
    epoch: state.cluster.epoch,
    copies: state.cluster.copies,
    isNewest: policy.recoverySource === 'newest-held',
  }));
  const isHere = isRecovery && isNewest && (yield* hasObject({ oid, epoch }));
  const read = yield* readObject({ oid, epoch: isRecovery && !isHere ? tgtEpoch : epoch }, offset, length);
  if (read.result === Res.NO_OBJ && isRecovery && !isNewest) {
    // The asker goes one epoch further back, and is told who was there.
    const log = yield* act(({ state }) => state.store.logs.get(tgtEpoch - 1) ?? null);
    return answer(Res.NO_OBJ, { copies }, log === null ? [] : [writeEpochFile(log)]);
  }
  return answer(read.result, { copies }, read.result === Res.SUCCESS ? [read.octets] : []);
}

/** A copied-on-write object as one that is written whole: the old octets under what is written. */
function* withOldOctets(request: ObjectRequest): Script<ObjectRequest | number> {
  const { oid, cowOid, copies, offset, parts, flags } = request;
  yield* act((sheep) => {
    say(sheep, 'store_create_and_write_obj(639)', `${oid}, ${oidText(cowOid)}`);
  });
  const old = yield* readAnyCopy(makeObjectRequest(Op.READ_OBJ, cowOid, { copies, length: DATA_OBJECT_OCTETS }));
  if (old.result !== Res.SUCCESS) return old.result;
  const end = offset + lengthOf(parts);
  const whole = [...sliceParts(old.parts, 0, offset), ...parts, ...sliceParts(old.parts, end, DATA_OBJECT_OCTETS)];
  return { ...request, flags: flags & ~FLAG_COW, offset: 0, length: DATA_OBJECT_OCTETS, parts: whole };
}

function* writeCopy({ request, epoch, conn }: CopyRequest): Script<WriteResult> {
  const { opcode, oid, offset, parts } = request;
  const journal = yield* act(({ state }) => (conn === null ? 0 : (state.net.inbound.get(conn)?.journal ?? 0)));
  const write = { oid, epoch, offset, parts, journal };
  return opcode === Op.WRITE_OBJ ? yield* overwriteObject(write) : yield* createObject(write);
}

/** Remembers what this write may have left unequal on the copies, until the connection's next request tells better. */
function noteWrite({ state }: Sheep, { request, epoch, conn }: CopyRequest, { journal }: WriteResult): void {
  if (conn === null) return;
  const from = state.net.inbound.get(conn);
  if (from !== undefined) from.journal = journal;
  state.io.lastWrites.set(conn, { oid: request.oid, epoch });
}

function* write(asked: CopyRequest): Script<Answer> {
  yield* act((sheep) => {
    // Before anything is on the disk: whoever asks after this sheep's death is told by the journal.
    noteWrite(sheep, asked, { result: 0, journal: sheep.state.net.inbound.get(asked.conn ?? 0)?.journal ?? 0 });
    sheep.state.io.writing++;
  });
  const written = yield* writeCopy(asked);
  return yield* act((sheep) => {
    sheep.state.io.writing--;
    noteWrite(sheep, asked, written);
    return answer(written.result, { journal: written.journal });
  });
}

function* remove({ request, epoch }: CopyRequest): Script<Answer> {
  const { epochs, isFromAll } = yield* act(({ state, policy }) => ({
    epochs: [...state.store.logs.keys()].sort((a, b) => b - a),
    isFromAll: policy.removal === 'from-all',
  }));
  const result = yield* removeObject({ oid: request.oid, epoch });
  if (isFromAll)
    for (const older of epochs) if (older !== epoch) yield* removeObject({ oid: request.oid, epoch: older });
  return answer(result);
}

function* operate(asked: CopyRequest): Script<Answer> {
  const { request } = asked;
  if (request.opcode === Op.REMOVE_OBJ) return yield* remove(asked);
  return isWriting(request) ? yield* write(asked) : yield* readCopy(request);
}

function* whenTaken(asked: CopyRequest): Script<Answer> {
  const { request, epoch } = asked;
  if (!isWithin(request)) return answer(Res.INVALID_PARMS);
  const isCopied = request.opcode === Op.CREATE_AND_WRITE_OBJ && (request.flags & FLAG_COW) !== 0;
  const whole = isCopied ? yield* withOldOctets(request) : request;
  if (typeof whole === 'number') return answer(whole);
  const isRecovery = (request.flags & FLAG_RECOVERY) !== 0;
  const trouble = yield* act((sheep) =>
    sheep.state.recovery?.lost.has(request.oid) === true && !isRecovery ? Res.EIO : checkEpoch(sheep, epoch),
  );
  return trouble === Res.SUCCESS ? yield* operate({ ...asked, request: whole }) : answer(trouble);
}

/**
 * Carries an operation out on this sheep's copy. The answer's `journal` field says where it stands in the journal.
 * OLD_NODE_VER or NEW_NODE_VER: the epoch changed before it could begin, and nothing was done.
 */
export function* operateCopy(asked: CopyRequest): Script<Answer> {
  const { request, epoch } = asked;
  const isRecovery = (request.flags & FLAG_RECOVERY) !== 0;
  yield* act((sheep) => {
    const named = isRecovery ? request.tgtEpoch : epoch;
    say(sheep, 'do_local_io(667)', `${opText(request.opcode)}, ${oidText(request.oid)} , ${named}`);
    if (!isRecovery) wantRecovered(sheep, request.oid);
  });
  if (!isRecovery) yield* until((sheep) => isRecovered(sheep, request.oid) || checkEpoch(sheep, epoch) !== Res.SUCCESS);
  yield* takeFile(request.oid);
  const answered = yield* whenTaken(asked);
  yield* giveFile(request.oid);
  return answered;
}

/** The own copy; an I/O error on it makes a sheep of 0.3.0 leave the cluster, and the request go on without it. */
export function* ownCopy(asked: CopyRequest): Script<Answer> {
  const done = yield* operateCopy(asked);
  const isLeaving = yield* act((sheep) => {
    if (done.result !== Res.EIO || sheep.policy.ioError !== 'leaves') return false;
    leaveCluster(sheep);
    return true;
  });
  return isLeaving ? answer(Res.NETWORK_ERROR) : done;
}
