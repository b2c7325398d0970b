// What the student of 2012 typed, against the sheep of the world: an image is written, and epochs are read as he read
// them.
import { expect } from 'vitest';
import { utf8Text } from '../../../../protocol/base/bytes.ts';
import type { Behaviour } from '../../../../protocol/sheep/engine/policy.ts';
import { untilQuiet } from '../../../support/sheep/checkers.ts';
import { runCollie } from '../../../support/sheep/collie-runner.ts';
import { World, type WorldNode } from '../../../support/sheep/world.ts';

export const MIB = 1024 * 1024;
export const SECOND = 1_000_000;

/** A world whose sheep were started one after the other. */
export function cluster(behaviour: Behaviour, nodes: readonly number[], started = nodes): World {
  const world = new World({ behaviour, seed: 11, nodes, keepsLogs: true });
  startAll(world, started);
  return world;
}

export function startAll(world: World, nodes: readonly number[], apart = SECOND): void {
  for (const last of nodes) {
    world.start(world.node(last));
    world.run(apart);
  }
}

/** Runs a command that must end, and gives what it prints. */
export function says(world: World, at: number, line: string, stdin?: Uint8Array): string {
  const ran = runCollie(world, world.node(at), line, stdin);
  return ran === null ? 'hangs' : `${utf8Text(ran.stdout)}${ran.stderr}`;
}

const epochLines = (world: World, at: number): readonly string[] =>
  says(world, at, 'collie cluster info -r').trim().split('\n').slice(1);

/** The epochs that a node tells, newest first: `2 .111 .112`; `3` is an empty one. */
export function epochs(world: World, at: number): readonly string[] {
  return epochLines(world, at).map((line) => {
    const [, epoch, list = ''] = /^\d+ (\d+) \[(.*)\]$/.exec(line) ?? [];
    return [epoch, ...list.split(', ').map((node) => node.replace(/^192\.168\.1|:7000$/g, ''))].join(' ').trim();
  });
}

/** When a node wrote its epochs, newest first: seconds of its own clock. */
export const epochTimes = (world: World, at: number): readonly number[] =>
  epochLines(world, at).map((line) => Number(line.split(' ')[0]));

export const status = (world: World, at: number): string =>
  says(world, at, 'collie cluster info -r').split('\n')[0] ?? '';

export function image(octets: number, salt = 0): Uint8Array {
  const data = new Uint8Array(octets);
  for (let i = 0; i < octets; i += 512) data[i] = 1 + ((i / 512 + salt) % 250);
  return data;
}

/** Formats with two copies and writes an image. */
export function withImage(world: World, at: number, data: Uint8Array): void {
  says(world, at, 'collie cluster format -c 2');
  world.run(SECOND);
  says(world, at, 'collie vdi create VM1 1G');
  expect(says(world, at, `collie vdi write VM1 0 ${data.length}`, data)).toBe('');
}

export function readBack(world: World, at: number, length: number): Uint8Array {
  const ran = runCollie(world, world.node(at), `collie vdi read VM1 0 ${length}`);
  return ran?.stdout ?? new Uint8Array(0);
}

/** Whether octets are the same, without printing megabytes where they are not. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Objects in the folder of an epoch, node by node. */
export function objectCounts(world: World, epoch: string): readonly number[] {
  return world.nodes.map(({ disk }) => disk.paths().filter((path) => path.startsWith(`obj/${epoch}/`)).length);
}

/** What just happened is known to all, and done with. */
export function settle(world: World): void {
  world.run(SECOND);
  untilQuiet(world);
}

export function restart(world: World, last: number): void {
  const node: WorldNode = world.node(last);
  world.kill(node);
  world.run(SECOND / 2);
  world.start(node);
  world.run(2 * SECOND);
}

/** What a sheep said in sheep.log. */
export const logOf = (world: World, last: number): string =>
  world
    .node(last)
    .log.map(({ where, text }) => `${where ?? ''} ${text}`)
    .join('\n');
