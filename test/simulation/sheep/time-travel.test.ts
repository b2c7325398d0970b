// The same moments of a sheep cluster, however one comes to them: run twice, or saved in the middle of a recovery and
// gone back to. Sheep go on from what was saved of them; disks are what they were.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { World } from '../../support/sheep/world.ts';
import { image, isSame, MIB, readBack, SECOND, startAll, withImage } from './support/report.ts';

const DATA = image(4 * MIB);

function disksOf(world: World): readonly string[] {
  return world.nodes.flatMap(({ last, disk }) =>
    disk.paths().map((path) => {
      const hash = createHash('sha256').update(disk.octets(path) ?? new Uint8Array(0));
      return `${last} ${path} ${hash.digest('hex')}`;
    }),
  );
}

/** Everything that each sheep is given and does from now on, with its time. */
function record(world: World): readonly string[] {
  const lines: string[] = [];
  world.onStep = (node, input) => lines.push(`${world.now} .${node.last} < ${input.kind}`);
  world.onEffect = (node, effect) => {
    const what =
      effect.kind === 'log' ? effect.line.text : effect.kind === 'disk' ? JSON.stringify(short(effect.op)) : '';
    lines.push(`${world.now} .${node.last} > ${effect.kind} ${what}`);
  };
  return lines;
}

const short = (op: object): object => ({ ...op, parts: 'parts' in op ? (op.parts as Uint8Array[]).length : 0 });

/** A cluster with an image whose third node has just come, or two whose disks are being written. */
function begin(behaviour: Behaviour, seed: number): World {
  const world = new World({ behaviour, seed, nodes: [111, 112, 114] });
  startAll(world, [111, 112]);
  withImage(world, 111, DATA);
  world.start(world.node(114));
  return world;
}

/** What happens from then on. */
function goOn(world: World): void {
  world.run(40_000);
  world.kill(world.node(112));
  world.run(2 * SECOND);
  world.partition([111], [114]);
  world.run(3 * SECOND);
  world.start(world.node(112));
  world.heal();
  world.run(5 * SECOND);
}

describe.each(['sound', 'faithful'] as const)('%s', (behaviour) => {
  test('the same seed gives the same transcript and the same disks; another seed another', () => {
    const told = [7, 7, 8].map((seed) => {
      const world = begin(behaviour, seed);
      const lines = record(world);
      goOn(world);
      return [lines.join('\n'), disksOf(world)] as const;
    });

    expect(told[0]?.[0].length).toBeGreaterThan(10_000);
    expect(told[1]?.[0] === told[0]?.[0]).toBe(true);
    expect(told[1]?.[1]).toEqual(told[0]?.[1]);
    expect(told[2]?.[0] === told[0]?.[0]).toBe(false);
  });

  // Moments before the third node has read its store, while it joins, while objects are copied to it, and after.
  test.each([2_000, 6_000, 9_000])('goes back to %i µs after the start, and on again to the same', (at) => {
    const world = begin(behaviour, 7);
    world.run(at);
    const moment = world.save();
    const then = disksOf(world);
    const first = record(world);
    goOn(world);
    const end = disksOf(world);

    world.restore(moment);
    expect(disksOf(world)).toEqual(then);
    const second = record(world);
    goOn(world);

    expect(second.join('\n') === first.join('\n')).toBe(true);
    expect(disksOf(world)).toEqual(end);
    expect(end).not.toEqual(then);
    // Once more, another way: nothing that was done since the moment has touched what was saved.
    world.restore(moment);
    expect(disksOf(world)).toEqual(then);
    world.run(5 * SECOND);
    expect(isSame(readBack(world, 114, DATA.length), DATA)).toBe(true);
  });
});
