// A lab in the simulator: the same nodes as the lab of processes, in a time of their own that can be stopped, stepped,
// gone back in and forked. Pure, so that a web worker can run it; who runs it says how fast time passes.
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { MCAST_ADDRESS, PORT } from '../../../protocol/sim/cluster.ts';
import { faultText, type Fault } from '../../../protocol/sim/fault.ts';
import type { Violation } from '../../../protocol/sim/checkers/watching/facts.ts';
import { TimeTravel, type ToldLine } from '../../../protocol/sim/run/time-travel.ts';
import type { Action, RunUnit, Scenario } from '../../../protocol/sim/scenario/commands.ts';
import { readCommand } from '../../../protocol/sim/scenario/read-command.ts';
import { splitWords, type NodeNames } from '../../../protocol/sim/scenario/words.ts';
import type { Input, ToolEnd } from '../../../protocol/sim/sheep/clients.ts';
import type { MemoryDisk } from '../../../protocol/sim/sheep/memory-disk.ts';
import { WORLD_EPOCH_NS } from '../../../protocol/sim/world/clock.ts';
import { deedTexts } from '../../../protocol/sim/scenario/deed-text.ts';
import { QUIET_LINK } from '../../../protocol/sim/world/link.ts';
import type { World } from '../../../protocol/sim/world/world.ts';
import { totemConfig } from '../../../protocol/totem/engine/config.ts';
import { LAB_NODES_MAX, labNode, type LabNodeSpec } from '../cluster.ts';
import { labFaultDone, readLabFaults } from '../fault.ts';
import type { LabFault, LabNodeView, LabObjects, LabOptions } from '../lab-view.ts';
import { storePicture } from '../objects/store-picture.ts';
import type { NodeView } from '../shell/node-view.ts';
import { CaptureFeed, type CapturePortion } from './capture-feed.ts';
import { LabWatch } from './lab-watch.ts';
import { storeFiles } from './memory-stores.ts';

export type VirtualLabOptions = Omit<LabOptions, 'kind'>;

/** Events of one advance() unless told otherwise: some tenths of a second of work. */
const EVENTS_USUAL = 100_000;
const NS_PER_MICRO = 1000n;

/** What is done to the sheep of a node alone, as it would be typed in its shell. */
const SHEEP_DEEDS = { start: 'service sheepdog start', stop: 'service sheepdog stop', kill: 'pkill -9 sheep' } as const;

function scenarioOf(options: VirtualLabOptions): Result<Scenario, string> {
  const { nodes, dialect, transport, tokenMs, seed, withSheep, behaviour } = options;
  if (nodes < 1 || nodes > LAB_NODES_MAX) return fail(`a lab has 1 to ${LAB_NODES_MAX} nodes, not ${nodes}`);
  const config = totemConfig({ token: tokenMs }, nodes, dialect);
  if (!config.ok) return config;
  const numbers = Array.from({ length: nodes }, (_, i) => i + 1);
  const specs = numbers.map((number) => ({ ...labNode(number, dialect), name: `n${number}` }));
  return ok({
    cluster: { dialect, transport, nodes: specs, mcastAddress: MCAST_ADDRESS, port: PORT, config: config.value },
    stack: 'node',
    sheep: withSheep ? behaviour : null,
    seed,
    cpu: 0,
    diskWrite: 0,
    firstRingSeqs: [null],
    sync: 0,
    link: QUIET_LINK,
    firstSeqno: 0,
    starts: numbers,
    blocks: [],
  });
}

/** Numbers of the nodes that a fault names. */
function nodesOf(fault: Fault): readonly number[] {
  if ('node' in fault) return [fault.node];
  if (fault.kind === 'partition') return fault.groups.flat();
  return fault.kind === 'heal' ? [] : [fault.from, fault.to].flatMap((end) => (end === 'any' ? [] : [end]));
}

export class VirtualLab {
  readonly options: VirtualLabOptions;
  readonly #scenario: Scenario;
  readonly #feed = new CaptureFeed();
  readonly #travel: TimeTravel;
  readonly #names: NodeNames;
  /** Of the world that the travel is in now. */
  #watch: LabWatch | null = null;

