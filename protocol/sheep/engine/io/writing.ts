// Writes to all copies of an object. 0.3.0: by the sheep that was asked. Sound: by the sheep with the first copy, one
// after the other for each object, so that all copies have the same order; what it began it brings to an end as long as
// the epoch stands, and what it could not is a doubt that the next epoch clears up.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import { FLAG_IO_LOCAL, FLAG_PASSED_ON, Op, Res } from '../../operations.ts';
import { act, childOf, defineScript, sleep, together, until, type Script } from '../kernel.ts';
import { oidText, say } from '../log.ts';
import { call } from '../net/peers.ts';
import { isRecovered, wantRecovered } from '../recovery/wanted.ts';
import type { Sheep } from '../sheep.ts';
import { checkEpoch, ownCopy } from './copy.ts';
import { isEpochReady } from './gate.ts';
import { giveOrder, isOrdered, takeOrder } from './locks.ts';
import { copiesOf } from './reading.ts';
import { makeObjectRequest, objectHeader, type ObjectRequest } from './request.ts';

/** So long between two attempts to reach a copy. */
const RETRY_MICROS = 50_000;

interface ToCopy {
  readonly to: NodeEntry;
  readonly request: ObjectRequest;
  readonly epoch: number;
}

interface CopyDone {
  readonly to: NodeEntry;
  readonly result: number;
  /** Of the own copy: its journal file. */
  readonly journal: number;
}

/** Writes one copy: this sheep's own, or another's. */
export const writeOneCopy = defineScript('write-copy', function* ({ to, request, epoch }: ToCopy): Script<CopyDone> {
  const isHere = yield* act((sheep) => isSameNode(to, sheep.self));
  if (isHere) {
    const done = yield* ownCopy({ request, epoch, conn: null });
    return { to, result: done.result, journal: Number(done.fields['journal'] ?? 0) };
  }
  const header = objectHeader(request, request.flags | FLAG_IO_LOCAL, epoch);
  const reply = yield* call({ to, request: header, parts: request.parts, isAlone: false });
  return { to, result: reply?.header.result ?? Res.NETWORK_ERROR, journal: 0 };
});

/** The others first, then this sheep's own: the order in which 0.3.0 begins. */
function orderOfCopies({ self }: Sheep, holders: readonly NodeEntry[]): readonly NodeEntry[] {
  const isHere = (entry: NodeEntry): boolean => isSameNode(entry, self);
  return [...holders.filter((entry) => !isHere(entry)), ...holders.filter(isHere)];
}

function* toAll(request: ObjectRequest, epoch: number, holders: readonly NodeEntry[]): Script<readonly CopyDone[]> {
  yield* act((sheep) => {
    say(sheep, 'forward_write_obj_req(287)', oidText(request.oid));
  });
  const done = yield* together(holders.map((to) => childOf(writeOneCopy, { to, request, epoch })));
  yield* act((sheep) => {
    const others = holders.filter((to) => !isSameNode(to, sheep.self)).length;
    for (let left = others - 1; left >= 0; left--)
      say(sheep, 'forward_write_obj_req(403)', `${oidText(request.oid)} ${left}`);
  });
  return done;
}

const isFailed = ({ result }: CopyDone): boolean => result !== Res.SUCCESS;

/** Numbers of journal files of this sheep's own copies are free again once all copies are written. */
function freeJournals({ state }: Sheep, done: readonly CopyDone[]): void {
  for (const { journal } of done) if (journal !== 0) state.io.journals.push(journal);
}

/** 0.3.0: to all copies side by side, once; the first failure is the result. */
export function* writeAsGateway(request: ObjectRequest, epoch: number): Script<number> {
  const holders = yield* act((sheep) => orderOfCopies(sheep, copiesOf(sheep, request.oid, request.copies)));
  const isHolder = yield* act((sheep) => holders.some((to) => isSameNode(to, sheep.self)));
  if (isHolder) yield* takeOrder(request.oid);
  const done = yield* toAll(request, epoch, holders);
  if (isHolder) yield* giveOrder(request.oid);
  yield* act((sheep) => freeJournals(sheep, done));
  return done.find(isFailed)?.result ?? Res.SUCCESS;
}

