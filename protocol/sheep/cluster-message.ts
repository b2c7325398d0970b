// What a message of sheepdog's process group says, whichever release sent it, and the same for programs. Octets are
// read in cluster-frame.ts; what a sheep does with a message is not here.
import { viewOf } from '../base/bytes.ts';
import { decodeService, walkService } from '../cpg/service-codec.ts';
import { decode, walkFields, type FieldSpan, type Infer, type LayoutProblem } from '../wire/layout.ts';
import {
  CLUSTER_FRAME_OCTETS,
  ClusterFrame,
  decodeClusterMessage,
  decodeJoin,
  decodeOperation,
  JoinFrame,
  JoinFrame023,
  OtherFrame023,
  SHEEP_JOIN_RESULTS,
  SHEEP_MESSAGE_TYPES,
  type ClusterMessage,
  type JoinHead,
  type OperationPayload,
} from './cluster-frame.ts';
import { SHEEP_LITTLE_ENDIAN, sheepAddress, type Member, type Member023, type NodeEntry } from './node-entry.ts';
import { resultText, Status, statusName } from './operations.ts';
import { SHEEP_HEADER_OCTETS, sheepHeaderJson, walkSheepHeader } from './tcp-headers.ts';

/** A node of the store, with its process where the message tells it. */
export interface SheepNode {
  readonly nodeid: number | null;
  readonly pid: number | null;
  /** 0.3.0: left while it was the master. */
  readonly gone: number | null;
  readonly addr: string;
  readonly port: number;
  readonly nrVnodes: number;
  readonly zone: number;
}

export interface SheepJoin {
  readonly head: Omit<JoinHead, 'pad'>;
  /** The requester's latest epoch; null in a response that has leaveNodes written over it. */
  readonly nodes: readonly SheepNode[] | null;
  /** A response of a cluster that still waits: the nodes known to be missing. */
  readonly leaveNodes: readonly SheepNode[] | null;
}

export interface SheepMessage {
  readonly release: '0.3' | '0.2';
  /** JOIN_REQUEST, JOIN_RESPONSE, LEAVE, NOTIFY, BLOCK, UNBLOCK; in 0.2.3 JOIN, VDI_OP, LEAVE; else the number. */
  readonly type: string | number;
  /** 0.3.0: SUCCESS, FAIL, JOIN_LATER, MASTER_TRANSFER, of meaning in a JOIN_RESPONSE; else the number. */
  readonly result: string | number | null;
  /** 0.2.3: INIT, CONT, FIN, or the number. */
  readonly state: string | number | null;
  /** Octets of the payload; in 0.2.3 of the message. */
  readonly msgLen: number;
  /** Of a join: the joining node, in its response too. */
  readonly sender: SheepNode;
  /** The members in the order in which they joined: the first that is not gone is the master. */
  readonly nodes: readonly SheepNode[];
  readonly join: SheepJoin | null;
  readonly operation: OperationPayload | null;
}

export interface ReadSheepMessage {
  readonly message: SheepMessage | null;
  readonly problem: LayoutProblem | null;
}

function entryOf({ addr, port, nrVnodes, zone }: NodeEntry): SheepNode {
  return { nodeid: null, pid: null, gone: null, addr: sheepAddress(addr), port, nrVnodes, zone };
}

function memberOf(member: Member | Infer<typeof Member023>): SheepNode {
  const gone = 'gone' in member ? (member as Member).gone : null;
  return { ...entryOf(member.ent), nodeid: member.nodeid, pid: member.pid, gone };
}

/** The join of a message of 0.3.0. The payload has as many entries as its requester gave, whatever the counts say. */
function joinOf(
  isRequest: boolean,
  payload: Uint8Array,
): { readonly join: SheepJoin | null; readonly problem: LayoutProblem | null } {
  const decoded = decodeJoin(payload);
  if (!decoded.ok) return { join: null, problem: decoded.problem };
  const { head, entries } = decoded.value;
  const isWaiting = !isRequest && head.clusterStatus !== Status.OK && head.nrLeaveNodes > 0;
  const nodes = isWaiting ? null : entries.map(entryOf);
  const leaveNodes = isWaiting ? entries.slice(0, head.nrLeaveNodes).map(entryOf) : null;
  return { join: { head, nodes, leaveNodes }, problem: null };
}

