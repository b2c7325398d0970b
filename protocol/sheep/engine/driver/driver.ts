// What CPG tells, put into one queue of events in the order in which all members see them (specs/sheepdog.md 3.5).
// The queue is worked off in dispatch.ts.
import { viewOf } from '../../../base/bytes.ts';
import { decodeClusterMessage, decodeJoin, decodeOperation, SHEEP_MESSAGE_TYPES } from '../../cluster-frame.ts';
import type { ClusterMessage, JoinPayload } from '../../cluster-frame.ts';
import { isSameNode, type Member } from '../../node-entry.ts';
import { Op, Res, Status } from '../../operations.ts';
import { bigField, makeHeader, numberField, type SheepHeader } from '../../tcp-headers.ts';
import type { Micros } from '../../../totem/engine/contract.ts';
import type { GroupProcess, SheepInput } from '../contract.ts';
import { isWaiting } from '../cluster/verdict.ts';
import { act, defineScript, until, type Script } from '../kernel.ts';
import { say, tell } from '../log.ts';
import { answer } from '../net/server.ts';
import { isSameProcess, processKey, type Sheep } from '../sheep.ts';
import type { DriverEvent, EpochClaim, JoinEvent } from '../state.ts';
import { rejoin } from './rejoin.ts';
import { attemptOf, JoinResult, multicastOperation, ownMessageCame } from './sending.ts';

/** Events that wait; more are a sign of a cluster that stands still, and the oldest are dropped. */
export const QUEUE_MAX = 65_536;

type Confchg = Extract<SheepInput, { readonly kind: 'cpg-confchg' }>;

/** A process whose node is not known yet. */
export function unknownMember(who: GroupProcess): Member {
  return { ...who, gone: 0, ent: { addr: new Uint8Array(16), port: 0, nrVnodes: 0, zone: 0 } };
}

function joinEvent(sender: Member, request: JoinEvent['request']): JoinEvent {
  return { type: 'join', sender, isBlocked: true, request, isAnswered: false, result: 0, nodes: [], response: null };
}

export function isMe({ process }: Sheep, member: GroupProcess): boolean {
  return isSameProcess(process, member);
}

/** Its leave waits for its turn. */
function isLeaving({ state, policy }: Sheep, member: Member): boolean {
  if (policy.joinStarts === 'at-confchg') return false;
  return state.driver.queue.some(
    (event) => event.type === 'leave' && [event.sender, ...event.together].some((left) => isSameProcess(left, member)),
  );
}

/** The first member in the order of joining that has not gone; null where there is none. */
export function masterOf(sheep: Sheep): Member | null {
  return sheep.state.driver.members.find((member) => member.gone === 0 && !isLeaving(sheep, member)) ?? null;
}

export function isMaster(sheep: Sheep): boolean {
  const master = masterOf(sheep);
  return sheep.state.driver.hasJoined && master !== null && isMe(sheep, master);
}

function push(sheep: Sheep, added: DriverEvent): void {
  const { queue } = sheep.state.driver;
  queue.push(added);
  if (queue.length <= QUEUE_MAX) return;
  queue.shift();
  tell(sheep, `more than ${QUEUE_MAX} events wait: the oldest is dropped`, 'err');
}

/** Takes an event that waits for a process off the queue; false where there is none. */
export function dropBlocked({ state }: Sheep, type: 'join' | 'notify', who: GroupProcess): boolean {
  const { queue } = state.driver;
  const at = queue.findIndex((one) => one.type === type && one.isBlocked && isSameProcess(one.sender, who));
  if (at >= 0) queue.splice(at, 1);
  return at >= 0;
}

/** Where it was the master, the next one takes over at once; it leaves in its turn. */
function markGone(sheep: Sheep, who: GroupProcess): void {
  const { driver } = sheep.state;
  const master = masterOf(sheep);
  if (master !== null && isSameProcess(master, who))
    driver.members = driver.members.map((one) => (isSameProcess(one, who) ? { ...one, gone: 1 } : one));
}

