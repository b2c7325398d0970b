// Totem alone as a program: the engine, and above it an application that submits packets and needs a while to
// synchronise after each configuration.
import { createTotemEngine } from '../totem/engine/engine.ts';
import type { EngineState, Micros, TotemEffect, TotemEngine } from '../totem/engine/contract.ts';
import type { CreateTotemEngine } from '../node/compose.ts';
import type { Program, ProgramEffect, ProgramInput, ProgramOptions, ProgramState, StartProgram } from './program.ts';

interface Saved {
  readonly engine: EngineState;
  readonly ackAt: number;
}

const stateOf = (saved: ProgramState): Saved => saved as unknown as Saved;

/**
 * `sync`: microseconds from a regular configuration until the application has synchronised. `create`: the engine, or
 * another in its place.
 */
export function totemProgram(sync: number, create: CreateTotemEngine = createTotemEngine): StartProgram {
  return (options) => new TotemProgram(options, sync, create);
}

class TotemProgram implements Program {
  readonly #engine: TotemEngine;
  readonly #sync: number;
  /** When the application will have synchronised; infinity where it has. */
  #ackAt = Infinity;

  constructor(options: ProgramOptions, sync: number, create: CreateTotemEngine) {
    const { self, dialect, config, lastRingSeq, seed, firstSeqno, saved } = options;
    const own = { self, dialect, config, lastRingSeq, seed, firstSeqno, takeOpenPacket: () => null, isChecked: true };
    this.#engine = create(saved === undefined ? own : { ...own, saved: stateOf(saved).engine });
    this.#sync = sync;
    if (saved !== undefined) this.#ackAt = stateOf(saved).ackAt;
  }

  step(now: Micros, input: ProgramInput): readonly ProgramEffect[] {
    switch (input.kind) {
      case 'deadline':
        return this.#onDeadline(now);
      case 'datagrams':
      case 'interface':
      case 'leave':
      case 'submit':
        return this.#note(now, this.#engine.step(now, input));
      default:
        return [];
    }
  }

  nextDeadline(): Micros | null {
    const engine = this.#engine.nextDeadline();
    if (this.#ackAt === Infinity) return engine;
    return Math.min(this.#ackAt, engine ?? Infinity) as Micros;
  }

  totemStatus() {
    return this.#engine.inspect();
  }

  nodeStatus(): null {
    return null;
  }

  save(): ProgramState {
    const saved: Saved = { engine: this.#engine.save(), ackAt: this.#ackAt };
    return saved as unknown as ProgramState;
  }

  #onDeadline(now: Micros): readonly ProgramEffect[] {
    const isDue = (this.#engine.nextDeadline() ?? Infinity) <= now;
    const effects = isDue ? this.#note(now, this.#engine.step(now, { kind: 'deadline' })) : [];
    if (this.#ackAt > now) return effects;
    this.#ackAt = Infinity;
    return [...effects, ...this.#note(now, this.#engine.step(now, { kind: 'transitional-ack' }))];
  }

  /** A new configuration begins the application's synchronisation again. */
  #note(now: number, effects: readonly TotemEffect[]): readonly ProgramEffect[] {
    for (const effect of effects)
      if (effect.kind === 'configuration') this.#ackAt = effect.type === 'regular' ? now + this.#sync : Infinity;
    return effects;
  }
}
