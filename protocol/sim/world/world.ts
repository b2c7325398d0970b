// The simulated world: virtual time, computers, links, faults. It runs one event after the other, by time and then by
// the order in which they came to be; the same seed and the same faults give the same run. Judges nothing.
import { TimeHeap } from '../../base/time-heap.ts';
import { RingBuffer } from '../../base/ring-buffer.ts';
import { Prng } from '../../base/prng.ts';
import { DIALECTS, type Dialect } from '../../totem/dialect.ts';
import type { Micros } from '../../totem/engine/contract.ts';
import type { Fault } from '../fault.ts';
import { Flock } from '../sheep/flock.ts';
import type { Program, ProgramEffect, ProgramInput, ProgramState } from '../program.ts';
import { Network } from './network.ts';
import { applyToNode, type NodeDeeds } from './node-faults.ts';
import { SimNode, untilTorn } from './sim-node.ts';
import { noHooks, type WorldObserver } from './observer.ts';
import type { FlockEvent } from '../sheep/contract.ts';
import type { WorldEvent, WorldOptions, WorldState } from './contract.ts';
import { messageOf, type Traffic } from './traffic.ts';
import { Wire } from './wire.ts';

const PROGRAM_LABEL = 0x22;

export class World {
  readonly nodes: readonly SimNode[];
  readonly options: WorldOptions;
  readonly dialect: Dialect;
  /** Steps of programs and deliveries of datagrams so far. */
  events = 0;
  /** Null in a world without sheep. */
  readonly flock: Flock | null;
  #now = 0;
  readonly #heap: TimeHeap<WorldEvent>;
  /** Nodes whose turn comes once all that arrives in this microsecond has arrived. */
  readonly #ready: RingBuffer<SimNode>;
  readonly #network: Network;
  readonly #wire: Wire;
  readonly #hooks = noHooks();
  #isTrafficOff: boolean;

