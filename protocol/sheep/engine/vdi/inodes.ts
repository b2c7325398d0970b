// Inodes and attributes as cluster operations read and write them. 0.3.0: copy by copy, each over a connection of its
// own, where one failure is the end. Sound: like any other object, until a membership event waits for its turn.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import { FLAG_IO_LOCAL, FLAG_WEAK_CONSISTENCY, FLAG_WRITE, Op, Res } from '../../operations.ts';
import { objectIdOf } from '../../object-id.ts';
import { INODE_HEAD_OCTETS, INODE_OCTETS, readInodeHead, writeInodeHead, type InodeHead } from '../../image/inode.ts';
import { operateCopy } from '../io/copy.ts';
import { operateObject } from '../io/gateway.ts';
import { copiesOf, readRemoteCopy } from '../io/reading.ts';
import { makeObjectRequest, objectHeader, type ObjectRequest } from '../io/request.ts';
import { act, type Script } from '../kernel.ts';
import { oidText, say } from '../log.ts';
import { joined } from '../net/octets.ts';
import { call } from '../net/peers.ts';
import type { Sheep } from '../sheep.ts';

export function inodeOid(vdi: number): bigint {
  return objectIdOf({ kind: 'vdi', vdi, index: 0 });
}

/** An event that cannot have its turn before this operation ends. */
function isInTheWay({ state }: Sheep): boolean {
  return state.driver.queue.some(({ type }) => type !== 'notify');
}

/** What a client is told of a failure: what was tried, but where the whole operation is refused or repeated. */
export function toldAs(result: number, code: number): number {
  return result === Res.NETWORK_ERROR || result === Res.HALT ? result : code;
}

interface ReadObject {
  readonly result: number;
  readonly octets: Uint8Array;
}

const NOTHING = new Uint8Array(0);

function* readOneByOne(request: ObjectRequest): Script<ReadObject> {
  const { holders, epoch } = yield* act((sheep) => {
    const holding = copiesOf(sheep, request.oid, request.copies);
    const own = holding.filter((entry) => isSameNode(entry, sheep.self));
    return { holders: own.length > 0 ? own : holding, epoch: sheep.state.cluster.epoch };
  });
  let result: number = Res.NO_OBJ;
  for (const to of holders) {
    const isHere = yield* act((sheep) => isSameNode(to, sheep.self));
    const read = isHere
      ? yield* operateCopy({ request, epoch, conn: null })
      : yield* readRemoteCopy(to, request, epoch, true);
    if (read.result === Res.SUCCESS) return { result: read.result, octets: joined(read.parts) };
    result = read.result;
  }
  return { result, octets: NOTHING };
}

/** Reads part of an object. */
export function* readPart(oid: bigint, offset: number, length: number): Script<ReadObject> {
  const request = makeObjectRequest(Op.READ_OBJ, oid, { offset, length, flags: FLAG_WEAK_CONSISTENCY });
  const isObject = yield* act(({ policy }) => policy.coordinator === 'first-copy');
  const asObject = isObject ? yield* operateObject(request, null, isInTheWay) : null;
  const read =
    asObject === null
      ? yield* readOneByOne(request)
      : { result: asObject.result, octets: asObject.result === Res.SUCCESS ? joined(asObject.parts) : NOTHING };
  yield* act((sheep) => {
    if (read.result !== Res.SUCCESS) say(sheep, 'read_object(699)', `fail ${oidText(oid)} ${read.result}`);
  });
  return read;
}

function* writeOneByOne(request: ObjectRequest): Script<number> {
  const { holders, epoch } = yield* act((sheep) => ({
    holders: copiesOf(sheep, request.oid, request.copies),
    epoch: sheep.state.cluster.epoch,
  }));
  for (const to of holders) {
    const result = yield* writeCopyAt(to, request, epoch);
    if (result !== Res.SUCCESS) return result;
  }
  return Res.SUCCESS;
}

function* writeCopyAt(to: NodeEntry, request: ObjectRequest, epoch: number): Script<number> {
  const isHere = yield* act((sheep) => isSameNode(to, sheep.self));
  if (isHere) return (yield* operateCopy({ request, epoch, conn: null })).result;
  const header = objectHeader(request, request.flags | FLAG_IO_LOCAL, epoch);
  const reply = yield* call({ to, request: header, parts: request.parts, isAlone: true });
  return reply?.header.result ?? Res.NETWORK_ERROR;
}

interface Written {
  readonly offset: number;
  readonly parts: readonly Uint8Array[];
  readonly copies: number;
}

/** Writes into an object on all its copies, or makes it. */
export function* writePart(opcode: number, oid: bigint, { offset, parts, copies }: Written): Script<number> {
  const request = makeObjectRequest(opcode, oid, { flags: FLAG_WRITE, offset, parts, copies });
  const isObject = yield* act(({ policy }) => policy.coordinator === 'first-copy');
  if (isObject) return (yield* operateObject(request, null, isInTheWay)).result;
  return yield* writeOneByOne(request);
}

/** The header of an image's inode, or the result that says why not. */
export function* readHead(vdi: number): Script<InodeHead | number> {
  const read = yield* readPart(inodeOid(vdi), 0, INODE_HEAD_OCTETS);
  if (read.result !== Res.SUCCESS) return read.result;
  const head = readInodeHead(read.octets);
  return head.ok ? head.value : Res.EIO;
}

export function* writeHead(vdi: number, head: InodeHead): Script<number> {
  const written = { offset: 0, parts: [writeInodeHead(head)], copies: head.nrCopies };
  return yield* writePart(Op.WRITE_OBJ, inodeOid(vdi), written);
}

/** The whole inode of an image. */
export function* readInode(vdi: number): Script<ReadObject> {
  return yield* readPart(inodeOid(vdi), 0, INODE_OCTETS);
}

/** Makes the whole inode of an image: a header and a table of blocks. */
export function* createInode(vdi: number, head: InodeHead, table: Uint8Array): Script<number> {
  const parts = [writeInodeHead(head), table];
  return yield* writePart(Op.CREATE_AND_WRITE_OBJ, inodeOid(vdi), { offset: 0, parts, copies: head.nrCopies });
}
