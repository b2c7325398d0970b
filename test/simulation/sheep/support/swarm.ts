// A cluster under random faults while clients write, then healed, and looked at. Everything by the seed.
import { assert } from '../../../../protocol/base/result.ts';
import { Op, Res } from '../../../../protocol/sheep/operations.ts';
import { request } from '../../../support/sheep/client.ts';
import {
  copyTrouble,
  describeWorld,
  epochTrouble,
  untilQuiet,
  writeTrouble,
  type BlockHistory,
} from '../../../support/sheep/checkers.ts';
import { ImageMaker, imageTrouble, Writer } from './clients.ts';
import { random } from '../../../support/sheep/random.ts';
import { World, type CreateSheep, type WorldNode } from '../../../support/sheep/world.ts';

export type FaultKind = 'kill' | 'kill-in-step' | 'stop' | 'partition' | 'pause' | 'kill-many' | 'full' | 'slow';

export interface SwarmOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly copies: number;
  readonly objects: number;
  /** Faults, one after the other. */
  readonly faults: number;
  readonly kinds: readonly FaultKind[];
  /** Microseconds that a client thinks between two writes, at most. */
  readonly pace: number;
  readonly create?: CreateSheep;
  readonly keepsLogs?: boolean;
}

export interface SwarmResult {
  readonly trouble: readonly string[];
  readonly acknowledged: number;
  readonly faults: readonly string[];
  readonly world: World;
}

const KINDS: readonly FaultKind[] = [
  'kill',
  'kill-in-step',
  'kill-in-step',
  'kill-many',
  'stop',
  'partition',
  'partition',
  'pause',
  'full',
  'slow',
];
const VDI = 0x123456n;
/** What a full disk still takes: less than an object. */
const LEFT_OCTETS = 1_000_000;

/** A cluster and its faults, by the seed: two to five nodes, one to three copies. */
export function drawSwarm(seed: number): SwarmOptions {
  const chance = random(seed ^ 0x5eed);
  const nodes = 2 + chance.below(4);
  return {
    seed,
    nodes,
    copies: 1 + chance.below(Math.min(3, nodes)),
    objects: 3,
    faults: 1 + chance.below(4),
    kinds: KINDS,
    pace: 150_000,
  };
}

function restartDead(world: World): void {
  for (const node of world.nodes) if (node.engine === null) world.start(node);
}

/** SIGKILL to one or several, now or in the middle of what one is about to do. */
function injectKill(world: World, kind: 'kill' | 'kill-many' | 'kill-in-step', node: WorldNode): string {
  const { chance } = world;
  if (kind === 'kill-in-step') {
    const after = chance.below(400);
    let left = after;
    world.killer = (at) => {
      if (at !== node || left-- > 0) return false;
      world.killer = null;
      return true;
    };
    return `kill .${node.last} after ${after} effects`;
  }
  const alive = world.nodes.filter(({ engine }) => engine !== null);
  const gone = kind === 'kill' ? [node] : alive.filter((one) => one === node || chance.oneIn(2));
  for (const one of gone) world.kill(one);
  return `kill ${gone.map(({ last }) => `.${last}`).join(' ')}`;
}

function injectFault(world: World, kind: FaultKind): string {
  const { chance } = world;
  const alive = world.nodes.filter(({ engine }) => engine !== null);
  if (alive.length === 0) return 'nobody';
  const node = chance.pick(alive);
  if (kind === 'kill' || kind === 'kill-many' || kind === 'kill-in-step') return injectKill(world, kind, node);
  if (kind === 'stop') world.stop(node);
  else if (kind === 'full') node.disk.capacity = node.disk.used + LEFT_OCTETS;
  else if (kind === 'slow') node.diskDelay = 20_000 + chance.below(200_000);
  else if (kind === 'partition') {
    const cut = world.nodes.filter(() => chance.oneIn(2)).map(({ last }) => last);
    world.partition(cut);
    return `partition ${cut.join(' ')}`;
  } else {
    world.pause(node);
    // Its ring loses it after the token timeout.
    world.at(world.now + 1_000_000 + chance.below(1_000_000), () => {
      if (node.isPaused) world.partition([node.last]);
    });
  }
  return `${kind} .${node.last}`;
}

function undoFaults(world: World): void {
  world.killer = null;
  const isCut = new Set(world.nodes.map(({ part }) => part)).size > 1;
  for (const node of world.nodes) {
    node.disk.capacity = Number.POSITIVE_INFINITY;
    node.diskDelay = 0;
    if (node.isPaused) world.resume(node);
  }
  if (isCut) world.heal();
}

function newHistories(objects: number): readonly BlockHistory[] {
  return Array.from({ length: objects }, (_, i) => ({
    oid: (VDI << 32n) | BigInt(i),
    block: i % 3,
    acknowledged: 0,
    since: new Set<number>(),
    isMade: false,
  }));
}

/** A formatted cluster, and clients that begin to write. */
function begin({ seed, nodes, copies, objects, pace, create, keepsLogs = false }: SwarmOptions) {
  const names = Array.from({ length: nodes }, (_, i) => 111 + i);
  const own = create === undefined ? {} : { create };
  const world = new World({ behaviour: 'sound', seed, nodes: names, keepsLogs, ...own });
  for (const node of world.nodes) {
    world.start(node);
    world.run(20_000);
  }
  world.run(1_500_000);
  const [first] = world.nodes;
  assert(first !== undefined, 'a cluster has nodes');
  const formatted = request(world, first, Op.MAKE_FS, { copies, ctime: 77n });
  const histories = newHistories(objects);
  const writers = histories.map((history, i) => new Writer(world, [history], { copies, pace, first: 1 + i * 1e6 }));
  const images = new ImageMaker(world);
  for (const client of [...writers, images]) client.start();
  return { world, histories, writers, images, isFormatted: formatted?.header.result === Res.SUCCESS };
}

/** Some faults, undone or not before the next one. */
function disturb(world: World, { faults, kinds }: SwarmOptions): readonly string[] {
  const done: string[] = [];
  for (let i = 0; i < faults; i++) {
    done.push(`${world.now} ${injectFault(world, world.chance.pick(kinds))}`);
    world.run(50_000 + world.chance.below(2_500_000));
    if (world.chance.oneIn(2)) {
      undoFaults(world);
      done.push(`${world.now} undo`);
    }
    if (world.chance.oneIn(2)) {
      restartDead(world);
      done.push(`${world.now} restart`);
    }
    world.run(50_000 + world.chance.below(1_000_000));
  }
  return done;
}

export function swarm(options: SwarmOptions): SwarmResult {
  const { world, histories, writers, images, isFormatted } = begin(options);
  const trouble = isFormatted ? [] : ['format failed'];
  world.run(300_000);
  const faults = disturb(world, options);
  for (const client of [...writers, images]) client.isStopped = true;
  undoFaults(world);
  restartDead(world);
  world.run(300_000);
  const isCalm = untilQuiet(world, 120_000_000);
  world.run(500_000);
  if (!isCalm || !untilQuiet(world, 1_000_000)) trouble.push(`not quiet:\n${describeWorld(world)}`);
  else
    trouble.push(
      ...epochTrouble(world),
      ...copyTrouble(world),
      ...writeTrouble(world, histories),
      ...imageTrouble(world, images),
    );
  return { trouble, faults, world, acknowledged: writers.reduce((sum, writer) => sum + writer.acknowledged, 0) };
}
