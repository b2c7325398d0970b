// Carries out a scenario: builds its world, runs it command by command, keeps the notebook, lets the checkers watch.
import { asciiBytes } from '../../base/bytes.ts';
import { watchAll } from '../checkers/all.ts';
import type { Watch } from '../checkers/watching/watch.ts';
import type { MessageType } from '../../totem/messages.ts';
import type { StartProgram } from '../program.ts';
import { programOf } from '../programs.ts';
import type { Action, Block, Command, RunUnit, RunUntil, Scenario } from '../scenario/commands.ts';
import { timeText } from '../scenario/words.ts';
import { messageOf } from '../world/traffic.ts';
import { World } from '../world/world.ts';
import { Deliveries, unmet } from './expectations.ts';
import { LastSent } from './last-sent.ts';
import { Stability } from './stability.ts';
import { clockText, Transcript } from './transcript.ts';
import { Wording } from './wording.ts';

/** Until nothing that was sent can still arrive. */
const SILENCE = 100_000;
/** Virtual time between two looks at whether work is left. */
const LOOK_EVERY = 1000;
/** Failures that are kept. */
const FAILURES_MAX = 200;
/** Looks for nodes that accuse each other. */
const LOOKS = 300;

export interface RunnerOptions {
  readonly scenario: Scenario;
  /** Instead of the scenario's own. */
  readonly seed?: number;
  /** What the processes run, instead of what the scenario's stack says. */
  readonly start?: StartProgram;
  /** False: no checkers; for speed. */
  readonly isWatched?: boolean;
  /** False: no notebook of what nodes do; for speed. */
  readonly isTold?: boolean;
}

interface Due {
  readonly at: number;
  readonly action: Action;
}

export class Runner {
  readonly world: World;
  readonly watch: Watch | null;
  /** Times that `until=settled` had to start nodes again. */
  restarts = 0;
  readonly #scenario: Scenario;
  readonly #transcript: Transcript;
  readonly #stability: Stability;
  readonly #deliveries: Deliveries;
  readonly #lastSent: LastSent;
  /** Actions of a later time, in order. */
  #due: Due[] = [];
  #messages = 0;
  readonly #failures: string[] = [];
  #isCutShort = false;

  constructor({ scenario, seed, start, isWatched = true, isTold = true }: RunnerOptions) {
    this.#scenario = scenario;
    const { cluster, stack, cpu, diskWrite, firstRingSeq, link, firstSeq } = scenario;
    const own = { cluster, stack, cpu, diskWrite, firstRingSeq, link, firstSeq, start: start ?? programOf(scenario) };
    this.world = new World({ ...own, seed: seed ?? scenario.seed });
    this.#transcript = new Transcript(new Wording(cluster, this.world.dialect));
    this.#stability = new Stability(this.world);
    this.#deliveries = new Deliveries(this.world);
    this.world.watch(this.#stability);
    this.watch = isWatched ? watchAll(this.world) : null;
    this.#lastSent = new LastSent(this.world.dialect);
    this.world.watch(this.#deliveries);
    this.world.watch(this.#lastSent);
    if (isTold) this.world.watch(this.#transcript);
    if (this.watch !== null)
      this.watch.onViolation = ({ checker, at, says }) => this.#fail(at, `check FAILED ${checker}: ${says}`);
  }

  /** Laws broken and expectations not met so far, in the words of the transcript. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Starts the nodes that the cluster's line says. To be called once, first. */
  begin(): void {
    for (const number of this.#scenario.starts) this.#boot(number);
  }

  /** Runs the commands of a block; returns its transcript. */
  run(block: Block): readonly string[] {
    for (const { command } of block.lines) this.#carryOut(command);
    return this.#transcript.take();
  }

  #boot(number: number): void {
    const node = this.world.nodes[number - 1];
    if (node !== undefined) this.world.boot(node);
  }

  #carryOut(command: Command): void {
    switch (command.kind) {
      case 'action':
        if (command.at === null) this.#act(command.action);
        else this.#plan({ at: command.at, action: command.action });
        return;
      case 'run-for':
        this.#runTo(this.world.now + command.micros, command.events, () => false);
        return this.#close(this.#isCutShort ? 'cut short, ' : '');
      case 'run-until':
        return this.#runUntil(command.until, command.limit, command.events);
      case 'run-steps':
        return this.#runSteps(command.unit, command.count);
      case 'show':
        return this.#transcript.show(command.topics);
      case 'expect': {
        const instead = unmet(this.world, this.#deliveries, command.expectation);
        if (instead !== null) return this.#fail(this.world.now, `${command.text}: FAILED, ${instead}`);
        return this.#transcript.say(this.world.now, `${command.text}: yes`);
      }
    }
  }

  #plan(due: Due): void {
    if (due.at < this.world.now) {
      this.#fail(this.world.now, `FAILED, ${timeText(due.at)} has passed`);
      return;
    }
    this.#due.push(due);
    this.#due.sort((a, b) => a.at - b.at);
  }

  /**
   * Runs to a time, for so many events, or until `isDone` and nothing is planned; says whether it was done. Where the
   * events run out, what was planned until then is dropped.
   */
  #runTo(end: number, events: number, isDone: () => boolean): boolean {
    const { world } = this;
    const lastEvent = world.events + events;
    this.#isCutShort = false;
    for (;;) {
      const [next] = this.#due;
      const until = next === undefined ? end : Math.min(end, next.at);
      while (world.nextTime <= until) {
        if (next === undefined && isDone()) return true;
        if (world.events >= lastEvent) {
          this.#isCutShort = true;
          this.#due = this.#due.filter(({ at }) => at > end);
          return false;
        }
        world.step();
      }
      world.runUntil(until);
      if (next === undefined || next.at > end) return isDone();
      this.#due.shift();
      this.#act(next.action);
    }
  }

  #runUntil(until: RunUntil, limit: number, events: number): void {
    const { world } = this;
    let isReached = this.#runTo(world.now + limit, events, this.#goal(until));
    if (!isReached && until === 'settled' && this.#startAgain())
      isReached = this.#runTo(world.now + limit, events, this.#goal(until));
    if (isReached && until !== 'ring') this.watch?.rest(world.now);
    if (isReached) return this.#close(`${until}, `);
    const after = this.#isCutShort ? `${events} events` : timeText(limit);
    this.#fail(world.now, `FAILED, not ${until} after ${after}: ${this.#stability.unrest}`);
    this.#close('');
  }

  #fail(at: number, says: string): void {
    if (this.#failures.length < FAILURES_MAX) this.#failures.push(`${clockText(at)} ${says}`);
    this.#transcript.say(at, says);
  }

  #goal(until: RunUntil): () => boolean {
    const { world } = this;
    if (until === 'ring') return () => this.#stability.isRinged;
    let nextLook = 0;
    return () => {
      if (!this.#stability.isRinged || world.now < nextLook) return false;
      nextLook = world.now + LOOK_EVERY;
      return this.#stability.isStable;
    };
  }

  /** Starts all running processes again where some hear and give up each other; false where none do. */
  #startAgain(): boolean {
    const { world } = this;
    // Nodes of Corosync 1 that accuse each other form rings of one between two accusations.
    let says = this.#stability.distrust;
    for (let i = 0; i < LOOKS && says === null; i++) {
      world.runUntil(world.now + LOOK_EVERY);
      says = this.#stability.distrust;
    }
    if (says === null) return false;
    this.restarts++;
    this.#transcript.say(world.now, `${says}: all are started again`);
    const running = world.nodes.filter(({ phase }) => phase === 'running');
    for (const node of running) world.apply({ kind: 'kill', node: node.spec.number });
    // What they said before must not be heard by those who come.
    world.runUntil(world.now + SILENCE);
    for (const node of running) world.apply({ kind: 'start', node: node.spec.number });
    return true;
  }

  #runSteps(unit: RunUnit, count: number): void {
    const { world } = this;
    const goal = world[unit] + count;
    this.#runTo(Infinity, Infinity, () => world[unit] >= goal || world.nextTime === Infinity);
    this.#close('');
  }

