// A node's monotonic clock, which may run fast or slow. Whole microseconds, so that it is the same on every machine.

/** When worlds begin: 2026-01-01T00:00:00Z, in nanoseconds since 1970. */
export const WORLD_EPOCH_NS = 1_767_225_600_000_000_000n;

const MILLION = 1_000_000;

export interface ClockState {
  /** World time and node time of the last change of speed. */
  readonly worldOrigin: number;
  readonly nodeOrigin: number;
  /** Microseconds gained a second. */
  readonly ppm: number;
}

export class NodeClock {
  #worldOrigin: number;
  #nodeOrigin: number;
  #ppm: number;

  constructor({ worldOrigin, nodeOrigin, ppm }: ClockState = { worldOrigin: 0, nodeOrigin: 0, ppm: 0 }) {
    this.#worldOrigin = worldOrigin;
    this.#nodeOrigin = nodeOrigin;
    this.#ppm = ppm;
  }

  /** What the node's clock shows at a time of the world. */
  at(world: number): number {
    if (this.#ppm === 0) return this.#nodeOrigin + world - this.#worldOrigin;
    const passed = world - this.#worldOrigin;
    const gained = Math.floor(passed / MILLION) * this.#ppm + Math.floor(((passed % MILLION) * this.#ppm) / MILLION);
    return this.#nodeOrigin + passed + gained;
  }

  /** The earliest time of the world at which the node's clock shows `node` or more. */
  when(node: number): number {
    if (this.#ppm === 0) return this.#worldOrigin + node - this.#nodeOrigin;
    const passed = node - this.#nodeOrigin;
    let world = this.#worldOrigin + Math.floor((passed * MILLION) / (MILLION + this.#ppm));
    while (this.at(world) >= node) world--;
    while (this.at(world) < node) world++;
    return world;
  }

  /** Goes on at another speed from `world` on. */
  setSpeed(world: number, ppm: number): void {
    this.#nodeOrigin = this.at(world);
    this.#worldOrigin = world;
    this.#ppm = ppm;
  }

  save(): ClockState {
    return { worldOrigin: this.#worldOrigin, nodeOrigin: this.#nodeOrigin, ppm: this.#ppm };
  }
}
