// What becomes of each request that arrives: refused, answered from what this sheep knows, or carried out by all
// (specs/sheepdog.md 5.2).
import { encode } from '../../wire/layout.ts';
import { concatBytes, viewOf } from '../../base/bytes.ts';
import { VDI_BITMAP_OCTETS } from '../image/vdi-bitmap.ts';
import { compareEntries, isSameNode, NodeEntry, SHEEP_LITTLE_ENDIAN } from '../node-entry.ts';
import { FLAG_IO_LOCAL, FLAG_PASSED_ON, FLAG_RECOVERY, Op, Res, Status } from '../operations.ts';
import { numberField, type SheepHeader } from '../tcp-headers.ts';
import { checkEpoch, ownCopy } from './io/copy.ts';
import { enter, leave, serviceResult, statusResult } from './io/gate.ts';
import { serveObject } from './io/gateway.ts';
import { isWriting, objectRequest } from './io/request.ts';
import { writeAsFirst } from './io/writing.ts';
import { multicast, multicastOperation } from './driver/sending.ts';
import { isTold } from './cluster/operations.ts';
import { act, defineScript, disk, until, type Script } from './kernel.ts';
import { oidText, opText, pointer, say } from './log.ts';
import { joined } from './net/octets.ts';
import { answer, inboundTake, isConnected, refusal, respond, type Request } from './net/server.ts';
import { isRecovered } from './recovery/wanted.ts';
import { serveObjectList } from './recovery/listing.ts';
import type { Sheep } from './sheep.ts';
import type { Answer } from './state.ts';
import { writeEpochFile } from './store/epoch-file.ts';
import { latestEpoch } from './store/epochs.ts';
import { listObjects } from './store/objects.ts';

/** Served while the cluster has not begun. GET_EPOCH among sheep that find out where they are. */
const FORCED: ReadonlySet<number> = new Set([
  Op.MAKE_FS,
  Op.RECOVER,
  Op.READ_VDIS,
  Op.GET_NODE_LIST,
  Op.STAT_CLUSTER,
  Op.KILL_NODE,
  Op.GET_EPOCH,
]);
const OBJECT_OPS: ReadonlySet<number> = new Set([Op.CREATE_AND_WRITE_OBJ, Op.READ_OBJ, Op.WRITE_OBJ, Op.REMOVE_OBJ]);
const CLUSTER_OPS: ReadonlySet<number> = new Set([
  Op.NEW_VDI,
  Op.LOCK_VDI,
  Op.RELEASE_VDI,
  Op.GET_VDI_INFO,
  Op.DEL_VDI,
  Op.GET_VDI_ATTR,
  Op.MAKE_FS,
  Op.SHUTDOWN,
  Op.RECOVER,
]);

/** What 0.3.0 puts in the place of the master, which it does not tell. */
const NO_MASTER = 0xffff_ffff;
/** One record of STAT_CLUSTER: times, epoch, count, and room for 1,024 nodes. */
const LOG_RECORD_OCTETS = 24_600;
const LOG_NODES_AT = 24;
const EXIT_KILLED = 1;

function* serveNodeList(): Script<Answer> {
  return yield* act((sheep) => {
    const { members } = sheep.state.cluster;
    const nodes = members.toSorted(compareEntries);
    const local = nodes.findIndex((entry) => isSameNode(entry, sheep.self));
    const octets = concatBytes(nodes.map((entry) => encode(NodeEntry, entry, SHEEP_LITTLE_ENDIAN)));
    const fields = { nrNodes: nodes.length, localIdx: Math.max(0, local), masterIdx: NO_MASTER };
    return answer(Res.SUCCESS, fields, [octets]);
  });
}

function* serveBitmap({ header }: Request): Script<Answer> {
  if (header.dataLength !== VDI_BITMAP_OCTETS) return refusal(Res.INVALID_PARMS, header);
  return answer(Res.SUCCESS, {}, [yield* act(({ state }) => state.store.bitmap.slice())]);
}

function* serveStatSheep(): Script<Answer> {
  const epoch = yield* act(({ state }) => state.cluster.epoch);
  const files = yield* listObjects(epoch);
  const used = files.reduce((sum, { size }) => sum + BigInt(size), 0n);
  const space = yield* disk({ op: 'space' });
  if (!space.ok) return answer(Res.EIO);
  return answer(Res.SUCCESS, { storeSize: used + space.free, storeFree: space.free });
}