function read030({ sender, typeResult, nodes, payload }: ClusterMessage): ReadSheepMessage {
  const number = typeResult & 15;
  const type = SHEEP_MESSAGE_TYPES[number] ?? number;
  const isJoin = type === 'JOIN_REQUEST' || type === 'JOIN_RESPONSE';
  const { join, problem: joinProblem } = isJoin
    ? joinOf(type === 'JOIN_REQUEST', payload)
    : { join: null, problem: null };
  const carries = type === 'NOTIFY' || type === 'UNBLOCK';
  const operation = carries ? decodeOperation(payload) : null;
  const message: SheepMessage = {
    release: '0.3',
    type,
    result: SHEEP_JOIN_RESULTS[typeResult >>> 4] ?? typeResult >>> 4,
    state: null,
    msgLen: payload.length,
    sender: memberOf(sender),
    nodes: nodes.map(memberOf),
    join,
    operation: operation?.ok === true ? operation.value : null,
  };
  return { message, problem: joinProblem ?? (operation?.ok === false ? operation.problem : null) };
}

const OPS_023: { readonly [op: number]: string } = { 1: 'JOIN', 2: 'VDI_OP', 4: 'LEAVE' };
const STATES_023: { readonly [state: number]: string } = { 1: 'INIT', 2: 'CONT', 3: 'FIN' };

type Head023 = Infer<typeof OtherFrame023.head>;

/** The header of 0.2.3 at the start of these octets, or null where they are nothing of it. */
function head023(octets: Uint8Array): Head023 | null {
  const decoded = decode(OtherFrame023.head, viewOf(octets), 0, octets.length, SHEEP_LITTLE_ENDIAN);
  if (!decoded.ok) return null;
  const head = decoded.value.value;
  return head.protoVer === 3 && head.op in OPS_023 && head.state in STATES_023 && head.msgLength <= octets.length
    ? head
    : null;
}

function read023(octets: Uint8Array, head: Head023): ReadSheepMessage {
  const { op, state, msgLength, nodeid, pid, from } = head;
  const base = {
    release: '0.2',
    type: OPS_023[op] ?? op,
    result: null,
    state: STATES_023[state] ?? state,
    msgLen: msgLength,
    sender: { ...entryOf(from), nodeid, pid },
    nodes: [],
    join: null,
    operation: null,
  } as const;
  if (op === 2) {
    const operation = decodeOperation(octets.subarray(OtherFrame023.head.size));
    return operation.ok
      ? { message: { ...base, operation: operation.value }, problem: null }
      : { message: base, problem: operation.problem };
  }
  if (op !== 1) return { message: base, problem: null };
  const decoded = decodeService(JoinFrame023, viewOf(octets), 0, octets.length, SHEEP_LITTLE_ENDIAN);
  if (!decoded.ok) return { message: base, problem: decoded.problem };
  const { nrSobjs, nrNodes, clusterStatus, epoch, ctime, result, incEpoch } = decoded.value.head;
  const joinHead = {
    protoVer: head.protoVer,
    nrSobjs,
    nrNodes,
    nrLeaveNodes: 0,
    clusterFlags: 0,
    clusterStatus,
    epoch,
    ctime,
    result,
    incEpoch,
  };
  const nodes = (decoded.value.records as readonly Infer<typeof Member023>[]).map(memberOf);
  return { message: { ...base, nodes, join: { head: joinHead, nodes: null, leaveNodes: null } }, problem: null };
}

/**
 * Reads the application's octets of a CPG mcast to SHEEP_GROUP. Never throws on any bytes; `message` is null where they
 * are of no known release (specs/sheepdog.md 3.3, 3.4 and 8.4).
 */
export function readSheepMessage(octets: Uint8Array): ReadSheepMessage {
  const head = head023(octets);
  // A frame of 0.3.0 has its length from its own count; 0.2.3's have other lengths.
  const frame = decodeClusterMessage(octets);
  if (frame.ok && octets.length === CLUSTER_FRAME_OCTETS + frame.value.payload.length) return read030(frame.value);
  if (head !== null) return read023(octets, head);
  return frame.ok ? read030(frame.value) : { message: null, problem: frame.problem };
}

