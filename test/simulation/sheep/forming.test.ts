// Sheep that each began alone, because their rings had not met yet, and then see each other: several masters, nothing
// formatted. 0.3.0 waits for ever, sound sheep become one cluster within two seconds.
import { describe, expect, test } from 'vitest';
import { epochTrouble, untilQuiet, living } from '../../support/sheep/checkers.ts';
import { startCollie } from '../../support/sheep/collie-runner.ts';
import { epochs, says, SECOND, startAll, status } from './support/report.ts';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { World } from '../../support/sheep/world.ts';

const NODES = [111, 112, 113, 114, 115];

/** The first `count` nodes, each group alone at first; then the network is whole. */
function metLate(behaviour: Behaviour, seed: number, groups: readonly (readonly number[])[]): World {
  const nodes = NODES.filter((last) => groups.flat().includes(last));
  const world = new World({ behaviour, seed, nodes, keepsLogs: true });
  world.partition(...groups);
  startAll(world, nodes, 20_000);
  world.run(SECOND);
  world.heal();
  return world;
}

const GROUPS: readonly (readonly (readonly number[])[])[] = [
  [[111], [112]],
  [[111], [112], [113]],
  [
    [111, 112],
    [113, 114],
  ],
  [[115], [111, 112], [113, 114]],
];

function isTogether(world: World): boolean {
  const all = living(world);
  return all.every(({ status: one }) => one.phase === 'joined' && one.members.length === all.length);
}

describe.each(GROUPS)('%j and %j', (...groups) => {
  test('sound: they are one cluster within two seconds, with one master, and can be formatted', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const world = metLate('sound', seed, groups);
      const isDone = world.runUntil(() => isTogether(world), 2 * SECOND);

      expect([seed, isDone]).toEqual([seed, true]);
      world.run(5 * SECOND);
      const masters = living(world).filter(({ status: { isMaster } }) => isMaster);
      expect(masters).toHaveLength(1);
      expect(isTogether(world)).toBe(true);
      says(world, 111, 'collie cluster format -c 2');
      untilQuiet(world, 5 * SECOND);
      expect(status(world, 112)).toBe('running');
      expect(epochTrouble(world)).toEqual([]);
    }
  });
});

test('faithful: each is its own master and waits for the other to introduce itself; a format hangs', () => {
  const world = metLate('faithful', 1, [[111], [112]]);
  world.run(60 * SECOND);
  const job = startCollie(world, world.node(111), ['cluster', 'format', '-c', '2'], new Uint8Array(0));
  world.run(600 * SECOND);

  expect(world.nodes.map(({ engine }) => engine?.inspect().isMaster)).toEqual([true, true]);
  expect(world.nodes.map(({ engine }) => engine?.inspect().members.length)).toEqual([1, 1]);
  expect(job.result).toBeNull();
  // The group is whole; each waits for the other's JOIN_REQUEST, with the format behind it.
  expect(world.node(111).engine?.inspect().queue).toMatchObject([
    { type: 'join', isBlocked: true, sender: world.node(112).process },
    { type: 'notify' },
  ]);
});

describe('one is formatted and serves, the other never was', () => {
  test('sound: the blank one joins it', () => {
    const world = new World({ behaviour: 'sound', seed: 3, nodes: [111, 112] });
    world.partition([111], [112]);
    startAll(world, [111, 112], 20_000);
    says(world, 111, 'collie cluster format -c 1');
    world.run(SECOND);
    world.heal();
    const isDone = world.runUntil(() => isTogether(world), 3 * SECOND) && untilQuiet(world, SECOND);

    expect(isDone).toBe(true);
    expect(epochs(world, 112)).toEqual(['2 .111 .112', '1 .111']);
  });
});

describe('both were formatted, each alone: two clusters', () => {
  test('sound: neither takes the other, and what one is told does not touch the other', () => {
    const world = new World({ behaviour: 'sound', seed: 4, nodes: [111, 112] });
    world.partition([111], [112]);
    startAll(world, [111, 112], 20_000);
    says(world, 111, 'collie cluster format -c 1');
    world.run(SECOND);
    says(world, 112, 'collie cluster format -c 1');
    world.run(SECOND);
    world.heal();
    world.run(10 * SECOND);
    says(world, 111, 'collie vdi create VM1 64M');
    says(world, 111, 'collie cluster shutdown');
    world.run(SECOND);

    expect(world.node(111).exit).toMatchObject({ code: 0 });
    expect(status(world, 112)).toBe('running');
    expect(epochs(world, 112)).toEqual(['1 .112']);
    expect(says(world, 112, 'collie vdi list -r')).not.toContain('VM1');
  });
});

test('sound: a sheep that is killed while it joins for the first time can be started again, wherever it stood', () => {
  const stuck: string[] = [];
  for (let before = 0; before < 24; before++) {
    const world = new World({ behaviour: 'sound', seed: 3, nodes: [111, 112, 113] });
    startAll(world, [111, 112]);
    says(world, 111, 'collie cluster format -c 2');
    world.run(SECOND);
    let left = before;
    world.killer = ({ last }, { kind }) => last === 113 && kind === 'disk' && left-- === 0;
    startAll(world, [113]);
    world.killer = null;
    if (world.node(113).engine === null) startAll(world, [113]);
    if (!untilQuiet(world, 20 * SECOND) || living(world).length < 3)
      stuck.push(`before operation ${before}: ${world.node(113).exit?.why ?? 'not quiet'}`);
  }

  expect(stuck).toEqual([]);
});
