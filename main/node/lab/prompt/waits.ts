// Waits of the prompt: until a ring of so many is installed and synchronised at all its members, until so many sheep
// are one cluster, until their objects are where they belong, until nothing changed for a while, for some seconds.
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import type { SheepStatus } from '../../../../protocol/sheep/engine/contract.ts';
import type { ProcessCluster } from '../process-cluster.ts';

/** Milliseconds after which a wait gives up. */
const WAIT_MS_MAX = 60_000;
const LOOK_MS = 50;
/** Milliseconds without an event that count as quiet. */
const QUIET_MS = 1500;

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The ring id on which as many nodes as it has members agree; null where there is none of this size. */
async function ringOf(cluster: ProcessCluster, size: number): Promise<string | null> {
  const running = cluster.nodes().filter(({ number }) => cluster.conditionOf(number) === 'running');
  const found = await Promise.all(running.map(({ number }) => cluster.status(number)));
  const counts = new Map<string, number>();
  for (const status of found) {
    if (status === null) continue;
    const { totem, isSynchronised } = status.node;
    if (totem.state !== 'operational' || !isSynchronised || totem.members.length !== size) continue;
    const id = `${totem.ringId.rep}:${totem.ringId.seq}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].find(([, count]) => count === size)?.[0] ?? null;
}

async function waitRing(cluster: ProcessCluster, size: number): Promise<Result<string, string>> {
  const limit = Date.now() + WAIT_MS_MAX;
  while (Date.now() < limit) {
    const id = await ringOf(cluster, size);
    if (id !== null) return ok(`ring ${id} of ${size}`);
    await sleep(LOOK_MS);
  }
  return fail(`no ring of ${size} after ${WAIT_MS_MAX / 1000} s`);
}

async function sheepOf(cluster: ProcessCluster): Promise<readonly (SheepStatus | null)[]> {
  const running = cluster.nodes().filter(({ number }) => cluster.conditionOf(number) === 'running');
  return Promise.all(running.map(async ({ number }) => (await cluster.status(number))?.sheep ?? null));
}

async function until(
  says: string,
  cluster: ProcessCluster,
  isSo: (sheep: readonly (SheepStatus | null)[]) => boolean,
): Promise<Result<string, string>> {
  const limit = Date.now() + WAIT_MS_MAX;
  while (Date.now() < limit) {
    if (isSo(await sheepOf(cluster))) return ok(says);
    await sleep(LOOK_MS);
  }
  return fail(`not ${says} after ${WAIT_MS_MAX / 1000} s`);
}

/** So many sheep that all know each other. */
const areTogether = (sheep: readonly (SheepStatus | null)[], size: number): boolean =>
  sheep.length === size && sheep.every((one) => one?.phase === 'joined' && one.members.length === size);

/** Nothing is under way, at the same epoch everywhere. */
const areRecovered = (sheep: readonly (SheepStatus | null)[]): boolean =>
  sheep.every(
    (one) => one !== null && one.recovery === null && one.epoch === sheep[0]?.epoch && one.queue.length === 0,
  );

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
  cluster: ProcessCluster,
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
