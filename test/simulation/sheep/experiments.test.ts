// What the student of 2012 did (report, 5.2 to 5.5; 5.1 is the ring alone), in both behaviours: where nothing goes
// wrong they are alike. What went wrong is integrity-*.test.ts.
import { describe, expect, test } from 'vitest';
import { copyTrouble, untilQuiet } from '../../support/sheep/checkers.ts';
import {
  cluster,
  epochs,
  image,
  isSame,
  logOf,
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

/** Images of many MiB are written, moved and compared: on a busy machine that takes its time. */

describe.each(['faithful', 'sound'] as const)('%s', (behaviour) => {
  test('5.2: two sheep, then three', () => {
    const world = cluster(behaviour, [111, 112, 114], [111, 112]);
    const blank = status(world, 111);
    // The lines of the report, with the numbers of 0.3.0.
    const joined = logOf(world, 111);

    says(world, 111, 'collie cluster format -c 2');
    world.run(SECOND);
    const two = epochs(world, 112);
    startAll(world, [114]);
    settle(world);

    expect(blank).toBe('Waiting for cluster to be formatted');
    expect(joined).toContain('cdrv_cpg_deliver(449) 1');
    expect(joined).toContain('sd_join_handler(1191) join ip: 192.168.1.112, port: 7000');
    expect(joined).toContain('sd_join_handler(1193) [1] ip: 192.168.1.112, port: 7000');
    expect(joined).toContain('update_cluster_info(518) status = 2, epoch = 0, 0, 1');
    expect(two).toEqual(['1 .111 .112']);
    expect(epochs(world, 114)).toEqual(['2 .111 .112 .114', '1 .111 .112']);
    expect(status(world, 112)).toBe('running');
    expect(says(world, 114, 'collie node list -r').trim().split('\n')).toEqual([
      '- 0 192.168.1.111:7000 64 1862379712',
      '- 1 192.168.1.112:7000 64 1879156928',
      '- 2 192.168.1.114:7000 64 1912711360',
    ]);
  });

  test('5.3: an image on three nodes, two copies of each object, and nothing of the machine is asked twice', () => {
    const world = cluster(behaviour, [111, 112, 114]);
    const data = image(32 * MIB);
    withImage(world, 111, data);

    // Eight objects and the inode, twice.
    expect(objectCounts(world, '00000001').reduce((sum, count) => sum + count)).toBe(18);
    expect(copyTrouble(world)).toEqual([]);
    expect(says(world, 114, 'collie vdi object VM1')).toContain('Looking for the inode object 0xf77447 with 3 nodes');
    expect(says(world, 112, 'collie vdi list -r')).toMatch(/^= VM1 1 1073741824 33554432 0 \d+ f77447\s/);
    // Reading on any node, and looking at the store, changes no epoch.
    for (const at of [111, 112, 114]) {
      expect(isSame(readBack(world, at, data.length), data)).toBe(true);
      expect(epochs(world, at)).toEqual(['1 .111 .112 .114']);
    }
  });
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
    untilQuiet(world);

    expect(exits).toEqual([0, 0, 0]);
    expect(waiting).toBe('Waiting for other nodes to join cluster');
    expect(status(world, 114)).toBe('running');
    expect(epochs(world, 114)).toEqual(['1 .111 .112 .114']);
    expect(isSame(readBack(world, 112, data.length), data)).toBe(true);
  });
});
