// The mini cluster as a person starts it: real processes, real UDP on loopback, no right needed. Its own capture must
// tell the same story as its nodes, and nothing of it may be left, however it ends.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from '../support/lab/processes.ts';
import { openBytes } from '../support/open-golden.ts';
import { until } from '../support/lab/until.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
let folder = '';
let started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
  started = [];
});
afterEach(() => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface LabLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

function runLab(
  script: readonly string[],
  ...options: string[]
): { readonly lines: readonly LabLine[]; readonly code: number | null; readonly err: string } {
  const file = join(folder, 'script.txt');
  writeFileSync(file, script.join('\n'));
  const run = spawnSync(process.execPath, [CLI, 'lab', '--json', '--no-sheep', '--exec', file, ...options], {
    encoding: 'utf8',
  });
  const lines = run.stdout.split('\n').filter((line) => line !== '');
  return { lines: lines.map((line) => JSON.parse(line) as LabLine), code: run.status, err: run.stderr };
}

const answerTo = (lines: readonly LabLine[], line: string): LabLine | undefined =>
  lines.find((entry) => entry.event === 'line' && entry['line'] === line);

/** Pids of the nodes that a `status` line told of. */
const pidsIn = (text: string): number[] => [...text.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));

describe.skipIf(why !== null)(why ?? 'the mini cluster', () => {
  it.each([
    ['corosync-1', 'udp', 25_405],
    ['corosync-1', 'udpu', 25_415],
    ['corosync-3', 'udp', 25_425],
  ] as const)('%s over %s: forms, loses, cuts, merges, grows, and its capture says so', (dialect, transport, port) => {
    const capture = join(folder, 'lab.pcapng');
    const { lines, code } = runLab(
      [
        'wait ring 3',
        'fault kill 3',
        'wait ring 2',
        'fault start 3',
        'wait ring 3',
        'fault partition 1,2 | 3',
        'wait ring 2',
        'heal',
        'wait ring 3',
        'add',
        'wait ring 4',
        '4> service corosync stop',
        'wait ring 3',
        'status',
      ],
      // Longer than any of them waits for its turn on a busy machine.
      '--token',
      '2000',
      '--dialect',
      dialect,
      '--transport',
      transport,
      '--port',
      String(port),
      '--capture',
      capture,
    );

    expect(lines.filter((line) => line.event === 'line' && line['code'] !== 0)).toEqual([]);
    expect(code).toBe(0);
    expect(pidsIn(String(answerTo(lines, 'status')?.['out'])).filter(isAlive)).toEqual([]);
    const { ingest } = openBytes(new Uint8Array(readFileSync(capture)));
    const { rings, packets, findings } = ingest.analysis();
    expect([packets.byKind['malformed'] ?? 0, packets.byKind['other'] ?? 0, packets.byKind['encrypted'] ?? 0]).toEqual([
      0, 0, 0,
    ]);
    const installed = lines.filter(({ event, type }) => event === 'configuration' && type === 'regular');
    const told = new Map(
      installed.map(({ ring, members }) => [
        String(ring),
        (members as { nodeid: number }[]).map(({ nodeid }) => nodeid),
      ]),
    );
    for (const { id, members, firstToken } of rings)
      if (firstToken !== null && members.length > 1) expect(told.get(id)).toEqual(members);
    // A start may take several rings; from the first of three on they are known.
    const sizes = rings.filter(({ firstToken }) => firstToken !== null).map(({ members }) => members.length);
    expect(sizes.slice(sizes.lastIndexOf(3, sizes.indexOf(2, sizes.indexOf(3))))).toEqual([3, 2, 3, 2, 3, 4, 3]);
    const [, , third] = [1, 2, 3].map((number) => Number(lines.find(({ node }) => node === number)?.['nodeid']));
    // Nodes that start together may lose a commit token: nobody is to blame.
    const lost = findings.filter(({ rule, culprits }) => rule === 'token-loss' && culprits.length > 0);
    expect(lost[0]?.culprits).toEqual([third]);
    expect(findings.filter(({ rule }) => rule === 'clean-leave')).toHaveLength(4);
  });

  it('answers in the shell of each node like the tools of Corosync 1', () => {
    const { lines } = runLab(
      [
        'wait ring 3',
        '112> corosync-cfgtool -s',
        '1> corosync-cfgtool -a 1879156863',
        '114> corosync-objctl | grep join_count',
        '1> corosync-cpgtool',
        '1> tail -n 1 corosync.log',
        '1> nonsense',
      ],
      '--port',
      '25435',
    );

    expect(answerTo(lines, '112> corosync-cfgtool -s')?.['out']).toBe(
      'Printing ring status.\nLocal node ID 1879156863\nRING ID 0\n' +
        '\tid\t= 127.168.1.112\n\tstatus\t= ring 0 active with no faults\n',
    );
    expect(answerTo(lines, '1> corosync-cfgtool -a 1879156863')?.['out']).toBe('127.168.1.112\n');
    expect(String(answerTo(lines, '114> corosync-objctl | grep join_count')?.['out']).split('\n')).toHaveLength(4);
    expect(answerTo(lines, '1> corosync-cpgtool')?.['out']).toBe('Group Name\t       PID\t   Node ID\n');
    expect(answerTo(lines, '1> tail -n 1 corosync.log')?.['out']).toMatch(
      /^\w{3} [ \d]\d [\d:]{8} corosync \[MAIN {2}\] Completed service synchronization, ready to provide service\.\n$/,
    );
    expect(answerTo(lines, '1> nonsense')).toMatchObject({
      code: 127,
      err: 'nonsense: command not found; help lists the commands\n',
    });
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leaves no process and no file when it gets %s, not even a paused one, and a readable capture',
    async (signal) => {
      const capture = join(folder, 'lab.pcapng');
      const temporary = mkdtempSync(join(folder, 'tmp-'));
      const child = spawn(process.execPath, [CLI, 'lab', '--no-sheep', '--port', '25445', '--capture', capture], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...process.env, TMPDIR: temporary },
      });
      started.push(child);
      let said = '';
      child.stdout.on('data', (text: Buffer) => (said += text.toString()));
      child.stdin.write('wait ring 3\nstatus\nfault pause 2\n');
      await until('a node is paused', () => said.includes('node 2 paused'));
      const pids = pidsIn(said);

      child.kill(signal);
      await until('every process is gone', () => !pids.some(isAlive));
      await until('the temporary files are gone', () => readdirSync(temporary).length === 0);

      expect(pids).toHaveLength(3);
      const { ingest } = openBytes(new Uint8Array(readFileSync(capture)));
      expect(ingest.analysis().rings.some(({ members }) => members.length === 3)).toBe(true);
    },
  );

  it('says in a sentence why it cannot start, and leaves nothing', async () => {
    const first = spawn(process.execPath, [CLI, 'lab', '--no-sheep', '--nodes', '1', '--port', '25455'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    started.push(first);
    let said = '';
    first.stdout.on('data', (text: Buffer) => (said += text.toString()));
    await until('the first lab is up', () => said.includes(': up'));

    const { lines, code, err } = runLab(['wait 30', 'status'], '--nodes', '1', '--port', '25455');
    const wrong = spawnSync(process.execPath, [CLI, 'lab', '--token', '10'], { encoding: 'utf8' });

    expect(lines.find(({ event }) => event === 'problem')?.['says']).toMatch(/127\.168\.1\.111:25455 is in use/);
    expect(err).toBe('totemlab: lab: none of its nodes could start, for the reasons above: the lab ends\n');
    expect(code).toBe(2);
    expect(answerTo(lines, 'status')).toBeUndefined();
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/^totemlab: .*token.*\n$/);
  });
});