  #close(how: string): void {
    if (this.watch === null) return;
    const { violations } = this.watch;
    this.#transcript.say(
      this.world.now,
      `${how}checks ${violations.length === 0 ? 'ok' : `${violations.length} FAILED`}`,
    );
  }

  #act(action: Action): void {
    switch (action.kind) {
      case 'fault':
        for (const fault of action.faults)
          if (!this.world.apply(fault)) this.#transcript.say(this.world.now, 'which changes nothing');
        return;
      case 'submit':
        return this.#submit(action);
      case 'traffic': {
        const { every, size, count, guarantee, group } = action;
        for (const number of action.nodes)
          this.world.addTraffic({ node: number - 1, every, size, count, guarantee, group });
        return;
      }
      case 'traffic-off':
        return this.world.stopTraffic();
      case 'replay':
        return this.#replay(action.node, action.type, action.to);
      case 'inject':
        for (const number of action.nodes) this.#inject(number, action.bytes);
        return;
      case 'group': {
        const { name: group, pid } = action.group;
        for (const number of action.nodes) {
          const node = this.world.nodes[number - 1];
          if (node === undefined) continue;
          if (action.what === 'join') this.world.input(node, { kind: 'cpg-join', group, pid });
          else if (action.what === 'part') this.world.input(node, { kind: 'cpg-leave', group, pid });
          else this.world.input(node, { kind: 'cpg-exit', pid });
        }
      }
    }
  }

  #inject(number: number, bytes: Uint8Array): void {
    const node = this.world.nodes[number - 1];
    if (node !== undefined) this.world.inject(node, bytes);
  }

  #replay(number: number, type: MessageType, to: readonly number[]): void {
    const bytes = this.#lastSent.find(number, type);
    if (bytes === null) return this.#fail(this.world.now, `FAILED, node ${number} has sent no ${type}`);
    for (const other of to) this.#inject(other, bytes);
  }

  #submit({ nodes, message, guarantee, group }: Extract<Action, { kind: 'submit' }>): void {
    for (const number of nodes) {
      const node = this.world.nodes[number - 1];
      if (node === undefined) continue;
      for (let i = 0; i < (message.kind === 'text' ? 1 : message.count); i++) {
        const bytes =
          message.kind === 'text' ? asciiBytes(message.text) : messageOf(number, ++this.#messages, message.size);
        if (group === null) this.world.input(node, { kind: 'submit', packet: bytes, guarantee });
        else this.world.input(node, { kind: 'cpg-mcast', group: group.name, pid: group.pid, message: bytes });
      }
    }
  }
}
