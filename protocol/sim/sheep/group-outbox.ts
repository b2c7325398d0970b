// What the sheep of a node say to their group, in order: each request waits until the node has taken the one before, as
// a caller of libcpg does that is told to try again.
import type { ProgramEffect } from '../program.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { FlockWorld, Said, SheepPlaceState } from './contract.ts';

/** Microseconds until what a node tells of the group is with its sheep, and the other way. */
export const IPC_MICROS = 10;

export class GroupOutbox {
  readonly #node: SimNode;
  readonly #world: FlockWorld;
  readonly #refused: (pid: number) => void;
  readonly #waiting: Said[];
  /** Between a refusal and the node's word that it takes more. */
  #isHeld: boolean;
  #isDue: boolean;
  #wasLost = false;

  /** `refused`: a message of this process will never be taken. */
  constructor(
    node: SimNode,
    world: FlockWorld,
    refused: (pid: number) => void,
    saved: SheepPlaceState['outbox'] | undefined,
  ) {
    this.#node = node;
    this.#world = world;
    this.#refused = refused;
    this.#waiting = [...(saved?.waiting ?? [])];
    this.#isHeld = saved?.isHeld ?? false;
    this.#isDue = saved?.isDue ?? false;
  }

  save(): SheepPlaceState['outbox'] {
    return { waiting: [...this.#waiting], isHeld: this.#isHeld, isDue: this.#isDue };
  }

  add(said: Said): void {
    this.#waiting.push(said);
    this.#later();
  }

  /** A process is gone: what it had not said yet is not said. */
  exit(pid: number): void {
    const others = this.#waiting.filter((said) => said.pid !== pid);
    this.#waiting.splice(0, this.#waiting.length, ...others);
    this.#isHeld = false;
    this.add({ pid, input: { kind: 'cpg-exit', pid } });
  }

  /** The node's process is gone. */
  clear(): void {
    this.#waiting.length = 0;
    this.#isHeld = this.#isDue = this.#wasLost = false;
  }

  heard(effect: ProgramEffect): void {
    if (effect.kind === 'cpg-ready') {
      this.#isHeld = false;
      this.#later();
    } else if (effect.kind === 'cpg-refused' && effect.pid === this.#waiting[0]?.pid) {
      if (effect.why === 'try-again') this.#isHeld = true;
      else this.#wasLost = true;
    }
  }

  /** Never within the step that told of it. */
  #later(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#world.push(this.#world.now() + IPC_MICROS, { kind: 'say', node: this.#node.index });
  }

  /** While the node's processes stand still it waits until they go on. */
  flush(): void {
    this.#isDue = false;
    while (!this.#isHeld) {
      const [next] = this.#waiting;
      if (next === undefined || !this.#world.input(this.#node, next.input)) return;
      // The node may have died of it.
      if (this.#waiting[0] !== next || this.#isHeld) return;
      this.#waiting.shift();
      if (!this.#wasLost) continue;
      this.#wasLost = false;
      if (next.input.kind === 'cpg-mcast') this.#refused(next.pid);
    }
  }
}
