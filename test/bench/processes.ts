// Three nodes as processes on real UDP, one of them speaking: messages a second that all three deliver, beside three
// real Corosync daemons in network namespaces where those can be had; the longest work at a time; what an idle ring
// costs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants, loadavg, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { totemConfig } from '../../protocol/totem/engine/config.ts';
import { ProcessCluster } from '../../main/node/lab/process-cluster.ts';
import { whyNoClient, whyNoLab } from '../../main/node/lab/corosync/availability.ts';
import { CorosyncLab } from '../support/corosync-lab/lab.ts';
import type { Daemon } from '../../main/node/lab/corosync/daemon.ts';
import { sleep } from '../../main/node/lab/corosync/shell.ts';
import type { Figure } from './figures.ts';

const SIZES = [64, 300, 1000, 8000, 64_000];
const SECONDS = 3;
const GROUP = 'bench';
const NODES = [1, 2, 3];
const IDLE_SECONDS = 10;
const TICKS_A_SECOND = 100;
/** No work of a node may take longer at a time. */
const STEP_MS_MAX = 20;
const CLUSTER_NAME_PORT = 28_405;

const root = process.env['TOTEM_LAB_ROOT'] ?? join(import.meta.dirname, '..', '..');

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error(`not within 30 s: ${what}`);
}

/** Seconds of processor time that a process has used. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Before other programs, where that is allowed: real daemons ask for the real-time scheduler. */
function prefer(pid: number | null): void {
  try {
    if (pid !== null) setPriority(pid, constants.priority.PRIORITY_HIGHEST);
  } catch {
    // Then as all others.
  }
}

async function ourCluster(directory: string): Promise<ProcessCluster> {
  const config = totemConfig({ token: 1000 }, NODES.length, 'corosync-3');
  if (!config.ok) throw new Error(config.problem);
  const cluster = new ProcessCluster({
    dialect: 'corosync-3',
    transport: 'udp',
    group: '226.94.1.1',
    port: CLUSTER_NAME_PORT,
    configuredToken: 1000,
    config: config.value,
    directory,
    slots: NODES.length,
    program: { node: process.execPath, script: join(root, 'out', 'helpers', 'lab-node.mjs') },
    capture: null,
    sheep: null,
    onEvent: () => undefined,
  });
  for (let i = 0; i < NODES.length; i++) cluster.add();
  const members = async (number: number): Promise<number> =>
    (await cluster.status(number))?.node.totem.members.length ?? 0;
  await until('a ring of three', async () => (await Promise.all(NODES.map(members))).every((count) => count === 3));
  for (const number of NODES) cluster.order(number, { kind: 'cpg-join', group: GROUP, pid: number });
  for (const number of NODES) prefer(cluster.pidOf(number));
  await sleep(500);
  return cluster;
}

interface OurRate {
  /** Messages a second that the slowest of the three delivers. */
  readonly rate: number;
  /** The longest step of any of them, ms. */
  readonly longestStep: number;
}

async function ourRate(cluster: ProcessCluster, size: number): Promise<OurRate> {
  const look = async (): Promise<{ readonly delivered: number; readonly longest: number; readonly at: number }> => {
    const statuses = await Promise.all(NODES.map((number) => cluster.status(number)));
    return {
      delivered: Math.min(...statuses.map((status) => status?.delivered.messages ?? 0)),
      longest: Math.max(...statuses.map((status) => status?.longestStepMs ?? NaN)),
      at: performance.now(),
    };
  };
  cluster.order(1, { kind: 'load', group: GROUP, pid: 1, size, rate: 0, seconds: SECONDS + 2 });
  await sleep(1000);
  const before = await look();
  await sleep(SECONDS * 1000);
  const after = await look();
  await sleep(2000);
  const rate = ((after.delivered - before.delivered) * 1000) / (after.at - before.at);
  return { rate, longestStep: after.longest };
}

async function idleShare(cluster: ProcessCluster): Promise<number> {
  await sleep(1000);
  const pids = NODES.flatMap((number) => cluster.pidOf(number) ?? []);
  const before = pids.map(processorSeconds);
  await sleep(IDLE_SECONDS * 1000);
  const used = pids.map((pid, i) => processorSeconds(pid) - (before[i] ?? 0));
  return (Math.max(...used) / IDLE_SECONDS) * 100;
}

interface RealRing {
  readonly lab: CorosyncLab;
  readonly speaker: Daemon;
  readonly listener: Daemon;
}

async function realRing(directory: string): Promise<RealRing | null> {
  if (whyNoLab() !== null || whyNoClient() !== null) return null;
  const lab = new CorosyncLab({ directory, transport: 'udp', token: 1000 });
  try {
    const [speaker, listener] = lab.addNodes(NODES.length);
    if (speaker === undefined || listener === undefined) throw new Error('a ring of three has no two nodes');
    await lab.form();
    return { lab, speaker, listener };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

/** What a listener beside a real daemon is told a second while another sends as fast as it can. */
async function realRate({ lab, speaker, listener }: RealRing, size: number): Promise<number> {
  const heard = lab.client(listener, { rate: 0, size, seconds: 0, linger: SECONDS + 3, group: `b${size}` });
  await sleep(500);
  const sender = lab.client(speaker, { rate: 10_000_000, size, seconds: SECONDS, linger: 1, group: `b${size}` });
  await sender.done();
  const done = await heard.done();
  return Number(done?.['delivered'] ?? 0) / SECONDS;
}

/** Figures of our processes, with those of real daemons, a moment before, as what they are to reach. */
export async function processFigures(report: (figure: Figure) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'totem-lab-bench-'));
  const isQuiet = (loadavg()[0] ?? 0) < availableParallelism() / 2;
  const real = await realRing(join(directory, 'real'));
  const cluster = await ourCluster(join(directory, 'ours'));
  let longest = 0;
  try {
    for (const size of SIZES) {
      const unit = 'messages/s';
      const theirs = real === null ? null : await realRate(real, size);
      if (theirs !== null) report({ what: `  beside it: corosync 3.1 udp, ${size} octets`, value: theirs, unit });
      const { rate, longestStep } = await ourRate(cluster, size);
      longest = Math.max(longest, longestStep);
      const what = `three processes on udp, ${size} octets, all deliver`;
      report({ what, value: rate, unit, ...(theirs === null ? {} : { atLeast: Math.round(theirs) }) });
    }
    // A node that the system does not let run has not worked: only a machine that is quiet can tell.
    const step = { what: 'longest step of a node under that load, on the wall', value: longest, unit: 'ms' };
    if (isQuiet) report({ ...step, atMost: STEP_MS_MAX });
    else report({ ...step, what: `${step.what}; others run` });
    report({
      what: 'an idle ring of three, the busiest node',
      value: await idleShare(cluster),
      unit: '% of a core',
      atMost: 2,
    });
  } finally {
    await cluster.end('kill');
    await real?.lab.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
