// The whole mini cluster: processes of its nodes are killed (SIGKILL) at random moments while clients write through all
// of them, one at a time and all at once, and started again. Every acknowledged block is there, none is torn, and reads
// the same through every sheep. More kills, of a sheep alone: kills.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../../protocol/base/prng.ts';
import {
  blockTrouble,
  format,
  newBlock,
  writeBlock,
  type Address,
  type Block,
} from '../../support/one-sheep/blocks.ts';
import { TalkingLab } from '../../support/lab/talking.ts';

const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const KILLS = Number(process.env['SHEEP_LAB_KILLS'] ?? 3);
/** Every so many kills all nodes die at once. */
const ALL_AT_ONCE = 3;
const SHEEP: readonly Address[] = [111, 112, 114].map((last) => ({ host: `127.168.1.${last}`, port: 7000 }));
const VDI = 0x123456n << 32n;
const COPIES = 2;
const MS_OF_WRITING_MAX = 1500;
const MS_BEFORE_START_MAX = 2500;

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

let folder = '';
let lab: TalkingLab;

/** Writes its own object through one sheep after the other. */
class Writer {
  readonly blocks: readonly Block[];
  isStopped = false;
  acknowledged = 0;
  private value: number;
  private readonly chance: Prng;

  constructor(number: number) {
    this.blocks = [0, 1, 2].map((at) => newBlock(VDI | BigInt(number), at));
    this.value = 1 + number * 1_000_000;
    this.chance = Prng.of(2012, number);
  }

  private pick<T>(from: readonly T[]): T {
    const picked = from[this.chance.below(from.length)];
    if (picked === undefined) throw new Error('there is something to pick from');
    return picked;
  }

  async run(): Promise<void> {
    while (!this.isStopped) {
      const isNew = this.blocks.every(({ acknowledged }) => acknowledged === 0);
      const isDone = await writeBlock(this.pick(SHEEP), this.pick(this.blocks), this.value++, COPIES, isNew);
      if (isDone) this.acknowledged++;
      else await sleep(20);
    }
  }
}

describe.skipIf(why !== null)(why ?? 'the mini cluster under kills', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
    lab = await TalkingLab.open('--nodes', '3', '--port', '30705', '--token', '2000', '--dir', folder);
  });
  afterAll(async () => {
    await lab.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Pids of the nodes that run. */
  const running = async (): Promise<readonly number[]> =>
    [...(await lab.ask('status')).out.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));

  /** Waits until all are together and have what belongs to them. */
  async function settle(): Promise<void> {
    for (const line of ['wait ring 3', 'wait sheep 3', 'wait recovered'])
      expect(await lab.ask(line)).toMatchObject({ code: 0 });
  }

  it(`${KILLS} kills: all that was acknowledged is there`, async () => {
    const chance = Prng.of(2012);
    const trouble: string[] = [];
    await settle();
    expect(await format(SHEEP[0] ?? { host: '', port: 0 }, COPIES)).toBe(true);
    const writers = [1, 2, 3].map((number) => new Writer(number));
    for (let kill = 1; kill <= KILLS; kill++) {
      for (const writer of writers) writer.isStopped = false;
      const writing = writers.map((writer) => writer.run());
      await sleep(chance.below(MS_OF_WRITING_MAX));
      const pids = await running();
      expect(pids).toHaveLength(SHEEP.length);
      const gone = kill % ALL_AT_ONCE === 0 ? [0, 1, 2] : [chance.below(SHEEP.length)];
      for (const node of gone) process.kill(pids[node] ?? NaN, 'SIGKILL');
      // A node is started where the lab knows that it ended.
      while ((await running()).length > SHEEP.length - gone.length) await sleep(20);
      await sleep(chance.below(MS_BEFORE_START_MAX));
      for (const node of gone) await lab.ask(`fault start ${node + 1}`);
      await settle();
      for (const writer of writers) writer.isStopped = true;
      await Promise.all(writing);
      for (const to of SHEEP)
        for (const block of writers.flatMap(({ blocks }) => blocks)) {
          const says = await blockTrouble(to, block);
          if (says !== null) trouble.push(`after kill ${kill}, through ${to.host}: ${says}`);
        }
    }

    expect(trouble.slice(0, 5)).toEqual([]);
    for (const { acknowledged } of writers) expect(acknowledged).toBeGreaterThan(KILLS);
  });
});