/** The processes that left: those that were joining are forgotten, those that were members leave in their turn. */
function pushLeaves(sheep: Sheep, left: readonly GroupProcess[]): void {
  const { driver, cluster } = sheep.state;
  const leaving: Member[] = [];
  for (const who of left) {
    const wasJoining = dropBlocked(sheep, 'join', who);
    while (dropBlocked(sheep, 'notify', who));
    if (wasJoining) continue;
    const member = driver.members.find((one) => isSameProcess(one, who));
    markGone(sheep, who);
    leaving.push(member ?? unknownMember(who));
  }
  const given = { type: 'leave', isAnnounced: false, committed: cluster.committed } as const;
  if (sheep.policy.stuckOperation === 'put-back') driver.away = [...driver.away, ...leaving.map(({ ent }) => ent)];
  const [first, ...rest] = leaving;
  if (sheep.policy.leavesTogether === 'one-epoch') {
    if (first !== undefined) push(sheep, { ...given, sender: first, together: rest });
  } else for (const sender of leaving) push(sheep, { ...given, sender, together: [] });
}

export function confchg(sheep: Sheep, { members, left, joined }: Confchg): void {
  const { driver, cluster } = sheep.state;
  const counts = `mem:${members.length}, joined:${joined.length}, left:${left.length}`;
  say(sheep, 'cdrv_cpg_confchg(550)', counts);
  driver.group = members;
  for (const who of left) driver.since.delete(processKey(who));
  for (const who of joined) driver.since.set(processKey(who), { at: sheep.now, prompts: 0 });
  pushLeaves(sheep, left);
  if (sheep.policy.joinStarts === 'at-confchg') {
    for (const who of joined) push(sheep, joinEvent(unknownMember(who), null));
    const first = joined[0];
    if (members.length === joined.length && first !== undefined && isMe(sheep, first)) driver.isFirst = true;
  }
  // Cut off before, and now there is somebody to join again. Not in the middle of an event: it is about the place that
  // would be given up, and may be what ends the waiting; where it does not, look() asks anew.
  const isMet = joined.some((who) => !isMe(sheep, who));
  if (isMet && cluster.isSuspended && driver.hasJoined && !driver.isBusy) startOver(sheep);
}

/** Operations whose messages belong to the place that is given up: nobody will answer them. */
function giveUpOperations({ state }: Sheep): void {
  const result = state.cluster.isSuspended ? Res.HALT : Res.SYSTEM_ERROR;
  for (const operation of state.driver.operations) operation.answer ??= answer(result);
}

/** Gives up its place among the members and asks to join like a new one. */
export function startOver(sheep: Sheep): void {
  const { driver, cluster } = sheep.state;
  giveUpOperations(sheep);
  // What the others had on disk when they joined is not what they have now.
  cluster.claims.clear();
  driver.hasJoined = false;
  driver.members = [];
  driver.away = [];
  driver.probe = null;
  driver.isAsking = true;
  sheep.state.phase = 'joining';
  for (let i = driver.queue.length - 1; i >= 0; i--) if (driver.queue[i]?.type !== 'join') driver.queue.splice(i, 1);
  while (dropBlocked(sheep, 'join', sheep.process));
  sheep.spawn(rejoin, null);
}

function joinRequest(sheep: Sheep, { sender, payload }: ClusterMessage): void {
  const { driver } = sheep.state;
  const { queue } = driver;
  const read = decodeJoin(payload);
  if (!read.ok) return;
  const asked = joinEvent(sender, read.value);
  if (sheep.policy.joinStarts === 'at-confchg') {
    const at = queue.findIndex((one) => one.type === 'join' && one.isBlocked && isSameProcess(one.sender, sender));
    if (at >= 0) queue[at] = asked;
    return;
  }
  if (isMe(sheep, sender)) driver.isAsking = (driver.attempt & 0xffff) !== attemptOf(read.value.head);
  // Who asks anew has given up the place that it had.
  while (dropBlocked(sheep, 'join', sender));
  const { committed } = sheep.state.cluster;
  // Also where it is no member: it may be one for those who have it from the master's answer.
  push(sheep, { type: 'leave', sender, together: [], isAnnounced: true, committed });
  push(sheep, asked);
}

/** Its latest epoch is none that came to be, as a waiting cluster says; not any more if it serves by now. */
function dropRefuted(sheep: Sheep, claim: EpochClaim): void {
  const { driver, cluster } = sheep.state;
  if (!driver.hasJoined || (!isWaiting(cluster.status) && !cluster.isSuspended)) return;
  driver.refuted = claim;
  startOver(sheep);
}

/** The same once the event is over that is being handled: it is about the place that will be given up. */
export const dropRefutedLater = defineScript('drop-refuted', function* (claim: EpochClaim): Script {
  yield* until(({ state }) => !state.driver.isBusy);
  yield* act((sheep) => dropRefuted(sheep, claim));
});

