// A cluster under random faults while clients write, read and copy objects and make images, then healed while they go
// on, and looked at. Everything by the seed.
import { assert } from '../../../../protocol/base/result.ts';
import { Op, Res } from '../../../../protocol/sheep/operations.ts';
import { request } from '../../../support/sheep/client.ts';
import { copyTrouble, describeWorld, epochTrouble, untilQuiet } from '../../../support/sheep/checkers.ts';
import { random } from '../../../support/sheep/random.ts';
import { World, type CreateSheep } from '../../../support/sheep/world.ts';
import { Clients } from './clients.ts';
import { FAULT_KINDS, injectFault, restartDead, undoFaults, type FaultKind } from './faults.ts';
import { ImageClient } from './image-client.ts';

export interface SwarmOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Nodes that are not there from the beginning. */
  readonly late: number;
  /** Nodes of one failure zone. */
  readonly perZone: number;
  readonly copies: number;
  readonly objects: number;
  readonly clients: number;
  /** Microseconds that a client thinks between two requests, at most. */
  readonly pace: number;
  /** Microseconds that every disk takes longer. */
  readonly diskDelay: number;
  /** Operations on images. */
  readonly imageSteps: number;
  /** Faults, one after the other. */
  readonly faults: number;
  readonly kinds: readonly FaultKind[];
  /** Microseconds from one fault to the next, at most. */
  readonly apart: number;
  /** In the end all are killed, and started again. */
  readonly isRestarted: boolean;
  readonly create?: CreateSheep;
  readonly keepsLogs?: boolean;
}

export interface SwarmResult {
  readonly trouble: readonly string[];
  readonly acknowledged: number;
  readonly reads: number;
  readonly faults: readonly string[];
  readonly world: World;
}

const SECOND = 1_000_000;
const IMAGE_PACE_MICROS = 600_000;
const FIRST_NODE = 111;

/** A cluster and its faults, by the seed: two to seven nodes, one to four copies. */
export function drawSwarm(seed: number): SwarmOptions {
  const chance = random(seed ^ 0x5eed);
  const nodes = 2 + chance.below(chance.oneIn(3) ? 6 : 4);
  const late = chance.oneIn(3) && nodes > 2 ? 1 + chance.below(nodes - 2) : 0;
  const perZone = chance.oneIn(4) ? 2 : 1;
  return {
    seed,
    nodes,
    late,
    perZone,
    copies: 1 + chance.below(Math.min(chance.oneIn(4) ? 4 : 3, Math.ceil((nodes - late) / perZone))),
    objects: 3,
    clients: 3 + chance.below(4),
    pace: chance.pick([60_000, 120_000, 240_000]),
    diskDelay: chance.pick([0, 1_000, 5_000, 20_000]),
    imageSteps: chance.oneIn(2) ? 0 : 1 + chance.below(5),
    faults: 2 + chance.below(5),
    kinds: FAULT_KINDS,
    apart: chance.pick([150_000, 600_000, 1_500_000]),
    isRestarted: chance.oneIn(3),
  };
}

function newWorld({ seed, nodes, perZone, create, keepsLogs = false }: SwarmOptions): World {
  const names = Array.from({ length: nodes }, (_, i) => FIRST_NODE + i);
  const own = create === undefined ? {} : { create };
  const zones = names.map((_, i) => 1 + Math.floor(i / perZone));
  const zoned = perZone === 1 ? {} : { zones };
  return new World({ behaviour: 'sound', seed, nodes: names, keepsLogs, ...zoned, ...own });
}

/** A formatted cluster, and clients that begin to work. */
function begin(options: SwarmOptions) {
  const { nodes, late, copies, imageSteps } = options;
  const world = newWorld(options);
  for (const node of world.nodes.slice(0, nodes - late)) {
    world.start(node);
    world.run(20_000);
  }
  world.run(1_500_000);
  const [first] = world.nodes;
  assert(first !== undefined, 'a cluster has nodes');
  const formatted = request(world, first, Op.MAKE_FS, { copies, ctime: 77n });
  for (const node of world.nodes) node.diskDelay = options.diskDelay;
  const clients = new Clients(world, options);
  const images = new ImageClient(world, { pace: IMAGE_PACE_MICROS, steps: imageSteps });
  clients.start();
  images.start();
  return { world, clients, images, isFormatted: formatted?.header.result === Res.SUCCESS };
}

/** Some faults, undone or not before the next one. */
function disturb(world: World, clients: Clients, { faults, kinds, apart, diskDelay }: SwarmOptions): readonly string[] {
  const done: string[] = [];
  const { chance } = world;
  for (let i = 0; i < faults; i++) {
    if (chance.oneIn(2) && clients.branch()) done.push(`${world.now} copies on write begin`);
    done.push(`${world.now} ${injectFault(world, chance.pick(kinds))}`);
    world.run(20_000 + chance.below(apart));
    if (chance.oneIn(2)) {
      undoFaults(world, diskDelay);
      done.push(`${world.now} undo`);
    }
    if (chance.oneIn(2)) {
      restartDead(world);
      done.push(`${world.now} restart`);
    }
    world.run(20_000 + chance.below(apart));
  }
  return done;
}

/** All machines run, and what had been under way when they were started again is over. */
function comeBack(world: World, diskDelay: number): void {
  undoFaults(world, diskDelay);
  for (let times = 0; times < 3; times++) {
    restartDead(world);
    world.run(SECOND / 2);
  }
}

function calmTrouble(world: World): readonly string[] {
  let isCalm = untilQuiet(world, 120 * SECOND);
  // Who was told to stop may have had to wait for its turn to leave; who ended otherwise must not have.
  const left = world.nodes.filter(({ engine, exit }) => engine === null && exit?.code === 0);
  for (const node of left) world.start(node);
  if (left.length > 0) {
    world.run(SECOND);
    isCalm = untilQuiet(world, 120 * SECOND);
  }
  world.run(SECOND / 2);
  const gone = world.nodes.filter(({ engine }) => engine === null);
  if (gone.length > 0 || !isCalm || !untilQuiet(world, SECOND)) return [`not quiet:\n${describeWorld(world)}`];
  return [...epochTrouble(world), ...copyTrouble(world)];
}

export function swarm(options: SwarmOptions): SwarmResult {
  const { world, clients, images, isFormatted } = begin(options);
  world.run(300_000);
  const faults = disturb(world, clients, options);
  // They go on while the cluster comes back.
  comeBack(world, options.diskDelay);
  for (const client of [clients, images]) client.isStopped = true;
  const trouble = isFormatted ? [] : ['format failed'];
  trouble.push(...calmTrouble(world));
  if (clients.open + images.open > 0) trouble.push(`${clients.open + images.open} requests are not answered`);
  if (trouble.length === 0) trouble.push(...clients.finalTrouble(), ...images.finalTrouble());
  if (trouble.length === 0 && options.isRestarted) {
    for (const node of world.nodes) world.kill(node);
    restartDead(world);
    world.run(SECOND / 2);
    trouble.push(...calmTrouble(world), ...clients.finalTrouble(), ...images.finalTrouble());
  }
  // First what was seen first.
  trouble.unshift(...clients.trouble, ...images.trouble);
  const { acknowledged, reads } = clients;
  return { trouble, faults, world, acknowledged: acknowledged + images.acknowledged, reads };
}
