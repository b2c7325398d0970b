// Sheepdog on the mini cluster: real processes, stores on disk, TCP 7000, collie at the prompt. What the report did in
// 2012: a third node joins, one is lost, it comes back; every octet is compared. Needs Linux, no right.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeSheepPort } from '../support/sheep-port.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const OCTETS = 24 << 20;
let folder = '';

let giveBack: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  if (why === null) giveBack = await takeSheepPort();
}, 300_000);
afterAll(() => giveBack());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The same octets at each run: a chain of hashes. */
function image(): Buffer {
  const parts: Buffer[] = [];
  for (let last = Buffer.from('image'); parts.length * 32 < OCTETS;) {
    last = createHash('sha256').update(last).digest();
    parts.push(last);
  }
  return Buffer.concat(parts);
}

interface Answer {
  readonly line: string;
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

function runLab(script: readonly string[], ...options: string[]): readonly Answer[] {
  const file = join(folder, 'script.txt');
  writeFileSync(file, script.join('\n'));
  const dir = join(folder, 'nodes');
  const args = [CLI, 'lab', '--json', '--exec', file, '--dir', dir, '--port', '30405', ...options];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const lines = run.stdout.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as Answer & { readonly event: string })
    .filter(({ event }) => event === 'line');
}

/** Objects in the newest epoch's folder of a node's store, with their hashes. */
function objectsOf(node: number): ReadonlyMap<string, string> {
  const objects = join(folder, 'nodes', `n${node}`, 'store', 'obj');
  const newest = readdirSync(objects).sort().at(-1) ?? '';
  const names = readdirSync(join(objects, newest)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(objects, newest, name)))
      .digest('hex');
  return new Map(names.map((name) => [name, hash(name)]));
}

/** Every object has so many copies, all the same. */
function expectCopies(nodes: readonly number[], copies: number): void {
  const found = nodes.map(objectsOf);
  for (const name of new Set(found.flatMap((objects) => [...objects.keys()]))) {
    const hashes = found.flatMap((objects) => objects.get(name) ?? []);
    expect([name, hashes.length, new Set(hashes).size]).toEqual([name, copies, 1]);
  }
}

/** A line of `cluster info -r`: `2 .111 .112`. */
function epochOf(line: string): string {
  const [, epoch, list = ''] = /^\d+ (\d+) \[(.*)\]$/.exec(line) ?? [];
  return [epoch, ...list.split(', ').map((node) => node.replace(/^127\.168\.1|:7000$/g, ''))].join(' ').trim();
}

