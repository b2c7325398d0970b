// totemlab lab --host corosync as a person starts it: the installed daemons in namespaces of the lab's own. The prompt,
// faults and tools do to real daemons what they say, its capture tells the same, and nothing is left, however it ends.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoClient, whyNoLab } from '../../main/node/lab/corosync/availability.ts';
import { isAlive } from '../support/lab/processes.ts';
import { openBytes } from '../support/open-golden.ts';
import { until } from '../support/lab/until.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
/** The token timeout is longer than any daemon waits for its turn on a busy machine. */
const TOKEN = ['--host', 'corosync', '--token', '2000'];
const why = whyNoLab();
let folder = '';
let temporary = '';
let started: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
  temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  started = null;
});
afterEach(() => {
  if (started !== null && started.exitCode === null && started.signalCode === null) started.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface LabLine {
  readonly event: string;
  readonly line?: string;
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}

function runLab(script: readonly string[], ...options: readonly string[]): ReadonlyMap<string, LabLine> {
  const file = join(folder, 'script.txt');
  writeFileSync(file, script.join('\n'));
  const run = spawnSync(process.execPath, [CLI, 'lab', ...TOKEN, '--json', '--exec', file, ...options], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: temporary },
    maxBuffer: 1 << 26,
  });
  expect(run.stderr).toBe('');
  const lines = run.stdout.split('\n').filter((line) => line !== '');
  const answers = lines.map((line) => JSON.parse(line) as LabLine).filter(({ event }) => event === 'line');
  return new Map(answers.map((answer) => [answer.line ?? '', answer]));
}

const spacesOf = (pid: number | undefined): readonly string[] =>
  spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((name) => name.startsWith(`totemlab-${pid}-`));

describe.skipIf(why !== null)(why ?? 'a lab of the installed daemons', () => {
  it('forms, breaks and mends as it is told, and its capture says so', () => {
    const capture = join(folder, 'lab.pcap');
    const answers = runLab(
      [
        'wait ring 3',
        '112> corosync-cfgtool -s',
        '1> corosync-cmapctl | grep status',
        '1> corosync-quorumtool -l',
        'fault kill 3',
        'wait ring 2',
        'fault start 3',
        'wait ring 3 # again',
        'fault pause 2',
        'wait ring 2 # paused',
        'fault resume 2',
        'wait ring 3 # resumed',
        'fault partition 1,2 | 3',
        'wait ring 2 # parted',
        'heal',
        'wait ring 3 # healed',
        'fault interface 3 down',
        'wait ring 2 # down',
        'fault interface 3 up',
        'wait ring 3 # up',
        'fault loss 2 5%',
        'fault loss 2 0',
        'fault disk 2 full',
        'add',
        'wait ring 4',
        '4> service corosync stop',
        'wait ring 3 # left',
        '1> tail -n 1 /var/log/cluster/corosync.log',
        '1> collie node list',
        'status',
      ],
      '--capture',
      capture,
    );

    const refused = [...answers.values()].filter(({ code }) => code !== 0).map(({ line }) => line);
    expect(refused).toEqual(['fault disk 2 full', '1> collie node list']);
    expect(answers.get('112> corosync-cfgtool -s')?.out).toMatch(/^Local node ID 2, transport udp\n/);
    expect(answers.get('1> corosync-cmapctl | grep status')?.out?.match(/= joined/g)).toHaveLength(3);
    expect(answers.get('1> corosync-quorumtool -l')?.out).toContain('1          1 n1 (local)');
    expect(answers.get('status')?.out).toMatch(/^n1 10\.77\.0\.111 id 1: running pid \d+; ring 1:\d+ of 3, quorate$/m);
    expect(answers.get('status')?.out).toMatch(/^n4 10\.77\.0\.115 id 4: stopped$/m);
    const { rings } = openBytes(new Uint8Array(readFileSync(capture))).ingest.analysis();
    const sizes = rings.filter(({ firstToken }) => firstToken !== null).map(({ members }) => members.length);
    expect(sizes.join(' ')).toMatch(/^(\d )*3 (\d )*2 (\d )*3 (\d )*2 (\d )*3 (\d )*4( \d)*$/);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(whyNoClient() !== null)('has clients beside its daemons speak', () => {
    const answers = runLab([
      'wait ring 3',
      // It goes on until the lab ends.
      'traffic 1 size=200 rate=50 seconds=600',
      'wait 3',
      '2> corosync-cpgtool',
      '2> corosync-cmapctl -m stats | grep mcast_rx',
      '3> corosync-cfgtool -R',
      'fault cut 1>3',
      'wait 0.1',
      'fault mend 1>3',
      'fault deaf 3',
      'fault deaf 3 off',
    ]);

    expect([...answers.values()].filter(({ code }) => code !== 0)).toEqual([]);
    expect(answers.get('2> corosync-cpgtool')?.out).toMatch(/traffic/);
    expect(answers.get('2> corosync-cpgtool')?.out?.match(/\(10\.77\.0\.\d+\)/g)).toHaveLength(3);
    const received = /= (\d+)/.exec(answers.get('2> corosync-cmapctl -m stats | grep mcast_rx')?.out ?? '');
    expect(Number(received?.[1])).toBeGreaterThan(50);
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'leaves no process, namespace or file when it gets %s',
    async (signal) => {
      const child = spawn(process.execPath, [CLI, 'lab', ...TOKEN, '--nodes', '2'], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, TMPDIR: temporary },
      });
      started = child;
      let said = '';
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      child.stdin.write('wait ring 2\nstatus\nfault pause 2\n');
      await until('a daemon is paused', () => said.includes('node 2 paused'));
      const pids = [...said.matchAll(/running pid (\d+)/g)].map(([, pid]) => Number(pid));
      expect([pids.length, spacesOf(child.pid).length, readdirSync(temporary).length]).toEqual([2, 3, 1]);

      child.kill(signal);
      await until('every process is gone', () => !pids.some(isAlive));
      await until('every namespace is gone', () => spacesOf(child.pid).length === 0);
      await until('the temporary files are gone', () => readdirSync(temporary).length === 0);
    },
  );

  it('says in a sentence that it wants root', () => {
    const as = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, CLI, 'lab', '--host', 'corosync'];
    const run = spawnSync('setpriv', as, { encoding: 'utf8', input: '' });

    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toBe('totemlab: the Corosync lab needs root, to make network namespaces\n');
  });
});