/** Told that its epoch is none that came to be, by a waiting cluster that it is in. */
function refuted(sheep: Sheep, { sender }: ClusterMessage, { head, entries }: JoinPayload): void {
  const { driver } = sheep.state;
  const isAbout = isMe(sheep, sender) || driver.members.some((one) => isSameProcess(one, sender));
  const claim = { epoch: head.epoch, entries };
  if (!isAbout || !driver.hasJoined) return;
  if (driver.isBusy) sheep.spawn(dropRefutedLater, claim);
  else dropRefuted(sheep, claim);
}

/**
 * A master asks somebody of the group who is silent to join. Who serves objects, or is about to, goes on; all others,
 * the master too, give up what they knew at this one point of the group's order and ask anew: of several that each
 * began alone none is left that answers for its own, and the first who asks is the master of all.
 */
function prompted(sheep: Sheep): void {
  const { driver } = sheep.state;
  if (driver.isBusy) return;
  driver.queue.length = 0;
  // A request that is on its way arrives behind this message, and is answered by whoever is the master then.
  if (!driver.isAsking) startOver(sheep);
}

/**
 * Asked to join, while it serves, by a master of the same cluster that serves in a later epoch, or in one of the same
 * number: that came to be without it. A process group need not tell it: Corosync 1.4 tells a node that slept, and is
 * back before its own ring broke, nothing of what the others saw.
 */
function isLeftBehind(sheep: Sheep, { sender }: ClusterMessage, { head }: JoinPayload): boolean {
  const { cluster } = sheep.state;
  const isOurs = head.ctime === cluster.ctime && !isWaiting(head.clusterStatus);
  return isMe(sheep, sender) && isOurs && ((head.epoch - cluster.epoch) | 0) >= 0;
}

/** Serves nothing from here on, and asks to join; look() does where an event is being handled. */
function leaveBehind(sheep: Sheep, epoch: number): void {
  const { cluster, driver } = sheep.state;
  tell(sheep, `epoch ${epoch} came to be without this sheep: serving nothing before it is in again`, 'err');
  // What came of them is not known here.
  giveUpOperations(sheep);
  cluster.isSuspended = true;
  cluster.status = Status.HALT;
  if (!driver.isBusy) startOver(sheep);
}

/** Who answers is no member here, but the master of others in the group: what it lets in is in with them. */
function isOfOthers({ state, policy }: Sheep, from: GroupProcess): boolean {
  const { hasJoined, members } = state.driver;
  return policy.strangers === 'ignored' && hasJoined && !members.some((one) => isSameProcess(one, from));
}

function joinResponse(sheep: Sheep, from: GroupProcess, message: ClusterMessage): void {
  const { sender, typeResult, nodes, payload } = message;
  const { queue } = sheep.state.driver;
  const result = typeResult >>> 4;
  const read = decodeJoin(payload);
  const at = queue.findIndex((one) => one.type === 'join' && one.isBlocked && isSameProcess(one.sender, sender));
  const waiting = queue[at];
  if (!read.ok) return;
  const { head } = read.value;
  // A later that names no epoch is no answer, but the wish that somebody ask.
  const isPrompt = result === JoinResult.JOIN_LATER && head.result === Res.SUCCESS;
  if (waiting?.type === 'join' && !isPrompt) {
    const asked = waiting.request?.head;
    const isAnswer = asked === undefined || attemptOf(asked) === attemptOf(head);
    if (isAnswer && isOfOthers(sheep, from)) queue.splice(at, 1);
    else if (isAnswer) queue[at] = { ...waiting, sender, isBlocked: false, result, nodes, response: read.value };
    return;
  }
  const { cluster } = sheep.state;
  const isServing = !isWaiting(cluster.status) && !cluster.isSuspended;
  if (sheep.policy.silentMembers === 'awaited' || result !== JoinResult.JOIN_LATER) return;
  if (isServing) {
    if (isPrompt && isLeftBehind(sheep, message, read.value)) leaveBehind(sheep, head.epoch);
  } else if (isPrompt) prompted(sheep);
  else refuted(sheep, message, read.value);
}

/** A member says that this sheep is one, at the point of the group's order at which it asked. */
function vouched(sheep: Sheep, from: GroupProcess, { id, epoch }: SheepHeader): void {
  const { driver, cluster } = sheep.state;
  const { probe, members } = driver;
  const isMember = members.some((member) => isSameProcess(member, from));
  if (probe === null || probe.number !== id || !isMember) return;
  const isIdle = driver.queue.length === 0 && !driver.isBusy;
  if (isIdle && ((epoch - cluster.epoch) | 0) > 0) return leaveBehind(sheep, epoch);
  const vouchers = [...new Set([...probe.vouchers, processKey(from)])];
  driver.probe = 2 * vouchers.length > members.length ? null : { ...probe, vouchers };
}

