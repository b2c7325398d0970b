// Carries out a scenario: builds its world, runs it command by command, keeps the notebook, lets the checkers watch.
import { watchAll } from '../checkers/all.ts';
import type { Watch } from '../checkers/watching/watch.ts';
import type { StartProgram } from '../program.ts';
import { worldOf } from '../programs.ts';
import type { Action, Block, Command, RunUnit, RunUntil, Scenario } from '../scenario/commands.ts';
import { timeText } from '../scenario/words.ts';
import { World } from '../world/world.ts';
import { Actor } from './actor.ts';
import { Deliveries, unmet } from './expectations.ts';
import { areSheepQuiet, sheepUnrest } from './expect-sheep.ts';
import { Stability } from './stability.ts';
import { clockText, Transcript } from './transcript.ts';
import { Wording } from './wording.ts';

/** Virtual time between two looks at whether work is left. */
const LOOK_EVERY = 1000;
/** The same for sheep, which cost more to look at. */
export const QUIET_EVERY = 20_000;
/** Virtual time in which a command has to be answered. */
export const ANSWER_MICROS_MAX = 60_000_000;
/** Failures that are kept. */
const FAILURES_MAX = 200;

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
  readonly #scenario: Scenario;
  readonly #transcript: Transcript;
  readonly #stability: Stability;
  readonly #deliveries: Deliveries;
  readonly #actor: Actor;
  /** Actions of a later time, in order. */
  #due: Due[] = [];
  readonly #failures: string[] = [];
  #isCutShort = false;

  constructor({ scenario, seed, start, isWatched = true, isTold = true }: RunnerOptions) {
    this.#scenario = scenario;
    const options = worldOf(scenario, seed ?? scenario.seed);
    this.world = new World(start === undefined ? options : { ...options, start });
    this.#transcript = new Transcript(new Wording(scenario.cluster, this.world.dialect));
    this.#stability = new Stability(this.world);
    this.#deliveries = new Deliveries(this.world, scenario);
    this.world.watch(this.#stability);
    this.watch = isWatched ? watchAll(this.world) : null;
    this.#actor = new Actor(this.world);
    this.world.watch(this.#deliveries);
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
        if (command.at === null) this.#do(command.action);
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

  /** Does something now; a command of somebody at a node is waited for. */
  #do(action: Action): void {
    this.#act(action);
    const { world } = this;
    const { flock } = world;
    if (action.kind !== 'collie' || flock === null) return;
    const { latestCommand } = flock;
    const end = world.now + ANSWER_MICROS_MAX;
    while (flock.isBusy(latestCommand) && world.nextTime <= end) {
      const [next] = this.#due;
      if (next !== undefined && next.at <= world.nextTime) {
        this.#due.shift();
        world.runUntil(next.at);
        this.#act(next.action);
      } else world.step();
    }
    if (flock.isBusy(latestCommand)) this.#fail(world.now, `FAILED, no answer in ${timeText(ANSWER_MICROS_MAX)}`);
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
    const isReached = this.#runTo(world.now + limit, events, this.#goal(until));
    if (isReached && until === 'stable') this.watch?.rest(world.now);
    if (isReached) return this.#close(`${until}, `);
    const after = this.#isCutShort ? `${events} events` : timeText(limit);
    const why = until === 'recovered' ? sheepUnrest(world) : this.#stability.unrest;
    this.#fail(world.now, `FAILED, not ${until} after ${after}: ${why}`);
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
    const isRecovered = until === 'recovered';
    return () => {
      if (!this.#stability.isRinged || world.now < nextLook) return false;
      nextLook = world.now + (isRecovered ? QUIET_EVERY : LOOK_EVERY);
      return isRecovered ? areSheepQuiet(world) : this.#stability.isStable;
    };
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
    const { says, isWrong } = this.#actor.act(action);
    if (isWrong && says !== null) this.#fail(this.world.now, says);
    else if (says !== null) this.#transcript.say(this.world.now, says);
  }
}
