// The virtual lab of a window without its worker: lines of its prompt, its capture as a reader has it,
// time that goes back.
import { describe, expect, it } from 'vitest';
import type { LabOptions, LabSnapshot } from '../../../../app/lab/lab-view.ts';
import { parseScenario } from '../../../../protocol/sim/scenario/parse.ts';
import { VirtualHost } from '../../../../renderer/lab/virtual/virtual-host.ts';
import { openBytes } from '../../../support/open-golden.ts';

const OPTIONS: LabOptions = {
  kind: 'virtual',
  nodes: 3,
  dialect: 'corosync-1',
  transport: 'udp',
  tokenMs: 1000,
  behaviour: 'sound',
  withSheep: false,
  seed: 3,
};

class Bench {
  readonly snapshots: LabSnapshot[] = [];
  anews = 0;
  readonly host: VirtualHost;
  private now = 0;

  constructor() {
    const hooks = { snapshot: (told: LabSnapshot) => void this.snapshots.push(told), anew: () => void this.anews++ };
    const opened = VirtualHost.open(OPTIONS, hooks, 0);
    if (!opened.ok) throw new Error(opened.problem);
    this.host = opened.value;
    // A reader that is never behind.
    const { capture } = this.host;
    void (async () => {
      for await (const { bytes } of capture.portions()) if (bytes.length === 0) break;
    })();
  }

  async run(ms: number): Promise<void> {
    for (const until = this.now + ms; this.now < until;) {
      this.host.tick((this.now += 16));
      await Promise.resolve();
    }
  }

  say(line: string): string {
    let said = 'no answer yet';
    this.host.line(line, this.now, ({ output, exitCode }) => void (said = `${exitCode} ${output}`.trim()));
    return said;
  }

  get virtual() {
    return this.snapshots.at(-1)?.virtual;
  }
}

describe('a virtual lab in the window', () => {
  it('forms its ring in time that passes with the clock, at the speed that was said', async () => {
    const bench = new Bench();
    await bench.run(2000);
    expect(bench.virtual?.nowMicros).toBeGreaterThan(1_700_000);
    expect(bench.virtual?.nowMicros).toBeLessThanOrEqual(2_016_000);
    expect(bench.say('wait ring 3')).toMatch(/^0 ring \d+:\d+ of 3$/);
    bench.say('speed 0.1');
    const before = bench.virtual?.nowMicros ?? 0;
    await bench.run(1000);

    expect((bench.virtual?.nowMicros ?? 0) - before).toBeLessThan(130_000);
    expect(bench.snapshots.length).toBeLessThan(25);
  });

  it('stands, is stepped by events, hops and rotations, and tells of itself only when something changed', async () => {
    const bench = new Bench();
    bench.say('wait ring 3');
    bench.say('pause');
    const told = bench.snapshots.length;
    await bench.run(3000);
    expect(bench.snapshots.length).toBe(told);

    for (const unit of ['events', 'hops', 'rotations']) {
      const before = bench.virtual?.nowMicros ?? 0;
      expect(bench.say(`step ${unit}`)).toBe('0');
      expect(bench.virtual?.nowMicros).toBeGreaterThanOrEqual(before);
    }
    expect(bench.say('step leaps')).toMatch(/^1 step events, hops or rotations/);
  });

  it('goes back across a fault, and another deed makes another future', () => {
    const bench = new Bench();
    bench.say('wait ring 3');
    bench.say('wait 1');
    const at = (bench.virtual?.nowMicros ?? 0) / 1e6;
    expect(bench.say('fault kill 2')).toBe('0 node 2 killed');
    expect(bench.say('wait ring 2')).toMatch(/of 2$/);
    expect(bench.snapshots.at(-1)?.faults.map(({ words }) => words)).toEqual(['fault kill 2']);
    const killed = openBytes(bench.host.capture.whole());
    expect(killed.ingest.comments.some(({ text }) => /^lab at \d+\.\d{9}: fault kill 2$/.test(text))).toBe(true);

    bench.say(`goto ${at - 0.01}`);

    expect(bench.anews).toBe(1);
    expect(bench.snapshots.at(-1)?.faults).toEqual([]);
    expect(bench.say('n2> corosync-cfgtool -s')).toMatch(/^0 Printing ring status/);
    bench.say('fault pause 3');
    bench.say('wait ring 2');
    const other = openBytes(bench.host.capture.whole());
    expect(other.ingest.comments.map(({ text }) => text).filter((text) => text.startsWith('lab at'))).toEqual([
      expect.stringContaining('fault pause 3'),
    ]);
  });

  it('gives its first octets to a reader that waited for them before its time began', async () => {
    const bench = new Bench();
    const portions = bench.host.capture.portions();
    const first = portions.next();
    await bench.run(32);

    expect((await first).value?.bytes.subarray(0, 4)).toEqual(Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a));
    expect(bench.anews).toBe(0);
  });

  it('is a scenario that can be run again', () => {
    const bench = new Bench();
    bench.say('wait ring 3');
    bench.say('fault kill 2');
    bench.say('wait ring 2');
    bench.say('fault partition 1 | 3');
    bench.say('wait 1');

    const text = bench.say('scenario').slice(2);

    const parsed = parseScenario(text);
    expect(parsed.ok && [parsed.value.seed, parsed.value.cluster.nodes.length]).toEqual([OPTIONS.seed, 3]);
    expect(text.split('\n').filter((line) => line.startsWith('at '))).toEqual([
      expect.stringMatching(/^at \d\S* kill 2$/),
      expect.stringMatching(/^at \d\S* partition 1 \| 3$/),
    ]);
  });

  it('has traffic and refuses what it has no store for', () => {
    const bench = new Bench();
    bench.say('wait ring 3');
    expect(bench.say('traffic 1 size=200 rate=100 seconds=1')).toMatch(/^0 /);
    bench.say('wait 2');
    expect(bench.snapshots.at(-1)?.nodes.map(({ status }) => status?.delivered.messages)).toEqual([100, 100, 100]);
    expect(bench.say('n1> collie node list')).toMatch(/^1 this lab has no sheep/);
    expect(bench.say('fault disk 2 full')).toMatch(/^1 /);
    expect(bench.say('n9> corosync-cfgtool -s')).toMatch(/^1 there is no node n9/);
  });
});
