// Sheep in one process: a perfect total order, TCP with delays, disks in memory, and a clock that jumps. By a seed.
// Octets are copied where they leave a sheep, and overwritten where it says that it is done with them.
import type { Micros } from '../../../protocol/totem/engine/contract.ts';
import { assert } from '../../../protocol/base/result.ts';
import type { DiskOp, SheepEffect, SheepEngine, SheepInput } from '../../../protocol/sheep/engine/contract.ts';
import type { SheepOptions, SheepSaved } from '../../../protocol/sheep/engine/contract.ts';
import { createSheepEngine } from '../../../protocol/sheep/engine/engine.ts';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { Events, type EventsState } from './events.ts';
import { Group } from './group.ts';
import { WorldNode, type WorldNodeState } from './node.ts';
import { random, type Random } from './random.ts';
import { Tcp, type Client, type ClientConnection } from './tcp.ts';

export type { WorldNode } from './node.ts';

export interface WorldOptions {
  readonly behaviour: Behaviour;
  readonly seed: number;
  /** Last octets of the addresses 192.168.1.x. */
  readonly nodes: readonly number[];
  /** Failure zones of the nodes, in their order; without, each is its own. */
  readonly zones?: readonly number[];
  readonly wallMicrosAtZero?: bigint;
  /** Keep every sheep's log; costs memory. */
  readonly keepsLogs?: boolean;
  /** The engine, or a broken one. */
  readonly create?: CreateSheep;
}

/** A moment of a world, to go back to: disks, sheep, messages and connections. Clients of tests are not in it. */
export interface Moment {
  readonly events: EventsState;
  readonly chance: readonly number[];
  readonly parts: ReadonlyMap<number, readonly WorldNode[]>;
  readonly nodes: readonly WorldNodeState[];
}

export type CreateSheep = (options: SheepOptions) => SheepEngine;

const DISK_MICROS = 60;
/** Memory that a sheep is done with is used again at once. */
const USED_AGAIN = 0xdb;
const START_MICROS = 1_000_000;
const RUN_MICROS = 60_000_000;

export class World {
  readonly nodes: readonly WorldNode[];
  readonly chance: Random;
  readonly options: WorldOptions;
  /** Steps of all engines so far. */
  steps = 0;
  /** Called before each effect is carried out; true kills the node instead, as it stands. */
  killer: ((node: WorldNode, effect: SheepEffect) => boolean) | null = null;
  onEffect: ((node: WorldNode, effect: SheepEffect) => void) | null = null;
  /** Called after each step of a node. */
  onStep: ((node: WorldNode, input: SheepInput) => void) | null = null;
  private readonly events = new Events(START_MICROS);
  private readonly group = new Group(this);
  private readonly tcp = new Tcp(this);

  constructor(options: WorldOptions) {
    this.options = options;
    this.chance = random(options.seed);
    this.nodes = options.nodes.map((last, i) => new WorldNode(last, options.zones?.[i] ?? null));
  }

  node(last: number): WorldNode {
    const found = this.nodes.find((one) => one.last === last);
    assert(found !== undefined, `there is a node .${last}`);
    return found;
  }

  get now(): number {
    return this.events.now;
  }

  at(time: number, run: () => void): void {
    this.events.at(time, run);
  }

  /** Runs until something holds, or for so long; false where the time was over first. */
  runUntil(holds: () => boolean, micros = RUN_MICROS): boolean {
    return this.events.runUntil(holds, micros);
  }

  run(micros: number): void {
    this.runUntil(() => false, micros);
  }

  get wallMicrosAtZero(): bigint {
    return this.options.wallMicrosAtZero ?? 1_795_393_247_000_000n;
  }

  start(node: WorldNode): void {
    assert(node.engine === null, 'a node is started once');
    node.life++;
    node.exit = null;
    node.process = { nodeid: node.nodeid, pid: 1000 + node.life };
    node.isPaused = false;
    node.engine = this.create(node);
    this.step(node, { kind: 'start' });
  }

  private create(node: WorldNode, saved?: SheepSaved): SheepEngine {
    return (this.options.create ?? createSheepEngine)({
      behaviour: this.options.behaviour,
      self: node.entry,
      process: node.process,
      wallMicrosAtZero: this.wallMicrosAtZero + BigInt(node.skew),
      isDurable: false,
      storePath: '/mnt/sheepdog/data',
      ...(saved === undefined ? {} : { saved }),
    });
  }

  save(): Moment {
    return {
      events: this.events.save(),
      chance: this.chance.save(),
      parts: this.group.save(),
      nodes: this.nodes.map((node) => node.save()),
    };
  }

  /** Goes back to a moment of this world. */
  restore({ events, chance, parts, nodes }: Moment): void {
    this.events.restore(events);
    this.chance.restore(chance);
    this.group.restore(parts);
    this.killer = null;
    this.nodes.forEach((node, i) => {
      const state = nodes[i];
      if (state !== undefined) node.restore(state, (saved) => this.create(node, saved));
    });
  }

