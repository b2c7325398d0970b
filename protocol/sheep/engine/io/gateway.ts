// What a sheep does with a request on an object that is not for its own copy alone: it has the copies read or written,
// and tries again as long as only the epoch or the network was against it.
import { isSameNode } from '../../node-entry.ts';
import { objectIdText, readObjectId } from '../../object-id.ts';
import { FLAG_WEAK_CONSISTENCY, FLAG_WRITE, Op, Res } from '../../operations.ts';
import { act, sleep, type Script } from '../kernel.ts';
import { oidText, opText, say, tell } from '../log.ts';
import { answer, isConnected, refusal, type Request } from '../net/server.ts';
import type { Answer } from '../state.ts';
import type { Sheep } from '../sheep.ts';
import { checkEpoch, ownCopy } from './copy.ts';
import { enter, leave } from './gate.ts';
import { copiesOf, readAnyCopy, readRemoteCopy } from './reading.ts';
import { isWriting, makeObjectRequest, objectRequest, type ObjectRequest } from './request.ts';
import { objectOctets } from './sizes.ts';
import { writeAsGateway, writeByFirst } from './writing.ts';

/** So long before a request is tried again. */
const RETRY_MICROS = 20_000;
/** Images whose repaired objects are remembered. */
const REPAIRED_IMAGES_MAX = 64;

const RETRIED: ReadonlySet<number> = new Set([
  Res.OLD_NODE_VER,
  Res.NEW_NODE_VER,
  Res.NETWORK_ERROR,
  Res.WAIT_FOR_FORMAT,
  Res.WAIT_FOR_JOIN,
]);

function* readOnce(request: ObjectRequest, epoch: number): Script<Answer> {
  const { oid } = request;
  const { holders, isHere, isAny } = yield* act((sheep) => {
    const holding = copiesOf(sheep, oid, request.copies);
    const isOwn = holding.some((entry) => isSameNode(entry, sheep.self));
    return { holders: holding, isHere: isOwn, isAny: sheep.policy.reads === 'any-copy' };
  });
  if (holders.length === 0) return answer(Res.NO_OBJ);
  if (isHere) {
    const own = yield* ownCopy({ request, epoch, conn: null });
    if (own.result !== Res.EIO || !isAny) return own;
    yield* act((sheep) => {
      tell(sheep, `${objectIdText(oid)} cannot be read here: asking for another copy`, 'err');
    });
  }
  let last = answer(isHere ? Res.EIO : Res.NETWORK_ERROR);
  for (const to of isAny ? holders : holders.slice(0, 1)) {
    const isOwn = yield* act((sheep) => isSameNode(to, sheep.self));
    if (isOwn) continue;
    const read = yield* readRemoteCopy(to, request, epoch);
    if (read.result === Res.SUCCESS || read.result === Res.NO_OBJ) return read;
    last = read;
  }
  return last;
}

/** Whether a strong read has to make the copies equal first: inodes every time, data once for each object. */
function wantsRepair({ state, policy }: Sheep, { oid, flags }: ObjectRequest): boolean {
  if (policy.strongRead !== 'rewrites' || (flags & FLAG_WEAK_CONSISTENCY) !== 0) return false;
  const { kind, vdi, index } = readObjectId(oid);
  if (kind === 'vdi') return true;
  const { repaired } = state.io;
  const known = repaired.get(vdi) ?? new Set<number>();
  if (known.has(index)) return false;
  repaired.delete(vdi);
  repaired.set(vdi, known.add(index));
  if (repaired.size > REPAIRED_IMAGES_MAX) repaired.delete([...repaired.keys()][0] ?? 0);
  return true;
}

/** Reads the object whole from one copy and writes it to all. */
function* repair({ oid, copies }: ObjectRequest, epoch: number): Script {
  const whole = yield* readAnyCopy(makeObjectRequest(Op.READ_OBJ, oid, { copies, length: objectOctets(oid) }));
  if (whole.result !== Res.SUCCESS) return;
  const given = { copies, flags: FLAG_WRITE, parts: whole.parts };
  yield* writeAsGateway(makeObjectRequest(Op.WRITE_OBJ, oid, given), epoch);
}

function* attempt(
  request: ObjectRequest,
  epoch: number,
  conn: number | null,
  isGivenUp: (sheep: Sheep) => boolean,
): Script<Answer> {
  if (request.opcode === Op.REMOVE_OBJ) return yield* ownCopy({ request, epoch, conn });
  if (isWriting(request)) {
    const isFirst = yield* act(({ policy }) => policy.coordinator === 'first-copy');
    if (!isFirst) return answer(yield* writeAsGateway(request, epoch));
    // What a client began is brought to an end though it is gone; a write of an operation makes way.
    return answer(conn === null ? yield* writeByFirst(request, epoch, isGivenUp) : yield* writeByFirst(request, epoch));
  }
  if (yield* act((sheep) => wantsRepair(sheep, request))) yield* repair(request, epoch);
  return yield* readOnce(request, epoch);
}

/** Has an object read or written, until it is done, cannot be, or nobody waits for it any more (NETWORK_ERROR). */
export function* operateObject(
  request: ObjectRequest,
  conn: number | null,
  isGivenUp: (sheep: Sheep) => boolean,
): Script<Answer> {
  for (;;) {
    const { result, epoch, isGone } = yield* enter(request.opcode, isGivenUp);
    if (result !== Res.SUCCESS) return answer(result);
    const done = isGone ? answer(Res.NETWORK_ERROR) : yield* attempt(request, epoch, conn, isGivenUp);
    yield* leave();
    const isOld = yield* act((sheep) => checkEpoch(sheep, epoch) !== Res.SUCCESS);
    if (isGone || !RETRIED.has(done.result)) return done;
    if (!isOld) yield* sleep(RETRY_MICROS);
  }
}

/** The client of a connection is gone, and it matters. */
function isForNobody(conn: number | null): (sheep: Sheep) => boolean {
  return (sheep) => sheep.policy.deadClients === 'dropped' && !isConnected(sheep, conn);
}

/** A client's request on an object. */
export function* serveObject({ conn, header, parts }: Request): Script<Answer> {
  const request = objectRequest(header, parts);
  yield* act((sheep) => {
    const { epoch } = sheep.state.cluster;
    say(sheep, 'do_io_request(748)', `${opText(request.opcode)}, ${oidText(request.oid)} , ${epoch}`);
  });
  const done = yield* operateObject(request, conn, isForNobody(conn));
  const { result, fields } = done;
  if (result === Res.SUCCESS) return request.opcode === Op.READ_OBJ ? done : answer(result);
  yield* act((sheep) => {
    const { epoch } = sheep.state.cluster;
    say(
      sheep,
      'do_io_request(770)',
      `failed: ${opText(request.opcode)}, ${oidText(request.oid)} , ${epoch}, ${result}`,
    );
  });
  return { ...refusal(result, header), fields: { copies: fields['copies'] ?? 0 } };
}
