// Works off the queue of events, one at a time (specs/sheepdog.md 3.5). What stands at its head and waits for another
// node's answer makes everything behind it wait too.
import { encodeJoin } from '../../cluster-frame.ts';
import { Status } from '../../operations.ts';
import { handleJoin } from '../cluster/joined.ts';
import { handleLeave } from '../cluster/left.ts';
import { handleNotify } from '../cluster/operations.ts';
import { verdictOf, type Asking, type Verdict } from '../cluster/verdict.ts';
import { isUndecided, refutedBy, soundVerdictOf } from '../cluster/waiting.ts';
import { act, defineScript, type Script } from '../kernel.ts';
import { nodeText, say } from '../log.ts';
import { isSameProcess, type Sheep } from '../sheep.ts';
import type { DriverEvent, JoinEvent } from '../state.ts';
import { latestEpoch } from '../store/epochs.ts';
import { runOperation } from '../vdi/operation.ts';
import { isMaster, isMe } from './driver.ts';
import { joinHead, JoinResult, multicast } from './sending.ts';

const EXIT_HANDED_OVER = 1;
/** Undecided epochs that a join can tell of: one octet. */
const UNDECIDED_MAX = 255;

/** Nobody is a member yet, and all who are here have asked: the first of them answers its own request. */
function mayBeFirst({ state, policy }: Sheep): boolean {
  const { driver } = state;
  if (driver.hasJoined) return false;
  if (policy.joinStarts === 'at-confchg') return driver.isFirst;
  const hasAsked = (who: { readonly nodeid: number; readonly pid: number }): boolean =>
    driver.queue.some((event) => event.type === 'join' && event.isBlocked && isSameProcess(event.sender, who));
  return driver.group.length > 0 && driver.group.every(hasAsked);
}

function isAnswering(sheep: Sheep, event: JoinEvent): boolean {
  if (event.request === null || event.isAnswered) return false;
  // Cut off, it does not know what the others know by now: it asks anew itself before it answers anybody.
  if (sheep.state.cluster.isSuspended && sheep.state.driver.hasJoined) return false;
  return isMaster(sheep) || (mayBeFirst(sheep) && isMe(sheep, event.sender));
}

/** An operation of a cluster that this sheep is not in, which the group carries too, or is in no longer. */
function isForeign({ state, policy }: Sheep, head: DriverEvent): boolean {
  if (policy.strangers === 'obeyed' || head.type !== 'notify') return false;
  return !state.driver.members.some((member) => isSameProcess(member, head.sender));
}

/** What is to be done about the event at the head, if anything can be. */
function stepFor(sheep: Sheep, head: DriverEvent): 'answer' | 'run' | 'handle' | 'drop' | 'wait' {
  const { hasJoined } = sheep.state.driver;
  if (isForeign(sheep, head)) return 'drop';
  const isOwnJoin = head.type === 'join' && isMe(sheep, head.sender);
  if (head.type === 'join' && head.isBlocked) return isAnswering(sheep, head) ? 'answer' : 'wait';
  if (head.type === 'notify' && head.isBlocked) {
    const isOwn = hasJoined && isMe(sheep, head.sender) && !head.isRunning;
    return isOwn ? 'run' : 'wait';
  }
  return hasJoined || isOwnJoin ? 'handle' : 'drop';
}

/** Whether the queue can be worked on now. */
export function isDispatchable(sheep: Sheep): boolean {
  const { driver } = sheep.state;
  const head = driver.queue[0];
  return !driver.isBusy && head !== undefined && stepFor(sheep, head) !== 'wait';
}

function answerHead(sheep: Sheep, asking: Asking, { status, epoch, code, incEpoch }: Verdict) {
  const { cluster } = sheep.state;
  const { head } = asking.request;
  const isServing = status === Status.OK || status === Status.HALT;
  return joinHead({
    ...head,
    nrSobjs: copiesFor(sheep, head.nrSobjs),
    nrLeaveNodes: isServing ? 0 : cluster.missing.length,
    clusterFlags: sheep.policy.joinerFlags === 'cluster' ? flagsOf(sheep, head.clusterFlags) : head.clusterFlags,
    clusterStatus: status,
    epoch,
    ctime: cluster.ctime === 0n ? head.ctime : cluster.ctime,
    result: code,
    incEpoch: incEpoch ? 1 : 0,
    // What comes back in the rest tells which request this answers.
    pad: Uint8Array.of(undecided(sheep, epoch), head.pad[1] ?? 0, head.pad[2] ?? 0),
  });
}

