// A scenario that a person walks through: the commands of its file one by one, any other command in between, forward
// and back in time, and forks. One line in, what is to be read out; a terminal or a script is somebody else's.
import type { Action, Command, RunUnit, Scenario } from '../scenario/commands.ts';
import { TOPICS, USUAL_TOPICS } from '../scenario/commands.ts';
import { readCommand } from '../scenario/read-command.ts';
import { readTime, readWhole, splitWords, timeText, type Word } from '../scenario/words.ts';
import type { World } from '../world/world.ts';
import { Deliveries, unmet } from './expectations.ts';
import { areSheepQuiet } from './expect-sheep.ts';
import { ANSWER_MICROS_MAX, QUIET_EVERY } from './runner.ts';
import { Stability } from './stability.ts';
import { TimeTravel, type MakeFollower } from './time-travel.ts';
import { clockText } from './transcript.ts';
import { Wording } from './wording.ts';

/** Runs that are kept beside each other. */
const RUNS_MAX = 16;
const STEPS_MAX = 1_000_000;
/** Events of one line: enough for minutes of an idle ring. */
const EVENTS_MAX = 2_000_000;
/** Virtual time between two looks at whether work is left. */
const LOOK_EVERY = 1000;
/** Lines that one command tells; more are counted. */
const TOLD_MAX = 200;

const STEP_HELP = `step [N], hop [N], rotation [N]    goes on by events, hops of the token, rotations
run 200ms, run until=stable         goes on by time, or until the ring is at rest
next                                the next line of the scenario
back [N] [step|hop|rotation]        goes back; what was done then happens again
back 200ms                          the same, by time
fork, go N, runs                    another run from here on; goes to one; what there is
nodes                               the protocol's variables at each node
show wire timers -notes             what is told: the usual, those named; all, nothing
kill 2, submit 1 "hello", expect …  any command of a scenario, now
check                               runs all of it again under every law
help, quit`;

const UNITS: { readonly [word: string]: RunUnit } = {
  step: 'events',
  steps: 'events',
  event: 'events',
  events: 'events',
  hop: 'hops',
  hops: 'hops',
  rotation: 'rotations',
  rotations: 'rotations',
};

interface Planned {
  readonly at: number;
  readonly action: Action;
}

interface Run {
  readonly number: number;
  readonly travel: TimeTravel;
  /** Of the world that the travel is in. */
  readonly beside: { stability: Stability | null; deliveries: Deliveries | null };
  /** Actions of the scenario that wait for their time. */
  readonly planned: Planned[];
  /** Commands of the scenario that were given. */
  given: number;
}

export class Stepper {
  readonly #scenario: Scenario;
  readonly #commands: readonly { readonly text: string; readonly command: Command }[];
  readonly #runs: Run[] = [];
  #run: Run;
  #isOver = false;

  constructor(scenario: Scenario, seed: number = scenario.seed) {
    this.#scenario = scenario;
    this.#commands = scenario.blocks.flatMap(({ source, lines }) => {
      const texts = source.map((line) => line.trim()).filter((line) => line !== '' && !/^(#|cluster\b)/.test(line));
      const skipped = texts.length - lines.length;
      return lines.map(({ command }, i) => ({ text: texts[i + skipped] ?? '', command }));
    });
    this.#run = this.#newRun((followers) => new TimeTravel(scenario, { seed, followers }));
    this.#run.travel.show([...USUAL_TOPICS, 'wire']);
  }

  /** True once `quit` was said. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What stands before a line: the run, where there are several, and the time. */
  get prompt(): string {
    const { number, travel } = this.#run;
    return `${this.#runs.length > 1 ? `run ${number} ` : ''}${clockText(travel.world.now)}> `;
  }