  step(node: WorldNode, input: SheepInput): void {
    if (node.engine === null) return;
    if (node.isPaused) {
      node.held.push(input);
      return;
    }
    this.steps++;
    const effects = node.engine.step(this.now as Micros, input);
    const { life } = node;
    for (const effect of effects) {
      if (node.life !== life || node.engine === null) return;
      if (this.killer?.(node, effect) === true) {
        this.kill(node);
        return;
      }
      this.onEffect?.(node, effect);
      this.carryOut(node, effect);
    }
    this.onStep?.(node, input);
    this.armDeadline(node);
  }

  private armDeadline(node: WorldNode): void {
    const at = node.isPaused ? null : (node.engine?.nextDeadline() ?? null);
    if (at === null || (node.deadlineAt !== null && node.deadlineAt <= at)) return;
    node.deadlineAt = at;
    const { life } = node;
    this.at(at, () => {
      if (node.life !== life || node.deadlineAt !== at) return;
      node.deadlineAt = null;
      if (node.isPaused) return;
      this.step(node, { kind: 'deadline' });
      this.armDeadline(node);
    });
  }

  private carryOut(node: WorldNode, effect: SheepEffect): void {
    if (effect.kind === 'listen') node.isListening = true;
    else if (effect.kind === 'cpg-join') this.group.join(node);
    else if (effect.kind === 'cpg-mcast') this.group.multicast(node, effect.message);
    else if (effect.kind === 'tcp-open') this.tcp.open(node, effect.conn, effect.to);
    else if (effect.kind === 'tcp-send') this.tcp.send(node, effect.conn, effect.parts);
    else if (effect.kind === 'tcp-close') this.tcp.closeOf(node, effect.conn);
    else if (effect.kind === 'disk') this.startDisk(node, effect.id, effect.op);
    else if (effect.kind === 'octets-done') for (const part of effect.parts) part.fill(USED_AGAIN);
    else if (effect.kind === 'log' && this.options.keepsLogs === true) node.log.push(effect.line);
    else if (effect.kind === 'exit') {
      node.exit = { code: effect.code, why: effect.why };
      this.end(node);
    }
  }

  private startDisk(node: WorldNode, id: number, asked: DiskOp): void {
    const op = 'parts' in asked ? { ...asked, parts: asked.parts.map((part) => part.slice()) } : asked;
    node.disks.set(id, op);
    const { life } = node;
    const at = this.now + DISK_MICROS + this.chance.below(DISK_MICROS) + node.diskDelay;
    this.at(at, () => {
      if (node.life !== life || node.engine === null) return;
      node.disks.delete(id);
      this.step(node, { kind: 'disk-done', id, outcome: node.disk.carryOut(op) });
    });
  }

  connect(at: WorldNode, to: WorldNode, client: Client): ClientConnection {
    return this.tcp.connect(at, to, client);
  }

  /** SIGKILL: what was under way on the disk is left as it may be. */
  kill(node: WorldNode): void {
    if (node.engine === null) return;
    for (const op of node.disks.values()) node.disk.tear(op, this.chance);
    this.end(node);
  }

  private end(node: WorldNode): void {
    node.engine = null;
    node.life++;
    node.isListening = false;
    node.disks.clear();
    node.inbox.length = 0;
    node.held.length = 0;
    node.deadlineAt = null;
    for (const conn of Array.from(node.links.keys())) this.tcp.closeOf(node, conn);
    if (node.isInGroup) this.group.leave(node);
  }

  /** SIGTERM. */
  stop(node: WorldNode): void {
    this.step(node, { kind: 'stop' });
  }

  pause(node: WorldNode): void {
    if (!node.isPaused) node.pausedAt = this.now;
    node.isPaused = true;
  }

  resume(node: WorldNode): void {
    node.isPaused = false;
    for (const input of node.held.splice(0)) this.step(node, input);
    this.group.drain(node);
    this.armDeadline(node);
  }

  /** Parts of the network that see each other; nodes that are not named are one part together. */
  partition(...parts: readonly (readonly number[])[]): void {
    this.regroup((node) => 1 + parts.findIndex((part) => part.includes(node.last)));
  }

  /** Corosync before 1.4.5 tells a node that its own process has left; the others, that it is gone. */
  disown(node: WorldNode): void {
    this.group.disown(node);
  }

  /**
   * Corosync 1.4 tells a node that slept, and is back before its own ring broke, nothing of what the others saw: its
   * list of those that left is not the one that is chosen.
   */
  overlook(node: WorldNode): { readonly back: () => void } {
    return this.group.overlook(node);
  }

  heal(): void {
    this.regroup(() => 0);
    this.tcp.healed();
  }

  private regroup(partOf: (node: WorldNode) => number): void {
    const before = new Map(this.nodes.map((node) => [node, node.part]));
    const base = 1 + Math.max(...this.nodes.map(({ part }) => part));
    for (const node of this.nodes) node.part = base + partOf(node);
    this.group.regroup(before);
  }
}