/** The copies that the cluster makes; what the joiner says before this sheep knows. */
function copiesFor({ state, policy }: Sheep, asked: number): number {
  const { driver, cluster } = state;
  const isUnknown = cluster.copies === 0 && policy.copiesAfterHandOver === 'configured';
  return driver.hasJoined && !isUnknown ? cluster.copies : asked;
}

function flagsOf({ state }: Sheep, asked: number): number {
  const { store, cluster } = state;
  return (store.config === null ? asked : cluster.flags) & 0x7fff;
}

/** How many of the latest epochs not all members are known to have on disk. */
function undecided(sheep: Sheep, epoch: number): number {
  const { cluster } = sheep.state;
  if (sheep.policy.newEpoch === 'at-once' || isUndecided(sheep)) return 0;
  return Math.min(UNDECIDED_MAX, Math.max(0, epoch - cluster.committed));
}

/** The master's answer to a request to join. */
function answerJoin(sheep: Sheep, event: JoinEvent): void {
  const { driver, cluster } = sheep.state;
  const { request } = event;
  if (request === null) return;
  event.isAnswered = true;
  const asking = { joiner: event.sender, request };
  const isAdopting = sheep.policy.aheadJoiner === 'all-adopt';
  const verdict = isAdopting ? soundVerdictOf(sheep, asking) : verdictOf(sheep, asking);
  if (isMe(sheep, event.sender)) say(sheep, 'sd_check_join_cb(735)', nodeText(event.sender.ent));
  else say(sheep, 'sd_check_join_cb(752)', `${verdict.code}, ${cluster.status}`);
  const head = answerHead(sheep, asking, verdict);
  const refuted = isAdopting && verdict.result === JoinResult.JOIN_LATER ? refutedBy(sheep, asking) : null;
  const { missing } = cluster;
  const entries =
    refuted?.entries ??
    (head.nrLeaveNodes > 0 ? [...missing, ...request.entries.slice(missing.length)] : request.entries);
  const payload = encodeJoin({ head, entries, rest: request.rest });
  const nodes = driver.hasJoined ? driver.members : [];
  multicast(sheep, 'JOIN_RESPONSE', { sender: event.sender, result: verdict.result, nodes, payload });
  if (verdict.result === JoinResult.MASTER_TRANSFER) handOver(sheep, request.head.epoch);
}

/** A master of 0.3.0 that waits makes way for one that is ahead, and ends. */
function handOver(sheep: Sheep, epoch: number): void {
  say(sheep, 'sd_check_join_cb', `transfer mastership (${epoch}, ${latestEpoch(sheep)})`, 'err');
  const why = 'failed to join sheepdog cluster: please retry when master is up';
  sheep.emit({ kind: 'exit', code: EXIT_HANDED_OVER, why });
  sheep.state.phase = 'ended';
}

function* handle(event: DriverEvent): Script {
  if (event.type === 'join') yield* handleJoin(event);
  else if (event.type === 'leave') yield* handleLeave(event);
  else yield* handleNotify(event);
}

/** Takes one step of the queue. */
export const dispatch = defineScript('dispatch', function* (_: null): Script {
  const event = yield* act((sheep) => {
    const { driver } = sheep.state;
    const head = driver.queue[0];
    const step = head === undefined || driver.isBusy ? 'wait' : stepFor(sheep, head);
    if (head === undefined || step === 'wait') return null;
    if (step === 'answer' && head.type === 'join') answerJoin(sheep, head);
    if (step === 'run' && head.type === 'notify') {
      head.isRunning = true;
      sheep.spawn(runOperation, null);
    }
    if (step === 'answer' || step === 'run') return null;
    driver.queue.shift();
    if (step === 'drop') return null;
    driver.isBusy = true;
    return head;
  });
  if (event === null) return;
  yield* handle(event);
  yield* act(({ state }) => {
    state.driver.isBusy = false;
  });
});