  private constructor(options: VirtualLabOptions, scenario: Scenario, from: TimeTravel | null) {
    this.options = options;
    this.#scenario = scenario;
    const { nodes } = scenario.cluster;
    this.#names = {
      count: nodes.length,
      find: (name) => nodes.find((node) => node.name === name || node.ip.endsWith(`.${name}`))?.number ?? null,
    };
    const followers = [
      (world: World, saved: unknown): LabWatch => (this.#watch = new LabWatch(world, this.#feed, saved)),
    ];
    this.#travel = from?.fork(followers) ?? new TimeTravel(scenario, { followers });
  }

  /** Starts every node at time 0; fails with a sentence where nodes or token are out of range. */
  static open(options: VirtualLabOptions): Result<VirtualLab, string> {
    const scenario = scenarioOf(options);
    return scenario.ok ? ok(new VirtualLab(options, scenario.value, null)) : scenario;
  }

  /** The present by the clock of the lab's capture, nanoseconds since 1970. */
  get nowNs(): bigint {
    return WORLD_EPOCH_NS + BigInt(this.#travel.world.now) * NS_PER_MICRO;
  }

  /** Microseconds since the lab began. */
  get nowMicros(): number {
    return this.#travel.world.now;
  }

  /** Steps of nodes and deliveries of datagrams since then. */
  get events(): number {
    return this.#travel.world.events;
  }

  /** Lets time pass up to a time of the lab; false where `events` were not enough and it is to be called again. */
  advance(untilMicros: number, events = EVENTS_USUAL): boolean {
    const travel = this.#travel;
    const last = travel.world.events + events;
    while (travel.world.nextTime <= untilMicros) {
      if (travel.world.events >= last) return false;
      // A step by events would go over what counts as none, and past the time.
      travel.runUntil(travel.world.nextTime);
    }
    travel.runUntil(untilMicros);
    return true;
  }

  /** Goes on by events, hops of the token, or rotations. */
  step(unit: RunUnit, count = 1): void {
    this.#travel.step(unit, count);
  }

  /** Goes back by so many. What was done then is known, and happens again, until something else is done. */
  back(unit: RunUnit, count = 1): void {
    this.#travel.stepBack(unit, count);
  }

  /** Goes back to a time of the lab, microseconds. */
  backTo(micros: number): void {
    this.#travel.backTo(micros);
  }

  /** Another lab that has come to the same moment in the same way; each goes on by itself. */
  fork(): VirtualLab {
    return new VirtualLab(this.options, this.#scenario, this.#travel);
  }

  /**
   * Does what a line of the prompt says: a fault, with or without the word before it, or a message, group or traffic
   * in the words of a scenario. Gives what was done, or what is wrong with the line.
   */
  inject(line: string): Result<string, string> {
    const text = line.trim().replace(/^fault\s+/, '');
    const words = splitWords(text);
    if (!words.ok) return fail(words.problem.says);
    const hasSheep = this.options.withSheep;
    const command = readCommand(words.value, { nodeCount: this.#names.count, stack: 'node', hasSheep });
    if (command.ok && command.value.kind === 'action' && command.value.action.kind !== 'fault') {
      if (command.value.at !== null) return fail('at is a word of scenarios: let time pass, then do it');
      this.#act(command.value.action);
      return ok(text);
    }
    const faults = readLabFaults(text, this.#names);
    if (!faults.ok) return faults;
    if (!hasSheep && faults.value.some(({ kind }) => kind === 'disk'))
      return fail('this lab has no stores: start one with sheep');
    this.#act({ kind: 'fault', faults: faults.value });
    return ok(faults.value.map(labFaultDone).join('; '));
  }

  /** Every node as a window shows it. Processes and folders there are none. */
  nodes(): readonly LabNodeView[] {
    return this.#travel.world.nodes.map((node) => ({
      spec: this.#specOf(node.spec.number),
      condition: node.phase === 'down' ? 'stopped' : node.phase,
      pid: null,
      directory: null,
      status: this.#watch?.status(node) ?? null,
    }));
  }

  /** What the tools of a node's shell read; null where there is no such node. */
  view(number: number): NodeView | null {
    const node = this.#travel.world.nodes[number - 1];
    if (node === undefined) return null;
    const { dialect, transport, mcastAddress, port, config } = this.#scenario.cluster;
    return {
      self: this.#specOf(number),
      nodelist: this.#travel.world.nodes.map(({ spec }) => this.#specOf(spec.number)),
      dialect,
      transport,
      group: mcastAddress,
      port,
      configuredToken: this.options.tokenMs,
      config,
      status: this.#watch?.status(node) ?? null,
    };
  }

  /** Faults up to the present, in order. */
  faults(): readonly LabFault[] {
    return this.#travel.actions.flatMap(({ now, action }) => {
      const atNs = WORLD_EPOCH_NS + BigInt(now) * NS_PER_MICRO;
      if (action.kind === 'fault')
        return action.faults.map((fault) => ({ atNs, words: `fault ${faultText(fault)}`, nodes: nodesOf(fault) }));
      if (action.kind !== 'sheep') return [];
      return action.nodes.map((node) => ({ atNs, words: `${node}> ${SHEEP_DEEDS[action.what]}`, nodes: [node] }));
    });
  }