describe.skipIf(why !== null)(why ?? 'sheepdog on the mini cluster', () => {
  it('keeps every octet while a node joins, one is killed, and it comes back', { timeout: 120_000 }, () => {
    const [before, after, end] = ['before', 'after', 'end'].map((name) => join(folder, `${name}.bin`));
    writeFileSync(join(folder, 'image.bin'), image());
    const answers = runLab(
      [
        'wait ring 2',
        'wait sheep 2',
        '111> collie cluster format -c 2',
        '111> collie vdi create VM1 64M',
        `111> collie vdi write VM1 0 ${OCTETS} < ${join(folder, 'image.bin')}`,
        'add',
        'wait recovered',
        `114> collie vdi read VM1 0 ${OCTETS} > ${before}`,
        'fault kill 2',
        'wait recovered',
        '111> collie cluster info -r',
        `111> collie vdi read VM1 0 ${OCTETS} > ${after}`,
        'fault start 2',
        'wait recovered',
        `112> collie vdi read VM1 0 ${OCTETS} > ${end}`,
        '112> collie cluster info',
      ],
      '--nodes',
      '2',
    );

    expect(answers.filter(({ code }) => code !== 0)).toEqual([]);
    const whole = createHash('sha256').update(image()).digest('hex');
    for (const read of [before, after, end])
      expect(
        createHash('sha256')
          .update(readFileSync(read ?? ''))
          .digest('hex'),
      ).toBe(whole);
    // It was not over before anybody had noticed the death.
    const noticed = answers.find(({ line }) => line === '111> collie cluster info -r');
    expect(noticed?.out.split('\n').map(epochOf)).toContain('3 .111 .114');
    expect(answers.at(-1)?.out).toMatch(/^Cluster status: running\n/);
    expect(answers.at(-1)?.out).toMatch(/ 4 \[127\.168\.1\.111:7000, 127\.168\.1\.112:7000, 127\.168\.1\.114:7000\]/);
    expectCopies([1, 2, 3], 2);
  });

  it('comes back from its stores on disk after every process was killed', { timeout: 120_000 }, () => {
    writeFileSync(join(folder, 'image.bin'), image());
    const read = join(folder, 'read.bin');
    runLab(
      [
        'wait ring 3',
        'wait sheep 3',
        '1> collie cluster format -c 2',
        '1> collie vdi create VM1 64M',
        `1> collie vdi write VM1 0 ${OCTETS} < ${join(folder, 'image.bin')}`,
        'fault kill 1',
        'fault kill 2',
        'fault kill 3',
      ],
      '--nodes',
      '3',
    );
    const answers = runLab(
      ['wait ring 3', 'wait sheep 3', `3> collie vdi read VM1 0 ${OCTETS} > ${read}`],
      '--nodes',
      '3',
    );

    expect(answers.filter(({ code }) => code !== 0)).toEqual([]);
    expect(createHash('sha256').update(readFileSync(read)).digest('hex')).toBe(
      createHash('sha256').update(image()).digest('hex'),
    );
  });

  it('says that a disk is full, and goes on when it has room again', { timeout: 120_000 }, () => {
    writeFileSync(join(folder, 'image.bin'), image());
    const answers = runLab(
      [
        'wait ring 3',
        'wait sheep 3',
        '1> collie cluster format -c 3',
        '1> collie vdi create VM1 64M',
        'fault disk 2 full',
        `1> collie vdi write VM1 0 ${OCTETS} < ${join(folder, 'image.bin')}`,
        'fault disk 2 ok',
        `1> collie vdi write VM1 0 ${OCTETS} < ${join(folder, 'image.bin')}`,
      ],
      '--nodes',
      '3',
    );

    const writes = answers.filter(({ line }) => line.includes('vdi write'));
    expect(writes.map(({ code }) => code === 0)).toEqual([false, true]);
    expect(writes[0]?.err).not.toBe('');
  });

  it.each([
    ['sound', 'running', ['3 .111 .112', '2 .111', '1 .111 .112'], ['3 .111 .112', '2 .111', '1 .111 .112']],
    [
      'faithful',
      'IO has halted as there are too few living nodes',
      ['2 .111', '1 .111 .112'],
      ['2 .112', '1 .111 .112'],
    ],
  ])(
    'the link is down for six seconds (specs/sheepdog.md 3.9 A): %s',
    { timeout: 120_000 },
    (behaviour, status, first, second) => {
      const answers = runLab(
        [
          'wait ring 2',
          'wait sheep 2',
          '1> collie cluster format -c 2',
          'wait recovered',
          'fault partition 1 | 2',
          'wait 6',
          'heal',
          'wait ring 2',
          'wait 4',
          '1> collie cluster info -r',
          '2> collie cluster info -r',
        ],
        '--nodes',
        '2',
        '--behaviour',
        behaviour,
      );

      const told = answers.slice(-2).map(({ out }) => out.trim().split('\n'));
      expect(told.map(([line]) => line)).toEqual([status, status]);
      expect(told.map((lines) => lines.slice(1).map(epochOf))).toEqual([first, second]);
    },
  );

  it('two disks fill up in faithful sheep (3.9 C): an empty epoch, and nobody is active', { timeout: 120_000 }, () => {
    writeFileSync(join(folder, 'image.bin'), image());
    const write = `collie vdi write VM1 0 ${OCTETS} < ${join(folder, 'image.bin')}`;
    const answers = runLab(
      [
        'wait ring 2',
        'wait sheep 2',
        '1> collie cluster format -c 2',
        '1> collie vdi create VM1 64M',
        'fault disk 1 full',
        'fault disk 2 full',
        `1> ${write}`,
        'wait 2',
        `2> ${write}`,
        'wait 2',
        '1> collie node list',
        '2> collie node list',
        '1> collie cluster info -r',
      ],
      '--nodes',
      '2',
      '--behaviour',
      'faithful',
    );

    const [one, two, info] = answers.slice(-3);
    for (const answer of [one, two]) expect(answer?.err).toBe('There are no active sheep daemons\n');
    expect(info?.out.trim().split('\n').slice(1).map(epochOf)).toEqual([
      '3',
      expect.stringMatching(/^2 \.11[12]$/),
      '1 .111 .112',
    ]);
    for (const node of ['n1', 'n2'])
      expect(readFileSync(join(folder, 'nodes', node, 'store', 'epoch', '00000003'))).toHaveLength(8);
  });
});
