// The sheep of a virtual lab: commands in its shell, objects on its disks, faults of them, and the way back in time.
import { describe, expect, it } from 'vitest';
import type { LabObjects } from '../../app/lab/lab-view.ts';
import { runVirtualLine } from '../../app/lab/virtual/prompt.ts';
import { VirtualLab } from '../../app/lab/virtual/virtual-lab.ts';

const OPTIONS = {
  nodes: 3,
  dialect: 'corosync-1',
  transport: 'udp',
  tokenMs: 1000,
  seed: 7,
  behaviour: 'sound',
  withSheep: true,
} as const;

class Bench {
  readonly lab: VirtualLab;

  constructor(change: Partial<Parameters<typeof VirtualLab.open>[0]> = {}) {
    const lab = VirtualLab.open({ ...OPTIONS, ...change });
    if (!lab.ok) throw new Error(lab.problem);
    this.lab = lab.value;
  }

  /** Says a line, and lets time pass until it is answered. */
  say(line: string, micros = 60_000_000): string {
    const reply = runVirtualLine(this.lab, { isRunning: false, speed: 1 }, line);
    if (!('poll' in reply)) return reply.output;
    for (const last = this.lab.nowMicros + micros; this.lab.nowMicros < last;) {
      const answer = reply.poll();
      if (answer !== null) return `${answer.output}${answer.exitCode === 0 ? '' : `exit ${answer.exitCode}`}`;
      while (!this.lab.advance(this.lab.nowMicros + 1000));
    }
    return 'no answer';
  }

  formed(): this {
    this.say('wait sheep 3');
    expect(this.say('1> collie cluster format -c 2')).toBe('');
    return this;
  }

  get objects(): LabObjects {
    const objects = this.lab.objects();
    if (objects === null) throw new Error('there are no stores');
    return objects;
  }

  /** Copies of objects in the newest epoch, by node. */
  get counts(): readonly number[] {
    const { epochs, stores } = this.objects;
    const newest = epochs.at(-1)?.epoch;
    return stores.map(({ objects }) => objects.filter(({ epoch }) => epoch === newest).length);
  }
}

