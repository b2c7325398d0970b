// A run that can be stepped forward and back, by event, by hop of the token, by rotation. It keeps what was done to
// the world and saves the whole world from time to time; to go back is to take the save before and run again. An
// action in the past begins another future. The same seed and actions give the same moments, however one comes to
// them.
import type { Violation } from '../checkers/watching/facts.ts';
import { watchAll } from '../checkers/all.ts';
import { worldOf } from '../programs.ts';
import type { Action, RunUnit, Scenario, Topic } from '../scenario/commands.ts';
import { World } from '../world/world.ts';
import type { WorldState } from '../world/contract.ts';
import { Actor, type ActorState } from './actor.ts';
import { Transcript } from './transcript.ts';
import { Wording } from './wording.ts';

/** Steps of the world between two saves at first, and saves that are kept: of more, every other one goes. */
const SAVE_EVERY = 2048;
const SAVES_MAX = 128;

/** Watches the world of a run wherever the run is: made anew for each world, from what it was when that was saved. */
export interface Follower {
  /** Plain data, or what never changes. */
  save(): unknown;
}

/** `saved` is null at the beginning of a world. */
export type MakeFollower = (world: World, saved: unknown) => Follower;

interface Save {
  readonly tick: number;
  readonly world: WorldState;
  readonly actor: ActorState;
  readonly followers: readonly unknown[];
}

interface Deed {
  /** Steps of the world before it, and the time. */
  readonly tick: number;
  readonly now: number;
  readonly action: Action;
}

export interface TravelOptions {
  /** Instead of the scenario's own. */
  readonly seed?: number;
  readonly followers?: readonly MakeFollower[];
}

export interface ToldLine {
  readonly tick: number;
  readonly text: string;
}

export class TimeTravel {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #wording: Wording;
  #world: World;
  #actor: Actor;
  readonly #makers: readonly MakeFollower[];
  #followers: readonly Follower[] = [];
  #transcript: Transcript;
  /** Steps of the world so far. */
  #tick = 0;
  #deeds: Deed[] = [];
  #nextDeed = 0;
  #saves: Save[] = [];
  #saveEvery = SAVE_EVERY;
  #lines: ToldLine[] = [];
  /** Up to this tick and so many deeds the lines are known: going over them again tells nothing new. */
  #toldTick = -1;
  #toldDeeds = 0;
  #topics: readonly Topic[] | null = null;

  constructor(scenario: Scenario, { seed = scenario.seed, followers = [] }: TravelOptions = {}) {
    this.#scenario = scenario;
    this.#seed = seed;
    this.#makers = followers;
    this.#world = this.#newWorld();
    this.#wording = new Wording(scenario.cluster, this.#world.dialect);
    this.#actor = new Actor(this.#world);
    this.#transcript = this.#newTranscript();
    this.#follow(null);
    this.#begin();
  }

  /** The world at this moment: to look at, not to touch. */
  get world(): World {
    return this.#world;
  }

  get tick(): number {
    return this.#tick;
  }

  /** What was done up to this moment, with the time of the world at which it was. */
  get actions(): readonly { readonly now: number; readonly action: Action }[] {
    return this.#deeds.slice(0, this.#nextDeed);
  }

