// Where the sheep of one node lives: its disk, its process if it runs, what it said to its group. Carries out what the
// sheep decides; what goes over the network is the flock's.
import { Prng, type PrngState } from '../../base/prng.ts';
import { utf8Bytes } from '../../base/bytes.ts';
import { assert } from '../../base/result.ts';
import type {
  DiskOp,
  DiskOutcome,
  GroupProcess,
  SheepEffect,
  SheepEngine,
  SheepInput,
  SheepSaved,
  SheepStatus,
} from '../../sheep/engine/contract.ts';
import { createSheepEngine } from '../../sheep/engine/engine.ts';
import { addrOctets, nodeEntry, sheepAddress } from '../../sheep/node-entry.ts';
import type { Micros } from '../../totem/engine/contract.ts';
import type { ProgramEffect } from '../program.ts';
import { WORLD_EPOCH_NS } from '../world/clock.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { FlockOptions, FlockWorld, SheepPlaceState, SheepTold } from './contract.ts';
import { GroupOutbox, IPC_MICROS } from './group-outbox.ts';
import { MemoryDisk } from './memory-disk.ts';
import { logLine, LOG_PATH } from './sheep-log.ts';
import type { Owner, Streams } from './streams.ts';

/** The process group of all sheep. */
export const SHEEP_GROUP = 'sheepdog';

const DISK_LABEL = 0x54;
/** An operation of the disk takes this and up to twice as long, and its octets, so many a microsecond. */
const DISK_MICROS = 60;
const OCTETS_PER_MICRO = 500;
/** What a full disk still takes: epochs, the config and journals of small writes, but no object. */
const SMALL_OCTETS_MAX = 64 * 1024;
const EXIT_CRASH = 134;
const EXIT_KILLED = 137;
/** Sheep of one process of a node: their numbers in the group follow its own. */
const PIDS_PER_LIFE = 16;
const FIRST_PID = 2000;
const NOBODY: GroupProcess = { nodeid: 0, pid: 0 };

const octetsOf = (op: DiskOp): number => {
  if (op.op === 'read') return op.length;
  return 'parts' in op ? op.parts.reduce((sum, { length }) => sum + length, 0) : 0;
};

export class SheepPlace {
  readonly node: SimNode;
  readonly outbox: GroupOutbox;
  disk: MemoryDisk;
  /** No space is left for an object. */
  isFull: boolean;
  /** Microseconds that every operation of the disk takes longer. */
  diskDelay: number;
  isListening: boolean;
  /** Counts the sheep that ran here and ended. */
  life: number;
  /** Counts what makes an earlier plan to start one void. */
  turn: number;
  /** A sheep is to start once the ring has stood for a while. */
  isAwaited: boolean;
  readonly #world: FlockWorld;
  readonly #options: FlockOptions;
  readonly #streams: Streams;
  #engine: SheepEngine | null;
  #process: GroupProcess;
  #wakeAt: number;
  #nextConn: number;
  readonly #pending: Map<number, DiskOp>;
  /** What came while the node's processes stood still. */
  #held: SheepInput[];
  readonly #prng: Prng;