/** Somebody who slept asks whether it is a member. */
function asked(sheep: Sheep, from: GroupProcess, { id }: SheepHeader): void {
  const { driver, cluster } = sheep.state;
  if (isMe(sheep, from)) return vouched(sheep, from, makeHeader('request', Op.VOUCHED, { id, epoch: cluster.epoch }));
  // Who is no member is not left to think so for longer than need be.
  const silent = driver.since.get(processKey(from));
  if (silent !== undefined) driver.since.set(processKey(from), { ...silent, at: 0 as Micros });
  const member = driver.members.find((one) => isSameProcess(one, from));
  const isChanging = driver.queue.some(({ type, sender }) => type !== 'notify' && isSameProcess(sender, from));
  if (member === undefined || isChanging || !driver.hasJoined || isWaiting(cluster.status) || cluster.isSuspended)
    return;
  const header = makeHeader('request', Op.VOUCHED, { id, epoch: cluster.epoch });
  multicastOperation(sheep, 'NOTIFY', header, null, member);
}

const AT_ONCE: ReadonlySet<number> = new Set([Op.EPOCH_COMMITTED, Op.PRESENT, Op.VOUCHED]);

/** Messages of our own that are not events: an epoch that all have on disk, and what who slept asks and is told. */
function isHandledAtOnce(sheep: Sheep, from: GroupProcess, { sender, payload }: ClusterMessage): boolean {
  const opcode = payload.length < 2 ? 0 : viewOf(payload).getUint8(1);
  if (!AT_ONCE.has(opcode)) return false;
  const { cluster, driver } = sheep.state;
  const read = decodeOperation(payload);
  if (!read.ok) return true;
  const { request } = read.value;
  if (opcode === Op.PRESENT) asked(sheep, from, request);
  else if (opcode === Op.VOUCHED) {
    if (isMe(sheep, sender)) vouched(sheep, from, request);
  } else if (driver.hasJoined && bigField(request, 'ctime') === cluster.ctime)
    cluster.committed = Math.max(cluster.committed, numberField(request, 'tgtEpoch'));
  return true;
}

function unblock(sheep: Sheep, { sender, payload }: ClusterMessage): void {
  const { queue } = sheep.state.driver;
  const at = queue.findIndex((one) => one.type === 'notify' && one.isBlocked && isSameProcess(one.sender, sender));
  const waiting = queue[at];
  if (waiting?.type === 'notify') queue[at] = { ...waiting, isBlocked: false, payload };
}

/** A message of the group, in the order that all see. */
export function deliver(sheep: Sheep, from: GroupProcess, octets: Uint8Array): void {
  if (isMe(sheep, from)) ownMessageCame(sheep);
  const decoded = decodeClusterMessage(octets);
  if (!decoded.ok) {
    tell(sheep, `a message of process ${from.pid} of node ${from.nodeid} is none of sheepdog 0.3.0`, 'err');
    return;
  }
  const message = decoded.value;
  const { sender, payload } = message;
  const number = message.typeResult & 15;
  const type = SHEEP_MESSAGE_TYPES[number];
  say(sheep, 'cdrv_cpg_deliver(449)', String(number));
  const { committed } = sheep.state.cluster;
  if (type === 'JOIN_REQUEST') joinRequest(sheep, message);
  else if (type === 'JOIN_RESPONSE') joinResponse(sheep, from, message);
  else if (type === 'LEAVE') push(sheep, { type: 'leave', sender, together: [], isAnnounced: true, committed });
  else if (type === 'BLOCK') push(sheep, { type: 'notify', sender, isBlocked: true, isRunning: false, payload });
  else if (type === 'UNBLOCK') unblock(sheep, message);
  else if (type === 'NOTIFY' && !isHandledAtOnce(sheep, from, message))
    push(sheep, { type: 'notify', sender, isBlocked: false, isRunning: false, payload });
}

/** The leave of nodes has been dealt with. Who announced its own is not asked to join; others may be back by now. */
export function forgetAway({ state }: Sheep, members: readonly Member[], isAnnounced: boolean): void {
  const { driver } = state;
  driver.away = driver.away.filter((entry) => !members.some(({ ent }) => isSameNode(entry, ent)));
  if (isAnnounced) for (const member of members) driver.since.delete(processKey(member));
}
