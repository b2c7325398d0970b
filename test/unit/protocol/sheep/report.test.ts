// What the student of 2012 did, in both behaviours: experiments 5.2 to 5.5, and the losses of integrity as
// specs/sheepdog.md 3.9 explains them. In the faithful sheep they happen; in the sound ones they do not.
import { describe, expect, test, vi } from 'vitest';
import { utf8Text } from '../../../../protocol/base/bytes.ts';
import { Status } from '../../../../protocol/sheep/operations.ts';
import type { Behaviour } from '../../../../protocol/sheep/engine/policy.ts';
import { copyTrouble, epochTrouble, isQuiet } from '../../../support/sheep/checkers.ts';
import { runCollie, startCollie, type CollieJob } from '../../../support/sheep/collie-runner.ts';
import { World, type WorldNode } from '../../../support/sheep/world.ts';

/** Images of many MiB are written, moved and compared: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 120_000 });

const MIB = 1024 * 1024;
const SECOND = 1_000_000;

function cluster(behaviour: Behaviour, nodes: readonly number[], started = nodes): World {
  const world = new World({ behaviour, seed: 11, nodes, keepsLogs: true });
  for (const last of started) {
    world.start(world.node(last));
    world.run(SECOND);
  }
  return world;
}

/** Runs a command that must work, and gives what it prints. */
function says(world: World, at: number, line: string, stdin?: Uint8Array): string {
  const ran = runCollie(world, world.node(at), line, stdin);
  return ran === null ? 'hangs' : `${utf8Text(ran.stdout)}${ran.stderr}`;
}

/** The epochs that a node tells, newest first: `2 .111 .112`. */
function epochs(world: World, at: number): readonly string[] {
  const lines = says(world, at, 'collie cluster info -r').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [, epoch, list = ''] = /^\d+ (\d+) \[(.*)\]$/.exec(line) ?? [];
    return [epoch, ...list.split(', ').map((node) => node.replace(/^192\.168\.1|:7000$/g, ''))].join(' ').trim();
  });
}

const status = (world: World, at: number): string => says(world, at, 'collie cluster info -r').split('\n')[0] ?? '';

function image(octets: number): Uint8Array {
  const data = new Uint8Array(octets);
  for (let i = 0; i < octets; i += 512) data[i] = 1 + ((i / 512) % 250);
  return data;
}

/** Formats with two copies and writes an image. */
function withImage(world: World, at: number, data: Uint8Array): void {
  says(world, at, 'collie cluster format -c 2');
  world.run(SECOND);
  says(world, at, 'collie vdi create VM1 1G');
  expect(says(world, at, `collie vdi write VM1 0 ${data.length}`, data)).toBe('');
}

function readBack(world: World, at: number, length: number): Uint8Array {
  const ran = runCollie(world, world.node(at), `collie vdi read VM1 0 ${length}`);
  return ran?.stdout ?? new Uint8Array(0);
}

/** Whether octets are the same, without printing megabytes where they are not. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function objectCounts(world: World, epoch: string): readonly number[] {
  return world.nodes.map(({ disk }) => disk.paths().filter((path) => path.startsWith(`obj/${epoch}/`)).length);
}

/** What just happened is known to all, and done with. */
function settle(world: World): void {
  world.run(SECOND);
  world.runUntil(() => isQuiet(world));
}

function restart(world: World, last: number): void {
  const node: WorldNode = world.node(last);
  world.kill(node);
  world.run(SECOND / 2);
  world.start(node);
  world.run(2 * SECOND);
}

describe.each(['faithful', 'sound'] as const)('%s', (behaviour) => {
  test('5.4: a third node takes its share, and every octet stays', () => {
    const world = cluster(behaviour, [111, 112, 114], [111, 112]);
    const data = image(32 * MIB);
    withImage(world, 111, data);

    world.start(world.node(114));
    settle(world);

    expect(objectCounts(world, '00000001')).toEqual([9, 9, 0]);
    expect(objectCounts(world, '00000002').reduce((sum, count) => sum + count)).toBe(18);
    expect(copyTrouble(world)).toEqual([]);
    expect(isSame(readBack(world, 114, data.length), data)).toBe(true);
    expect(epochs(world, 111)).toEqual(['2 .111 .112 .114', '1 .111 .112']);
  });

  test('5.5: a node is lost, the others make its copies anew', () => {
    const world = cluster(behaviour, [111, 112, 114]);
    const data = image(32 * MIB);
    withImage(world, 111, data);

    world.kill(world.node(112));
    settle(world);

    expect(copyTrouble(world)).toEqual([]);
    expect(objectCounts(world, '00000002')).toEqual([9, 0, 9]);
    expect(isSame(readBack(world, 114, data.length), data)).toBe(true);
    expect(epochs(world, 114)[0]).toBe('2 .111 .114');
  });

  test('a clean shutdown and a start in any order keep the epoch, and wait for all', () => {
    const world = cluster(behaviour, [111, 112, 114]);
    const data = image(8 * MIB);
    withImage(world, 111, data);

    says(world, 112, 'collie cluster shutdown');
    world.run(SECOND);
    const exits = world.nodes.map(({ exit }) => exit?.code);
    for (const last of [114, 111]) {
      world.start(world.node(last));
      world.run(SECOND);
    }
    const waiting = status(world, 111);
    world.start(world.node(112));
    world.runUntil(() => isQuiet(world));

    expect(exits).toEqual([0, 0, 0]);
    expect(waiting).toBe('Waiting for other nodes to join cluster');
    expect(status(world, 114)).toBe('running');
    expect(epochs(world, 114)).toEqual(['1 .111 .112 .114']);
    expect(isSame(readBack(world, 112, data.length), data)).toBe(true);
  });
});

