// A join has been answered: what all members do about it, and what the joining sheep does (specs/sheepdog.md 3.6).
import type { JoinPayload } from '../../cluster-frame.ts';
import { entryText, isSameNode, type NodeEntry } from '../../node-entry.ts';
import { Op, resultText, Status } from '../../operations.ts';
import { makeHeader } from '../../tcp-headers.ts';
import { mergeBitmap, VDI_BITMAP_OCTETS } from '../../image/vdi-bitmap.ts';
import { isMe, startOver } from '../driver/driver.ts';
import { isSameEpoch } from '../driver/rejoin.ts';
import { JoinResult } from '../driver/sending.ts';
import { act, until, type Script } from '../kernel.ts';
import { markedNodeText, nodeText, pointer, say, tell } from '../log.ts';
import { joined as join } from '../net/octets.ts';
import { call } from '../net/peers.ts';
import { processKey, type Sheep } from '../sheep.ts';
import type { JoinEvent, StoreConfig } from '../state.ts';
import {
  writeConfigFile,
  writeEpochLog,
  forgetEpoch,
  entriesOfEpoch,
  latestEpoch,
  keepEpochLog,
} from '../store/epochs.ts';
import { askForEpochLog } from '../store/fetching.ts';
import { enterEpoch, failOfDisk, setMembers, statusByZones } from './epoch.ts';
import { includesNode, isWaiting } from './verdict.ts';
import { claimOf } from './waiting.ts';

/** Exit codes of a sheep that is not let in. */
const EXIT_REFUSED = 1;

/** Lists the members as 0.3.0 does when one comes or goes. */
export function listMembers(sheep: Sheep, where: string): void {
  sheep.state.driver.members.forEach(({ ent }, i) => say(sheep, where, `[${i.toString(16)}] ${nodeText(ent)}`));
}

/** Waits until no request is under way, and lets none begin: what 0.3.0 does before a membership event. */
export function* holdRequests(): Script {
  const isDrained = yield* act(({ state, policy }) => {
    state.io.isHeld = policy.ioBeforeEvent === 'drained';
    return state.io.isHeld;
  });
  if (isDrained) yield* until(({ state }) => state.io.outstanding === 0);
}

export function* releaseRequests(): Script {
  yield* act(({ state }) => {
    state.io.isHeld = false;
  });
}

/** Adds which images the others know of. */
function* collectBitmaps(): Script {
  const others = yield* act(({ state, self }) =>
    state.driver.members.map(({ ent }) => ent).filter((entry) => !isSameNode(entry, self)),
  );
  for (const to of others) {
    const request = yield* act((sheep) => {
      say(sheep, 'get_vdi_bitmap_from(474)', entryText(to));
      return makeHeader('request', Op.READ_VDIS, { epoch: sheep.state.cluster.epoch, dataLength: VDI_BITMAP_OCTETS });
    });
    const reply = yield* call({ to, request, parts: [], isAlone: true });
    if (reply !== null && reply.header.result === 0)
      yield* act(({ state }) => mergeBitmap(state.store.bitmap, join(reply.parts)));
  }
}

/** Makes the logs up to an epoch those of the cluster: what differs never came to be, what is missing is fetched. */
function* agreeOnLogs(epoch: number): Script {
  const own = yield* act(({ state }) => [...state.store.logs.keys()].sort((a, b) => b - a));
  for (const later of own.filter((one) => one > epoch)) yield* forgetEpoch(later);
  for (const one of own.filter((known) => known <= epoch)) {
    const log = yield* askForEpochLog(one);
    const entries = yield* act((sheep) => entriesOfEpoch(sheep, one));
    if (log === null || isSameEpoch({ epoch: one, entries }, { epoch: one, entries: log.entries })) break;
    yield* act((sheep) => tell(sheep, `epoch ${one} never came to be: dropping it`));
    yield* forgetEpoch(one);
  }
  for (let one = epoch; one > 0; one--) {
    if (yield* act(({ state }) => state.store.logs.has(one))) continue;
    const log = yield* askForEpochLog(one);
    if (log !== null) yield* keepEpochLog(one, log);
  }
}

/** A joiner of 0.3.0 writes the epoch that it comes to as if it had been there, without itself and with its time. */
function* rewritePrevious(epoch: number, joiner: NodeEntry): Script {
  const others = yield* act(({ state }) => state.cluster.members.filter((entry) => !isSameNode(entry, joiner)));
  yield* writeEpochLog(epoch, others);
}

const isServing = ({ head }: JoinPayload): boolean =>
  head.clusterStatus === Status.OK || head.clusterStatus === Status.HALT;

