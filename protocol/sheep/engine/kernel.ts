// Runs scripts: what a sheep does one step after another, with waits between. A script is a generator that asks for
// things; what it was given is kept, so that a saved sheep goes on by running its scripts again over the same answers.
// Hence the one rule for scripts: they touch the sheep inside `act` only, and what comes out of it is plain data.
import { assert } from '../../base/result.ts';
import type { DiskOp, DiskOutcome } from './contract.ts';
import type { Sheep } from './sheep.ts';

/** What a script may ask for. */
export type Ask =
  | { readonly ask: 'act'; readonly what: (sheep: Sheep) => unknown }
  /** Until something holds (true), or the time comes (false). */
  | { readonly ask: 'until'; readonly holds: (sheep: Sheep) => boolean; readonly micros: number | null }
  | { readonly ask: 'disk'; readonly op: DiskOp }
  /** Scripts side by side; their results in the same order when the last one is done. */
  | { readonly ask: 'together'; readonly children: readonly Child[] };

export type Script<R = void> = Generator<Ask, R, unknown>;

export interface ScriptDefinition<Args, R = void> {
  readonly name: string;
  readonly run: (args: Args) => Script<R>;
}

export interface Child<R = unknown> {
  readonly script: string;
  readonly args: unknown;
  /** Of types only. */
  readonly result?: R;
}

export function defineScript<Args, R = void>(name: string, run: (args: Args) => Script<R>): ScriptDefinition<Args, R> {
  return { name, run };
}

export function childOf<Args, R>(script: ScriptDefinition<Args, R>, args: Args): Child<R> {
  return { script: script.name, args };
}

/** Does something with the sheep, at once. */
export function* act<T>(what: (sheep: Sheep) => T): Script<T> {
  return (yield { ask: 'act', what }) as T;
}

export function* until(holds: (sheep: Sheep) => boolean): Script {
  yield { ask: 'until', holds, micros: null };
}

/** False where the time was over first. */
export function* untilWithin(micros: number, holds: (sheep: Sheep) => boolean): Script<boolean> {
  return (yield { ask: 'until', holds, micros }) as boolean;
}

export function* sleep(micros: number): Script {
  yield { ask: 'until', holds: () => false, micros };
}

export function* disk(op: DiskOp): Script<DiskOutcome> {
  return (yield { ask: 'disk', op }) as DiskOutcome;
}

export function* together<R>(children: readonly Child<R>[]): Script<readonly R[]> {
  if (children.length === 0) return [];
  return (yield { ask: 'together', children }) as readonly R[];
}

type Waiting =
  | { readonly kind: 'until'; readonly holds: (sheep: Sheep) => boolean; readonly at: number | null }
  | { readonly kind: 'disk'; readonly id: number }
  | { readonly kind: 'together'; left: number; readonly results: unknown[] };

interface Task {
  readonly id: number;
  readonly script: string;
  readonly args: unknown;
  readonly parent: { readonly task: number; readonly slot: number } | null;
  /** The answers so far. */
  readonly answers: unknown[];
  readonly generator: Script<unknown>;
  waiting: Waiting | null;
}

/** A task without what cannot be copied. */
interface SavedTask {
  readonly id: number;
  readonly script: string;
  readonly args: unknown;
  readonly parent: Task['parent'];
  readonly answers: readonly unknown[];
  readonly at: number | null;
  readonly diskId: number | null;
  readonly left: number;
  readonly results: readonly unknown[];
}

export interface SavedKernel {
  readonly tasks: readonly SavedTask[];
  readonly nextTask: number;
  readonly nextDisk: number;
}

/** Passes over all waiting scripts after one input; more mean that two wake each other for ever. */
const PASSES_MAX = 10_000;

export class Kernel {
  private readonly tasks = new Map<number, Task>();
  private readonly disks = new Map<number, number>();
  private ready: number[] = [];
  private nextTask = 1;
  private nextDisk = 1;
  private readonly scripts: ReadonlyMap<string, (args: unknown) => Script<unknown>>;
  private readonly sheep: Sheep;
  private readonly startDisk: (id: number, op: DiskOp) => void;

  constructor(
    scripts: ReadonlyMap<string, (args: unknown) => Script<unknown>>,
    sheep: Sheep,
    startDisk: (id: number, op: DiskOp) => void,
  ) {
    this.scripts = scripts;
    this.sheep = sheep;
    this.startDisk = startDisk;
  }

  /** Starts a script; it runs when the one that started it waits. */
  spawn(script: string, args: unknown, parent: Task['parent'] = null): void {
    const id = this.nextTask++;
    this.add({ id, script, args, parent, answers: [], waiting: null });
    this.ready.push(id);
  }

