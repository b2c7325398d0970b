// One run of a command: which sheep it talks to, what it knows of the cluster, and how its requests go out. Every
// request has a connection of its own, as in collie 0.3.0.
import { viewOf } from '../base/bytes.ts';
import { decode } from '../wire/layout.ts';
import { NodeEntry, SHEEP_LITTLE_ENDIAN, sheepAddress } from '../sheep/node-entry.ts';
import { FLAG_IO_LOCAL, FLAG_WEAK_CONSISTENCY, FLAG_WRITE, Op, Res, resultText } from '../sheep/operations.ts';
import { makeHeader } from '../sheep/tcp-headers.ts';
import { exchange, Exit, type CollieScript, type Peer, type Response } from './script.ts';
import { err } from './text.ts';

/** Ends the command with an exit code; caught where the command was started, and nowhere else. */
export class Stopped extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Says why on standard error and ends the command. */
export function* stop(code: number, ...lines: readonly string[]): CollieScript<never> {
  for (const line of lines) yield* err(`${line}\n`);
  throw new Stopped(code);
}

export interface Session {
  readonly to: Peer;
  readonly isRaw: boolean;
  /** Standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Epoch of the cluster, as the node list told it; 0 before. */
  epoch: number;
  nodes: readonly NodeEntry[];
  /** Place of the master among them; beyond them where it is not told. */
  master: number;
}

const NODE_LIST_OCTETS = 24_576;
const NO_PARTS: readonly Uint8Array[] = [];

export interface Fields {
  readonly [name: string]: number | bigint;
}

/** Asks one sheep; null where no connection could be made, which has then been said. */
export function* askPeer(
  to: Peer,
  opcode: number,
  fields: Fields,
  parts: readonly Uint8Array[] = NO_PARTS,
): CollieScript<Response | null> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const flags = Number(fields['flags'] ?? 0) | (length > 0 ? FLAG_WRITE : 0);
  const given = { ...fields, flags, ...(length > 0 ? { dataLength: length } : {}) };
  const result = yield* exchange(to, makeHeader('request', opcode, given), parts);
  if (result.ok) return result.response;
  for (const error of result.errors) yield* err(`failed to connect to ${to.host}:${to.port}: ${error}\n`);
  return null;
}

/** Asks the sheep that the command was pointed at; ends the command where it cannot be reached. */
export function* ask(
  session: Session,
  opcode: number,
  fields: Fields,
  parts: readonly Uint8Array[] = NO_PARTS,
): CollieScript<Response> {
  const response = yield* askPeer(session.to, opcode, fields, parts);
  return response ?? (yield* stop(Exit.SYSFAIL));
}

export function resultOf({ header }: Response): number {
  return header.result ?? Res.SYSTEM_ERROR;
}

export function readEntries(octets: Uint8Array, count: number): readonly NodeEntry[] {
  const entries: NodeEntry[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * NodeEntry.fixedSize;
    const read = decode(NodeEntry, viewOf(octets), at, octets.length, SHEEP_LITTLE_ENDIAN);
    if (read.ok) entries.push(read.value.value);
  }
  return entries;
}

/** Fetches which nodes there are; ends the command where there are none. */
export function* fetchNodes(session: Session): CollieScript<void> {
  const response = yield* askPeer(session.to, Op.GET_NODE_LIST, { dataLength: NODE_LIST_OCTETS });
  if (response === null) return yield* stop(Exit.SYSFAIL, 'Failed to get node list');
  const result = resultOf(response);
  if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Failed to update node list: ${resultText(result)}`);
  const count = Number(response.header.fields['nrNodes'] ?? 0);
  session.nodes = readEntries(response.data, count);
  session.master = Number(response.header.fields['masterIdx'] ?? 0);
  session.epoch = response.header.epoch;
  if (session.nodes.length === 0) yield* stop(Exit.FAILURE, 'There are no active sheep daemons');
}

export function peerOf({ addr, port }: NodeEntry): Peer {
  return { host: sheepAddress(addr), port };
}

/** Reads part of an object through the sheep that the command was pointed at. */
export function* readObject(session: Session, oid: bigint, offset: number, length: number): CollieScript<Response> {
  const fields = {
    oid,
    offset: BigInt(offset),
    dataLength: length,
    epoch: session.epoch,
    flags: FLAG_WEAK_CONSISTENCY,
  };
  return yield* ask(session, Op.READ_OBJ, fields);
}

/** Reads a node's own copy of an object. */
export function* readCopy(session: Session, to: NodeEntry, oid: bigint, length: number): CollieScript<Response | null> {
  const fields = { oid, dataLength: length, epoch: session.epoch, flags: FLAG_IO_LOCAL };
  return yield* askPeer(peerOf(to), Op.READ_OBJ, fields);
}

export interface ObjectWrite {
  readonly oid: bigint;
  readonly offset: number;
  readonly octets: Uint8Array;
  readonly copies: number;
  /** The object is made; of another one where that is not 0. */
  readonly isNew?: boolean;
  readonly cowOid?: bigint;
}

const FLAG_COW = 0x02;

export function* writeObject(session: Session, write: ObjectWrite): CollieScript<number> {
  const { oid, offset, octets, copies, isNew = false, cowOid = 0n } = write;
  const opcode = isNew ? Op.CREATE_AND_WRITE_OBJ : Op.WRITE_OBJ;
  const flags = FLAG_WRITE | (cowOid === 0n ? 0 : FLAG_COW);
  const fields = { oid, cowOid, copies, offset: BigInt(offset), epoch: session.epoch, flags };
  return resultOf(yield* ask(session, opcode, fields, [octets]));
}
