// A sheep whose node slept so shortly that its group tells it nothing, while the others went on without it: it learns
// that from their master, serves nothing from then on, and is in again with all that was written meanwhile.
import { describe, expect, test } from 'vitest';
import { copyTrouble, epochTrouble, isQuiet } from '../../support/sheep/checkers.ts';
import { drawSwarm, swarm } from './support/swarm.ts';
import { cluster, epochs, image, isSame, MIB, readBack, says, SECOND, settle, withImage } from './support/report.ts';

const NODES = [111, 112, 114];
/** LEFT_SEEDS=N: the first N. In 166 a sleeper is back before its leave is dealt with; 477 is known to fail. */
const COUNT = Number(process.env['LEFT_SEEDS'] ?? 0);
const SEEDS = [...Array.from({ length: COUNT || 30 }, (_, i) => i + 1), ...(COUNT === 0 ? [166] : [])];

describe('sound: a node sleeps for two seconds, and Corosync 1.4 tells it of no change', () => {
  test.each([
    ['the master', 111],
    ['another', 114],
  ])('%s', (_who, last) => {
    const world = cluster('sound', NODES);
    withImage(world, 111, image(4 * MIB));
    const [sleeper, awake] = [world.node(last), last === 112 ? 114 : 112];
    world.pause(sleeper);
    const others = world.overlook(sleeper);
    world.run(SECOND);
    const later = image(4 * MIB).map((octet) => octet ^ 0xff);
    expect(says(world, awake, `collie vdi write VM1 0 ${4 * MIB}`, later)).toBe('');
    world.run(SECOND);
    others.back();
    world.resume(sleeper);
    settle(world);

    expect(epochs(world, last)[0]).toMatch(/^3 \.111 \.112 \.114$/);
    expect(isQuiet(world)).toBe(true);
    expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
    expect(isSame(readBack(world, last, 4 * MIB), later)).toBe(true);
  });
});

test('sound: who slept before the cluster was formatted asks nobody', () => {
  const world = cluster('sound', NODES);
  const sent: string[] = [];
  world.pause(world.node(114));
  world.run(2 * SECOND);
  world.onEffect = ({ last }, { kind }) => {
    if (kind === 'cpg-mcast') sent.push(`.${last}`);
  };
  world.resume(world.node(114));
  world.run(3 * SECOND);

  expect(sent).toEqual([]);
});

describe('sound: nodes that sleep unseen, by seed, under clients that write and read', () => {
  test.each(SEEDS)('%i', (seed) => {
    const drawn = drawSwarm(seed);
    const kinds = ['overlook', 'overlook', 'pause-shortly', 'slow'] as const;
    expect(swarm({ ...drawn, nodes: 3 + (seed % 3), late: 0, copies: 2, perZone: 1, kinds }).trouble).toEqual([]);
  });
});