/** Takes over what the answer says of the cluster. */
function adopt(sheep: Sheep, response: JoinPayload): void {
  const { head } = response;
  const { cluster, store } = sheep.state;
  const isConfigured = sheep.policy.copiesAfterHandOver === 'configured';
  cluster.copies = head.nrSobjs === 0 && isConfigured ? (store.config?.copies ?? 0) : head.nrSobjs;
  if (head.ctime !== 0n) cluster.ctime = head.ctime;
  if (sheep.policy.joinerFlags === 'cluster') cluster.flags = head.clusterFlags & 0x7fff;
  // Of the epoch that a waiting cluster would go on from it is not known yet whether all have it.
  if (isServing(response)) cluster.committed = head.epoch - (head.pad[0] ?? 0);
}

interface Joining {
  readonly event: JoinEvent;
  readonly response: JoinPayload;
  readonly isJoiner: boolean;
  /** This sheep begins to serve with this join. */
  readonly isStarting: boolean;
  /** Stands for the event in logs. */
  readonly name: string;
}

/** Enters the members; what was known of the cluster before decides what is to do. */
function takeMember(sheep: Sheep, event: JoinEvent, response: JoinPayload): Joining {
  const { driver, cluster } = sheep.state;
  const isJoiner = isMe(sheep, event.sender);
  const wasServing = driver.hasJoined && !isWaiting(cluster.status);
  driver.members = [...(driver.hasJoined ? driver.members : event.nodes), event.sender];
  if (event.request !== null) cluster.claims.set(processKey(event.sender), claimOf(event.sender, event.request));
  say(sheep, 'sd_join_handler(1191)', `join ${nodeText(event.sender.ent)}`);
  listMembers(sheep, 'sd_join_handler(1193)');
  const name = pointer(sheep);
  say(sheep, 'sd_join_handler(1205)', `allow new confchg ${name}`);
  return { event, response, isJoiner, isStarting: isServing(response) && !wasServing, name };
}

/** Begins to serve: as a new member, or because those that were waited for are back. */
function* start({ event, response, isJoiner }: Joining): Script {
  const { head } = response;
  const isFetching = yield* act((sheep) => {
    if (!isJoiner) adopt(sheep, response);
    const { cluster } = sheep.state;
    cluster.missing = [];
    cluster.claims.clear();
    return sheep.policy.earlierEpochs === 'fetched';
  });
  // Before any epoch: epochs on a disk that does not say of which cluster they are make a stranger of it for ever.
  const config = yield* act(({ state }): StoreConfig => {
    const { ctime, flags, copies } = state.cluster;
    return { ctime, flags, copies };
  });
  const isKept = yield* writeConfigFile(config);
  if (!isKept) yield* act((sheep) => failOfDisk(sheep, 'config'));
  if (isFetching) yield* agreeOnLogs(head.epoch);
  if (!isFetching && isJoiner && head.incEpoch !== 0) yield* rewritePrevious(head.epoch, event.sender.ent);
}

function* serveOn(joining: Joining): Script {
  const { response, isStarting } = joining;
  const { head } = response;
  if (isStarting) yield* start(joining);
  const next = yield* act((sheep) => {
    const { cluster } = sheep.state;
    // Until now: an epoch that it was left behind in may have the number of the one that begins.
    if (isStarting) cluster.isSuspended = false;
    cluster.status = sheep.policy.backAgain === 'compared' ? statusByZones(sheep) : head.clusterStatus;
    if (cluster.status === Status.HALT) cluster.status = statusByZones(sheep);
    return head.epoch + (head.incEpoch === 0 ? 0 : 1);
  });
  const entries = yield* act(({ state }) => state.driver.members.map(({ ent }) => ent));
  yield* enterEpoch(next, entries, head.incEpoch !== 0);
}