  diskDone(id: number, outcome: DiskOutcome): void {
    const task = this.tasks.get(this.disks.get(id) ?? 0);
    assert(task !== undefined, `a disk operation that was asked for ends: ${id}`);
    this.disks.delete(id);
    this.resume(task, outcome);
  }

  /** Runs everything that can go on. */
  settle(): void {
    for (let pass = 0; ; pass++) {
      assert(pass < PASSES_MAX, 'scripts come to rest');
      const started = this.ready;
      this.ready = [];
      for (const id of started) this.run(id);
      const woken = this.wakeOne();
      if (!woken && this.ready.length === 0) return;
    }
  }

  nextDeadline(): number | null {
    let next: number | null = null;
    for (const { waiting } of this.tasks.values())
      if (waiting?.kind === 'until' && waiting.at !== null && (next === null || waiting.at < next)) next = waiting.at;
    return next;
  }

  names(): readonly string[] {
    return [...this.tasks.values()].map(({ script }) => script);
  }

  save(): SavedKernel {
    const tasks = [...this.tasks.values()].map((task): SavedTask => {
      const { id, script, args, parent, answers, waiting } = task;
      return {
        id,
        script,
        args,
        parent,
        answers,
        at: waiting?.kind === 'until' ? waiting.at : null,
        diskId: waiting?.kind === 'disk' ? waiting.id : null,
        left: waiting?.kind === 'together' ? waiting.left : 0,
        results: waiting?.kind === 'together' ? waiting.results : [],
      };
    });
    return { tasks, nextTask: this.nextTask, nextDisk: this.nextDisk };
  }

  restore(saved: SavedKernel): void {
    this.nextTask = saved.nextTask;
    this.nextDisk = saved.nextDisk;
    for (const { at, diskId, left, results, ...task } of saved.tasks) {
      const added = this.add({ ...task, answers: [...task.answers], waiting: null });
      let step = added.generator.next();
      for (const answer of added.answers) step = added.generator.next(answer);
      assert(step.done !== true, `${task.script} waits where it waited`);
      const asked = step.value;
      if (asked.ask === 'until') added.waiting = { kind: 'until', holds: asked.holds, at };
      else if (asked.ask === 'disk') added.waiting = { kind: 'disk', id: diskId ?? 0 };
      else added.waiting = { kind: 'together', left, results: [...results] };
      if (diskId !== null) this.disks.set(diskId, added.id);
    }
  }

  private add(task: Omit<Task, 'generator'>): Task {
    const run = this.scripts.get(task.script);
    assert(run !== undefined, `${task.script} is in the list of scripts`);
    const added: Task = { ...task, generator: run(task.args) };
    this.tasks.set(added.id, added);
    return added;
  }

  /** Lets the first script go on whose wait is over. */
  private wakeOne(): boolean {
    for (const task of this.tasks.values()) {
      if (task.waiting?.kind !== 'until') continue;
      const { holds, at } = task.waiting;
      const isHolding = holds(this.sheep);
      if (!isHolding && (at === null || at > this.sheep.now)) continue;
      this.resume(task, isHolding);
      return true;
    }
    return false;
  }

  private run(id: number): void {
    const task = this.tasks.get(id);
    if (task !== undefined) this.advance(task, task.generator.next());
  }

  private resume(task: Task, answer: unknown): void {
    task.waiting = null;
    task.answers.push(answer);
    this.advance(task, task.generator.next(answer));
  }

  private advance(task: Task, first: IteratorResult<Ask, unknown>): void {
    let step = first;
    while (step.done !== true) {
      const asked = step.value;
      if (asked.ask !== 'act') {
        this.wait(task, asked);
        return;
      }
      const answer = asked.what(this.sheep);
      task.answers.push(answer);
      step = task.generator.next(answer);
    }
    this.tasks.delete(task.id);
    if (task.parent !== null) this.childDone(task.parent.task, task.parent.slot, step.value);
  }

  private wait(task: Task, asked: Exclude<Ask, { readonly ask: 'act' }>): void {
    if (asked.ask === 'until') {
      const at = asked.micros === null ? null : this.sheep.now + asked.micros;
      task.waiting = { kind: 'until', holds: asked.holds, at };
    } else if (asked.ask === 'disk') {
      const id = this.nextDisk++;
      task.waiting = { kind: 'disk', id };
      this.disks.set(id, task.id);
      this.startDisk(id, asked.op);
    } else {
      const { children } = asked;
      task.waiting = { kind: 'together', left: children.length, results: children.map(() => null) };
      children.forEach(({ script, args }, slot) => this.spawn(script, args, { task: task.id, slot }));
    }
  }

  private childDone(parent: number, slot: number, result: unknown): void {
    const task = this.tasks.get(parent);
    if (task?.waiting?.kind !== 'together') return;
    task.waiting.results[slot] = result;
    task.waiting.left--;
    if (task.waiting.left === 0) this.resume(task, task.waiting.results);
  }
}
