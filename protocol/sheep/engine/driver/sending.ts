// Messages to the process group. One of a sheep's own is on its way at a time, so that they arrive in their order even
// where CPG refuses one for the moment.
import { encodeClusterMessage, encodeJoin, encodeOperation, SHEEP_MESSAGE_TYPES } from '../../cluster-frame.ts';
import type { JoinHead } from '../../cluster-frame.ts';
import type { Member, NodeEntry } from '../../node-entry.ts';
import { makeHeader, type SheepHeader } from '../../tcp-headers.ts';
import { defineScript, act, sleep, type Script } from '../kernel.ts';
import { nodeText, say } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import { entriesOfEpoch, latestEpoch } from '../store/epochs.ts';

export type MessageType = (typeof SHEEP_MESSAGE_TYPES)[number];
/** What a JOIN_RESPONSE says, by name. */
export const JoinResult = { SUCCESS: 0, FAIL: 1, JOIN_LATER: 2, MASTER_TRANSFER: 3 } as const;
/** Version of the protocol between sheep of 0.3.0. */
export const JOIN_PROTO_VER = 3;
/** Ours, in the cluster flags of a request: writes were under way when this sheep ended. */
export const CLUSTER_FLAG_UNCLEAN = 0x8000;
/** A cluster that goes on with too few zones. */
export const CLUSTER_FLAG_NOHALT = 0x0001;

const NO_OCTETS = new Uint8Array(0);
/** So long before CPG is asked again to take a message. */
const RESEND_MICROS = 20_000;

export function ownMember({ self, process }: Sheep): Member {
  return { ...process, gone: 0, ent: self };
}

interface Message {
  readonly sender: Member;
  readonly result: number;
  readonly nodes: readonly Member[];
  readonly payload: Uint8Array;
}

export function multicast(sheep: Sheep, type: MessageType, given: Partial<Message> = {}): void {
  const { sender = ownMember(sheep), result = 0, nodes = [], payload = NO_OCTETS } = given;
  const typeResult = SHEEP_MESSAGE_TYPES.indexOf(type) | (result << 4);
  const message = encodeClusterMessage({
    sender,
    typeResult,
    typeUnused: new Uint8Array(3),
    nodes,
    room: null,
    payload,
  });
  const { outbox } = sheep.state.driver;
  outbox.push(message);
  if (outbox.length === 1) sheep.emit({ kind: 'cpg-mcast', message });
}

/** The oldest own message has come back. */
export function ownMessageCame(sheep: Sheep): void {
  const { outbox } = sheep.state.driver;
  outbox.shift();
  const next = outbox[0];
  if (next !== undefined) sheep.emit({ kind: 'cpg-mcast', message: next });
}

export const resend = defineScript('resend', function* (): Script {
  yield* sleep(RESEND_MICROS);
  yield* act((sheep) => {
    const message = sheep.state.driver.outbox[0];
    if (message !== undefined) sheep.emit({ kind: 'cpg-mcast', message });
  });
});

/** The head of a join's payload; 0 where not given. */
export function joinHead(given: Partial<JoinHead>): JoinHead {
  return {
    protoVer: JOIN_PROTO_VER,
    nrSobjs: 0,
    nrNodes: 0,
    nrLeaveNodes: 0,
    clusterFlags: 0,
    clusterStatus: 0,
    epoch: 0,
    ctime: 0n,
    result: 0,
    incEpoch: 0,
    pad: new Uint8Array(3),
    ...given,
  };
}

export function joinPayload(given: Partial<JoinHead>, entries: readonly NodeEntry[]): Uint8Array {
  return encodeJoin({ head: joinHead(given), entries, rest: NO_OCTETS });
}

/** Which attempt a request belongs to, and its answer; two octets that 0.3.0 leaves free. */
export function attemptOf({ pad }: JoinHead): number {
  return ((pad[1] ?? 0) << 8) | (pad[2] ?? 0);
}

/** Introduces this sheep: what it has on disk of the cluster. */
export function sendJoinRequest(sheep: Sheep): void {
  const { store, cluster, io, driver } = sheep.state;
  const attempt = sheep.policy.silentMembers === 'prompted' ? ++driver.attempt & 0xffff : 0;
  driver.isAsking = true;
  say(sheep, 'send_join_request(797)', nodeText(sheep.self));
  const epoch = latestEpoch(sheep);
  const entries = entriesOfEpoch(sheep, epoch);
  const isUnclean = sheep.policy.journal === 'all' && io.doubts.size > 0;
  const isCommitted = cluster.committed > 0 && cluster.committed === epoch;
  const head: Partial<JoinHead> = {
    nrSobjs: store.config?.copies ?? 0,
    nrNodes: entries.length,
    clusterFlags: (store.config?.flags ?? 0) | (isUnclean ? CLUSTER_FLAG_UNCLEAN : 0),
    clusterStatus: isCommitted ? cluster.status : 0,
    epoch,
    ctime: store.config?.ctime ?? 0n,
    pad: Uint8Array.of(0, attempt >>> 8, attempt & 0xff),
  };
  multicast(sheep, 'JOIN_REQUEST', { payload: joinPayload(head, entries) });
}

/** Leaves the cluster, but not the group: the sheep goes on as a gateway. Once. */
export function leaveCluster(sheep: Sheep): void {
  const { driver } = sheep.state;
  if (driver.isLeaving) return;
  driver.isLeaving = true;
  say(sheep, 'io_op_done', 'leaving sheepdog cluster', 'err');
  multicast(sheep, 'LEAVE');
}

/**
 * Tells all about an operation: its request, what came of it, and data where the request brought none. In the name of
 * this sheep, where no other is given.
 */
export function multicastOperation(
  sheep: Sheep,
  type: 'NOTIFY' | 'UNBLOCK',
  request: SheepHeader,
  response: SheepHeader | null,
  sender = ownMember(sheep),
): void {
  const told = response ?? makeHeader('response', request.opcode, { opcode: 0 });
  multicast(sheep, type, { sender, payload: encodeOperation({ request, response: told, data: NO_OCTETS }) });
}
