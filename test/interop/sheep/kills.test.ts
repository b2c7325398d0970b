// A sheep with its real store is killed (SIGKILL) while clients write, also while it starts, and started again on what
// it left: every acknowledged block is there, none is torn. Two hundred random moments in one run, each so many writes
// after the start and somewhere in the next one, so that a slow machine does the same. SHEEP_KILLS=N: more.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Prng } from '../../../protocol/base/prng.ts';
import {
  blockTrouble,
  format,
  newBlock,
  writeBlock,
  type Address,
  type Block,
} from '../../support/one-sheep/blocks.ts';

const KILLS = Number(process.env['SHEEP_KILLS'] ?? 200);
/** Sheep at a time, each with its own store; every second one writes with sheep's option -D. */
const LANES = 4;
const PORT = 27_000;
const VDI = 0x123456n << 32n;
const WRITERS = 3;
const BLOCKS = 3;
/** Kills after which a lane goes on to new objects. */
const KILLS_PER_OBJECT = 4;
/** One in so many kills comes while the sheep starts. */
const AT_START_ONE_IN = 5;
/** Writes that a sheep acknowledges before it is killed, less one at most. */
const WRITES_BEFORE = 5;
/** Milliseconds in which a sheep acknowledges something, however busy the machine is. */
const PATIENCE_MS = 60_000;
const MS_WHILE_STARTING_MAX = 250;

const folder = mkdtempSync(join(tmpdir(), 'sheep-kills-'));
const script = join(folder, 'program', 'process.mjs');
const running = new Set<ChildProcess>();

beforeAll(async () => {
  const entry = join(import.meta.dirname, '..', '..', 'support', 'one-sheep', 'process.ts');
  const output = { entryFileNames: 'process.mjs' };
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: entry, outDir: join(folder, 'program'), rolldownOptions: { output } },
  });
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

class Lane {
  kills = 0;
  /** Kills while a write was under way. */
  inWrites = 0;
  acknowledged = 0;
  readonly trouble: string[] = [];
  private readonly number: number;
  private readonly chance: Prng;
  /** When kills come: drawn apart, since how often the others are asked is up to the machine. */
  private readonly plan: Prng;
  private readonly to: Address;
  private readonly blocks: Block[][] = [];
  private nextValue = 1;
  private underWay = 0;
  /** Milliseconds from one acknowledged write to the next, lately. */
  private pace = 20;
  private isStopped = false;

  constructor(number: number) {
    this.number = number;
    this.chance = Prng.of(20_120_401, number);
    this.plan = Prng.of(20_120_402, number);
    this.to = { host: '127.0.0.1', port: PORT + number };
  }

  private start(): { readonly child: ChildProcess; readonly ready: Promise<void> } {
    const how = this.number % 2 === 0 ? 'durable' : 'fast';
    const args = [script, join(folder, `store-${this.number}`), this.to.host, String(this.to.port), how];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const ready = new Promise<void>((done) => {
      child.stdout.on('data', (text: Buffer) => {
        if (text.toString().includes('ready')) done();
      });
      child.once('exit', () => done());
    });
    return { child, ready };
  }

  private async kill(child: ChildProcess): Promise<void> {
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    child.kill('SIGKILL');
    await gone;
    if (child.signalCode !== 'SIGKILL') this.trouble.push(`lane ${this.number} ended by itself: ${child.exitCode}`);
    this.kills++;
  }

  /** Writes the blocks of one object, one after the other, until the sheep is gone. */
  private async write(blocks: readonly Block[]): Promise<void> {
    while (!this.isStopped) {
      const block = blocks[this.chance.below(blocks.length)];
      const isNew = blocks.every(({ acknowledged }) => acknowledged === 0);
      if (block === undefined) return;
      this.underWay++;
      const isDone = await writeBlock(this.to, block, this.nextValue++, 1, isNew);
      this.underWay--;
      if (!isDone) return;
      this.acknowledged++;
    }
  }

  /** The objects that are being written, and all others once they are done with. */
  private async check(which: readonly Block[]): Promise<void> {
    for (const block of which) {
      const trouble = await blockTrouble(this.to, block);
      if (trouble !== null) this.trouble.push(`lane ${this.number} after ${this.kills} kills: ${trouble}`);
    }
  }

  private objects(): readonly Block[][] {
    const first = WRITERS * Math.floor(this.kills / KILLS_PER_OBJECT);
    while (this.blocks.length < first + WRITERS) {
      const oid = VDI | BigInt(this.blocks.length);
      this.blocks.push(Array.from({ length: BLOCKS }, (_, at) => newBlock(oid, at)));
    }
    return this.blocks.slice(first, first + WRITERS);
  }

  /** Until so many writes more are acknowledged, and into the next one. */
  private async writes(wanted: number): Promise<void> {
    const began = performance.now();
    const before = this.acknowledged;
    while (this.acknowledged < before + wanted && performance.now() < began + PATIENCE_MS) await sleep(1);
    if (this.acknowledged < before + wanted) this.trouble.push(`lane ${this.number}: nothing is acknowledged`);
    if (wanted > 0) this.pace = (performance.now() - began) / wanted;
    await sleep(this.plan.below(2 * Math.ceil(this.pace)));
  }

  /** One life of the sheep: checked, written to, killed. */
  private async live(): Promise<void> {
    const { child, ready } = this.start();
    if (this.blocks.length > 0 && this.plan.below(AT_START_ONE_IN) === 0) {
      await sleep(this.plan.below(MS_WHILE_STARTING_MAX));
      return this.kill(child);
    }
    await ready;
    if (this.blocks.length === 0 && !(await format(this.to, 1))) this.trouble.push('format failed');
    await this.check(this.blocks.slice(-2 * WRITERS).flat());
    this.isStopped = false;
    const writers = this.objects().map((blocks) => this.write(blocks));
    await this.writes(this.plan.below(WRITES_BEFORE));
    if (this.underWay > 0) this.inWrites++;
    this.isStopped = true;
    await this.kill(child);
    await Promise.all(writers);
  }

  async run(kills: number): Promise<void> {
    while (this.kills < kills) await this.live();
    const { child, ready } = this.start();
    await ready;
    await this.check(this.blocks.flat());
    await this.kill(child);
    this.kills--;
  }
}

it(`${KILLS} kills: every acknowledged block is there, and none is torn`, async () => {
  const lanes = Array.from({ length: LANES }, (_, i) => new Lane(i));
  await Promise.all(lanes.map((lane) => lane.run(Math.ceil(KILLS / LANES))));

  const sum = (of: (lane: Lane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);
  expect(lanes.flatMap(({ trouble }) => trouble.slice(0, 5))).toEqual([]);
  expect(sum(({ kills }) => kills)).toBeGreaterThanOrEqual(KILLS);
  // It was killed while it wrote, and it wrote.
  expect(sum(({ inWrites }) => inWrites)).toBeGreaterThan(KILLS / 2);
  expect(sum(({ acknowledged }) => acknowledged)).toBeGreaterThan(KILLS);
});