describe('the sheep of a virtual lab', () => {
  it('are formatted by collie, and hold the copies of what is written', () => {
    const bench = new Bench().formed();
    expect(bench.say('1> collie vdi create alice 16M')).toBe('');
    const wrote = bench.say('1> collie vdi write alice 0 8M < /dev/urandom');
    expect(wrote).toMatch(/^took 8388608 octets, checksum [0-9a-f]{8}\n$/);

    const read = bench.say('2> collie vdi read alice 0 8M');
    expect(read).toBe(wrote.replace('took ', ''));
    expect(bench.objects.vdis).toEqual([expect.objectContaining({ name: 'alice', sizeOctets: 16 << 20, copies: 2 })]);
    expect(bench.objects.epochs.map(({ members }) => members.length)).toEqual([3]);
    // The inode and two blocks, twice each.
    expect(bench.counts.reduce((sum, count) => sum + count, 0)).toBe(6);
    expect(bench.say('3> collie node list | grep 7000 | wc -l')).toBe('3\n');
  });

  it('recover what a killed node had; back in time all is as it was, and forward again as it came', () => {
    const bench = new Bench().formed();
    const { lab } = bench;
    bench.say('1> collie vdi create alice 16M');
    const wrote = bench.say('1> collie vdi write alice < /dev/urandom').replace('took ', '');
    bench.say('wait 1');
    const before = { micros: lab.nowMicros, objects: bench.objects, tick: lab.events };
    bench.say('fault kill 2');
    // It waits for the epoch that the death makes, which nobody has noticed yet.
    expect(bench.say('wait recovered')).toBe('recovered\n');
    const after = { micros: lab.nowMicros, objects: bench.objects, capture: lab.takeCapture().isAnew };
    expect(after.objects.epochs.map(({ epoch, members }) => [epoch, members.length])).toEqual([
      [1, 3],
      [2, 2],
    ]);
    // Both that are left have all five: four blocks and the inode.
    expect(bench.counts.filter((_, i) => i !== 1)).toEqual([5, 5]);
    expect(bench.say('3> collie vdi read alice')).toBe(wrote);

    // What was done at that very time has been done then.
    lab.backTo(before.micros - 1);
    expect(bench.objects).toEqual(before.objects);
    expect(lab.nodes()[1]?.condition).toBe('running');
    while (!lab.advance(after.micros));
    expect(lab.nodes()[1]?.condition).toBe('stopped');
    expect(bench.objects).toEqual(after.objects);

    bench.say('fault start 2');
    bench.say('wait recovered');
    expect(bench.objects.epochs.at(-1)).toMatchObject({ epoch: 3 });
    expect(bench.say('2> collie vdi read alice')).toBe(wrote);
    expect(lab.check()).toEqual([]);
  });

  it('go another way from a fork, and the same way from the same seed', () => {
    const story = (bench: Bench): Bench => {
      bench.formed().say('2> collie vdi create alice 8M');
      bench.say('2> collie vdi write alice < /dev/urandom');
      return bench;
    };
    const [one, two] = [story(new Bench()), story(new Bench())];
    expect(two.objects).toEqual(one.objects);
    expect(two.lab.events).toBe(one.lab.events);

    const fork = one.lab.fork();
    one.say('fault kill 3');
    one.say('wait 5');
    expect(fork.objects()).toEqual(two.objects);
    expect(one.objects).not.toEqual(two.objects);
  });

  it('stand still and go on in the middle of a command', () => {
    const bench = new Bench().formed();
    const { lab } = bench;
    bench.say('1> collie vdi create alice 16M');
    const command = lab.collie(1, ['vdi', 'write', 'alice'], 'random');
    const since = lab.nowMicros;
    for (let i = 1; lab.collieEnd(command) === null; i++) {
      // Each time the worlds are made anew from what was saved, and run on from there.
      while (!lab.advance(since + i * 20_000));
      lab.backTo(since + i * 10_000);
      while (!lab.advance(since + i * 20_000));
      expect(i).toBeLessThan(100);
    }
    expect(lab.collieEnd(command)).toMatchObject({ code: 0, read: { octets: 16 << 20 } });
    expect(bench.counts.reduce((sum, count) => sum + count, 0)).toBe(10);
  });

  it('say that they are still starting to who asks before they are up', () => {
    const bench = new Bench();
    const refused = bench.say('2> collie node list');
    expect(refused).toContain('Connection refused');
    expect(refused).toContain('The sheep of node 2 is still starting: wait sheep 3\n');
    bench.say('wait sheep 3');
    expect(bench.say('2> collie node list | grep 7000 | wc -l')).toBe('3\n');
    bench.say('2> pkill sheep');
    bench.say('wait 2');
    expect(bench.say('2> collie node list')).not.toContain('still starting');
  });

  it('start, stop and are killed by themselves', () => {
    const bench = new Bench().formed();
    expect(bench.say('2> service sheepdog status')).toMatch(/^sheep \(pid {2}\d+\) is running/);
    expect(bench.say('2> pkill -9 sheep')).toBe('');
    bench.say('wait 2');
    expect(bench.say('2> service sheepdog status')).toBe('sheep is stopped\n');
    expect(bench.say('2> collie node list')).toContain('Connection refused');
    expect(bench.say('1> collie node list | grep 7000 | wc -l')).toBe('2\n');
    expect(bench.say('2> service sheepdog start')).toContain('[  OK  ]');
    bench.say('wait sheep 3');
    expect(bench.say('1> service sheepdog stop')).toContain('[  OK  ]');
    expect(bench.say('wait sheep 2')).toBe('2 sheep together\n');
    expect(bench.lab.faults().map(({ words }) => words)).toEqual([
      '2> pkill -9 sheep',
      '2> service sheepdog start',
      '1> service sheepdog stop',
    ]);
    expect(bench.say('2> tail store/sheep.log')).toContain('sheepdog daemon (version 0.3.0) started');
    expect(bench.say('2> ls store/obj')).toContain('00000001');
    expect(bench.say('2> rm store/config')).toContain('collie vdi delete NAME removes an image');
  });

  it('have disks that fill up and slow down', () => {
    const bench = new Bench().formed();
    bench.say('1> collie vdi create alice 8M');
    expect(bench.say('fault disk 2 full')).toBe('disk of node 2 full\n');
    bench.say('fault disk 3 full');
    expect(bench.say('1> collie vdi write alice < /dev/zero')).toContain('Failed to write VDI');
    expect(bench.objects.stores.map(({ freeOctets }) => freeOctets > 0)).toEqual([true, false, false]);
    bench.say('fault disk 2 ok');
    bench.say('fault disk 3 slow 500');
    const since = bench.lab.nowMicros;
    expect(bench.say('1> collie vdi write alice < /dev/zero')).toContain('took 8388608 octets');
    expect(bench.lab.nowMicros - since).toBeGreaterThan(500_000);
  });

  it('cannot reach each other where the network is cut, whatever is sent', () => {
    const bench = new Bench().formed();
    bench.say('1> collie vdi create alice 8M');
    bench.say('fault partition 1,2 | 3');
    const reply = bench.say('3> collie node info', 30_000_000);
    expect(reply).not.toContain('127.168.1.111');
    bench.say('heal');
    bench.say('wait ring 3');
    bench.say('wait sheep 3');
    bench.say('wait recovered');
    expect(bench.say('3> collie vdi list')).toContain('alice');
  });

  it.each([
    ['cut one way', 'fault cut 3>1', 'fault mend 3>1'],
    ['of which one is paused', 'fault pause 3', 'fault resume 3'],
  ])('answer when they can: a connection %s, shorter than the token timeout', (_, begin, end) => {
    const bench = new Bench().formed();
    const { lab } = bench;
    bench.say(begin);
    const command = lab.collie(1, ['node', 'info'], 'nothing');
    const since = lab.nowMicros;
    while (!lab.advance(since + 500_000));
    const early = lab.collieEnd(command);
    bench.say(end);
    while (!lab.advance(since + 1_500_000));

    expect(early).toBeNull();
    expect(lab.collieEnd(command)).toMatchObject({ code: 0, stderr: '' });
    expect(bench.say('1> collie cluster info -r | wc -l')).toBe('2\n');
    expect(lab.check()).toEqual([]);
  });

  it('go on writing when a machine that they wait for was asleep for a while', () => {
    const bench = new Bench().formed();
    const { lab } = bench;
    bench.say('1> collie vdi create alice 16M');
    const command = lab.collie(1, ['vdi', 'write', 'alice'], 'random');
    const since = lab.nowMicros;
    while (!lab.advance(since + 20_000));
    bench.say('fault pause 2');
    while (!lab.advance(since + 700_000));
    const early = lab.collieEnd(command);
    bench.say('fault resume 2');
    while (!lab.advance(since + 2_000_000));

    expect(early).toBeNull();
    expect(lab.collieEnd(command)).toMatchObject({ code: 0, read: { octets: 16 << 20 } });
    expect(bench.objects.epochs).toHaveLength(1);
    expect(bench.say('3> collie vdi read alice | wc -l')).toBe('1\n');
  });

  it('are none where none were wanted', () => {
    const bench = new Bench({ withSheep: false });
    expect(bench.lab.objects()).toBeNull();
    expect(bench.say('1> collie node list')).toContain('this lab has no sheep');
  });
});
