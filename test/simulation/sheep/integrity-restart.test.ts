// How the student's cluster lost its integrity (specs/sheepdog.md 3.9, E to G): sheep that are started in the wrong
// order, clocks that differ, and what else 0.3.0 lets happen. In the faithful sheep it happens; in the sound ones not.
import { describe, expect, test } from 'vitest';
import { Status } from '../../../protocol/sheep/operations.ts';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { copyTrouble, epochTrouble, isQuiet, untilQuiet } from '../../support/sheep/checkers.ts';
import { startCollie, type CollieJob } from '../../support/sheep/collie-runner.ts';
import {
  cluster,
  epochs,
  epochTimes,
  image,
  isSame,
  MIB,
  objectCounts,
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

const DATA = image(4 * MIB);
/** Of a JOIN_RESPONSE that hands over: its type below, its result above. */
const HANDED_OVER = (3 << 4) | 1;
const TYPE_AT = 36;

describe('E: sheep are started in the wrong order', () => {
  /** .112 was killed first, .111 later. */
  const killed = (behaviour: Behaviour): World => {
    const world = cluster(behaviour, [111, 112]);
    withImage(world, 111, DATA);
    world.kill(world.node(112));
    world.run(2 * SECOND);
    world.kill(world.node(111));
    world.run(SECOND);
    return world;
  };
  /** .112 is started first. */
  const wrongOrder = (behaviour: Behaviour): World => {
    const world = killed(behaviour);
    startAll(world, [112, 111], 2 * SECOND);
    return world;
  };

  test('faithful: the hand-over is lost with the process that says it, the other waits for ever (report, 5.4)', () => {
    const world = killed('faithful');
    world.killer = (_node, effect) => effect.kind === 'cpg-mcast' && effect.message[TYPE_AT] === HANDED_OVER;
    startAll(world, [112, 111], 2 * SECOND);
    world.run(60 * SECOND);
    const gone = world.node(112).engine;

    expect(gone).toBeNull();
    expect(status(world, 111)).toBe('Waiting for other nodes to join cluster');
    expect(epochs(world, 111)).toEqual(['2 .111', '1 .111 .112']);
    for (const command of ['node list', 'node info', 'vdi list'])
      expect(says(world, 111, `collie ${command}`)).toBe('There are no active sheep daemons\n');

    // Started again it stands behind the first, and shows the same.
    world.killer = null;
    startAll(world, [112], 20 * SECOND);
    expect(status(world, 112)).toBe('Waiting for other nodes to join cluster');
    expect(says(world, 112, 'collie node list')).toBe('There are no active sheep daemons\n');
  });

  test('faithful: the cure is to start the one with the highest epoch first', () => {
    const world = killed('faithful');
    startAll(world, [111, 112], 2 * SECOND);
    settle(world);

    expect(status(world, 112)).toBe('running');
    expect(isSame(readBack(world, 112, DATA.length), DATA)).toBe(true);
  });

  test('faithful: the first one hands over and exits; the other runs with no copies, and nothing can be read', () => {
    const world = wrongOrder('faithful');

    expect(world.node(112).exit).toMatchObject({ code: 1 });
    expect(status(world, 111)).toBe('running');
    expect(world.node(111).engine?.inspect().copies).toBe(0);
    expect(says(world, 111, 'collie vdi read VM1 0 512')).not.toBe('');
    // Success is answered, and nothing stored.
    expect(says(world, 111, 'collie vdi create VM9 64M')).toBe('');
    expect(says(world, 111, 'collie vdi list')).not.toContain('VM9');

    world.start(world.node(112));
    world.run(5 * SECOND);
    // Byte 10 of the config is the number of copies.
    expect(world.node(112).disk.octets('config')?.[10]).toBe(0);
    expect(objectCounts(world, '00000003')).toEqual([0, 0]);
    expect(says(world, 112, 'collie vdi read VM1 0 512')).not.toBe('');
  });

  test('faithful: the cure puts the copies back, takes the bad epochs away, and starts the highest epoch first', () => {
    const world = wrongOrder('faithful');
    startAll(world, [112], 5 * SECOND);
    for (const { last, disk } of world.nodes) {
      world.kill(world.node(last));
      const config = disk.octets('config') ?? new Uint8Array(0);
      config[10] = 2;
      disk.put('config', config);
      const bad = last === 112 ? /^(epoch|obj)\/0000000[23]/ : /^(epoch|obj)\/00000003/;
      for (const path of disk.paths()) if (bad.test(path)) disk.drop(path);
    }
    world.run(SECOND);
    startAll(world, [111, 112], 2 * SECOND);
    settle(world);

    expect(isSame(readBack(world, 112, DATA.length), DATA)).toBe(true);
  });

  test('faithful: three are killed and started in that order: two exit, the third runs alone without copies', () => {
    const world = cluster('faithful', [111, 112, 114]);
    withImage(world, 111, DATA);
    for (const last of [111, 112, 114]) {
      world.kill(world.node(last));
      world.run(2 * SECOND);
    }
    startAll(world, [111, 112, 114], 2 * SECOND);

    expect(world.nodes.map(({ exit }) => exit?.code)).toEqual([1, 1, undefined]);
    expect(status(world, 114)).toBe('running');
    expect(world.node(114).engine?.inspect().copies).toBe(0);
  });

  test.each([
    ['of two', [111, 112]],
    ['of three', [111, 112, 114]],
  ])('sound: nobody exits, the newest epoch is taken, the image is there: %s', (_what, nodes) => {
    const world = cluster('sound', nodes);
    withImage(world, 111, DATA);
    for (const last of [...nodes].reverse()) {
      world.kill(world.node(last));
      world.run(2 * SECOND);
    }
    startAll(world, [...nodes].reverse(), 2 * SECOND);
    untilQuiet(world, 20 * SECOND);

    expect(world.nodes.map(({ exit }) => exit)).toEqual(nodes.map(() => null));
    expect(isQuiet(world)).toBe(true);
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(isSame(readBack(world, 112, DATA.length), DATA)).toBe(true);
  });
});

describe("F: the machines' clocks differ by 140 seconds", () => {
  test.each(['faithful', 'sound'] as const)(
    "%s: the cluster's time is collie's, an epoch's is that of the sheep that is asked",
    (behaviour) => {
      const world = cluster(behaviour, [111, 112], []);
      world.node(112).skew = 140 * SECOND;
      startAll(world, [111, 112]);
      says(world, 111, 'collie cluster format -c 2');
      world.run(SECOND);

      const [here] = epochTimes(world, 111);
      const [there] = epochTimes(world, 112);
      const created = /created at (.*)/.exec(says(world, 112, 'collie cluster info'))?.[1] ?? '';
      expect((there ?? 0) - (here ?? 0)).toBe(140);
      expect(Math.abs(Date.parse(`${created} UTC`) / 1000 - (here ?? 0))).toBeLessThanOrEqual(1);
    },
  );
});

describe('G: what else 0.3.0 lets happen', () => {
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

  /** Two sheep were stopped; one of them and a blank one are started. */
  const withStranger = (behaviour: Behaviour): World => {
    const world = cluster(behaviour, [111, 112, 114], [111, 112]);
    withImage(world, 111, DATA);
    says(world, 111, 'collie cluster shutdown');
    world.run(SECOND);
    startAll(world, [111, 114], 2 * SECOND);
    return world;
  };

  test('faithful: a waiting cluster counts who is there, a blank sheep makes it run', () => {
    const world = withStranger('faithful');

    expect(status(world, 111)).toBe('running');
    // Nobody wrote a new epoch: by its own log the cluster is one without the third.
    expect(epochs(world, 111)).toEqual(['1 .111 .112']);
  });

  test('sound: it waits for the one that it lacks', () => {
    const world = withStranger('sound');
    const waiting = status(world, 111);
    world.start(world.node(112));
    settle(world);

    expect(waiting).toBe('Waiting for other nodes to join cluster');
    expect(status(world, 114)).toBe('running');
    expect(isSame(readBack(world, 114, DATA.length), DATA)).toBe(true);
  });

  test('faithful: an epoch that is written again with fewer nodes keeps the tail of the longer one', () => {
    const world = cluster('faithful', [111, 112, 114]);
    withImage(world, 111, DATA);
    // All are killed at once: the last one has written one epoch more when it dies.
    world.kill(world.node(111));
    world.kill(world.node(112));
    const { disk } = world.node(114);
    world.runUntil(() => disk.octets('epoch/00000002')?.length === 2 * 24 + 8);
    world.kill(world.node(114));
    world.run(SECOND);
    startAll(world, [114, 112], 2 * SECOND);

    expect(world.node(112).exit).toMatchObject({ code: 1 });
    // The time, and what is left of the second node, read as a node.
    expect(says(world, 114, 'collie cluster info')).toMatch(
      / 2 \[192\.168\.1\.114:7000, [0-9a-f]+:[0-9a-f]+::c0a8:172:7000\]/,
    );
  });
});
