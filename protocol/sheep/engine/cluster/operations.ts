// Operations of the whole cluster, once all have been told: what each sheep does about them, and the answer to the
// client of the one that told (specs/sheepdog.md 3.7, 5.2).
import { decodeOperation, type OperationPayload } from '../../cluster-frame.ts';
import { takeVdi } from '../../image/vdi-bitmap.ts';
import { Op, Res, Status } from '../../operations.ts';
import { bigField, numberField } from '../../tcp-headers.ts';
import { isMe } from '../driver/driver.ts';
import { multicast } from '../driver/sending.ts';
import { act, until, type Script } from '../kernel.ts';
import { nodeText, pointer, say } from '../log.ts';
import { answer } from '../net/server.ts';
import type { Sheep } from '../sheep.ts';
import type { NotifyEvent } from '../state.ts';
import { forgetEpoch, latestEpoch, writeConfigFile } from '../store/epochs.ts';
import { forgetJournals } from '../store/objects.ts';
import { enterEpoch, failOfDisk, statusByZones } from './epoch.ts';

/** Copies where a format asks for none. */
const COPIES_DEFAULT = 3;

/** Makes a new, empty store of all members. */
function* format({ request }: OperationPayload): Script<number> {
  const known = yield* act((sheep) => {
    if (sheep.state.cluster.status === Status.SHUTDOWN) return null;
    return [...sheep.state.store.logs.keys()].sort((a, b) => a - b);
  });
  if (known === null) return Res.SHUTDOWN;
  const copies = numberField(request, 'copies');
  const config = {
    ctime: bigField(request, 'ctime'),
    flags: request.flags,
    copies: copies === 0 ? COPIES_DEFAULT : copies & 255,
  };
  for (const epoch of known) yield* forgetEpoch(epoch);
  const isKept = yield* writeConfigFile(config);
  const entries = yield* act((sheep) => {
    const { cluster, store, io, driver } = sheep.state;
    if (!isKept) failOfDisk(sheep, 'config');
    store.bitmap.fill(0);
    io.doubts.clear();
    io.lastWrites.clear();
    Object.assign(cluster, config, { committed: 0, isSuspended: false, missing: [] });
    cluster.skipped.clear();
    return driver.members.map(({ ent }) => ent);
  });
  yield* enterEpoch(1, entries, true);
  yield* act((sheep) => {
    sheep.state.cluster.status = statusByZones(sheep);
    // There is nothing to bring together; sound sheep must still hear that all have the epoch.
    if (sheep.policy.newEpoch === 'at-once') sheep.state.recovery = null;
  });
  return Res.SUCCESS;
}

/** Goes on with those that are here, though others are still waited for. */
function* recoverByHand(): Script<number> {
  const next = yield* act((sheep) => {
    const { cluster, store } = sheep.state;
    if (cluster.status !== Status.WAIT_FOR_JOIN) return null;
    cluster.copies = store.config?.copies ?? cluster.copies;
    cluster.flags = store.config?.flags ?? cluster.flags;
    cluster.isSuspended = false;
    const isKnowing = sheep.policy.backAgain === 'compared';
    const latest = isKnowing ? Math.max(cluster.candidate.epoch, latestEpoch(sheep)) : latestEpoch(sheep);
    cluster.committed = latest;
    return { epoch: latest + 1, entries: sheep.state.driver.members.map(({ ent }) => ent) };
  });
  if (next === null) return Res.MANUAL_RECOVER;
  yield* enterEpoch(next.epoch, next.entries, true);
  yield* act((sheep) => {
    sheep.state.cluster.status = statusByZones(sheep);
    // 0.3.0 only writes the epoch: nothing is brought together before the next member comes or goes.
    if (sheep.policy.manualRecovery === 'epoch-only') sheep.state.recovery = null;
  });
  return Res.SUCCESS;
}

function* carryOut(told: OperationPayload): Script<number> {
  const { request, response } = told;
  const result = response.result ?? Res.SUCCESS;
  if (request.opcode === Op.MAKE_FS) return yield* format(told);
  if (request.opcode === Op.RECOVER) return yield* recoverByHand();
  yield* act((sheep) => {
    if (request.opcode === Op.SHUTDOWN) sheep.state.cluster.status = Status.SHUTDOWN;
    if (request.opcode !== Op.NEW_VDI || result !== Res.SUCCESS) return;
    const vdi = numberField(response, 'vdiId');
    say(sheep, 'post_cluster_new_vdi(75)', `done ${result} ${vdi}`);
    takeVdi(sheep.state.store.bitmap, vdi & 0xff_ffff);
  });
  return result;
}

/** Gives the client its answer; an operation that was put back begins again. */
function answerOwn(sheep: Sheep, { request, response }: OperationPayload, result: number): void {
  const { operations } = sheep.state.driver;
  const isBlocking = !isTold(request.opcode);
  const operation = operations.find((one) => one.isBlocking === isBlocking && one.answer === null);
  if (operation === undefined) return;
  if (result === Res.NETWORK_ERROR && isBlocking && sheep.policy.stuckOperation === 'put-back') {
    operations.splice(operations.indexOf(operation), 1);
    operations.push(operation);
    multicast(sheep, 'BLOCK');
    return;
  }
  const [vdiId, attrId, copies] = ['vdiId', 'attrId', 'copies'].map((name) => numberField(response, name));
  operation.answer = answer(result, { vdiId: vdiId ?? 0, attrId: attrId ?? 0, copies: copies ?? 0 });
}

/** Operations that are told to all without being carried out before. */
export function isTold(opcode: number): boolean {
  return opcode === Op.MAKE_FS || opcode === Op.SHUTDOWN || opcode === Op.RECOVER;
}

/** An operation in its turn. */
export function* handleNotify(event: NotifyEvent): Script {
  const decoded = decodeOperation(event.payload);
  if (!decoded.ok) return;
  const told = decoded.value;
  const name = yield* act((sheep) => {
    const known = pointer(sheep);
    const { ent } = event.sender;
    say(sheep, 'sd_notify_handler(621)', `size: ${event.payload.length}, from: ${nodeText(ent)}`);
    say(sheep, 'sd_notify_handler(630)', `allow new deliver ${known}`);
    say(sheep, 'cpg_event_done(926)', known);
    return known;
  });
  const result = yield* carryOut(told);
  yield* act((sheep) => {
    if (isMe(sheep, event.sender)) answerOwn(sheep, told, result);
    say(sheep, 'cpg_event_done(945)', `free ${name}`);
  });
  if (told.request.opcode === Op.SHUTDOWN) yield* shutDown();
}

/** Ends when nothing is under way and the client of this sheep, if it was its own, has its answer. */
function* shutDown(): Script {
  yield* until(
    ({ state }) => state.io.outstanding === 0 && state.driver.operations.every((one) => one.answer === null),
  );
  yield* forgetJournals();
  yield* act((sheep) => {
    say(sheep, 'main(215)', 'shutdown', 'info');
    sheep.emit({ kind: 'exit', code: 0, why: 'shut down with the cluster' });
    sheep.state.phase = 'ended';
  });
}
