// What a sound sheep does by the clock: it asks silent members of the group to join, asks anew itself where it stays
// cut off, and after a pause makes sure of its place before it serves anything.
import { makeHeader } from '../tcp-headers.ts';
import { Op } from '../operations.ts';
import { isWaiting } from './cluster/verdict.ts';
import { isMaster, isMe, startOver, unknownMember } from './driver/driver.ts';
import { joinPayload, JoinResult, multicast, multicastOperation } from './driver/sending.ts';
import { tell } from './log.ts';
import { isSameProcess, processKey, type Sheep } from './sheep.ts';

/** A sheep that was not stepped for longer has missed something; hosts step it at least at every deadline. */
export const PAUSE_MICROS_MAX = 900_000;
/** So often a sheep looks. */
const LOOK_MICROS = 200_000;
/** So long a member of the group may be silent before it is asked, and how often it is. */
const SILENCE_MICROS_MAX = 300_000;
const PROMPTS_MAX = 20;

/** Next time that there is something to look at; null where it never has to. */
export function nextLook({ state, policy }: Sheep): number | null {
  const isWatching = policy.silentMembers === 'prompted' || policy.afterPause === 'asks-first';
  return isWatching && (state.phase === 'joined' || state.phase === 'joining') ? state.lastStep + LOOK_MICROS : null;
}

/** Before a step: whether this sheep was asleep. */
export function noticePause(sheep: Sheep): void {
  const { state, policy, now } = sheep;
  const isPaused = policy.afterPause === 'asks-first' && now - state.lastStep > PAUSE_MICROS_MAX;
  // Who waits serves nothing, and is asked itself where the others do not any more.
  if (!isPaused || state.phase !== 'joined' || isWaiting(state.cluster.status)) return;
  tell(sheep, `nothing happened here for ${Math.round((now - state.lastStep) / 1000)} ms: asking before serving`);
  askIfMember(sheep, 1);
}

/** Asks the members whether this sheep is one. What comes back also tells that all before it has been heard. */
function askIfMember(sheep: Sheep, times: number): void {
  const { driver } = sheep.state;
  const number = driver.nextProbe++;
  driver.probe = { number, times, at: sheep.now, vouchers: [] };
  multicastOperation(sheep, 'NOTIFY', makeHeader('request', Op.PRESENT, { id: number }), null);
}

function promptSilent(sheep: Sheep): void {
  const { driver, cluster } = sheep.state;
  for (const who of driver.group) {
    const known = driver.since.get(processKey(who));
    const isMember = driver.members.some((member) => isSameProcess(member, who));
    const hasAsked = driver.queue.some((event) => event.type === 'join' && isSameProcess(event.sender, who));
    if (known === undefined || isMember || hasAsked || isMe(sheep, who)) continue;
    const isDue = sheep.now - known.at >= SILENCE_MICROS_MAX * (known.prompts + 1);
    if (!isDue || known.prompts >= PROMPTS_MAX) continue;
    driver.since.set(processKey(who), { at: sheep.now, prompts: known.prompts + 1 });
    const head = { clusterStatus: cluster.status, epoch: cluster.epoch, ctime: cluster.ctime };
    const payload = joinPayload(head, []);
    multicast(sheep, 'JOIN_RESPONSE', { sender: unknownMember(who), result: JoinResult.JOIN_LATER, payload });
  }
}

export function look(sheep: Sheep): void {
  const { state, policy } = sheep;
  if (policy.silentMembers !== 'prompted' || !state.driver.hasJoined) return;
  if (isMaster(sheep)) promptSilent(sheep);
  const { driver, cluster } = state;
  const { probe, outbox } = driver;
  // Who was asked may have been at something, or is another by now.
  const interval = SILENCE_MICROS_MAX * Math.min(PROMPTS_MAX, probe?.times ?? 1);
  if (probe !== null && outbox.length === 0 && sheep.now - probe.at >= interval) askIfMember(sheep, probe.times + 1);
  const isWithOthers = driver.group.length > 1;
  if (cluster.isSuspended && isWithOthers && !driver.isBusy) startOver(sheep);
}
