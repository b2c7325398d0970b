// The messages that sheepdog 0.3.0 multicasts to its process group: the 36 912 octets that each one has, the payload
// of a join and of an operation; and the older frames of 0.2.3. Octets to values and back; cluster-message.ts says what
// they mean.
import { concatBytes, viewOf } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { ServiceLayout } from '../cpg/messages.ts';
import { decodeService, encodeService } from '../cpg/service-codec.ts';
import { bytes, struct, u16, u32, u64, u8, type Infer, type LayoutProblem } from '../wire/layout.ts';
import { Member, Member023, NodeEntry, SHEEP_LITTLE_ENDIAN } from './node-entry.ts';
import { resultText, statusName } from './operations.ts';
import { encodeSheepHeader, readSheepHeader, SHEEP_HEADER_OCTETS, type SheepHeader } from './tcp-headers.ts';

/** The name of sheepdog's process group. */
export const SHEEP_GROUP = 'sheepdog';
/** Room for members in every message: SD_MAX_NODES. */
export const SHEEP_NODES_MAX = 1024;

/** Types of 0.3.0's messages, by number. */
export const SHEEP_MESSAGE_TYPES = ['JOIN_REQUEST', 'JOIN_RESPONSE', 'LEAVE', 'NOTIFY', 'BLOCK', 'UNBLOCK'] as const;
/** What a JOIN_RESPONSE says, by number. */
export const SHEEP_JOIN_RESULTS = ['SUCCESS', 'FAIL', 'JOIN_LATER', 'MASTER_TRANSFER'] as const;

const typeResultText = (value: number): string =>
  `${SHEEP_MESSAGE_TYPES[value & 15] ?? value & 15}, ${SHEEP_JOIN_RESULTS[value >>> 4] ?? value >>> 4}`;
const statusText = (status: number): string => `${status} (${statusName(status)})`;
const sdResultText = (result: number): string => `0x${result.toString(16)} (${resultText(result)})`;
const unused = (octets: number) => bytes(octets, 'not used');

const ClusterHead = struct('corosync_message', {
  sender: Member,
  typeResult: u8('low four bits: type; high four bits: result of a join', typeResultText),
  typeUnused: bytes(3, 'rest of the bit field'),
  msgLen: u32('octets of the payload'),
  nrNodes: u32('members that follow'),
});

/** The fixed part, 36 912 octets: members follow their count, and the room for the others (specs/sheepdog.md 3.3). */
export const ClusterFrame: ServiceLayout<Infer<typeof ClusterHead>> = {
  head: ClusterHead,
  tail: { kind: 'records', name: 'nodes', element: Member, slots: SHEEP_NODES_MAX, used: (head) => head.nrNodes },
};
export const CLUSTER_FRAME_OCTETS = ClusterHead.fixedSize + SHEEP_NODES_MAX * Member.fixedSize;

const JoinHead = struct('join_message', {
  protoVer: u8('version of the protocol between sheep: 3 in 0.3.0'),
  nrSobjs: u8('copies of each object; 0 from a blank store'),
  nrNodes: u16('entries of the latest epoch log of the joining node'),
  nrLeaveNodes: u16('nodes known to be missing'),
  clusterFlags: u16('1: do not halt where too few nodes are left'),
  clusterStatus: u32('status of the cluster', statusText),
  epoch: u32('latest epoch'),
  ctime: u64('creation time of the cluster'),
  result: u32('result of the check', sdResultText),
  incEpoch: u8('1: the join starts a new epoch'),
  pad: unused(3),
});
export type JoinHead = Infer<typeof JoinHead>;
/** Payload of JOIN_REQUEST and JOIN_RESPONSE: as many entries follow as the requester had (specs/sheepdog.md 3.4). */
export const JoinFrame: ServiceLayout<JoinHead> = {
  head: JoinHead,
  tail: { kind: 'records', name: 'nodes', element: NodeEntry, slots: null, used: () => null },
};

const Head023 = struct('message_header (0.2.3)', {
  protoVer: u8('3'),
  pad: unused(1),
  op: u8('1 JOIN, 2 VDI_OP, 4 LEAVE'),
  state: u8('1 INIT, 2 CONT, 3 FIN'),
  msgLength: u32('octets of the message'),
  nodeid: u32('node id of Corosync'),
  pid: u32('process of the sheep'),
  from: NodeEntry,
});
const Join023 = struct('join_message (0.2.3)', {
  header: Head023,
  nrNodes: u32('members that follow'),
  nrSobjs: u32('copies of each object'),
  clusterStatus: u32('status of the cluster, in the numbers of 0.2.3'),
  epoch: u32('latest epoch'),
  ctime: u64('creation time of the cluster'),
  result: u32('result of the check', sdResultText),
  incEpoch: u8('1: the join starts a new epoch'),
  joinUnused: unused(3),
});
/** JOIN of 0.2.3, 32 840 octets. */
export const JoinFrame023: ServiceLayout<Infer<typeof Join023>> = {
  head: Join023,
  tail: { kind: 'records', name: 'nodes', element: Member023, slots: SHEEP_NODES_MAX, used: (head) => head.nrNodes },
};
/** Any other message of 0.2.3: a VDI_OP carries a request, a response and data behind this. */
export const OtherFrame023: ServiceLayout<Infer<typeof Head023>> = {
  head: Head023,
  tail: { kind: 'octets', name: 'body', length: () => null },
};

