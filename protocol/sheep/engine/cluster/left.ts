// Members have left: who goes on, and in which epoch (specs/sheepdog.md 3.7).
import type { NodeEntry } from '../../node-entry.ts';
import { Status } from '../../operations.ts';
import { forgetAway, isMe, startOver } from '../driver/driver.ts';
import { act, type Script } from '../kernel.ts';
import { markedNodeText, nodeText, pointer, say, tell } from '../log.ts';
import { canConnect } from '../net/peers.ts';
import { isSameProcess, type Sheep } from '../sheep.ts';
import type { LeaveEvent } from '../state.ts';
import { enterEpoch, setMembers, statusByZones } from './epoch.ts';
import { holdRequests, listMembers, releaseRequests } from './joined.ts';
import { mayGoOn } from './quorum.ts';
import { isWaiting } from './verdict.ts';

/** Members that must be left for 0.3.0 to ask whether it can reach most of them. */
const MAJORITY_ASKED_FROM = 3;
/** What a process reports that aborted. */
const EXIT_SIGABRT = 134;

function removeMembers(sheep: Sheep, { sender, together, isAnnounced }: LeaveEvent): boolean {
  const { driver } = sheep.state;
  const left = [sender, ...together];
  const before = driver.members.length;
  driver.members = driver.members.filter((member) => !left.some((gone) => isSameProcess(gone, member)));
  forgetAway(sheep, left, isAnnounced);
  return driver.members.length < before;
}

/** 0.3.0 ends where it reaches no more than half of three or more that are left. */
function* isCutOff(): Script<boolean> {
  const remaining = yield* act(({ state, policy }) =>
    policy.mayGoOn === 'reachable-majority-of-three' ? state.driver.members.map(({ ent }) => ent) : [],
  );
  if (remaining.length < MAJORITY_ASKED_FROM) return false;
  let reached = 0;
  for (const to of remaining) if (yield* canConnect(to)) reached++;
  if (reached >= Math.floor(remaining.length / 2) + 1) return false;
  yield* act((sheep) => {
    say(sheep, '__sd_leave', 'the majority of nodes are not alive', 'err');
    say(sheep, '__sd_leave', 'perhaps a network partition has occurred?', 'err');
    sheep.emit({ kind: 'exit', code: EXIT_SIGABRT, why: 'the majority of nodes are not alive' });
    sheep.state.phase = 'ended';
  });
  return true;
}

function isDecided(sheep: Sheep, event: LeaveEvent, present: readonly NodeEntry[]): boolean {
  if (sheep.policy.mayGoOn !== 'quorum-of-epoch') return true;
  if (sheep.state.cluster.isSuspended) return false;
  // Who announces that it leaves agrees to what is decided without it.
  const deciding = event.isAnnounced ? [...present, event.sender.ent] : present;
  return mayGoOn(sheep, event.committed, deciding);
}

function suspend(sheep: Sheep, present: readonly NodeEntry[]): void {
  const { cluster } = sheep.state;
  cluster.isSuspended = true;
  cluster.status = Status.HALT;
  setMembers(sheep, present);
  tell(sheep, `${present.length} of epoch ${cluster.epoch} are left, too few to decide: serving nothing`, 'err');
}

/** Goes on with those that are left, or stops serving until there are enough again. */
function* goOn(event: LeaveEvent): Script {
  const { present, next } = yield* act((sheep) => {
    const entries = sheep.state.driver.members.map(({ ent }) => ent);
    const isGoing = isDecided(sheep, event, entries) && (entries.length > 0 || sheep.policy.emptyEpoch === 'written');
    if (!isGoing) suspend(sheep, entries);
    return { present: entries, next: isGoing ? sheep.state.cluster.epoch + 1 : 0 };
  });
  if (next === 0) return;
  yield* enterEpoch(next, present, true);
  yield* act((sheep) => {
    const { cluster } = sheep.state;
    const isKnowing = sheep.policy.backAgain === 'compared';
    if (cluster.status === Status.OK || isKnowing) cluster.status = statusByZones(sheep);
  });
}

function* applyLeave(event: LeaveEvent): Script {
  const status = yield* act(({ state }) => state.cluster.status);
  if (status === Status.SHUTDOWN) return;
  if (!isWaiting(status)) {
    yield* goOn(event);
    return;
  }
  yield* act((sheep) => {
    setMembers(
      sheep,
      sheep.state.driver.members.map(({ ent }) => ent),
    );
    // What those that are left know together has to be found out anew.
    if (status === Status.WAIT_FOR_JOIN && sheep.policy.backAgain === 'compared') startOver(sheep);
  });
}

/** A leave in its turn. */
export function* handleLeave(event: LeaveEvent): Script {
  const isOver = yield* act((sheep) => {
    const isOwn = event.isAnnounced && isMe(sheep, event.sender) && sheep.state.driver.isStopping;
    if (!isOwn) return false;
    sheep.emit({ kind: 'exit', code: 0, why: 'left the cluster' });
    sheep.state.phase = 'ended';
    return true;
  });
  if (isOver) return;
  const name = yield* act((sheep) => {
    if (!removeMembers(sheep, event)) return null;
    for (const { ent } of [event.sender, ...event.together])
      say(sheep, 'sd_leave_handler(1318)', `leave ${nodeText(ent)}`);
    listMembers(sheep, 'sd_leave_handler(1320)');
    const known = pointer(sheep);
    say(sheep, 'sd_leave_handler(1333)', `allow new confchg ${known}`);
    return known;
  });
  if (name === null || (yield* isCutOff())) return;
  yield* holdRequests();
  yield* act((sheep) => say(sheep, 'cpg_event_done(926)', name));
  yield* applyLeave(event);
  yield* act((sheep) => {
    for (const member of sheep.state.cluster.members) say(sheep, '__sd_leave_done(848)', markedNodeText(sheep, member));
    say(sheep, 'cpg_event_done(945)', `free ${name}`);
  });
  yield* releaseRequests();
}