/** The result of STAT_CLUSTER is the status of the cluster. */
function statusCode({ state }: Sheep): number {
  const { status, isSuspended } = state.cluster;
  if (isSuspended || status === Status.HALT) return Res.HALT;
  if (status === Status.OK) return Res.SUCCESS;
  if (status === Status.SHUTDOWN) return Res.SHUTDOWN;
  if (status === Status.WAIT_FOR_FORMAT) return Res.WAIT_FOR_FORMAT;
  return status === Status.WAIT_FOR_JOIN ? Res.WAIT_FOR_JOIN : Res.SYSTEM_ERROR;
}

function logRecord({ state }: Sheep, epoch: number): Uint8Array {
  const octets = new Uint8Array(LOG_RECORD_OCTETS);
  const view = viewOf(octets);
  const log = state.store.logs.get(epoch);
  const entries = log?.entries ?? [];
  view.setBigUint64(0, state.cluster.ctime, SHEEP_LITTLE_ENDIAN);
  view.setBigUint64(8, log?.time ?? 0n, SHEEP_LITTLE_ENDIAN);
  view.setUint32(16, epoch, SHEEP_LITTLE_ENDIAN);
  view.setUint32(20, entries.length, SHEEP_LITTLE_ENDIAN);
  octets.set(concatBytes(entries.map((entry) => encode(NodeEntry, entry, SHEEP_LITTLE_ENDIAN))), LOG_NODES_AT);
  return octets;
}

function* serveStatCluster({ header }: Request): Script<Answer> {
  const max = Math.floor(header.dataLength / LOG_RECORD_OCTETS);
  return yield* act((sheep) => {
    const latest = latestEpoch(sheep);
    const count = Math.min(max, latest);
    const records = Array.from({ length: count }, (_, i) => logRecord(sheep, latest - i));
    return answer(statusCode(sheep), {}, records);
  });
}

function* serveEpoch({ header }: Request): Script<Answer> {
  const epoch = numberField(header, 'tgtEpoch');
  const log = yield* act(({ state }) => state.store.logs.get(epoch) ?? null);
  return log === null ? refusal(Res.NO_TAG, header) : answer(Res.SUCCESS, {}, [writeEpochFile(log)]);
}

function* serveKill(): Script<Answer> {
  yield* act((sheep) => {
    sheep.emit({ kind: 'exit', code: EXIT_KILLED, why: 'told to by KILL_NODE' });
    sheep.state.phase = 'ended';
  });
  return answer(Res.SUCCESS);
}

/** For the copy of this sheep: the epoch must be the asker's. */
function* serveCopy({ conn, header, parts }: Request): Script<Answer> {
  const request = objectRequest(header, parts);
  const { epoch } = header;
  const refused = yield* act((sheep) => {
    const { state, policy } = sheep;
    say(sheep, 'do_io_request(748)', `${opText(request.opcode)}, ${oidText(request.oid)} , ${state.cluster.epoch}`);
    const result = statusResult(sheep);
    if (result !== Res.SUCCESS) return result;
    const isReady =
      policy.recoverySource === 'newest-held' || request.tgtEpoch !== 0 || isRecovered(sheep, request.oid);
    return isReady ? checkEpoch(sheep, epoch) : Res.NEW_NODE_VER;
  });
  const done = refused === Res.SUCCESS ? yield* ownCopy({ request, epoch, conn }) : answer(refused);
  if (done.result === Res.SUCCESS) return isWriting(request) ? answer(Res.SUCCESS) : done;
  yield* act((sheep) => {
    const what = `${opText(request.opcode)}, ${oidText(request.oid)} , ${sheep.state.cluster.epoch}`;
    say(sheep, 'do_io_request(770)', `failed: ${what}, ${done.result}`);
  });
  if (done.parts.length > 0) return done;
  return { ...refusal(done.result, header), fields: { copies: done.fields['copies'] ?? 0 } };
}

/** A copy of 0.3.0 counts among the requests that a membership event waits for. */
function* serveCountedCopy(request: Request): Script<Answer> {
  const isCounted = yield* act(({ policy }) => policy.ioBeforeEvent === 'drained');
  if (!isCounted) return yield* serveCopy(request);
  const { result } = yield* enter(request.header.opcode, () => false);
  if (result !== Res.SUCCESS) return refusal(result, request.header);
  const done = yield* serveCopy(request);
  yield* leave();
  return done;
}