/** The fields of a message of the group, for the detail tree; offsets from the start of these octets. Never throws. */
export function walkSheepMessage(octets: Uint8Array): {
  readonly spans: readonly FieldSpan[];
  readonly problem: LayoutProblem | null;
} {
  const view = viewOf(octets);
  const { message, problem } = readSheepMessage(octets);
  if (message?.release === '0.2') {
    const layout = message.type === 'JOIN' ? JoinFrame023 : OtherFrame023;
    return walkService(layout, view, 0, octets.length, SHEEP_LITTLE_ENDIAN);
  }
  const at = CLUSTER_FRAME_OCTETS;
  if (message === null) return { spans: walkService(ClusterFrame, view, 0, at, SHEEP_LITTLE_ENDIAN).spans, problem };
  const spans = [...walkService(ClusterFrame, view, 0, at, SHEEP_LITTLE_ENDIAN).spans];
  let next = at;
  if (message.operation !== null) {
    const { request, response } = message.operation;
    spans.push(...walkSheepHeader(request, view, at, 'request'));
    spans.push(...walkSheepHeader(response, view, at + SHEEP_HEADER_OCTETS, 'response'));
    next += 2 * SHEEP_HEADER_OCTETS;
  } else if (message.join !== null) {
    spans.push(...walkFields(JoinFrame.head, view, at, octets.length, SHEEP_LITTLE_ENDIAN, 'join').spans);
    next += JoinFrame.head.size;
  }
  const length = octets.length - next;
  const doc = 'entries of an epoch log, or data of the operation';
  if (length > 0)
    spans.push({ path: 'data', offset: next, length, text: `${length} octets`, ctype: `u8[${length}]`, doc });
  return { spans, problem };
}

/** A value for programs: nothing that JSON does not know. */
export type SheepJson = string | number | boolean | null | readonly SheepJson[] | SheepJsonObject;
export type SheepJsonObject = { readonly [field: string]: SheepJson };

function nodeJson({ nodeid, pid, gone, addr, port, nrVnodes, zone }: SheepNode): SheepJsonObject {
  return {
    ...(nodeid === null ? {} : { nodeid }),
    ...(pid === null ? {} : { pid }),
    ...(gone === null ? {} : { gone }),
    addr,
    port,
    nr_vnodes: nrVnodes,
    zone,
  };
}

/** `join_…` where a field of the join has the name of one of the message. */
function joinJson({ head, nodes, leaveNodes }: SheepJoin): SheepJsonObject {
  return {
    proto_ver: head.protoVer,
    nr_sobjs: head.nrSobjs,
    join_nr_nodes: head.nrNodes,
    nr_leave_nodes: head.nrLeaveNodes,
    cluster_flags: head.clusterFlags,
    cluster_status: statusName(head.clusterStatus),
    epoch: head.epoch,
    ctime: String(head.ctime),
    join_result: head.result,
    join_result_text: resultText(head.result),
    inc_epoch: head.incEpoch,
    join_nodes: nodes?.map(nodeJson) ?? null,
    leave_nodes: leaveNodes?.map(nodeJson) ?? null,
  };
}

/** A message for programs (the `sheepdog` field of decode): C names, 64-bit numbers as text, no undefined. */
export function sheepJson(message: SheepMessage): SheepJsonObject {
  const { type, result, state, sender, nodes, msgLen, join, operation } = message;
  return {
    type,
    result,
    ...(state === null ? {} : { state }),
    sender: nodeJson(sender),
    msg_len: msgLen,
    nr_nodes: nodes.length,
    nodes: nodes.map(nodeJson),
    ...(join === null ? {} : joinJson(join)),
    ...(operation === null
      ? {}
      : { request: sheepHeaderJson(operation.request), response: sheepHeaderJson(operation.response) }),
  };
}

/** The same straight from the octets of a CPG mcast to SHEEP_GROUP; null where they are of no known release. */
export function sheepRecord(octets: Uint8Array): SheepJsonObject | null {
  const { message } = readSheepMessage(octets);
  return message === null ? null : sheepJson(message);
}
