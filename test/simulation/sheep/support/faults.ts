// What happens to the machines of the swarm: one fault by its kind, and the end of all that can end. Everything by the
// chance of the world.
import type { SheepEffect } from '../../../../protocol/sheep/engine/contract.ts';
import type { World, WorldNode } from '../../../support/sheep/world.ts';

/** What a full disk still takes: less than an object. */
const LEFT_OCTETS = 1_000_000;
/** A pause that the ring does not notice is shorter; it loses a sheep that sleeps longer after its token timeout. */
const UNNOTICED_MICROS = 800_000;
const TOKEN_MICROS = 1_000_000;
const DISK_MICROS = 120;

type Fault = (world: World, node: WorldNode) => string;

function killInStep(world: World, node: WorldNode): string {
  const after = world.chance.below(400);
  let left = after;
  world.killer = (at) => {
    if (at !== node || left-- > 0) return false;
    world.killer = null;
    return true;
  };
  return `kill .${node.last} after ${after} effects`;
}

/** Killed while what is written lies half on the disk. */
function killInWrite(world: World, node: WorldNode): string {
  const { chance } = world;
  const where = chance.pick([/^journal\//, /^obj\/.*\.tmp$/, /^obj\/[^.]*$/, /^epoch\//]);
  let left = chance.below(4);
  const isThere = (effect: SheepEffect): boolean =>
    effect.kind === 'disk' && 'path' in effect.op && effect.op.op !== 'read' && where.test(effect.op.path);
  world.onEffect = (at, effect) => {
    if (at !== node || !isThere(effect) || left-- > 0) return;
    world.onEffect = null;
    const { life } = node;
    world.at(world.now + chance.below(DISK_MICROS + node.diskDelay), () => {
      if (node.life === life) world.kill(node);
    });
  };
  return `kill .${node.last} while it writes ${String(where)}`;
}

function killMany(world: World, node: WorldNode): string {
  const gone = world.nodes.filter((one) => one.engine !== null && (one === node || world.chance.oneIn(2)));
  for (const one of gone) world.kill(one);
  return `kill ${gone.map(({ last }) => `.${last}`).join(' ')}`;
}

function killAll(world: World): string {
  for (const one of world.nodes) world.kill(one);
  return 'kill all';
}

/** Gone and back before or after the others have noticed. */
function bounce(world: World, node: WorldNode): string {
  const after = 1_000 + world.chance.below(400_000);
  world.kill(node);
  world.at(world.now + after, () => {
    if (node.engine === null) world.start(node);
  });
  return `kill .${node.last}, start it after ${after}`;
}

function pauseShortly(world: World, node: WorldNode): string {
  const micros = 20_000 + world.chance.below(UNNOTICED_MICROS);
  world.pause(node);
  world.at(world.now + micros, () => {
    if (node.isPaused && node.isInGroup) world.resume(node);
  });
  return `pause .${node.last} for ${micros}`;
}

/** Its ring loses it after the token timeout. */
function pause(world: World, node: WorldNode): string {
  world.pause(node);
  world.at(world.now + TOKEN_MICROS + world.chance.below(TOKEN_MICROS), () => {
    if (node.isPaused) world.partition([node.last]);
  });
  return `pause .${node.last}`;
}

/** The others go on without it, and it is told nothing when it is back: see World.overlook(). */
function overlook(world: World, node: WorldNode): string {
  world.pause(node);
  const { life, pausedAt } = node;
  world.at(world.now + TOKEN_MICROS + world.chance.below(TOKEN_MICROS), () => {
    const isAsleep = node.isPaused && node.pausedAt === pausedAt && node.life === life;
    if (!isAsleep || !node.isInGroup) return;
    const others = world.overlook(node);
    world.at(world.now + world.chance.below(2 * TOKEN_MICROS), () => {
      if (node.life !== life) return;
      others.back();
      world.resume(node);
    });
  });
  return `pause .${node.last}, unseen`;
}

function partition(world: World): string {
  const cut = world.nodes.filter(() => world.chance.oneIn(2)).map(({ last }) => last);
  world.partition(cut);
  return `partition ${cut.join(' ')}`;
}

function isolate(world: World, node: WorldNode): string {
  world.partition([node.last]);
  return `isolate .${node.last}`;
}

function stop(world: World, node: WorldNode): string {
  world.stop(node);
  return `stop .${node.last}`;
}

function fill(_world: World, node: WorldNode): string {
  node.disk.capacity = node.disk.used + LEFT_OCTETS;
  return `full .${node.last}`;
}

function slow(world: World, node: WorldNode): string {
  node.diskDelay = 2_000 + world.chance.below(world.chance.oneIn(2) ? 30_000 : 200_000);
  return `slow .${node.last} by ${node.diskDelay}`;
}

/** Somebody who was away, or has never been there, starts in the midst of it. */
function join(world: World): string {
  const away = world.nodes.filter(({ engine }) => engine === null);
  if (away.length === 0) return 'all are there';
  const node = world.chance.pick(away);
  world.start(node);
  return `start .${node.last}`;
}

const FAULTS = {
  'kill-in-step': killInStep,
  'kill-in-write': killInWrite,
  'kill-many': killMany,
  'kill-all': killAll,
  bounce,
  pause,
  'pause-shortly': pauseShortly,
  overlook,
  partition,
  isolate,
  stop,
  full: fill,
  slow,
  join,
} as const satisfies Record<string, Fault>;
export type FaultKind = keyof typeof FAULTS;

/** How often each is drawn; what is not here is drawn where it is named. */
export const FAULT_KINDS: readonly FaultKind[] = [
  'kill-in-step',
  'kill-in-step',
  'kill-in-write',
  'kill-in-write',
  'kill-in-write',
  'kill-in-write',
  'kill-many',
  'kill-all',
  'bounce',
  'bounce',
  'pause',
  'pause-shortly',
  'partition',
  'partition',
  'isolate',
  'stop',
  'full',
  'slow',
  'slow',
  'join',
];

export function injectFault(world: World, kind: FaultKind): string {
  const alive = world.nodes.filter(({ engine }) => engine !== null);
  const fault: Fault = FAULTS[kind];
  return alive.length === 0 ? 'nobody' : fault(world, world.chance.pick(alive));
}

export function restartDead(world: World): void {
  for (const node of world.nodes) if (node.engine === null) world.start(node);
}

/** `diskDelay`: of a disk that is well. */
export function undoFaults(world: World, diskDelay: number): void {
  world.killer = null;
  world.onEffect = null;
  const isCut = new Set(world.nodes.map(({ part }) => part)).size > 1;
  for (const node of world.nodes) {
    node.disk.capacity = Number.POSITIVE_INFINITY;
    node.diskDelay = diskDelay;
    if (node.isPaused && node.isInGroup) world.resume(node);
  }
  if (isCut) world.heal();
}