  constructor(node: SimNode, world: FlockWorld, streams: Streams, options: FlockOptions, saved?: SheepPlaceState) {
    this.node = node;
    this.#world = world;
    this.#streams = streams;
    this.#options = options;
    this.outbox = new GroupOutbox(node, world, (pid) => this.#refused(pid), saved?.outbox);
    this.disk = new MemoryDisk(saved?.disk);
    this.isFull = saved?.isFull ?? false;
    this.diskDelay = saved?.diskDelay ?? 0;
    this.isListening = saved?.isListening ?? false;
    this.life = saved?.life ?? 0;
    this.turn = saved?.turn ?? 0;
    this.isAwaited = saved?.isAwaited ?? false;
    this.#process = saved?.process ?? NOBODY;
    this.#wakeAt = saved?.wakeAt ?? Infinity;
    this.#nextConn = saved?.nextConn ?? 1;
    this.#pending = new Map(saved?.pending);
    this.#held = [...(saved?.held ?? [])];
    this.#prng = saved === undefined ? Prng.of(world.seed, DISK_LABEL, node.index) : new Prng(saved.prng);
    const engine = saved?.engine ?? null;
    this.#engine = engine === null ? null : this.#create(engine);
  }

  get isRunning(): boolean {
    return this.#engine !== null;
  }

  /** Null while no sheep runs. */
  get process(): GroupProcess | null {
    return this.#engine === null ? null : this.#process;
  }

  status(): SheepStatus | null {
    return this.#engine?.inspect() ?? null;
  }

  save(): SheepPlaceState {
    return {
      engine: this.#engine?.save() ?? null,
      process: this.#process,
      life: this.life,
      turn: this.turn,
      isAwaited: this.isAwaited,
      isListening: this.isListening,
      wakeAt: this.#wakeAt,
      nextConn: this.#nextConn,
      pending: new Map(this.#pending),
      held: [...this.#held],
      outbox: this.outbox.save(),
      disk: this.disk.save(),
      isFull: this.isFull,
      diskDelay: this.diskDelay,
      prng: this.#prng.save() satisfies PrngState,
    };
  }

  /** Starts a sheep where none runs. */
  start(): void {
    if (this.#engine !== null || this.node.phase === 'down') return;
    this.life++;
    this.isAwaited = false;
    const pid = FIRST_PID + PIDS_PER_LIFE * this.node.life + (this.life % PIDS_PER_LIFE);
    this.#process = { nodeid: this.node.spec.nodeid, pid };
    this.#nextConn = 1;
    this.#engine = this.#create();
    this.#tell({ kind: 'started' });
    this.input({ kind: 'start' });
  }

  /** Microseconds since 1970 by the node's clock. */
  wallMicros(): bigint {
    return WORLD_EPOCH_NS / 1000n + BigInt(this.node.clock.at(this.#world.now()));
  }

  /** What comes to the sheep; while its process stands still, it waits. */
  input(input: SheepInput): void {
    if (this.#engine === null) return;
    if (this.node.phase !== 'running') {
      this.#held.push(input);
      return;
    }
    const { life } = this;
    let effects: readonly SheepEffect[];
    try {
      effects = this.#engine.step(this.node.clock.at(this.#world.now()) as Micros, input);
    } catch (error) {
      return this.end(EXIT_CRASH, `crashed: ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const effect of effects) {
      this.#carryOut(effect);
      if (this.life !== life || this.#engine === null) return;
    }
    this.#arm();
  }

  /** The node's processes go on. */
  resumed(): void {
    for (const input of this.#held.splice(0)) this.input(input);
    this.outbox.flush();
    this.#arm();
  }

  wake(life: number): void {
    if (this.life !== life || this.#wakeAt !== this.#world.now()) return;
    this.#wakeAt = Infinity;
    const deadline = this.#engine?.nextDeadline() ?? null;
    if (deadline === null || this.node.phase !== 'running') return;
    if (deadline <= this.node.clock.at(this.#world.now())) this.input({ kind: 'deadline' });
    else this.#arm();
  }

  /** The node's clock goes at another speed: what was set for a deadline no longer holds. */
  clockChanged(): void {
    this.#wakeAt = Infinity;
    this.#arm();
  }

  diskDone(life: number, id: number): void {
    const op = this.#pending.get(id);
    if (this.life !== life || op === undefined || this.#engine === null) return;
    this.#pending.delete(id);
    this.input({ kind: 'disk-done', id, outcome: this.#outcomeOf(op) });
  }

  /** A step of the node's process: what it tells of the group. */
  heard(effect: ProgramEffect): void {
    const at = this.#world.now() + IPC_MICROS;
    const hear = (input: SheepInput): void =>
      this.#world.push(at, { kind: 'hear', node: this.node.index, life: this.life, input });
    if (effect.kind === 'cpg-confchg' && effect.group === SHEEP_GROUP) {
      const { members, left, joined } = effect;
      if (this.#engine !== null) hear({ kind: 'cpg-confchg', members, left, joined });
    } else if (effect.kind === 'cpg-deliver' && effect.group === SHEEP_GROUP) {
      if (this.#engine !== null) hear({ kind: 'cpg-deliver', from: effect.from, message: effect.message });
    } else this.outbox.heard(effect);
  }

  /** SIGKILL to the sheep alone: its group learns that its process died. */
  kill(): void {
    this.end(EXIT_KILLED, 'killed');
  }

  /** A process of the node has started: its sheep follows. */
  nodeBooted(): void {
    this.isAwaited = true;
    this.turn++;
  }

  /** The ring stands no longer. */
  unsettled(): void {
    this.turn++;
  }

  /** The node's process has died, and its sheep with it. */
  nodeDied(): void {
    this.isAwaited = false;
    this.turn++;
    if (this.#engine !== null) this.end(EXIT_KILLED, 'killed');
    this.outbox.clear();
  }

  /** The disk is another, with nothing on it. */
  loseDisk(): void {
    this.disk = new MemoryDisk();
  }

  end(code: number, why: string): void {
    if (this.#engine === null) return;
    for (const op of this.#pending.values()) this.disk.tear(op, this.#prng);
    const { life } = this;
    this.#engine = null;
    this.life++;
    this.isListening = false;
    this.#pending.clear();
    this.#held = [];
    this.#wakeAt = Infinity;
    this.#streams.closeAll(this.node, life);
    this.outbox.exit(this.#process.pid);
    this.#tell({ kind: 'ended', code, why });
  }

  /** Somebody connects. */
  accept(): Owner | null {
    if (!this.isListening) return null;
    return { kind: 'sheep', life: this.life, conn: this.#nextConn++ };
  }

  #create(saved?: SheepSaved): SheepEngine {
    const { behaviour, create = createSheepEngine } = this.#options;
    const addr = addrOctets(this.node.spec.ip);
    assert(addr !== null, 'a node has an address');
    return create({
      behaviour,
      self: nodeEntry(addr),
      process: this.#process,
      wallMicrosAtZero: WORLD_EPOCH_NS / 1000n,
      isDurable: false,
      storePath: '/mnt/sheepdog/data',
      ...(saved === undefined ? {} : { saved }),
    });
  }

  #tell(told: SheepTold): void {
    for (const hook of this.#world.hooks.sheepStepped) hook(this.node, this.#world.now(), told);
  }

  #refused(pid: number): void {
    if (pid !== this.#process.pid || this.#engine === null) return;
    const { life, node } = this;
    this.#world.push(this.#world.now(), { kind: 'hear', node: node.index, life, input: { kind: 'cpg-refused' } });
  }

  #arm(): void {
    const deadline = this.#engine?.nextDeadline() ?? null;
    if (deadline === null || this.node.phase !== 'running') return;
    const time = Math.max(this.node.clock.when(deadline), this.#world.now());
    if (time >= this.#wakeAt) return;
    this.#wakeAt = time;
    this.#world.push(time, { kind: 'wake', node: this.node.index, life: this.life });
  }

  #carryOut(effect: SheepEffect): void {
    const { node } = this;
    const { pid } = this.#process;
    const owner = (conn: number): Owner => ({ kind: 'sheep', life: this.life, conn });
    switch (effect.kind) {
      case 'listen':
        this.isListening = true;
        return;
      case 'cpg-join':
        return this.outbox.add({ pid, input: { kind: 'cpg-join', group: SHEEP_GROUP, pid } });
      case 'cpg-mcast':
        return this.outbox.add({ pid, input: { kind: 'cpg-mcast', group: SHEEP_GROUP, pid, message: effect.message } });
      case 'tcp-open': {
        const to = this.#world.nodes.find(({ spec }) => spec.ip === sheepAddress(effect.to.addr));
        if (to !== undefined) this.#streams.open(node, owner(effect.conn), to);
        return;
      }
      case 'tcp-send':
        return this.#streams.send(node, owner(effect.conn), effect.parts);
      case 'tcp-close':
        return this.#streams.close(node, owner(effect.conn));
      case 'tcp-hold':
        return this.#streams.hold(node, owner(effect.conn), effect.isHeld);
      case 'disk':
        return this.#startDisk(effect.id, effect.op);
      case 'octets-done':
        return;
      case 'log':
        return this.#log(effect);
      case 'exit':
        return this.end(effect.code, effect.why);
    }
  }

  #startDisk(id: number, op: DiskOp): void {
    this.#pending.set(id, op);
    const work = DISK_MICROS + this.#prng.below(DISK_MICROS) + Math.floor(octetsOf(op) / OCTETS_PER_MICRO);
    const at = this.#world.now() + work + this.diskDelay;
    this.#world.push(at, { kind: 'disk', node: this.node.index, life: this.life, id });
  }

  #outcomeOf(op: DiskOp): DiskOutcome {
    if (this.isFull && op.op === 'create' && Math.max(op.size, op.offset + octetsOf(op)) > SMALL_OCTETS_MAX)
      return { ok: false, why: 'full' };
    const outcome = this.disk.carryOut(op);
    return this.isFull && op.op === 'space' && outcome.ok ? { ...outcome, free: 0n } : outcome;
  }

  #log({ line }: Extract<SheepEffect, { readonly kind: 'log' }>): void {
    this.#tell({ kind: 'log', line });
    if (line.level !== 'debug') this.disk.append(LOG_PATH, utf8Bytes(logLine(this.wallMicros(), line)));
  }
}
