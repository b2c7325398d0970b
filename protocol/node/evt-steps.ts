// The steps by which Corosync 1.4 pretends to synchronise OpenAIS's event service: two messages of every member, the
// second once all have sent the first (specs/totem.md 5.6).
import { encodeEvt, EVT_OPS } from '../cpg/whitetank.ts';
import type { SyncHost, SyncService } from './sync.ts';

type Phase = 'count' | 'counted' | 'confirm' | 'confirmed' | 'done';

/** Plain data: structuredClone() copies it. */
export interface EvtState {
  readonly phase: Phase;
  readonly members: readonly number[];
  readonly got: ReadonlySet<number>;
}

export class EvtSteps implements SyncService {
  readonly #host: SyncHost;
  #phase: Phase;
  #members: readonly number[];
  #got: Set<number>;

  constructor(host: SyncHost, saved?: EvtState) {
    this.#host = host;
    this.#phase = saved?.phase ?? 'count';
    this.#members = saved?.members ?? [];
    this.#got = new Set(saved?.got);
  }

  start(members: readonly number[]): void {
    this.#phase = 'count';
    this.#members = members;
    this.#got.clear();
  }

  process(): boolean {
    if (this.#phase === 'count') {
      this.#phase = 'counted';
      this.#host.send(encodeEvt(EVT_OPS.openCountDone));
    } else if (this.#phase === 'confirm') {
      this.#phase = 'confirmed';
      this.#host.send(encodeEvt(EVT_OPS.confDone));
    }
    return this.#phase === 'done';
  }

  activate(): void {}

  deliver(from: number, op: number): void {
    if (op !== EVT_OPS.openCountDone && op !== EVT_OPS.confDone) return;
    if (this.#members.includes(from)) this.#got.add(from);
    if (!this.#members.every((member) => this.#got.has(member))) return;
    this.#got.clear();
    this.#phase = op === EVT_OPS.openCountDone ? 'confirm' : 'done';
  }

  save(): EvtState {
    return { phase: this.#phase, members: this.#members, got: new Set(this.#got) };
  }
}
