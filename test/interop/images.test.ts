// Raw images into the store of a mini cluster and out of it: every octet, holes, a node that dies in the middle,
// Ctrl-C, and the sentences of what goes wrong. Needs Linux, no right.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeSheepPort } from '../support/sheep-port.ts';
import { until } from '../support/lab/until.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const MIB = 1 << 20;
let folder = '';
let lab: ChildProcess | null = null;
let said = '';
let giveBack: () => Promise<void> = () => Promise.resolve();

interface Answer {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** A line of the lab's prompt and what came of it. */
async function ask(line: string): Promise<Answer> {
  const from = said.length;
  lab?.stdin?.write(`${line}\n`);
  const found = (): string | undefined =>
    said
      .slice(from)
      .split('\n')
      .slice(0, -1)
      .find((text) => text.startsWith('{"event":"line"') && (JSON.parse(text) as { line: string }).line === line);
  await until(
    line,
    () => found() !== undefined,
    () => said,
  );
  return JSON.parse(found() ?? '') as Answer;
}

const image = (...args: readonly string[]) =>
  spawn(process.execPath, [CLI, 'image', ...args, '-a', '127.168.1.112'], { stdio: ['ignore', 'pipe', 'pipe'] });

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly err: string }> {
  let err = '';
  child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
  const code = await new Promise<number | null>((done) => void child.once('close', done));
  return { code, err };
}