/** A message of 0.3.0 as it stands on the wire, without a reading of its payload. */
export interface ClusterMessage {
  readonly sender: Member;
  readonly typeResult: number;
  readonly typeUnused: Uint8Array;
  readonly nodes: readonly Member[];
  /** The room behind the members; null for zeros. */
  readonly room: Uint8Array | null;
  readonly payload: Uint8Array;
}

/** Reads a message of 0.3.0. Its length must be what it says: anything else is not sheepdog's. Never throws. */
export function decodeClusterMessage(octets: Uint8Array): Result<ClusterMessage, LayoutProblem> {
  const view = viewOf(octets);
  const have = octets.length;
  if (have < CLUSTER_FRAME_OCTETS)
    return fail({ kind: 'truncated', field: 'corosync_message', at: 0, need: CLUSTER_FRAME_OCTETS, have });
  const decoded = decodeService(ClusterFrame, view, 0, CLUSTER_FRAME_OCTETS, SHEEP_LITTLE_ENDIAN);
  if (!decoded.ok) return decoded;
  const { head, records, rest } = decoded.value;
  const payload = octets.subarray(CLUSTER_FRAME_OCTETS);
  if (payload.length < head.msgLen)
    return fail({
      kind: 'truncated',
      field: 'payload',
      at: CLUSTER_FRAME_OCTETS,
      need: head.msgLen,
      have: payload.length,
    });
  const { sender, typeResult, typeUnused } = head;
  const room = octets.subarray(rest.at, rest.at + rest.length);
  return ok({
    sender,
    typeResult,
    typeUnused,
    nodes: records as readonly Member[],
    room,
    payload: payload.subarray(0, head.msgLen),
  });
}

/** The octets of a message of 0.3.0; the inverse of decodeClusterMessage. */
export function encodeClusterMessage(message: ClusterMessage): Uint8Array {
  const { sender, typeResult, typeUnused, nodes, room, payload } = message;
  const head = { sender, typeResult, typeUnused, msgLen: payload.length, nrNodes: nodes.length };
  const parts = { head, records: nodes, octets: new Uint8Array(0), rest: room };
  return concatBytes([encodeService(ClusterFrame, parts, SHEEP_LITTLE_ENDIAN), payload]);
}

export interface JoinPayload {
  readonly head: JoinHead;
  /** Entries of the epoch log; in a response of a cluster that is not OK the first nr_leave_nodes are those missing. */
  readonly entries: readonly NodeEntry[];
  /** Fewer octets than an entry has, at the end; normally none. */
  readonly rest: Uint8Array;
}

/** Reads the payload of a join. Never throws. */
export function decodeJoin(payload: Uint8Array): Result<JoinPayload, LayoutProblem> {
  const decoded = decodeService(JoinFrame, viewOf(payload), 0, payload.length, SHEEP_LITTLE_ENDIAN);
  if (!decoded.ok) return decoded;
  const { head, records, rest } = decoded.value;
  return ok({ head, entries: records as readonly NodeEntry[], rest: payload.subarray(rest.at, rest.at + rest.length) });
}

/** The octets of a join's payload; the inverse of decodeJoin. */
export function encodeJoin({ head, entries, rest }: JoinPayload): Uint8Array {
  return encodeService(JoinFrame, { head, records: entries, octets: new Uint8Array(0), rest }, SHEEP_LITTLE_ENDIAN);
}

export interface OperationPayload {
  readonly request: SheepHeader;
  readonly response: SheepHeader;
  readonly data: Uint8Array;
}

/** Reads the payload of NOTIFY and UNBLOCK: two TCP headers and data. Never throws. */
export function decodeOperation(payload: Uint8Array): Result<OperationPayload, LayoutProblem> {
  const request = readSheepHeader('request', payload, 0);
  if (!request.ok) return request;
  const response = readSheepHeader('response', payload, SHEEP_HEADER_OCTETS, request.value.opcode);
  if (!response.ok) return response;
  return ok({ request: request.value, response: response.value, data: payload.subarray(2 * SHEEP_HEADER_OCTETS) });
}

/** The octets of an operation's payload; the inverse of decodeOperation. */
export function encodeOperation({ request, response, data }: OperationPayload): Uint8Array {
  return concatBytes([encodeSheepHeader(request), encodeSheepHeader(response), data]);
}
