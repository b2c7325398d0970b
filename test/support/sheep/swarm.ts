// A cluster under random faults while clients write, then healed, and looked at. Everything by the seed.
import { FLAG_WRITE, Op, Res } from '../../../protocol/sheep/operations.ts';
import { makeHeader } from '../../../protocol/sheep/tcp-headers.ts';
import { ask } from './client.ts';
import {
  blockOctets,
  BLOCK,
  copyTrouble,
  describeWorld,
  epochTrouble,
  isQuiet,
  writeTrouble,
  type BlockHistory,
} from './checkers.ts';
import { request } from './client.ts';
import { World, type WorldNode } from './world.ts';

export interface SwarmOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly copies: number;
  readonly objects: number;
  /** Faults, one after the other. */
  readonly faults: number;
  readonly kinds: readonly FaultKind[];
  readonly keepsLogs?: boolean;
}

export type FaultKind = 'kill' | 'kill-in-step' | 'stop' | 'partition' | 'pause' | 'kill-many';

export interface SwarmResult {
  readonly trouble: readonly string[];
  readonly acknowledged: number;
  readonly attempted: number;
  readonly kills: number;
  readonly faults: readonly string[];
  readonly world: World;
}

const VDI = 0x123456n;

/** One client: writes its own blocks, one at a time, over whichever sheep answers. */
class Writer {
  acknowledged = 0;
  attempted = 0;
  isStopped = false;
  private readonly world: World;
  private readonly histories: readonly BlockHistory[];
  private readonly copies: number;
  private next: number;

  constructor(world: World, histories: readonly BlockHistory[], copies: number, first: number) {
    this.world = world;
    this.histories = histories;
    this.copies = copies;
    this.next = first;
  }

  start(): void {
    this.world.at(this.world.now + this.world.chance.below(5000), () => this.write());
  }

  private write(): void {
    if (this.isStopped) return;
    const { world } = this;
    const alive = world.nodes.filter(({ isListening, isPaused }) => isListening && !isPaused);
    const history = world.chance.pick(this.histories);
    if (alive.length === 0) {
      world.at(world.now + 50_000, () => this.write());
      return;
    }
    const to = world.chance.pick(alive);
    const value = this.next++;
    history.since.add(value);
    this.attempted++;
    const opcode = history.isMade ? Op.WRITE_OBJ : Op.CREATE_AND_WRITE_OBJ;
    const fields = { oid: history.oid, copies: this.copies, offset: BigInt(history.block * BLOCK), flags: FLAG_WRITE };
    const asked = ask(world, to, makeHeader('request', opcode, { ...fields, dataLength: BLOCK }), blockOctets(value));
    const started = world.now;
    const look = (): void => {
      if (!asked.isOver && world.now - started < 8_000_000) {
        world.at(world.now + 300, look);
        return;
      }
      if (!asked.isOver) asked.close();
      if (asked.answer?.header.result === Res.SUCCESS) {
        history.isMade = true;
        history.acknowledged = value;
        history.since.clear();
        this.acknowledged++;
      }
      world.at(world.now + 500 + world.chance.below(20_000), () => this.write());
    };
    look();
  }
}

function restartDead(world: World): void {
  for (const node of world.nodes) if (node.engine === null) world.start(node);
}

function injectFault(world: World, kind: FaultKind): string {
  const alive = world.nodes.filter(({ engine }) => engine !== null);
  const { chance } = world;
  if (alive.length === 0) return 'nobody';
  const node = chance.pick(alive);
  if (kind === 'kill') {
    world.kill(node);
    return `kill .${node.last}`;
  }
  if (kind === 'kill-many') {
    const count = 1 + chance.below(alive.length);
    const gone: number[] = [];
    for (let i = 0; i < count; i++) {
      const one = chance.pick(world.nodes.filter(({ engine }) => engine !== null));
      world.kill(one);
      gone.push(one.last);
    }
    return `kill ${gone.join(' ')}`;
  }
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
  if (kind === 'stop') {
    world.stop(node);
    return `stop .${node.last}`;
  }
  if (kind === 'partition') {
    const cut = world.nodes.filter(() => chance.oneIn(2)).map(({ last }) => last);
    world.partition(cut);
    return `partition ${cut.join(' ')}`;
  }
  world.pause(node);
  // Its ring loses it after the token timeout.
  world.at(world.now + 1_000_000 + chance.below(1_000_000), () => {
    if (node.isPaused) world.partition([node.last]);
  });
  return `pause .${node.last}`;
}

function undoFaults(world: World): void {
  world.killer = null;
  const isCut = new Set(world.nodes.map(({ part }) => part)).size > 1;
  for (const node of world.nodes) if (node.isPaused) world.resume(node);
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

export function swarm(options: SwarmOptions): SwarmResult {
  const { seed, nodes, copies, objects, faults, kinds } = options;
  const world = new World({
    behaviour: 'sound',
    seed,
    nodes: Array.from({ length: nodes }, (_, i) => 111 + i),
    keepsLogs: options.keepsLogs ?? false,
  });
  const done: string[] = [];
  const trouble: string[] = [];
  for (const node of world.nodes) {
    world.start(node);
    world.run(200_000);
  }
  const [first] = world.nodes as readonly [WorldNode];
  const formatted = request(world, first, Op.MAKE_FS, { copies, ctime: 77n });
  if (formatted?.header.result !== Res.SUCCESS) trouble.push('format failed');
  const histories = newHistories(objects);
  const half = Math.ceil(objects / 2);
  const writers = [histories.slice(0, half), histories.slice(half)]
    .filter((own) => own.length > 0)
    .map((own, i) => new Writer(world, own, copies, 1 + i * 1_000_000));
  for (const writer of writers) writer.start();
  world.run(500_000);
  let kills = 0;
  for (let i = 0; i < faults; i++) {
    const kind = world.chance.pick(kinds);
    done.push(`${world.now} ${injectFault(world, kind)}`);
    if (kind.startsWith('kill')) kills++;
    world.run(50_000 + world.chance.below(3_000_000));
    if (world.chance.oneIn(2)) {
      undoFaults(world);
      done.push(`${world.now} undo`);
    }
    if (world.chance.oneIn(2)) {
      restartDead(world);
      done.push(`${world.now} restart`);
    }
    world.run(50_000 + world.chance.below(2_000_000));
  }
  for (const writer of writers) writer.isStopped = true;
  undoFaults(world);
  restartDead(world);
  const isCalm = world.runUntil(() => isQuiet(world), 120_000_000);
  world.run(500_000);
  if (!isCalm || !isQuiet(world)) trouble.push(`not quiet:\n${describeWorld(world)}`);
  else trouble.push(...epochTrouble(world), ...copyTrouble(world), ...writeTrouble(world, histories));
  const sum = (of: (writer: Writer) => number): number => writers.reduce((total, writer) => total + of(writer), 0);
  return {
    trouble,
    kills,
    faults: done,
    world,
    acknowledged: sum(({ acknowledged }) => acknowledged),
    attempted: sum(({ attempted }) => attempted),
  };
}