  constructor(options: WorldOptions, saved?: WorldState) {
    this.options = options;
    this.dialect = DIALECTS[options.cluster.dialect];
    this.nodes = options.cluster.nodes.map((spec, index) => new SimNode(spec, index));
    this.#network = new Network(this.nodes.length, options.seed, options.link, saved?.network);
    this.#heap = new TimeHeap(saved?.heap);
    this.#ready = new RingBuffer(saved?.ready.map((index) => this.#node(index)));
    this.#now = saved?.now ?? 0;
    this.events = saved?.events ?? 0;
    this.#wire = new Wire(this.nodes, this.#network, this.#heap, this.dialect, this.#hooks);
    this.#wire.hops = saved?.hops ?? 0;
    this.#wire.rotations = saved?.rotations ?? 0;
    this.#isTrafficOff = saved?.isTrafficOff ?? false;
    for (const [i, node] of this.nodes.entries()) {
      const state = saved?.nodes[i];
      if (state === undefined) node.disk = options.firstRingSeqs[i % options.firstRingSeqs.length] ?? null;
      else node.restore(state, (program) => this.#start(node, program));
    }
    this.flock = this.#newFlock(saved);
  }

  /** Microseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** Times that a token was sent, and times that a representative sent one; copies count. */
  get hops(): number {
    return this.#wire.hops;
  }

  get rotations(): number {
    return this.#wire.rotations;
  }

  /** When the next event is due: now, where a turn waits; infinity where nothing will ever happen. */
  get nextTime(): number {
    return this.#ready.length > 0 ? this.#now : this.#heap.firstTime;
  }

  watch(observer: WorldObserver): void {
    for (const name of Object.keys(this.#hooks) as (keyof WorldObserver)[]) {
      const hook = observer[name];
      if (hook !== undefined) (this.#hooks[name] as unknown[]).push(hook.bind(observer));
    }
  }

  /** Runs the next event; false where there is none. */
  step(): boolean {
    if (this.#ready.length > 0 && this.#heap.firstTime > this.#now) {
      const node = this.#ready.shift();
      if (node !== undefined) this.#turn(node);
      return true;
    }
    if (this.#heap.size === 0) return false;
    this.#now = this.#heap.firstTime;
    this.#run(this.#heap.pop());
    return true;
  }

  /** Runs all that is due up to and at `time`, which is now afterwards. */
  runUntil(time: number): void {
    while (this.nextTime <= time) this.step();
    this.idleUntil(time);
  }

  /** Lets time pass in which nothing is due. */
  idleUntil(time: number): void {
    this.#now = Math.max(this.#now, Math.min(time, this.nextTime));
  }

  /** Applies a fault at once. What makes no sense (to kill the dead) does nothing; says whether it did something. */
  apply(fault: Fault): boolean {
    for (const hook of this.#hooks.faulted) hook(fault, this.#now);
    const node = 'node' in fault ? this.nodes[fault.node - 1] : undefined;
    const done = node === undefined ? null : applyToNode(node, fault, this.#deeds());
    if (done !== null) return done;
    this.#network.apply(fault);
    if (fault.kind === 'heal')
      for (const each of this.nodes) {
        each.torn = null;
        this.#setInterface(each, true);
      }
    return true;
  }

  /** Starts a process where none runs. */
  boot(node: SimNode): void {
    if (node.program !== null) return;
    node.program = this.#start(node);
    node.phase = 'running';
    node.life++;
    this.flock?.nodeBooted(node);
    for (const hook of this.#hooks.booted) hook(node, this.#now);
    this.#tellInterface(node);
  }

  /** Gives a node an input now; false where no process runs that could take it. */
  input(node: SimNode, input: ProgramInput): boolean {
    if (node.phase !== 'running' || node.program === null) return false;
    this.#step(node, node.program, input, 0);
    return true;
  }

  /** Puts octets into a node's socket, from nowhere. */
  inject(node: SimNode, bytes: Uint8Array): void {
    this.#heap.push(this.#now, { kind: 'arrival', from: node.index, to: node.index, bytes });
  }

  /** Lets a node make messages from now on. */
  addTraffic(traffic: Traffic): void {
    this.#isTrafficOff = false;
    this.#heap.push(this.#now + traffic.every, { kind: 'traffic', traffic, serial: 1 });
  }

  /** Ends all traffic. */
  stopTraffic(): void {
    this.#isTrafficOff = true;
  }

  /** Whether packets, multicasts too unless told otherwise, can get from one node to another now, if only sometimes. */
  isOpen(from: SimNode, to: SimNode, what: 'all' | 'unicast' = 'all'): boolean {
    return from.isLinkUp && to.isLinkUp && this.#network.isOpen(from.index, to.index, what);
  }

  save(): WorldState {
    return {
      now: this.#now,
      events: this.events,
      hops: this.hops,
      rotations: this.rotations,
      heap: this.#heap.save(),
      ready: this.#ready.toArray().map(({ index }) => index),
      nodes: this.nodes.map((node) => node.save()),
      network: this.#network.save(),
      isTrafficOff: this.#isTrafficOff,
      flock: this.flock?.save() ?? null,
    };
  }

  #newFlock(saved: WorldState | undefined): Flock | null {
    const { sheep, seed } = this.options;
    if (sheep == null) return null;
    const world = {
      nodes: this.nodes,
      seed,
      hooks: this.#hooks,
      now: () => this.#now,
      push: (at: number, event: FlockEvent) => this.#heap.push(at, { kind: 'flock', event }),
      input: (node: SimNode, input: ProgramInput) => this.input(node, input),
      carry: (from: SimNode, to: SimNode, octets: number) => this.#wire.carryStream(from, to, octets, this.#now),
      isOpen: (from: SimNode, to: SimNode) => from === to || this.isOpen(from, to, 'unicast'),
    };
    return new Flock(world, sheep, saved?.flock ?? undefined);
  }

  #node(index: number): SimNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`broken invariant: there is no node ${index}`);
    return node;
  }

  #run(event: WorldEvent): void {
    switch (event.kind) {
      case 'arrival':
        return this.#arrive(this.#node(event.from), this.#node(event.to), event.bytes);
      case 'arrivals': {
        const from = this.#node(event.from);
        for (const node of this.nodes) if (node !== from) this.#arrive(from, node, event.bytes);
        return;
      }
      case 'wake':
        return this.#wake(this.#node(event.node), event.life);
      case 'turn': {
        const node = this.#node(event.node);
        if (node.life === event.life) this.#ready.push(node);
        return;
      }
      case 'traffic':
        return this.#makeMessage(event.traffic, event.serial);
      case 'flock':
        this.events++;
        return this.flock?.run(event.event);
    }
  }

  #arrive(from: SimNode, to: SimNode, bytes: Uint8Array): void {
    if (to.program === null) return;
    if (!to.isLinkUp && from !== to) return this.#wire.lose(from, to, bytes, 'interface', this.#now);
    this.events++;
    if (!to.receive(bytes)) return this.#wire.lose(from, to, bytes, 'socket', this.#now);
    this.#enlist(to);
  }

  /** Gives a node a turn once all of this microsecond has arrived, or once its work is done. */
  #enlist(node: SimNode): void {
    if (node.hasTurn || node.phase !== 'running') return;
    node.hasTurn = true;
    if (node.busyUntil <= this.#now) this.#ready.push(node);
    else this.#heap.push(node.busyUntil, { kind: 'turn', node: node.index, life: node.life });
  }

  /** One turn of a process: all that is readable, then what is due (libqb dispatches sockets before timers). */
  #turn(node: SimNode): void {
    node.hasTurn = false;
    if (node.phase !== 'running' || node.program === null) return;
    const { program, life } = node;
    if (node.inbox.length > 0) {
      const batch = node.drain();
      this.#step(node, program, { kind: 'datagrams', batch }, this.options.cpu * batch.length);
    }
    if (node.life !== life || node.busyUntil > this.#now) return;
    const deadline = program.nextDeadline();
    if (deadline === null || deadline > node.clock.at(this.#now)) return;
    this.#step(node, program, { kind: 'deadline' }, this.options.cpu);
    if (node.life === life && (program.nextDeadline() ?? Infinity) <= node.clock.at(this.#now))
      this.#crash(node, new Error('broken invariant: a deadline is still due after it was handled'));
  }

  #step(node: SimNode, program: Program, input: ProgramInput, cost: number): void {
    this.events++;
    const { life } = node;
    let effects: readonly ProgramEffect[];
    try {
      effects = untilTorn(node, program.step(node.clock.at(this.#now) as Micros, input));
    } catch (error) {
      return this.#crash(node, error);
    }
    for (const hook of this.#hooks.stepped) hook(node, this.#now, input, effects);
    let leaves = this.#now + cost;
    for (const effect of effects) {
      if (effect.kind === 'persist-ring-id') leaves += this.options.diskWrite;
      this.#carryOut(node, effect, leaves);
      if (node.life !== life) return;
    }
    node.busyUntil = Math.max(node.busyUntil, leaves);
    this.flock?.heard(node, effects);
    this.#schedule(node, program);
  }

  #carryOut(node: SimNode, effect: ProgramEffect, leaves: number): void {
    switch (effect.kind) {
      case 'send-token':
        return this.#wire.sendTo(node, effect.to, effect.bytes, leaves);
      case 'send-mcast':
        return this.#wire.sendToAll(node, effect.bytes, leaves);
      case 'persist-ring-id':
        return this.#persist(node, effect.seq);
      default:
        return;
    }
  }

  #persist(node: SimNode, seq: bigint): void {
    const { torn } = node;
    if (torn !== 'old') node.disk = seq;
    if (torn === null) return;
    if (torn === 'nothing') this.#loseDisk(node);
    this.#kill(node, 'while it wrote its ring id');
  }

  /** Sees to it that the node wakes at its next deadline. */
  #schedule(node: SimNode, program: Program): void {
    const deadline = program.nextDeadline();
    if (deadline === null) return;
    const time = Math.max(node.clock.when(deadline), node.busyUntil, this.#now);
    if (time >= node.wakeAt) return;
    node.wakeAt = time;
    this.#heap.push(time, { kind: 'wake', node: node.index, life: node.life });
  }

  /** Wakes are set for the earliest deadline; one that was put off since is set anew. */
  #wake(node: SimNode, life: number): void {
    if (node.life !== life || node.wakeAt !== this.#now) return;
    node.wakeAt = Infinity;
    if (node.phase !== 'running' || node.program === null) return;
    const deadline = node.program.nextDeadline();
    if (deadline !== null && deadline <= node.clock.at(this.#now) && node.busyUntil <= this.#now) this.#enlist(node);
    else this.#schedule(node, node.program);
  }

  #start(node: SimNode, saved?: ProgramState): Program {
    const { cluster, seed, start } = this.options;
    return start({
      self: { nodeid: node.spec.nodeid, ip: cluster.dialect === 'corosync-1' ? node.spec.ip : null },
      dialect: cluster.dialect,
      config: cluster.config,
      lastRingSeq: node.disk ?? 0n,
      seed: Prng.of(seed, PROGRAM_LABEL, node.index, node.life).u32(),
      nodeCount: this.nodes.length,
      firstSeqno: this.options.firstSeqno,
      ...(saved === undefined ? {} : { saved }),
    });
  }

  #kill(node: SimNode, says = ''): void {
    if (node.program !== null) this.#end(node, 'killed', says);
  }

  #crash(node: SimNode, error: unknown): void {
    this.#end(node, 'crashed', error instanceof Error ? error.message : String(error));
  }

  #end(node: SimNode, how: 'killed' | 'left' | 'crashed', says: string): void {
    this.flock?.nodeDied(node);
    node.die();
    for (const hook of this.#hooks.died) hook(node, this.#now, how, says);
  }

  #leave(node: SimNode, program: Program): void {
    const { life } = node;
    this.#step(node, program, { kind: 'leave' }, 0);
    if (node.life === life) this.#end(node, 'left', '');
  }

  #loseDisk(node: SimNode): void {
    node.disk = null;
    node.diskLosses++;
    this.flock?.loseDisk(node);
  }

  #setInterface(node: SimNode, up: boolean): void {
    node.isLinkUp = up;
    this.#tellInterface(node);
  }

  /** A process that stands still learns it when it goes on. */
  #tellInterface(node: SimNode): void {
    const { isLinkUp: up } = node;
    if (node.isLinkTold !== up && this.input(node, { kind: 'interface', up })) node.isLinkTold = up;
  }

  #makeMessage(traffic: Traffic, serial: number): void {
    if (this.#isTrafficOff) return;
    const node = this.#node(traffic.node);
    const { group, guarantee } = traffic;
    const bytes = messageOf(node.spec.number, serial, traffic.size);
    if (group === null) this.input(node, { kind: 'submit', packet: bytes, guarantee });
    else this.input(node, { kind: 'cpg-mcast', group: group.name, pid: group.pid, message: bytes });
    if (serial < traffic.count)
      this.#heap.push(this.#now + traffic.every, { kind: 'traffic', traffic, serial: serial + 1 });
  }

  /** What faults of a node need of its world. */
  #deeds(): NodeDeeds {
    return {
      flock: this.flock,
      now: this.#now,
      boot: (node) => this.boot(node),
      kill: (node) => this.#kill(node),
      leave: (node, program) => this.#leave(node, program),
      loseDisk: (node) => this.#loseDisk(node),
      setInterface: (node, up) => this.#setInterface(node, up),
      tellInterface: (node) => this.#tellInterface(node),
      enlist: (node) => this.#enlist(node),
      schedule: (node, program) => this.#schedule(node, program),
    };
  }
}