describe('A: a link is down for six seconds', () => {
  const cutAndHeal = (behaviour: Behaviour): World => {
    const world = cluster(behaviour, [111, 112]);
    withImage(world, 111, image(4 * MIB));
    world.partition([111], [112]);
    world.run(6 * SECOND);
    world.heal();
    world.run(10 * SECOND);
    return world;
  };

  test('faithful: corosync heals, sheepdog stays split for ever', () => {
    const world = cutAndHeal('faithful');

    expect(epochs(world, 111)).toEqual(['2 .111', '1 .111 .112']);
    expect(epochs(world, 112)).toEqual(['2 .112', '1 .111 .112']);
    expect(status(world, 111)).toBe('IO has halted as there are too few living nodes');
    // The group is whole again, and a join waits that nobody will ask for.
    expect(world.node(111).engine?.inspect().queue).toEqual([
      { type: 'join', isBlocked: true, sender: world.node(112).process },
    ]);
  });

  test('faithful: a shutdown hangs, and is carried out when the other sheep is killed, long after', () => {
    const world = cutAndHeal('faithful');
    const job = startCollie(world, world.node(111), ['cluster', 'shutdown'], new Uint8Array(0));
    world.run(20 * SECOND);
    const hung = job.result;

    world.kill(world.node(112));
    world.run(SECOND);

    expect(hung).toBeNull();
    expect(world.node(111).exit).toMatchObject({ code: 0 });
  });

  test('faithful: a queued format erases the survivor', () => {
    const world = cutAndHeal('faithful');
    startCollie(world, world.node(111), ['cluster', 'format', '-c', '2'], new Uint8Array(0));
    world.run(5 * SECOND);
    const before = objectCounts(world, '00000001')[0];

    world.kill(world.node(112));
    world.run(SECOND);

    expect(before).toBe(2);
    expect(epochs(world, 111)).toEqual(['1 .111']);
    expect(objectCounts(world, '00000001')[0]).toBe(0);
  });

  test('faithful: restarting one sheep joins it to the history of the other; two epochs have the same time', () => {
    const world = cutAndHeal('faithful');

    restart(world, 112);

    expect(epochs(world, 111)).toEqual(['3 .111 .112', '2 .111', '1 .111 .112']);
    expect(epochs(world, 112)).toEqual(['3 .111 .112', '2 .111', '1 .111 .112']);
    const times = says(world, 112, 'collie cluster info -r')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]);
    expect(times[0]).toBe(times[1]);
  });

  test('sound: both are members again, nothing is split, and commands work', () => {
    const world = cutAndHeal('sound');

    expect(isQuiet(world)).toBe(true);
    expect(status(world, 112)).toBe('running');
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(epochs(world, 112)).toEqual(epochs(world, 111));
    expect(says(world, 112, 'collie vdi create VM2 64M')).toBe('');
    expect(isSame(readBack(world, 112, 4 * MIB), image(4 * MIB))).toBe(true);
  });

  test('sound: while they are cut off, only the side with the first node goes on', () => {
    const world = cluster('sound', [111, 112]);
    withImage(world, 111, image(4 * MIB));

    world.partition([111], [112]);
    world.run(6 * SECOND);

    expect(world.node(112).engine?.inspect().isSuspended).toBe(true);
    expect(says(world, 112, 'collie vdi read VM1 0 512')).toContain('IO has halted as there are too few living nodes');
    expect(isSame(readBack(world, 111, 4 * MIB), image(4 * MIB))).toBe(true);
  });
});