/** A write that another sheep passed on to the one with the first copy. */
function* servePassedOn({ header, parts }: Request): Script<Answer> {
  const refused = yield* act((sheep) => {
    const result = serviceResult(sheep, header.opcode);
    return result === Res.SUCCESS ? checkEpoch(sheep, header.epoch) : result;
  });
  if (refused !== Res.SUCCESS) return answer(refused);
  return answer(yield* writeAsFirst(objectRequest(header, parts), header.epoch));
}

function* serveObjectOp(request: Request): Script<Answer> {
  const { flags } = request.header;
  if ((flags & FLAG_IO_LOCAL) !== 0) return yield* serveCountedCopy(request);
  if ((flags & FLAG_PASSED_ON) !== 0) return yield* servePassedOn(request);
  return yield* serveObject(request);
}

/** An operation of the whole cluster: told to all in its turn, and answered when this sheep has seen that. */
function* serveClusterOp({ conn, header, parts }: Request): Script<Answer> {
  const isGone = (sheep: Sheep): boolean => sheep.policy.deadClients === 'dropped' && !isConnected(sheep, conn);
  yield* until((sheep) => sheep.state.driver.hasJoined || isGone(sheep));
  const id = yield* act((sheep) => {
    if (isGone(sheep)) return 0;
    const { driver, cluster } = sheep.state;
    const request: SheepHeader = {
      ...header,
      epoch: cluster.epoch,
      fields: { ...header.fields, epoch: cluster.epoch },
    };
    const isBlocking = !isTold(header.opcode);
    const added = driver.nextOperation++;
    driver.operations.push({ id: added, request, data: joined(parts), conn, isBlocking, answer: null });
    say(sheep, 'do_cluster_request(225)', `${pointer(sheep)} ${opText(header.opcode)}`);
    if (isBlocking) multicast(sheep, 'BLOCK');
    else multicastOperation(sheep, 'NOTIFY', request, null);
    return added;
  });
  const answerOf = ({ state }: Sheep): Answer | null =>
    state.driver.operations.find((one) => one.id === id)?.answer ?? null;
  if (id !== 0) yield* until((sheep) => answerOf(sheep) !== null);
  return yield* act((sheep) => {
    const { operations } = sheep.state.driver;
    const done = answerOf(sheep) ?? answer(Res.SYSTEM_ERROR);
    const at = operations.findIndex((one) => one.id === id);
    if (at >= 0) operations.splice(at, 1);
    return done;
  });
}

/** A list as sound sheep want it, again and again and with room for all: a refusal does not fill that up with zeros. */
const isList = ({ opcode, flags }: SheepHeader): boolean => opcode === Op.GET_OBJ_LIST && (flags & FLAG_RECOVERY) !== 0;

function* answerOf(request: Request): Script<Answer> {
  const { header } = request;
  const { opcode } = header;
  const refused = yield* act((sheep) => {
    if (sheep.state.cluster.status === Status.SHUTDOWN) return Res.SHUTDOWN;
    const isCluster = CLUSTER_OPS.has(opcode) && opcode !== Op.SHUTDOWN;
    if (FORCED.has(opcode)) return Res.SUCCESS;
    return isCluster ? serviceResult(sheep, opcode) : statusResult(sheep);
  });
  if (refused !== Res.SUCCESS) return isList(header) ? answer(refused) : refusal(refused, header);
  if (OBJECT_OPS.has(opcode)) return yield* serveObjectOp(request);
  if (CLUSTER_OPS.has(opcode)) return yield* serveClusterOp(request);
  if (opcode === Op.GET_NODE_LIST) return yield* serveNodeList();
  if (opcode === Op.READ_VDIS) return yield* serveBitmap(request);
  if (opcode === Op.STAT_SHEEP) return yield* serveStatSheep();
  if (opcode === Op.STAT_CLUSTER) return yield* serveStatCluster(request);
  if (opcode === Op.GET_OBJ_LIST) return yield* serveObjectList(request);
  if (opcode === Op.GET_EPOCH) return yield* serveEpoch(request);
  if (opcode === Op.KILL_NODE) return yield* serveKill();
  return refusal(Res.INVALID_PARMS, header);
}

/** One request, from its arrival to its answer. */
export const serve = defineScript('serve', function* (request: Request): Script {
  const answered = yield* answerOf(request);
  yield* act((sheep) => respond(sheep, request, answered, (next) => sheep.spawn(serve, next)));
});

/** Octets of a client or another sheep. */
export function takeData(sheep: Sheep, conn: number, octets: Uint8Array): void {
  inboundTake(sheep, conn, octets, (request) => sheep.spawn(serve, request));
}
