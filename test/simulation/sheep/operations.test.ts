// An operation on an image that is under way when a node dies: the epoch that is to follow waits for it, so it makes
// way, and is carried out in the next one. In the sound sheep; those of 0.3.0 wait (specs/sheepdog.md 3.5).
import { expect, test } from 'vitest';
import { vdiIdOf } from '../../../protocol/sheep/image/vdi-bitmap.ts';
import { isSameNode } from '../../../protocol/sheep/node-entry.ts';
import { objectIdOf } from '../../../protocol/sheep/object-id.ts';
import { buildHashRing, holdersOf } from '../../../protocol/sheep/placement/hash-ring.ts';
import { copyTrouble, epochTrouble, untilQuiet } from '../../support/sheep/checkers.ts';
import { startCollie } from '../../support/sheep/collie-runner.ts';
import type { World, WorldNode } from '../../support/sheep/world.ts';
import { cluster, says, SECOND } from './support/report.ts';

/** An image whose inode has its first copy on one node and its second on another. */
function nameFor(world: World, first: WorldNode, second: WorldNode): string {
  const ring = buildHashRing(world.nodes.map(({ entry }) => entry));
  for (let i = 1; ; i++) {
    const inode = objectIdOf({ kind: 'vdi', vdi: vdiIdOf(`vm${i}`), index: 0 });
    const [one, two] = holdersOf(ring, inode, 2);
    if (one !== undefined && two !== undefined && isSameNode(one, first.entry) && isSameNode(two, second.entry))
      return `vm${i}`;
  }
}

test.each([
  ['the sheep that was asked', 112],
  ['another', 114],
])('a holder of the second copy dies while %s waits for it', (_who, asked) => {
  const world = cluster('sound', [111, 112, 114]);
  says(world, 111, 'collie cluster format -c 2');
  world.run(SECOND);
  const [dying, first] = [world.node(111), world.node(112)];
  const name = nameFor(world, first, dying);
  dying.diskDelay = 30 * SECOND;
  const job = startCollie(world, world.node(asked), ['vdi', 'create', name, '64M'], new Uint8Array(0));
  world.run(SECOND);
  expect(job.result).toBeNull();

  world.kill(dying);
  const isAnswered = world.runUntil(() => job.result !== null, 20 * SECOND);

  expect([isAnswered, job.result]).toMatchObject([true, { code: 0 }]);
  expect(untilQuiet(world, 10 * SECOND)).toBe(true);
  expect(says(world, 114, 'collie vdi list -r')).toContain(name);
  expect([...epochTrouble(world), ...copyTrouble(world)]).toEqual([]);
});
