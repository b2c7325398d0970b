// What sheepdog's messages and its process group said, one after the other, for the rules to conclude from. Numbers and
// short texts only; bounded. What a sheep does with such a message is not here.
import type { SheepMessage, SheepNode } from '../../../../protocol/sheep/cluster-message.ts';
import { Op, resultText, statusName } from '../../../../protocol/sheep/operations.ts';

/** Notes kept of one capture. */
export const SHEEP_NOTES_MAX = 20_000;

export interface SheepMember {
  readonly nodeid: number;
  readonly pid: number;
  /** "192.168.1.111:7000". */
  readonly address: string;
  readonly zone: number;
  /** It left while it was the master, and is on the list still. */
  readonly isGone: boolean;
}

/**
 * "listed": the node's list of processes has a sheep, as it is sent after each change of the ring. "asks": a sheep
 * introduces itself. "leaves": it says that it leaves the store. "operation": one was carried out; "block": one waits.
 */
export type SheepNoteKind =
  'group-join' | 'group-leave' | 'listed' | 'asks' | 'accepted' | 'refused' | 'leaves' | 'block' | 'operation';

export interface SheepNote {
  readonly kind: SheepNoteKind;
  readonly timeNs: number;
  readonly frame: number;
  /** Whom it is about: the joining one, also in the answer of the master. */
  readonly nodeid: number;
  readonly pid: number;
  readonly address: string;
  /** Of an answer: the members before, in the order in which they joined. */
  readonly members: readonly SheepMember[];
  /** Of a request: addresses of its latest epoch. */
  readonly epochNodes: readonly string[];
  /** Of an answer: the cluster's status by name, copies, epoch, result. */
  readonly status: string | null;
  readonly copies: number | null;
  readonly epoch: number | null;
  readonly result: string | null;
  readonly resultSays: string | null;
  /** The cluster was formatted to go on with too few nodes. */
  readonly noHalt: boolean;
  /** Of an operation: its number. */
  readonly opcode: number | null;
  /** Of a process that is gone from the group: Corosync's reason, 2 for a leave of its own, 5 for its end. */
  readonly reason: number | null;
}

const NOHALT = 1;
const FORMAT_NOHALT = 1;

export const memberOf = (node: SheepNode): SheepMember => ({
  nodeid: node.nodeid ?? 0,
  pid: node.pid ?? 0,
  address: `${node.addr}:${node.port}`,
  zone: node.zone,
  isGone: (node.gone ?? 0) !== 0,
});

/** The usual values of a note that only names a process. */
export function plainNote(
  kind: SheepNoteKind,
  at: { readonly timeNs: number; readonly frame: number },
  nodeid: number,
  pid: number,
  reason: number | null = null,
): SheepNote {
  const nothing = { status: null, copies: null, epoch: null, result: null, resultSays: null, opcode: null, reason };
  return { kind, ...at, nodeid, pid, address: '', members: [], epochNodes: [], ...nothing, noHalt: false };
}

/** A message of 0.3.0 as a note; null for what no rule asks for. */
export function noteOf(
  message: SheepMessage,
  at: { readonly timeNs: number; readonly frame: number },
): SheepNote | null {
  const { type, release, sender, nodes, join, operation, result } = message;
  if (release !== '0.3') return null;
  const { nodeid, pid, address } = memberOf(sender);
  const base = (kind: SheepNoteKind): SheepNote => ({ ...plainNote(kind, at, nodeid, pid), address });
  if (type === 'JOIN_REQUEST') {
    const epochNodes = (join?.nodes ?? []).map(({ addr, port }) => `${addr}:${port}`);
    return { ...base('asks'), epochNodes, epoch: join?.head.epoch ?? null };
  }
  if (type === 'JOIN_RESPONSE' && join !== null) {
    const { clusterStatus, nrSobjs, epoch, clusterFlags } = join.head;
    return {
      ...base(result === 'SUCCESS' ? 'accepted' : 'refused'),
      members: nodes.map(memberOf),
      status: String(statusName(clusterStatus)),
      copies: nrSobjs,
      epoch: epoch + (join.head.incEpoch === 0 ? 0 : 1),
      result: String(result),
      resultSays: resultText(join.head.result),
      noHalt: (clusterFlags & NOHALT) !== 0,
    };
  }
  if (type === 'LEAVE') return base('leaves');
  if (type === 'BLOCK') return base('block');
  if ((type === 'NOTIFY' || type === 'UNBLOCK') && operation !== null) {
    const { opcode, flags } = operation.request;
    const isFormat = opcode === Op.MAKE_FS;
    const { copies } = operation.request.fields;
    const isDone = operation.response.result === 0;
    return {
      ...base('operation'),
      opcode: isDone ? opcode : null,
      copies: isFormat && typeof copies === 'number' ? copies : null,
      noHalt: isFormat && (flags & FORMAT_NOHALT) !== 0,
    };
  }
  return null;
}