  /** What the scenario has told by now: what happened at time 0. */
  begin(): readonly string[] {
    return cut(this.#run.travel.lines.map(({ text }) => text));
  }

  /** Does what a line says and gives what is to be read of it. */
  enter(line: string): readonly string[] {
    const words = splitWords(line);
    if (!words.ok) return [words.problem.says];
    const [head, ...rest] = words.value;
    if (head === undefined) return [];
    const unit = UNITS[head.text];
    if (unit !== undefined) return this.#forward(rest, unit);
    switch (head.text) {
      case 'next':
        return this.#next();
      case 'back':
        return this.#back(rest);
      case 'fork':
        return this.#fork();
      case 'go':
        return this.#go(rest[0]);
      case 'runs':
        return this.#runs.map((run) => this.#runText(run));
      case 'nodes':
        return this.#nodesText();
      case 'check':
        return this.#check();
      case 'help':
        return STEP_HELP.split('\n');
      case 'quit':
        this.#isOver = true;
        return [];
      default: {
        const command = readCommand(words.value, {
          nodeCount: this.#scenario.cluster.nodes.length,
          stack: this.#scenario.stack,
          hasSheep: this.#scenario.sheep !== null,
        });
        return command.ok ? this.#carryOut(command.value) : [`${command.problem.says} (help says more)`];
      }
    }
  }

  #newRun(make: (followers: readonly MakeFollower[]) => TimeTravel, from: Run | null = null): Run {
    const beside: Run['beside'] = { stability: null, deliveries: null };
    const travel = make([
      (world: World): Stability => {
        beside.stability = new Stability(world);
        world.watch(beside.stability);
        return beside.stability;
      },
      (world: World, saved: unknown): Deliveries => {
        beside.deliveries = new Deliveries(world, this.#scenario, saved);
        world.watch(beside.deliveries);
        return beside.deliveries;
      },
    ]);
    const number = this.#runs.length + 1;
    const run = { number, travel, beside, planned: [...(from?.planned ?? [])], given: from?.given ?? 0 };
    this.#runs.push(run);
    return run;
  }

  /** What was told while `work` went on, and where the run is now. */
  #telling(work: () => void): readonly string[] {
    const { travel } = this.#run;
    const before = travel.lines.length;
    work();
    return cut(travel.lines.slice(before).map(({ text }) => text));
  }

