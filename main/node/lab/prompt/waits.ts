// Waits of the prompt: until a ring of so many is installed and synchronised at all its members, until so many sheep
// are one cluster, until their objects are where they belong, until nothing changed for a while, for some seconds.
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import type { SheepStatus } from '../../../../protocol/sheep/engine/contract.ts';
import type { LabCluster } from '../lab-cluster.ts';

/** Milliseconds after which a wait gives up. */
const WAIT_MS_MAX = 60_000;
const LOOK_MS = 50;
/** Milliseconds without an event that count as quiet. */
const QUIET_MS = 1500;

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function waitRing(cluster: LabCluster, size: number): Promise<Result<string, string>> {
  const limit = Date.now() + WAIT_MS_MAX;
  while (Date.now() < limit) {
    const id = await cluster.ringOf(size);
    if (id !== null) return ok(`ring ${id} of ${size}`);
    await sleep(LOOK_MS);
  }
  return fail(`no ring of ${size} after ${WAIT_MS_MAX / 1000} s`);
}

async function until(
  says: string,
  cluster: LabCluster,
  isSo: (sheep: readonly (SheepStatus | null)[]) => boolean,
): Promise<Result<string, string>> {
  const limit = Date.now() + WAIT_MS_MAX;
  while (Date.now() < limit) {
    const sheep = await cluster.sheep();
    if (sheep === null) return fail('the nodes of this lab have no sheep');
    if (isSo(sheep)) return ok(says);
    await sleep(LOOK_MS);
  }
  return fail(`not ${says} after ${WAIT_MS_MAX / 1000} s`);
}

/** So many sheep that all know each other. */
const areTogether = (sheep: readonly (SheepStatus | null)[], size: number): boolean =>
  sheep.length === size && sheep.every((one) => one?.phase === 'joined' && one.members.length === size);

/** What a sheep does from the news of a change to the last object of the epoch that it makes. */
const OF_CHANGES: ReadonlySet<string> = new Set(['boot', 'dispatch', 'rejoin', 'recover']);

/**
 * The sheep that run, and no others, are the members of one epoch, and nothing of it is under way anywhere. Who has not
 * noticed yet that a node died or came still has other members.
 */
function areRecovered(sheep: readonly (SheepStatus | null)[]): boolean {
  const epoch = sheep[0]?.epoch;
  return (
    areTogether(sheep, sheep.length) &&
    sheep.every(
      (one) =>
        one !== null &&
        one.epoch === epoch &&
        one.committedEpoch === epoch &&
        !one.isSuspended &&
        one.queue.length === 0 &&
        one.recovery === null &&
        !one.scripts.some((name) => OF_CHANGES.has(name)),
    )
  );
}

async function waitQuiet(lastEventMs: () => number): Promise<Result<string, string>> {
  const limit = Date.now() + WAIT_MS_MAX;
  while (Date.now() < limit) {
    if (Date.now() - lastEventMs() >= QUIET_MS) return ok('quiet');
    await sleep(LOOK_MS);
  }
  return fail(`not quiet after ${WAIT_MS_MAX / 1000} s`);
}

/** What stands behind `wait`: ring N, quiet, or seconds. */
export async function waitFor(
  cluster: LabCluster,
  text: string,
  lastEventMs: () => number,
): Promise<Result<string, string>> {
  const [what = '', value = ''] = text.trim().split(/\s+/);
  if (what === 'ring' && /^\d+$/.test(value)) return waitRing(cluster, Number(value));
  if (what === 'sheep' && /^\d+$/.test(value))
    return until(`${value} sheep together`, cluster, (sheep) => areTogether(sheep, Number(value)));
  if (what === 'recovered') return until('recovered', cluster, areRecovered);
  if (what === 'quiet') return waitQuiet(lastEventMs);
  const seconds = Number(what);
  if (what === '' || !(seconds >= 0) || seconds > 86_400)
    return fail('wait ring N, wait sheep N, wait recovered, wait quiet or wait SECONDS');
  await sleep(seconds * 1000);
  return ok(`${seconds} s`);
}
