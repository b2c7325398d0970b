// The master's answer to a node that asks to join, as 0.3.0 decides it (specs/sheepdog.md 3.6). Sound judgement of
// waiting clusters is waiting.ts.
import type { JoinPayload } from '../../cluster-frame.ts';
import { isSameNode, sheepAddress, type Member, type NodeEntry } from '../../node-entry.ts';
import { Res, Status } from '../../operations.ts';
import { isSameEpoch } from '../driver/rejoin.ts';
import { JOIN_PROTO_VER, JoinResult } from '../driver/sending.ts';
import { say } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import { entriesOfEpoch, latestEpoch } from '../store/epochs.ts';

export interface Verdict {
  /** Class: what all do with it. */
  readonly result: number;
  /** Why, as a result code. */
  readonly code: number;
  /** Of the cluster, from now on. */
  readonly status: number;
  /** Epoch that the cluster is in, or goes on from. */
  readonly epoch: number;
  readonly incEpoch: boolean;
}

export interface Asking {
  readonly joiner: Member;
  readonly request: JoinPayload;
}

export function isWaiting(status: number): boolean {
  return status === Status.WAIT_FOR_FORMAT || status === Status.WAIT_FOR_JOIN;
}

/** The code that refuses a joiner's epochs; SUCCESS where they agree (rules 3 to 7). */
function epochCode(sheep: Sheep, { request }: Asking): number {
  const { cluster } = sheep.state;
  const { head, entries } = request;
  const latest = latestEpoch(sheep);
  if (head.nrNodes === 0) return Res.SUCCESS;
  if (head.ctime !== cluster.ctime) return Res.INVALID_CTIME;
  if (head.epoch > latest) return Res.OLD_NODE_VER;
  if (!isWaiting(cluster.status)) return Res.SUCCESS;
  if (head.epoch < latest) return Res.NEW_NODE_VER;
  const ours = { epoch: latest, entries: entriesOfEpoch(sheep, latest) };
  return isSameEpoch(ours, { epoch: head.epoch, entries }) ? Res.SUCCESS : Res.INVALID_EPOCH;
}

function codeOf(sheep: Sheep, asking: Asking): number {
  const { status } = sheep.state.cluster;
  if (asking.request.head.protoVer !== JOIN_PROTO_VER) return Res.VER_MISMATCH;
  if (status === Status.SHUTDOWN) return Res.SHUTDOWN;
  if (status !== Status.WAIT_FOR_FORMAT) return epochCode(sheep, asking);
  return asking.request.head.nrNodes === 0 ? Res.SUCCESS : Res.NOT_FORMATTED;
}

/** Whether the waiting cluster runs now, and whether with a new epoch: counts decide, not who they are (rule 10). */
function startsNow(sheep: Sheep): 'no' | 'same-epoch' | 'new-epoch' {
  const { cluster, driver } = sheep.state;
  const wanted = entriesOfEpoch(sheep, latestEpoch(sheep)).length;
  const here = driver.members.length + 1;
  if (wanted === here) return 'same-epoch';
  return wanted === here + cluster.missing.length ? 'new-epoch' : 'no';
}

function refusalClass(sheep: Sheep, code: number, { request }: Asking): number {
  const isAhead = request.head.epoch > latestEpoch(sheep);
  const isHandedOver = isAhead && sheep.state.cluster.status === Status.WAIT_FOR_JOIN;
  if (isHandedOver && sheep.policy.aheadJoiner === 'master-exits') return JoinResult.MASTER_TRANSFER;
  return code === Res.OLD_NODE_VER || code === Res.NEW_NODE_VER ? JoinResult.JOIN_LATER : JoinResult.FAIL;
}

export function verdictOf(sheep: Sheep, asking: Asking): Verdict {
  const { cluster } = sheep.state;
  const code = codeOf(sheep, asking);
  const epoch = isWaiting(cluster.status) ? latestEpoch(sheep) : cluster.epoch;
  const given = { code, status: cluster.status, epoch, incEpoch: false };
  if (code !== Res.SUCCESS) {
    const { addr, port } = asking.joiner.ent;
    say(sheep, 'get_cluster_status', `${code.toString(16)}, ${sheepAddress(addr)}:${port}`, 'err');
    return { ...given, result: refusalClass(sheep, code, asking) };
  }
  const accepted = { ...given, result: JoinResult.SUCCESS };
  if (cluster.status === Status.WAIT_FOR_FORMAT) return accepted;
  if (cluster.status !== Status.WAIT_FOR_JOIN) return { ...accepted, incEpoch: true };
  const starts = startsNow(sheep);
  if (starts === 'no') return accepted;
  return { ...accepted, status: Status.OK, incEpoch: starts === 'new-epoch' };
}

/** Whether a list of nodes has one. */
export function includesNode(entries: readonly NodeEntry[], one: NodeEntry): boolean {
  return entries.some((entry) => isSameNode(entry, one));
}
