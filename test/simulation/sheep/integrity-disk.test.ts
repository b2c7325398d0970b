// How the student's cluster lost its integrity (specs/sheepdog.md 3.9, C and D): an epoch without members, and why a
// restart does not help. In the faithful sheep it happens; in the sound ones it does not.
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { copyTrouble, epochTrouble, isQuiet } from '../../support/sheep/checkers.ts';
import {
  cluster,
  epochs,
  epochTimes,
  image,
  isSame,
  logOf,
  MIB,
  readBack,
  says,
  SECOND,
  settle,
  startAll,
  status,
  withImage,
} from './support/report.ts';
import type { World } from '../../support/sheep/world.ts';

/** Images of many MiB are written and compared: on a busy machine that takes its time. */

const NOBODY = 'There are no active sheep daemons\n';
/** The eight octets of an epoch that has only a time. */
const EMPTY_EPOCH_OCTETS = 8;

describe('C: a node is told that its own sheep has left (the downlist of Corosync before 1.4.5)', () => {
  /** Cut off, then 92 seconds alone, as in 5.5 of the report; then the rings merge. */
  const disowned = (behaviour: Behaviour): World => {
    const world = cluster(behaviour, [111, 112, 114]);
    withImage(world, 111, image(4 * MIB));
    // Two leaves in the same second.
    world.partition([111]);
    world.run(92 * SECOND);
    world.disown(world.node(111));
    world.run(SECOND);
    return world;
  };

  test('faithful: the history of 5.5, the empty epoch is on the disk, and nobody is active', () => {
    const world = disowned('faithful');

    expect(epochs(world, 111)).toEqual([
      '4',
      expect.stringMatching(/^3 \.111$/),
      expect.stringMatching(/^2 \.111 \.11[24]$/),
      '1 .111 .112 .114',
    ]);
    const [last, third, second] = epochTimes(world, 111) as [number, number, number];
    expect([third - second, last - third]).toEqual([0, 92]);
    expect(world.node(111).disk.octets('epoch/00000004')).toHaveLength(EMPTY_EPOCH_OCTETS);
    expect(says(world, 111, 'collie node list')).toBe(NOBODY);
    expect(world.node(111).engine?.inspect().phase).toBe('joined');
  });

  test('sound: no empty epoch; back in the group it is a member again and everything is there', () => {
    const world = disowned('sound');
    const alone = epochs(world, 111);
    world.kill(world.node(111));
    world.heal();
    world.start(world.node(111));
    settle(world);

    expect(alone).toEqual(['1 .111 .112 .114']);
    expect(isQuiet(world)).toBe(true);
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(isSame(readBack(world, 111, 4 * MIB), image(4 * MIB))).toBe(true);
  });
});

/** Two nodes whose disks have room for the inode and two objects, and clients that want more. */
function fillUp(behaviour: Behaviour): { readonly world: World; readonly ran: string } {
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
}

describe('C: disks are full', () => {
  test('faithful: one sheep leaves after the other, the last epoch is empty, both processes live', () => {
    const { world } = fillUp('faithful');

    for (const at of [111, 112]) {
      expect(epochs(world, at)).toEqual(['3', expect.stringMatching(/^2 \.11[12]$/), '1 .111 .112']);
      expect(world.node(at).disk.octets('epoch/00000003')).toHaveLength(EMPTY_EPOCH_OCTETS);
      expect(says(world, at, 'collie node list')).toBe(NOBODY);
      expect(logOf(world, at)).toContain('leaving sheepdog cluster');
    }
    expect(world.nodes.map(({ exit }) => exit)).toEqual([null, null]);
  });

  test('sound: the client is told, and nobody leaves', () => {
    const { world, ran } = fillUp('sound');

    expect(ran).toContain('Server has no space for new objects');
    expect(isQuiet(world)).toBe(true);
    expect(epochs(world, 112)).toEqual(['1 .111 .112']);
    expect(copyTrouble(world)).toEqual([]);
  });
});

describe('D: after the empty epoch', () => {
  const DATA = image(4 * MIB);

  /** Both disks were full, have room again, and all sheep were stopped. */
  const stopped = (): World => {
    const world = cluster('faithful', [111, 112]);
    withImage(world, 111, DATA);
    for (const { disk } of world.nodes) disk.capacity = 14 * MIB;
    for (const at of [111, 112]) {
      says(world, at, `collie vdi write VM1 ${8 * MIB} ${32 * MIB}`, image(32 * MIB));
      world.run(2 * SECOND);
    }
    expect(epochs(world, 111)[0]).toBe('3');
    for (const node of world.nodes) {
      world.kill(node);
      node.disk.capacity = Number.POSITIVE_INFINITY;
    }
    world.run(SECOND);
    return world;
  };

  test('a restart waits for ever: nobody can be as many as none', () => {
    const world = stopped();
    startAll(world, [111, 112]);
    world.run(600 * SECOND);

    for (const at of [111, 112]) expect(status(world, at)).toBe('Waiting for other nodes to join cluster');
    expect(epochs(world, 112)[0]).toBe('3');
  });

  test('collie cluster recover makes it run, and the next recovery crosses the empty epoch and crashes', () => {
    const world = stopped();
    startAll(world, [111, 112]);
    says(world, 111, 'collie cluster recover -f');
    world.run(SECOND);
    const [recovered, running] = [epochs(world, 112)[0], status(world, 112)];

    world.kill(world.node(112));
    world.run(30 * SECOND);

    expect([recovered, running]).toEqual(['4 .111 .112', 'running']);
    expect(world.node(111).exit).toMatchObject({ code: 136 });
  });

  test('the cure: without the empty epoch and those that differ, all start and the image is whole', () => {
    const world = stopped();
    for (const { disk } of world.nodes)
      for (const path of disk.paths()) if (/^epoch\/0000000[23]$|^obj\/0000000[23]\//.test(path)) disk.drop(path);
    startAll(world, [111, 112]);
    world.run(SECOND);

    for (const at of [111, 112]) {
      expect(status(world, at)).toBe('running');
      expect(isSame(readBack(world, at, DATA.length), DATA)).toBe(true);
    }
  });
});
