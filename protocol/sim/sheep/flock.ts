// All sheep of a world: what happens to them, when they start and end, and the commands that people give at their
// nodes. The world runs its events and tells it what becomes of the nodes' processes.
import type { SheepStatus } from '../../sheep/engine/contract.ts';
import type { Behaviour } from '../../sheep/engine/policy.ts';
import type { DiskFault } from '../fault.ts';
import type { ProgramEffect } from '../program.ts';
import type { SimNode } from '../world/sim-node.ts';
import { Clients, type Input } from './clients.ts';
import type { FlockEvent, FlockOptions, FlockState, FlockWorld } from './contract.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { SheepPlace } from './sheep-place.ts';
import { Streams, type Owner } from './streams.ts';

/** Microseconds that a ring stands before the node's sheep starts, as people start sheepdog after Corosync. */
const SETTLED_MICROS = 500_000;

export class Flock {
  readonly behaviour: Behaviour;
  readonly #world: FlockWorld;
  readonly #places: readonly SheepPlace[];
  readonly #streams: Streams;
  readonly #clients: Clients;

  constructor(world: FlockWorld, options: FlockOptions, saved?: FlockState) {
    this.behaviour = options.behaviour;
    this.#world = world;
    this.#streams = new Streams(world, this.#streamHooks(), saved?.streams);
    this.#places = world.nodes.map((node, i) => new SheepPlace(node, world, this.#streams, options, saved?.places[i]));
    this.#clients = new Clients(world, this.#streams, (node) => this.#at(node.index).wallMicros(), saved);
  }

  save(): FlockState {
    const { clients, nextClient } = this.#clients.save();
    return { places: this.#places.map((place) => place.save()), streams: this.#streams.save(), clients, nextClient };
  }

  run(event: FlockEvent): void {
    switch (event.kind) {
      case 'start': {
        const place = this.#at(event.node);
        if (place.node.life === event.life && place.turn === event.turn) place.start();
        return;
      }
      case 'hear': {
        const place = this.#at(event.node);
        if (place.life === event.life) place.input(event.input);
        return;
      }
      case 'say':
        return this.#at(event.node).outbox.flush();
      case 'wake':
        return this.#at(event.node).wake(event.life);
      case 'disk':
        return this.#at(event.node).diskDone(event.life, event.id);
      case 'arrive':
        return this.#streams.arrive(event.stream, event.way);
      case 'again':
        return this.#streams.again(event.stream, event.way);
      case 'refused':
        return this.#clients.closed(event.client, event.why);
    }
  }

  /** A step of a node's process. */
  heard(node: SimNode, effects: readonly ProgramEffect[]): void {
    const place = this.#at(node.index);
    for (const effect of effects) {
      if (effect.kind === 'note' && effect.note.kind === 'state' && effect.note.state === 'gather') place.unsettled();
      else if (effect.kind === 'synchronised' && effect.isDone && place.isAwaited) {
        const { turn } = place;
        const at = this.#world.now() + SETTLED_MICROS;
        this.#world.push(at, { kind: 'start', node: node.index, life: node.life, turn });
      } else place.heard(effect);
    }
  }

  nodeBooted(node: SimNode): void {
    this.#at(node.index).nodeBooted();
  }

  nodeDied(node: SimNode): void {
    this.#at(node.index).nodeDied();
  }

  nodeResumed(node: SimNode): void {
    this.#at(node.index).resumed();
  }

  clockChanged(node: SimNode): void {
    this.#at(node.index).clockChanged();
  }

  loseDisk(node: SimNode): void {
    this.#at(node.index).loseDisk();
  }

  setDisk({ node, isFull, delay }: DiskFault): void {
    const place = this.#at(node - 1);
    place.isFull = isFull;
    place.diskDelay = delay;
  }

  /** Starts the sheep of a node, tells it to stop (SIGTERM), or kills it; false where that changes nothing. */
  command(node: SimNode, what: 'start' | 'stop' | 'kill'): boolean {
    const place = this.#at(node.index);
    const { isRunning } = place;
    if (what === 'start') place.start();
    else if (what === 'stop') place.input({ kind: 'stop' });
    else place.kill();
    return what === 'start' ? place.isRunning && !isRunning : isRunning;
  }

  /** Starts a collie command at a node; its number. */
  collie(node: SimNode, words: readonly string[], input: Input): number {
    return this.#clients.start(node, words, input);
  }

  /** The number of the command that was given last; 0 before any. */
  get latestCommand(): number {
    return this.#clients.latest;
  }

  /** Whether a command is under way. */
  isBusy(client: number): boolean {
    return this.#clients.has(client);
  }

  /** Null while no sheep runs there. */
  status(node: SimNode): SheepStatus | null {
    return this.#at(node.index).status();
  }

  pid(node: SimNode): number | null {
    return this.#at(node.index).process?.pid ?? null;
  }

  disk(node: SimNode): MemoryDisk {
    return this.#at(node.index).disk;
  }

  isDiskFull(node: SimNode): boolean {
    return this.#at(node.index).isFull;
  }

  #at(index: number): SheepPlace {
    const place = this.#places[index];
    if (place === undefined) throw new Error(`broken invariant: there is no node ${index}`);
    return place;
  }

  #streamHooks(): ConstructorParameters<typeof Streams>[1] {
    const toSheep = (node: SimNode, life: number, input: Parameters<SheepPlace['input']>[0]): void => {
      const place = this.#at(node.index);
      if (place.life === life) place.input(input);
    };
    return {
      accept: (node) => this.#at(node.index).accept(),
      accepted: (node, owner) => {
        if (owner.kind === 'sheep') toSheep(node, owner.life, { kind: 'tcp-accepted', conn: owner.conn });
      },
      opened: (node, owner: Owner) => {
        if (owner.kind === 'client') this.#clients.opened(owner.client);
        else toSheep(node, owner.life, { kind: 'tcp-opened', conn: owner.conn });
      },
      data: (node, owner, octets) => {
        if (owner.kind === 'client') this.#clients.data(owner.client, octets);
        else toSheep(node, owner.life, { kind: 'tcp-data', conn: owner.conn, octets });
      },
      closed: (node, owner, why) => {
        if (owner.kind === 'client') this.#clients.closed(owner.client, why);
        else toSheep(node, owner.life, { kind: 'tcp-closed', conn: owner.conn });
      },
    };
  }
}
