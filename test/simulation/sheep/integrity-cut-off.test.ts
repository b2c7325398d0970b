// How the student's cluster lost its integrity (specs/sheepdog.md 3.9, A and B): machines that lose each other for some
// seconds. In the faithful sheep it happens; in the sound ones it does not.
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { copyTrouble, epochTrouble, isQuiet, untilQuiet } from '../../support/sheep/checkers.ts';
import { startCollie } from '../../support/sheep/collie-runner.ts';
import {
  cluster,
  epochs,
  epochTimes,
  image,
  isSame,
  MIB,
  objectCounts,
  readBack,
  restart,
  says,
  SECOND,
  startAll,
  status,
  withImage,
} from './support/report.ts';
import type { World } from '../../support/sheep/world.ts';

/** Images of many MiB are written and compared: on a busy machine that takes its time. */

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
    const times = epochTimes(world, 112);
    expect(times[0]).toBe(times[1]);
  });

  test('faithful: what was written on the side that is restarted is lost without a word', () => {
    const world = cluster('faithful', [111, 112]);
    withImage(world, 111, image(4 * MIB));
    world.partition([111], [112]);
    world.run(6 * SECOND);
    const later = image(MIB, 7);
    const written = says(world, 112, `collie vdi write VM1 0 ${MIB}`, later);
    world.heal();
    world.run(10 * SECOND);

    restart(world, 112);
    world.run(10 * SECOND);

    // Acknowledged, read back then, and gone now.
    expect(written).toBe('');
    expect(isSame(readBack(world, 112, MIB), image(4 * MIB).subarray(0, MIB))).toBe(true);
  });

  test('sound: the side that must not go on takes no writes, so none is lost', () => {
    const world = cluster('sound', [111, 112]);
    withImage(world, 111, image(4 * MIB));
    world.partition([111], [112]);
    world.run(6 * SECOND);
    const written = says(world, 112, `collie vdi write VM1 0 ${MIB}`, image(MIB, 7));

    expect(written).toContain('IO has halted as there are too few living nodes');
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

  test('sound: the others do not go on from an epoch that the sleeper may never have had', () => {
    // The sleeper is the first of the list, but not the master.
    const world = cluster('sound', [111, 112, 114], [114, 111]);
    withImage(world, 111, image(4 * MIB));
    world.pause(world.node(111));
    // Epoch 2 begins, of all three; the sleeper, who would decide alone, does not hear of it.
    startAll(world, [112]);
    world.partition([111]);
    world.run(SECOND);
    // One of them says anew what it has, and is told what the cluster would go on from.
    restart(world, 112);
    const waiting = [status(world, 112), status(world, 114)];
    world.resume(world.node(111));
    world.heal();

    expect(waiting).toEqual(Array(2).fill('Waiting for other nodes to join cluster'));
    expect(untilQuiet(world)).toBe(true);
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(isSame(readBack(world, 112, 4 * MIB), image(4 * MIB))).toBe(true);
  });
});

test('sound: a sheep that was cut off joins again while a new one comes, whenever that is', () => {
  const bad: string[] = [];
  for (let later = 0; later < 400_000; later += 10_000) {
    const world = cluster('sound', [111, 112, 113, 114], [111, 112, 113]);
    says(world, 111, 'collie cluster format -c 2');
    world.partition([111, 112, 114], [113]);
    world.run(SECOND);
    world.node(113).diskDelay = 20_000;
    world.heal();
    world.run(later);
    startAll(world, [114]);

    const isDone = untilQuiet(world, 20 * SECOND);
    const trouble = [...(isDone ? [] : ['not quiet']), ...epochTrouble(world)];
    // Nobody has to ask twice: one epoch without it, one with it, one with the new one.
    if (trouble.length > 0 || world.node(113).engine?.inspect().epoch !== 4) bad.push(`${later}: ${trouble.join()}`);
  }

  expect(bad).toEqual([]);
});