  /** Goes on until `isDone`, an end of time or of events; planned actions are done when their time comes. */
  #advance(until: number, isDone: () => boolean): void {
    const { travel, planned } = this.#run;
    const last = travel.world.events + EVENTS_MAX;
    while (!isDone() && travel.world.events < last) {
      const due = planned[0];
      const next = travel.world.nextTime;
      if (due !== undefined && due.at <= until && due.at < next) {
        planned.shift();
        travel.runUntil(due.at);
        travel.act(due.action);
      } else if (next <= until && next < Infinity) travel.step('events');
      else {
        if (until < Infinity) travel.runUntil(until);
        return;
      }
    }
  }

  #forward([countWord]: readonly (Word | undefined)[], unit: RunUnit): readonly string[] {
    const count = countWord === undefined ? ({ ok: true, value: 1 } as const) : readWhole(countWord, 1, STEPS_MAX);
    if (!count.ok) return [count.problem.says];
    const { world } = this.#run.travel;
    const goal = world[unit] + count.value;
    const lines = this.#telling(() => this.#advance(Infinity, () => world[unit] >= goal));
    return [...lines, this.#placeText()];
  }

  #back(words: readonly Word[]): readonly string[] {
    const { travel } = this.#run;
    const [first, second] = words;
    if (first !== undefined && /^\d+(\.\d+)?(s|ms|us)$/.test(first.text)) {
      const time = readTime(first);
      if (!time.ok) return [time.problem.says];
      travel.backTo(Math.max(0, travel.world.now - time.value));
      return [this.#placeText()];
    }
    const isBare = first === undefined || UNITS[first.text] !== undefined;
    const count = isBare ? ({ ok: true, value: 1 } as const) : readWhole(first, 1, STEPS_MAX);
    if (!count.ok) return ['back wants a time with its unit, or how many: back 200ms, back 3 hops'];
    const unit = UNITS[(isBare ? first : second)?.text ?? 'step'];
    if (unit === undefined) return [`back counts steps, hops and rotations, not "${second?.text}"`];
    travel.stepBack(unit, count.value);
    return [this.#placeText()];
  }

  #next(): readonly string[] {
    const line = this.#commands[this.#run.given];
    if (line === undefined) return ['the scenario has no further line'];
    this.#run.given++;
    return [`# ${line.text}`, ...this.#carryOut(line.command)];
  }

  #carryOut(command: Command): readonly string[] {
    const { travel, beside, planned } = this.#run;
    const { world } = travel;
    switch (command.kind) {
      case 'action': {
        const { at, action } = command;
        if (at === null) return this.#telling(() => this.#do(action));
        if (at < world.now) return [`${timeText(at)} has passed`];
        planned.push({ at, action });
        planned.sort((a, b) => a.at - b.at);
        return [`planned for ${clockText(at)}`];
      }
      case 'run-for': {
        const end = world.now + command.micros;
        return [...this.#telling(() => this.#advance(end, () => false)), this.#placeText()];
      }
      case 'run-until': {
        let nextLook = 0;
        const isDone = (): boolean => {
          const { stability } = beside;
          if (planned.length > 0 || stability?.isRinged !== true) return false;
          if (command.until === 'ring') return true;
          if (world.now < nextLook) return false;
          nextLook = world.now + (command.until === 'recovered' ? QUIET_EVERY : LOOK_EVERY);
          return command.until === 'recovered' ? areSheepQuiet(world) : stability.isStable;
        };
        const lines = this.#telling(() => this.#advance(world.now + command.limit, isDone));
        nextLook = 0;
        return [...lines, isDone() ? `${command.until}, ${this.#placeText()}` : `not ${command.until} by now`];
      }
      case 'run-steps':
        return this.#forward([{ text: `${command.count}`, column: 1, isQuoted: false }], command.unit);
      case 'show':
        travel.show(command.topics);
        return [`shows ${command.topics.length === TOPICS.length ? 'all' : command.topics.join(' ') || 'nothing'}`];
      case 'expect': {
        const { deliveries } = beside;
        const instead = deliveries === null ? null : unmet(world, deliveries, command.expectation);
        return [`${command.text}: ${instead === null ? 'yes' : `no, ${instead}`}`];
      }
    }
  }

  /** Does something now; a command of somebody at a node is waited for. */
  #do(action: Action): void {
    const { travel } = this.#run;
    travel.act(action);
    const { flock } = travel.world;
    if (action.kind !== 'collie' || flock === null) return;
    const { latestCommand } = flock;
    this.#advance(travel.world.now + ANSWER_MICROS_MAX, () => !flock.isBusy(latestCommand));
  }

  #fork(): readonly string[] {
    if (this.#runs.length >= RUNS_MAX) return [`there are ${RUNS_MAX} runs already: go on in one of them`];
    const from = this.#run;
    this.#run = this.#newRun((followers) => from.travel.fork(followers), from);
    return [`run ${this.#run.number} goes on from here; go ${from.number} leads back to the other`];
  }

  #go(word: Word | undefined): readonly string[] {
    const run = this.#runs[Number(word?.text) - 1];
    if (run === undefined) return [`go wants the number of a run, 1 to ${this.#runs.length}`];
    this.#run = run;
    return [this.#placeText()];
  }

  #check(): readonly string[] {
    const violations = this.#run.travel.check();
    if (violations.length === 0) return ['checks ok'];
    return cut(violations.map(({ checker, at, says }) => `${clockText(at)} check FAILED ${checker}: ${says}`));
  }

  #placeText(): string {
    const { events, hops, rotations } = this.#run.travel.world;
    return `at event ${events}, hop ${hops}, rotation ${rotations}`;
  }

  #runText({ number, travel }: Run): string {
    const mark = this.#run.number === number ? '*' : ' ';
    return `${mark} run ${number} at ${clockText(travel.world.now)}, actions ${travel.actions.length}`;
  }

  #nodesText(): readonly string[] {
    const { world } = this.#run.travel;
    const wording = new Wording(this.#scenario.cluster, world.dialect);
    return world.nodes.map(({ spec, phase, program }) => {
      if (program === null) return `${spec.number} down`;
      const { state, ringId, members, highSeqReceived, aru, lastTokenSeq, held, isRepresentative } =
        program.totemStatus();
      const token = isRepresentative ? (held ? ', holds the token' : ', representative') : '';
      return (
        `${spec.number} ${phase === 'paused' ? 'paused, ' : ''}${state} ring ${wording.ring(ringId)} ` +
        `members ${wording.nodes(members)} seq ${highSeqReceived} aru ${aru} token_seq ${lastTokenSeq}${token}`
      );
    });
  }
}

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= TOLD_MAX) return lines;
  return [...lines.slice(0, TOLD_MAX), `… ${lines.length - TOLD_MAX} further lines: show fewer topics`];
}