  /** The notebook up to this moment. */
  get lines(): readonly ToldLine[] {
    if ((this.#lines.at(-1)?.tick ?? 0) <= this.#tick) return this.#lines;
    return this.#lines.slice(0, this.#lines.findLastIndex(({ tick }) => tick <= this.#tick) + 1);
  }

  /** What the notebook shows from now on. */
  show(topics: readonly Topic[]): void {
    this.#topics = topics;
    this.#transcript.show(topics);
  }

  /** Goes on by so many; stops where nothing will ever happen. */
  step(unit: RunUnit, count = 1): void {
    const goal = this.#world[unit] + count;
    while (this.#world[unit] < goal && this.#stepOnce());
  }

  /** Goes on to a time of the world, µs. */
  runUntil(time: number): void {
    do this.#doDeeds(time);
    while (this.#world.nextTime <= time && this.#stepOnce(time));
    this.#tell();
    this.#world.idleUntil(time);
  }

  /** Goes back to the moment when there were so many fewer; to the beginning where there are not. */
  stepBack(unit: RunUnit, count = 1): void {
    const goal = this.#world[unit] - count;
    this.#restore(goal <= 0 ? null : (this.#saves.findLast(({ world }) => world[unit] < goal) ?? null));
    while (this.#world[unit] < goal && this.#stepOnce());
  }

  /** Goes back to a time of the world, µs; what happened then has happened. */
  backTo(time: number): void {
    if (time >= this.#world.now) return;
    this.#restore(this.#saves.findLast(({ world }) => world.now <= time) ?? null, { until: time });
    this.runUntil(Math.max(0, time));
  }

  /** Goes to a moment of the past or of the known future. */
  seek(tick: number): void {
    if (tick < this.#tick) this.#restore(this.#saves.findLast((save) => save.tick <= tick) ?? null);
    while (this.#tick < tick && this.#stepOnce());
  }

  /** Does something now. What was to come of the actions after this moment is forgotten. */
  act(action: Action): void {
    this.#deeds.length = this.#nextDeed;
    this.#deeds.push({ tick: this.#tick, now: this.#world.now, action });
    this.#saves = this.#saves.filter((save) => save.tick <= this.#tick);
    this.#lines = [...this.lines];
    this.#toldTick = this.#tick;
    this.#toldDeeds = this.#nextDeed;
    this.#doDeeds();
    this.#tell();
  }

  /** Another run that has come to the same moment in the same way, with followers of its own. */
  fork(followers: readonly MakeFollower[] = []): TimeTravel {
    const other = new TimeTravel(this.#scenario, { seed: this.#seed, followers });
    if (this.#topics !== null) other.show(this.#topics);
    other.#deeds = this.#deeds.slice(0, this.#nextDeed);
    other.#lines = [...this.lines];
    other.#toldTick = this.#tick;
    other.#toldDeeds = this.#nextDeed;
    // What followers were at a save is theirs: others begin at the beginning.
    other.#saves = followers.length > 0 ? [] : this.#saves.filter(({ tick }) => tick <= this.#tick);
    other.#saveEvery = this.#saveEvery;
    other.#restore(other.#saves.at(-1) ?? null);
    while (other.#tick < this.#tick && other.#stepOnce());
    other.#world.idleUntil(this.#world.now);
    return other;
  }

  /** Runs all of it again from the beginning under every checker. */
  check(): readonly Violation[] {
    const again = new TimeTravel(this.#scenario, { seed: this.#seed });
    again.#deeds = this.#deeds.slice(0, this.#nextDeed);
    again.#restore(null, { isChecked: true });
    while (again.#tick < this.#tick && again.#stepOnce());
    return again.#violations;
  }

  #violations: readonly Violation[] = [];

  #newWorld(saved?: WorldState): World {
    return new World(worldOf(this.#scenario, this.#seed), saved);
  }

  #newTranscript(): Transcript {
    const transcript = new Transcript(this.#wording);
    if (this.#topics !== null) transcript.show(this.#topics);
    this.#world.watch(transcript);
    return transcript;
  }

  #follow(saved: readonly unknown[] | null): void {
    this.#followers = this.#makers.map((make, i) => make(this.#world, saved?.[i] ?? null));
  }

  #begin(until = Infinity): void {
    for (const number of this.#scenario.starts) {
      const node = this.#world.nodes[number - 1];
      if (node !== undefined) this.#world.boot(node);
    }
    this.#doDeeds(until);
    this.#tell();
  }

  /** Goes to a save, and does what was done there up to a time; to the beginning without one. */
  #restore(save: Save | null, { isChecked = false, until = Infinity } = {}): void {
    this.#world = this.#newWorld(save?.world);
    this.#actor = new Actor(this.#world, save?.actor);
    this.#transcript = this.#newTranscript();
    this.#follow(save?.followers ?? null);
    this.#tick = save?.tick ?? 0;
    if (isChecked) this.#violations = watchAll(this.#world).violations;
    if (save === null) {
      this.#nextDeed = 0;
      return this.#begin(until);
    }
    // A save is taken before the deeds of its moment.
    const next = this.#deeds.findIndex(({ tick }) => tick >= save.tick);
    this.#nextDeed = next < 0 ? this.#deeds.length : next;
    this.#doDeeds(until);
  }

  /** One step of the world and what is done after it, up to a time; false where nothing will ever happen. */
  #stepOnce(until = Infinity): boolean {
    this.#doDeeds();
    if (!this.#world.step()) return false;
    this.#tick++;
    if (this.#tick % this.#saveEvery === 0) this.#save();
    this.#doDeeds(until);
    this.#tell();
    return true;
  }

  /** What was done after this step, as far as it was before a time. */
  #doDeeds(until = Infinity): void {
    for (let deed = this.#deeds[this.#nextDeed]; deed?.tick === this.#tick; deed = this.#deeds[this.#nextDeed]) {
      if (deed.now > until) return;
      this.#nextDeed++;
      this.#world.idleUntil(deed.now);
      this.#actor.act(deed.action);
    }
  }

  #tell(): void {
    const lines = this.#transcript.take();
    const isKnown = this.#tick < this.#toldTick || (this.#tick === this.#toldTick && this.#nextDeed <= this.#toldDeeds);
    if (isKnown) return;
    for (const text of lines) this.#lines.push({ tick: this.#tick, text });
    this.#toldTick = this.#tick;
    this.#toldDeeds = this.#nextDeed;
  }

  #save(): void {
    if ((this.#saves.at(-1)?.tick ?? -1) >= this.#tick) return;
    const followers = this.#followers.map((follower) => follower.save());
    this.#saves.push({ tick: this.#tick, world: this.#world.save(), actor: this.#actor.save(), followers });
    if (this.#saves.length <= SAVES_MAX) return;
    this.#saves = this.#saves.filter((_, i) => i % 2 === 1);
    this.#saveEvery *= 2;
  }
}