function* accepted(joining: Joining): Script {
  const { response, isJoiner, isStarting, name } = joining;
  const { head } = response;
  yield* holdRequests();
  if (isJoiner && isStarting) yield* collectBitmaps();
  const hadJoined = yield* act((sheep) => {
    const before = sheep.state.driver.hasJoined;
    say(sheep, 'cpg_event_done(926)', name);
    if (before)
      for (const member of sheep.state.cluster.members)
        say(sheep, '__sd_join_done(810)', markedNodeText(sheep, member));
    const status = `status = ${head.clusterStatus}, epoch = ${head.epoch}, ${head.result.toString(16)}`;
    say(sheep, 'update_cluster_info(518)', `${status}, ${before ? 1 : 0}`);
    if (isJoiner) {
      sheep.state.driver.hasJoined = true;
      sheep.state.driver.isFirst = false;
      sheep.state.phase = 'joined';
      adopt(sheep, response);
    }
    setMembers(
      sheep,
      sheep.state.driver.members.map(({ ent }) => ent),
    );
    return before;
  });
  if (isServing(response)) yield* serveOn(joining);
  else
    yield* act(({ state }) => {
      state.cluster.status = head.clusterStatus;
      state.cluster.isSuspended = false;
      state.cluster.candidate = { epoch: head.epoch, entries: response.entries };
    });
  yield* act((sheep) => {
    for (const member of sheep.state.cluster.members)
      say(sheep, 'update_cluster_info(584)', markedNodeText(sheep, member));
    if (!hadJoined) say(sheep, '__sd_join_done(830)', 'join Sheepdog cluster', 'info');
    say(sheep, 'cpg_event_done(945)', `free ${name}`);
  });
  yield* releaseRequests();
}

function exitRefused(sheep: Sheep, event: JoinEvent): void {
  const isLater = event.result !== JoinResult.FAIL;
  const why = `failed to join sheepdog cluster${isLater ? ': please retry when master is up' : ''}`;
  say(sheep, 'sd_join_handler', why, 'err');
  const code = event.response?.head.result ?? 0;
  sheep.emit({ kind: 'exit', code: EXIT_REFUSED, why: `${why} (${resultText(code)})` });
  sheep.state.phase = 'ended';
}

/** Others are sent away: a waiting cluster of 0.3.0 counts a refused node of its epoch as one that will not come. */
function* noteRefused(event: JoinEvent): Script {
  const isComplete = yield* act((sheep) => {
    const { cluster, driver } = sheep.state;
    const wanted = entriesOfEpoch(sheep, latestEpoch(sheep));
    const isCounted = sheep.policy.backAgain === 'counted' && cluster.status === Status.WAIT_FOR_JOIN;
    if (!isCounted || !includesNode(wanted, event.sender.ent)) return false;
    if (!includesNode(cluster.missing, event.sender.ent)) cluster.missing = [...cluster.missing, event.sender.ent];
    return wanted.length === driver.members.length + cluster.missing.length;
  });
  if (!isComplete) return;
  const { epoch, entries } = yield* act((sheep) => {
    sheep.state.cluster.status = Status.OK;
    return { epoch: latestEpoch(sheep), entries: sheep.state.driver.members.map(({ ent }) => ent) };
  });
  yield* enterEpoch(epoch, entries, true);
}

/** The master has exited in this sheep's favour; 0.3.0 never loads how many copies there are. */
function* takeOver(event: JoinEvent): Script {
  yield* act((sheep) => {
    const { driver, cluster, store } = sheep.state;
    driver.members = [event.sender];
    driver.hasJoined = true;
    sheep.state.phase = 'joined';
    cluster.ctime = store.config?.ctime ?? 0n;
    if (sheep.policy.copiesAfterHandOver === 'configured') cluster.copies = store.config?.copies ?? 0;
    setMembers(sheep, [event.sender.ent]);
    tell(sheep, 'the master has handed over to this node');
  });
  const { epoch, isAlone } = yield* act((sheep) => {
    const latest = latestEpoch(sheep);
    return { epoch: latest, isAlone: entriesOfEpoch(sheep, latest).length === 1 };
  });
  yield* act(({ state }) => {
    state.cluster.status = isAlone ? Status.OK : Status.WAIT_FOR_JOIN;
  });
  if (isAlone) yield* enterEpoch(epoch, [event.sender.ent], false);
}

/** A JOIN_RESPONSE in its turn. */
export function* handleJoin(event: JoinEvent): Script {
  const { response } = event;
  if (response === null) return;
  if (event.result === JoinResult.SUCCESS) {
    yield* accepted(yield* act((sheep) => takeMember(sheep, event, response)));
    return;
  }
  const { isJoiner, isAdopting } = yield* act((sheep) => ({
    isJoiner: isMe(sheep, event.sender),
    isAdopting: sheep.policy.differingJoiner === 'adopts',
  }));
  if (event.result === JoinResult.JOIN_LATER && isAdopting)
    yield* act((sheep) => {
      sheep.state.driver.refuted = { epoch: response.head.epoch, entries: response.entries };
      startOver(sheep);
    });
  else if (isJoiner && event.result === JoinResult.MASTER_TRANSFER) yield* takeOver(event);
  else if (isJoiner) yield* act((sheep) => exitRefused(sheep, event));
  else yield* noteRefused(event);
}