describe('B: a machine sleeps for four seconds', () => {
  const sleepAndWake = (behaviour: Behaviour): World => {
    const world = cluster(behaviour, [111, 112, 114]);
    withImage(world, 112, image(4 * MIB));
    world.pause(world.node(111));
    world.run(SECOND);
    // The token is lost; the others go on without it.
    world.partition([111]);
    world.run(3 * SECOND);
    world.resume(world.node(111));
    world.run(SECOND);
    world.heal();
    world.run(10 * SECOND);
    return world;
  };

  test('faithful: the sleeper expelled the others', () => {
    const world = sleepAndWake('faithful');

    expect(epochs(world, 112)).toEqual(['2 .112 .114', '1 .111 .112 .114']);
    // Two leaves, two epochs; the second leaves it alone.
    expect(epochs(world, 111).map((line) => line.split(' ').length - 1)).toEqual([1, 2, 3]);
  });

  test('sound: it is back, and says what the others say', () => {
    const world = sleepAndWake('sound');

    expect(isQuiet(world)).toBe(true);
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(epochs(world, 111)).toEqual(epochs(world, 112));
    expect(isSame(readBack(world, 111, 4 * MIB), image(4 * MIB))).toBe(true);
  });
});

describe('C: disks are full', () => {
  const fillUp = (behaviour: Behaviour): { readonly world: World; readonly ran: string } => {
    const world = cluster(behaviour, [111, 112]);
    says(world, 111, 'collie cluster format -c 2 -H');
    world.run(SECOND);
    says(world, 111, 'collie vdi create VM1 1G');
    for (const { disk } of world.nodes) disk.capacity = 14 * MIB;
    const ran = says(world, 111, `collie vdi write VM1 0 ${64 * MIB}`, image(64 * MIB));
    world.run(2 * SECOND);
    says(world, 112, `collie vdi write VM1 0 ${64 * MIB}`, image(64 * MIB));
    world.run(2 * SECOND);
    return { world, ran };
  };

  test('sound: the client is told, and nobody leaves', () => {
    const { world, ran } = fillUp('sound');

    expect(ran).toContain('Server has no space for new objects');
    expect(isQuiet(world)).toBe(true);
    expect(epochs(world, 112)).toEqual(['1 .111 .112']);
    expect(copyTrouble(world)).toEqual([]);
  });
});

describe('E: sheep are started in the wrong order', () => {
  /** .112 was killed first, .111 later; then .112 is started first. */
  const wrongOrder = (behaviour: Behaviour): World => {
    const world = cluster(behaviour, [111, 112]);
    withImage(world, 111, image(4 * MIB));
    world.kill(world.node(112));
    world.run(2 * SECOND);
    world.kill(world.node(111));
    world.run(SECOND);
    for (const last of [112, 111]) {
      world.start(world.node(last));
      world.run(2 * SECOND);
    }
    return world;
  };

  test('faithful: the first one hands over and exits; the other runs with no copies, and nothing can be read', () => {
    const world = wrongOrder('faithful');

    expect(world.node(112).exit).toMatchObject({ code: 1 });
    expect(status(world, 111)).toBe('running');
    expect(world.node(111).engine?.inspect().copies).toBe(0);
    expect(says(world, 111, 'collie vdi read VM1 0 512')).not.toBe('');

    world.start(world.node(112));
    world.run(5 * SECOND);
    // Byte 10 of the config is the number of copies.
    expect(world.node(112).disk.octets('config')?.[10]).toBe(0);
    expect(objectCounts(world, '00000003')).toEqual([0, 0]);
  });

  test('sound: nobody exits, the newest epoch is taken, the image is there', () => {
    const world = wrongOrder('sound');
    world.runUntil(() => isQuiet(world), 20 * SECOND);

    expect(world.nodes.map(({ exit }) => exit)).toEqual([null, null]);
    expect(isQuiet(world)).toBe(true);
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(isSame(readBack(world, 112, 4 * MIB), image(4 * MIB))).toBe(true);
  });
});

describe('HALT', () => {
  const lonely = (behaviour: Behaviour): { readonly world: World; readonly job: CollieJob } => {
    const world = cluster(behaviour, [111]);
    says(world, 111, 'collie cluster format -c 2');
    world.run(SECOND);
    const job = startCollie(world, world.node(111), ['vdi', 'create', 'VM1', '64M'], new Uint8Array(0));
    world.run(5 * SECOND);
    return { world, job };
  };

  test('faithful: too few zones are a label only', () => {
    const { world, job } = lonely('faithful');

    expect(world.node(111).engine?.inspect().clusterStatus).toBe(Status.HALT);
    expect(job.result?.code).toBe(0);
  });

  test('sound: nothing is written with fewer copies than asked for', () => {
    const { job } = lonely('sound');

    expect(job.result).toMatchObject({
      code: 1,
      stderr: 'Failed to create VDI VM1: IO has halted as there are too few living nodes\n',
    });
  });
});