const isTrouble = (result: number): boolean =>
  result === Res.NETWORK_ERROR || result === Res.OLD_NODE_VER || result === Res.NEW_NODE_VER;

/** An object that could not be made everywhere is nowhere; a write that failed somewhere is a doubt. */
function* undo(request: ObjectRequest, epoch: number, done: readonly CopyDone[]): Script {
  if (request.opcode === Op.CREATE_AND_WRITE_OBJ) {
    const removal = makeObjectRequest(Op.REMOVE_OBJ, request.oid);
    const made = done.filter((copy) => !isFailed(copy));
    yield* together(made.map(({ to }) => childOf(writeOneCopy, { to, request: removal, epoch })));
  }
  yield* act(({ state }) => {
    state.io.doubts.set(request.oid, epoch);
  });
}

/** Whether whoever writes must make way: for the epoch that would let it end. */
export type MakesWay = (sheep: Sheep) => boolean;
const NEVER: MakesWay = () => false;

/** The epoch is over, or this sheep is cut off from it and knows only itself, or it must make way. */
function isOverFor(sheep: Sheep, epoch: number, makesWay: MakesWay): boolean {
  return checkEpoch(sheep, epoch) !== Res.SUCCESS || sheep.state.cluster.isSuspended || makesWay(sheep);
}

/** Goes on until all copies have it, the epoch changes, it must make way, or a copy cannot be written at all. */
function* toAllInOrder(request: ObjectRequest, epoch: number, makesWay: MakesWay): Script<number> {
  let left = yield* act((sheep) => orderOfCopies(sheep, copiesOf(sheep, request.oid, request.copies)));
  const all: CopyDone[] = [];
  for (;;) {
    const done = yield* toAll(request, epoch, left);
    all.push(...done.filter((copy) => !isFailed(copy)));
    const failed = done.filter(isFailed);
    const isOver = yield* act((sheep) => isOverFor(sheep, epoch, makesWay));
    const hopeless = failed.find(({ result }) => !isTrouble(result));
    if (failed.length === 0) {
      yield* act((sheep) => freeJournals(sheep, all));
      return Res.SUCCESS;
    }
    if (isOver || hopeless !== undefined) {
      const isNowhere = hopeless !== undefined && all.length === 0;
      if (!isNowhere) yield* undo(request, epoch, all);
      return isOver ? Res.NEW_NODE_VER : (hopeless?.result ?? Res.EIO);
    }
    left = failed.map(({ to }) => to);
    yield* sleep(RETRY_MICROS);
  }
}

/** Writes all copies as the sheep that has the first of them. */
export function* writeAsFirst(request: ObjectRequest, epoch: number, makesWay = NEVER): Script<number> {
  const { oid } = request;
  const isOver: MakesWay = (sheep) => isOverFor(sheep, epoch, makesWay);
  yield* act((sheep) => wantRecovered(sheep, oid));
  yield* until((sheep) => isOver(sheep) || (isEpochReady(sheep) && isRecovered(sheep, oid)));
  // Who has the order may wait for that epoch too.
  yield* until((sheep) => isOver(sheep) || !isOrdered(sheep.state.io, oid));
  if (yield* act(isOver)) return Res.NEW_NODE_VER;
  yield* takeOrder(oid);
  const result = yield* toAllInOrder(request, epoch, makesWay);
  yield* giveOrder(oid);
  return result;
}

/** Has the sheep with the first copy write it. */
export function* writeByFirst(request: ObjectRequest, epoch: number, makesWay = NEVER): Script<number> {
  const first = yield* act((sheep) => {
    const [to] = copiesOf(sheep, request.oid, request.copies);
    return to === undefined || isSameNode(to, sheep.self) ? null : to;
  });
  if (first === null) return yield* writeAsFirst(request, epoch, makesWay);
  const header = objectHeader(request, request.flags | FLAG_PASSED_ON, epoch);
  const reply = yield* call({ to: first, request: header, parts: request.parts, isAlone: false });
  return reply?.header.result ?? Res.NETWORK_ERROR;
}
