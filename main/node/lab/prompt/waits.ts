// Waits of the prompt: until a ring of so many is installed and synchronised at all its members, until so many sheep
// are one cluster, until their objects are where they belong, until nothing changed for a while, for some seconds.
import { areRecovered, areTogether } from '../../../../app/lab/store-rest.ts';
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