/** Octets that no two places have alike, with runs of zeros where `zeros` says so, by MiB. */
function rawImage(path: string, mebibytes: number, zeros: (mebibyte: number) => boolean): string {
  const octets = Buffer.alloc(mebibytes * MIB);
  for (let i = 0; i < mebibytes; i++) {
    if (zeros(i)) continue;
    const line = createHash('sha512').update(`${i}`).digest();
    for (let at = i * MIB; at < (i + 1) * MIB; at += 64) {
      line.writeUInt32LE(at, 0);
      line.copy(octets, at);
    }
  }
  writeFileSync(path, octets);
  return createHash('sha256').update(octets).digest('hex');
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const place = (name: string): string => join(folder, name);

/** Names of the data objects that a node has. */
function objectsOf(node: number): readonly string[] {
  const objects = place(`nodes/n${node}/store/obj`);
  const newest = existsSync(objects) ? (readdirSync(objects).sort().at(-1) ?? '') : '';
  return newest === '' ? [] : readdirSync(join(objects, newest)).filter((name) => /^00[0-9a-f]{14}$/.test(name));
}

/** Slow disks keep a long copy going until a test has done what it wants to do in the middle. */
async function disks(how: string, ...nodes: readonly number[]): Promise<void> {
  for (const node of nodes.length === 0 ? [1, 2, 3] : nodes)
    expect(await ask(`fault disk ${node} ${how}`)).toMatchObject({ code: 0 });
}

/** Ids of the images of which any node has an object. */
const images = (): ReadonlySet<string> => new Set([1, 2, 3].flatMap(objectsOf).map((name) => name.slice(2, 8)));

describe.skipIf(why !== null)(why ?? 'images', () => {
  beforeAll(async () => {
    giveBack = await takeSheepPort();
    folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
    // The token timeout is longer than any node waits for its turn on a busy machine.
    const args = ['lab', '--json', '--port', '30505', '--token', '4000', '--dir', place('nodes')];
    lab = spawn(process.execPath, [CLI, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    lab.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    await ask('wait sheep 3');
  });
  afterAll(async () => {
    if (lab !== null && lab.exitCode === null) {
      const gone = new Promise((done) => lab?.once('close', done));
      lab.stdin?.end();
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
    await giveBack();
  });

  it('say in a sentence what is wrong', async () => {
    const sentences = [
      ['1> qemu-img create sheepdog:early 1G', 'early cannot be made: the cluster is not formatted yet'],
      ['1> collie cluster format -c 2', ''],
      ['1> qemu-img create sheepdog:vm1 1G', ''],
      ['1> qemu-img create sheepdog:vm1 1G', 'vm1 exists already: choose another name'],
      ['1> qemu-img create sheepdog:vm2 1X', '"1X" is no size'],
      ['1> qemu-img create sheepdog:vm2 5T', 'an image has up to 4 TiB'],
      ['1> qemu-img convert missing.img sheepdog:vm2', 'there is no such file'],
      ['1> qemu-img convert sheepdog:vm9 out.img', 'there is no image vm9'],
      ['1> qemu-img convert -O qcow2 sheepdog:vm1 out.img', 'only raw images are read and written here'],
      ['1> qemu-img resize sheepdog:vm1 2G', 'resize is not among its commands here'],
      ['1> qemu-img convert sheepdog:127.168.1.200:7000:vm1 out.img', 'no sheep answers at 127.168.1.200:7000'],
    ] as const;
    for (const [line, sentence] of sentences) {
      const { err, code } = await ask(line);
      expect([line, err]).toEqual([line, expect.stringContaining(sentence)]);
      expect([line, code === 0]).toEqual([line, sentence === '']);
    }
    writeFileSync(place('q.img'), Buffer.concat([Buffer.from('QFI\u00fb', 'latin1'), Buffer.alloc(1000)]));
    expect((await ask(`1> qemu-img convert ${place('q.img')} sheepdog:vm2`)).err).toContain('is a qcow2 image');
  });

  it('keep every octet, have no objects of zeros, and holes in files', async () => {
    const hash = rawImage(place('vm1.img'), 41, (i) => i >= 4 && i < 20 && i !== 9);
    const lines = [
      `2> qemu-img convert -p ${place('vm1.img')} sheepdog:VM1`,
      '3> qemu-img info sheepdog:VM1',
      '1> qemu-img convert sheepdog:VM1 own.img',
      `3> qemu-img convert sheepdog:VM1 ${place('back.img')}`,
      '1> collie vdi snapshot VM1 -s first',
      '1> qemu-img create -b sheepdog:VM1:first sheepdog:clone',
      `1> qemu-img convert sheepdog:127.168.1.114:7000:clone ${place('clone.img')}`,
    ];
    const answers: Answer[] = [];
    for (const line of lines) answers.push(await ask(line));

    expect(answers.filter(({ code }) => code !== 0)).toEqual([]);
    expect(answers[0]?.out).toMatch(/^ {4}\(0\.00\/100%\)\r.* {4}\(100\.00\/100%\)\r\n$/s);
    expect(answers[1]?.out).toBe(
      'image: sheepdog:VM1\nfile format: raw\nvirtual size: 41M (42991616 bytes)\ndisk size: 32M\ncopies: 2\n',
    );
    expect([place('nodes/n1/own.img'), place('back.img'), place('clone.img')].map(hashOf)).toEqual([hash, hash, hash]);
    const indices = new Set([1, 2, 3].flatMap(objectsOf).map((name) => Number.parseInt(name.slice(8), 16)));
    expect([...indices].sort((a, b) => a - b)).toEqual([0, 2, 5, 6, 7, 8, 9, 10]);
    expect(statSync(place('back.img')).blocks * 512).toBeLessThan(27 * MIB);
  });

  it('go on through another node when one dies, and leave nothing when they are stopped', async () => {
    const hash = rawImage(place('large.img'), 128, () => false);
    await disks('slow 200ms');
    const importing = image('import', place('large.img'), 'large');
    const end = ended(importing);
    const before = objectsOf(2).length;
    await until('some objects are there', () => objectsOf(2).length > before + 5);
    await ask('fault kill 2');
    await disks('ok', 1, 3);
    const { code, err } = await end;

    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/127\.168\.1\.112:7000: .*; going on through 127\.168\.1\.11/),
    ]);
    const back = spawnSync(process.execPath, [
      CLI,
      'image',
      'export',
      'large',
      place('large.out'),
      '-a',
      '127.168.1.111',
    ]);
    expect([back.status, hashOf(place('large.out'))]).toEqual([0, hash]);

    await ask('fault start 2');
    await ask('wait recovered');
    const known = images();
    await disks('slow 200ms');
    const stopped = image('import', place('large.img'), 'again');
    const stop = ended(stopped);
    await until('the new image has an object', () => images().size > known.size);
    stopped.kill('SIGINT');

    expect(await stop).toEqual({ code: 130, err: 'totemlab: stopped\n' });
    await disks('ok');
    expect((await ask('1> collie vdi list')).out).not.toContain('again');
    await disks('slow 200ms');
    const exporting = image('export', 'large', place('half.out'));
    const half = ended(exporting);
    await until('the file grows', () => readdirSync(folder).some((name) => name.endsWith('.part')));
    exporting.kill('SIGINT');
    expect((await half).code).toBe(130);
    expect(readdirSync(folder).filter((name) => name.includes('half.out'))).toEqual([]);
  });
});
