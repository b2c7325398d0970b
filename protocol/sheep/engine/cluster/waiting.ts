// How a sound cluster that waits after a start finds out what to go on from: every member says what it has on disk, and
// an epoch that one of its own nodes does not have never came to be. It goes on when all nodes of the newest one are
// back, or a quorum of them where one of them knows that all had it.
import type { JoinPayload } from '../../cluster-frame.ts';
import type { Member, NodeEntry } from '../../node-entry.ts';
import { Res, Status } from '../../operations.ts';
import { isSameEpoch } from '../driver/rejoin.ts';
import { CLUSTER_FLAG_UNCLEAN, JOIN_PROTO_VER, JoinResult } from '../driver/sending.ts';
import { processKey, type Sheep } from '../sheep.ts';
import type { EpochClaim, JoinClaim } from '../state.ts';
import { isQuorum } from './quorum.ts';
import { includesNode, isWaiting, type Asking, type Verdict } from './verdict.ts';

export function claimOf({ ent }: Member, { head, entries }: JoinPayload): JoinClaim {
  return {
    entry: ent,
    epoch: head.epoch,
    entries,
    isCommitted: head.clusterStatus !== 0,
    isUnclean: (head.clusterFlags & CLUSTER_FLAG_UNCLEAN) !== 0,
  };
}

const isBlank = ({ entries }: EpochClaim): boolean => entries.length === 0;

/** One of the epoch's own nodes has an earlier one, or another of the same number: not all can have had it. */
function isRefuted(candidate: EpochClaim, claims: readonly JoinClaim[]): boolean {
  return claims.some(
    (claim) =>
      !isBlank(claim) &&
      includesNode(candidate.entries, claim.entry) &&
      claim.epoch <= candidate.epoch &&
      !isSameEpoch(claim, candidate),
  );
}

export interface Resolution {
  /** An epoch that never came to be; whoever has it drops it. */
  readonly refuted: EpochClaim | null;
  /** What the cluster goes on from; null where that is not known yet. */
  readonly candidate: EpochClaim | null;
}

/** What the claims of those that are here say together. */
export function resolveClaims(claims: readonly JoinClaim[]): Resolution {
  const known = claims.filter((claim) => !isBlank(claim));
  const refuted = known.find((claim) => isRefuted(claim, known));
  if (refuted !== undefined) return { refuted: { epoch: refuted.epoch, entries: refuted.entries }, candidate: null };
  const newest = Math.max(0, ...known.map(({ epoch }) => epoch));
  const [first, ...others] = known.filter(({ epoch }) => epoch === newest);
  if (first === undefined) return { refuted: null, candidate: { epoch: 0, entries: [] } };
  // Two that exclude each other and cannot be refuted by anybody who is here: a third knows.
  const isClear = others.every((other) => isSameEpoch(first, other));
  return { refuted: null, candidate: isClear ? { epoch: first.epoch, entries: first.entries } : null };
}

/** Whether enough of the candidate's nodes are here. */
function isEnough(candidate: EpochClaim, claims: readonly JoinClaim[]): boolean {
  const here = claims.map(({ entry }) => entry);
  const isKnownCommitted = claims.some((claim) => claim.isCommitted && isSameEpoch(claim, candidate));
  const isAllHere = candidate.entries.every((entry) => includesNode(here, entry));
  return isAllHere || (isKnownCommitted && isQuorum(candidate.entries, here));
}

/** Whether nothing changed since the candidate: its nodes and no others, none of which was writing or cut off. */
function isUnchanged(candidate: EpochClaim, claims: readonly JoinClaim[]): boolean {
  const here: readonly NodeEntry[] = claims.map(({ entry }) => entry);
  const isSame = here.length === candidate.entries.length && here.every((one) => includesNode(candidate.entries, one));
  return isSame && claims.every((claim) => !claim.isUnclean && !claim.isCommitted && isSameEpoch(claim, candidate));
}

function refuse(sheep: Sheep, code: number): Verdict {
  const { status, epoch } = sheep.state.cluster;
  return { result: JoinResult.FAIL, code, status, epoch, incEpoch: false };
}

function judgeWaiting(sheep: Sheep, { joiner, request }: Asking): Verdict {
  const { cluster, driver } = sheep.state;
  const members = driver.members.map((member) => cluster.claims.get(processKey(member)));
  const claims = [...members.filter((claim) => claim !== undefined), claimOf(joiner, request)];
  const { refuted, candidate } = resolveClaims(claims);
  const given = { result: JoinResult.SUCCESS, code: Res.SUCCESS, incEpoch: false };
  if (refuted !== null)
    return {
      ...given,
      result: JoinResult.JOIN_LATER,
      code: Res.INVALID_EPOCH,
      status: cluster.status,
      epoch: refuted.epoch,
    };
  const isFormatted = claims.some((claim) => !isBlank(claim));
  const waiting = { ...given, status: Status.WAIT_FOR_JOIN, epoch: candidate?.epoch ?? 0 };
  if (!isFormatted) return { ...waiting, status: Status.WAIT_FOR_FORMAT };
  if (candidate === null || !isEnough(candidate, claims)) return waiting;
  return { ...waiting, status: Status.OK, incEpoch: !isUnchanged(candidate, claims) };
}

/** What the cluster goes on from has to be found out from those that are here. */
export function isUndecided({ state }: Sheep): boolean {
  return isWaiting(state.cluster.status) || state.cluster.isSuspended;
}

export function soundVerdictOf(sheep: Sheep, asking: Asking): Verdict {
  const { cluster } = sheep.state;
  const { head } = asking.request;
  if (head.protoVer !== JOIN_PROTO_VER) return refuse(sheep, Res.VER_MISMATCH);
  if (cluster.status === Status.SHUTDOWN) return refuse(sheep, Res.SHUTDOWN);
  const isStranger = head.nrNodes > 0 && cluster.ctime !== 0n && head.ctime !== cluster.ctime;
  if (isStranger) return refuse(sheep, Res.INVALID_CTIME);
  // Cut off from the quorum it decides nothing by itself either.
  if (isUndecided(sheep)) return judgeWaiting(sheep, asking);
  const { status, epoch } = cluster;
  return { result: JoinResult.SUCCESS, code: Res.SUCCESS, status, epoch, incEpoch: true };
}

/** The refuted epoch of a waiting cluster, for the message that tells it. */
export function refutedBy(sheep: Sheep, { joiner, request }: Asking): EpochClaim | null {
  const { cluster, driver } = sheep.state;
  const members = driver.members.flatMap((member) => cluster.claims.get(processKey(member)) ?? []);
  return resolveClaims([...members, claimOf(joiner, request)]).refuted;
}