  /** Faults and commands up to the present, in the words of a scenario. */
  deeds(): readonly { readonly micros: number; readonly words: string }[] {
    return this.#travel.actions.flatMap(({ now, action }) =>
      deedTexts(action).map((words) => ({ micros: now, words })),
    );
  }

  /** The sheep of a node starts, is told to stop, or is killed; false where that changes nothing. */
  commandSheep(number: number, what: keyof typeof SHEEP_DEEDS): boolean {
    const isRunning = this.sheepPid(number) !== null;
    const node = this.#travel.world.nodes[number - 1];
    if (node?.phase !== 'running' || isRunning === (what === 'start')) return false;
    this.#act({ kind: 'sheep', what, nodes: [number] });
    return true;
  }

  /** Number of the node's sheep in its group; null where none runs. */
  sheepPid(number: number): number | null {
    const { flock, nodes } = this.#travel.world;
    const node = nodes[number - 1];
    return node === undefined ? null : (flock?.pid(node) ?? null);
  }

  /** Starts a collie command at a node; its number, for collieEnd(). */
  collie(number: number, words: readonly string[], input: Input): number {
    this.#act({ kind: 'collie', node: number, words, input });
    return this.#travel.world.flock?.latestCommand ?? 0;
  }

  /** How a command ended; null while it is under way. */
  collieEnd(command: number): ToolEnd | null {
    return this.#watch?.endOf(command) ?? null;
  }

  /** The disk of a node's store; null in a lab without sheep. */
  disk(number: number): MemoryDisk | null {
    const { flock, nodes } = this.#travel.world;
    const node = nodes[number - 1];
    return node === undefined ? null : (flock?.disk(node) ?? null);
  }

  /** What lies in the stores; null where there are none. */
  objects(): LabObjects | null {
    const { flock, nodes } = this.#travel.world;
    if (flock === null) return null;
    return storePicture(
      nodes.flatMap(
        (node) => storeFiles(this.#specOf(node.spec.number), flock.disk(node), flock.isDiskFull(node)) ?? [],
      ),
    );
  }

  /** What the reader of the capture lacks; pcapng. */
  takeCapture(): CapturePortion {
    this.#watch?.flush();
    return this.#feed.take();
  }

  /** True where the capture has reached its limit, and later packets are not in it. */
  get isCaptureFull(): boolean {
    return this.#feed.isFull;
  }

  /** The notebook up to the present, as `totemlab simulate` prints it. */
  lines(): readonly ToldLine[] {
    return this.#travel.lines;
  }

  /** Runs all of it again under every checker: laws that were broken, none in an engine that is right. */
  check(): readonly Violation[] {
    return this.#travel.check();
  }

  #specOf(number: number): LabNodeSpec {
    return labNode(number, this.options.dialect);
  }

  #act(action: Action): void {
    this.#watch?.flush();
    this.#feed.forget();
    this.#travel.act(action);
  }
}
