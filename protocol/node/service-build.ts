// Synchronisation as Corosync 2 and 3 do it, and Corosync 1.4 in its second half: members name their services, then go
// through the union of all lists, one barrier for each (specs/totem.md 5.4).
import { encodeServiceBuild, encodeSync, type SyncGroup } from '../cpg/encode.ts';
import { SYNC_SERVICES_MAX } from '../cpg/messages.ts';
import { isSameRing, type SyncHost, type SyncRing } from './sync.ts';

/**
 * `build`: waits for the lists. `process`: the service is to speak at the next token. `barrier`: waits for the others.
 */
type Phase = 'idle' | 'build' | 'process' | 'barrier';

/** Plain data: structuredClone() copies it. */
export interface ServiceBuildState {
  readonly ring: SyncRing | null;
  readonly phase: Phase;
  readonly services: readonly number[];
  readonly index: number;
  readonly got: ReadonlySet<number>;
}

export class ServiceBuild {
  readonly #host: SyncHost;
  readonly #group: SyncGroup;
  /** Node ids of its `members` are those whose messages are waited for. */
  #ring: SyncRing | null;
  #phase: Phase;
  /** The union of the lists, ascending from the end of `build` on. */
  #services: number[];
  #index: number;
  /** Members whose list or barrier has come. */
  #got: Set<number>;

  constructor(host: SyncHost, group: SyncGroup, saved?: ServiceBuildState) {
    this.#host = host;
    this.#group = group;
    this.#ring = saved?.ring ?? null;
    this.#phase = saved?.phase ?? 'idle';
    this.#services = [...(saved?.services ?? [])];
    this.#index = saved?.index ?? 0;
    this.#got = new Set(saved?.got);
  }

  /** Starts anew with the services that this node has, ascending. */
  start(ring: SyncRing, services: readonly number[]): void {
    this.#ring = ring;
    this.#phase = 'build';
    this.#services = [...services];
    this.#index = 0;
    this.#got.clear();
    this.#host.send(encodeServiceBuild(this.#host.dialect, this.#group, ring.octets, services));
  }

  abort(): void {
    this.#ring = null;
    this.#phase = 'idle';
  }

  /** The service that is being synchronised, by number. */
  get service(): number | null {
    return this.#phase === 'process' || this.#phase === 'barrier' ? (this.#services[this.#index] ?? null) : null;
  }

  /** A list of a member. True where synchronisation is done with it: nobody has a service. */
  build(from: number, ringId: SyncRing['id'], services: readonly number[]): boolean {
    if (this.#phase !== 'build' || !this.#isOfRing(ringId)) return false;
    for (const service of services) {
      if (this.#services.includes(service)) continue;
      if (this.#services.length < SYNC_SERVICES_MAX) this.#services.push(service);
      else this.#host.discard('SERVICE_BUILD', `more than ${SYNC_SERVICES_MAX} services on all lists`);
    }
    if (!this.#isComplete(from)) return false;
    this.#services.sort((a, b) => a - b);
    return this.#next(0);
  }

  /** A barrier of a member. True where synchronisation is done with it. */
  barrier(from: number, ringId: SyncRing['id']): boolean {
    if (this.#phase === 'idle' || this.#phase === 'build' || !this.#isOfRing(ringId)) return false;
    if (!this.#isComplete(from) || this.#phase !== 'barrier') return false;
    this.#host.service(this.#services[this.#index] ?? -1)?.activate();
    return this.#next(this.#index + 1);
  }

  /** The token has left this node: the next service speaks (schedwrk.c). */
  tokenSent(): void {
    if (this.#phase !== 'process' || this.#ring === null) return;
    const service = this.#host.service(this.#services[this.#index] ?? -1);
    if (service?.process() === false) return;
    this.#phase = 'barrier';
    this.#host.send(encodeSync(this.#host.dialect, this.#group, 'BARRIER', this.#ring.octets));
  }

  save(): ServiceBuildState {
    return {
      ring: this.#ring,
      phase: this.#phase,
      services: [...this.#services],
      index: this.#index,
      got: new Set(this.#got),
    };
  }

  #isOfRing(ringId: SyncRing['id']): boolean {
    return this.#ring !== null && isSameRing(ringId, this.#ring.id);
  }

  #isComplete(from: number): boolean {
    const members = this.#ring?.members ?? [];
    if (members.includes(from)) this.#got.add(from);
    return members.every((member) => this.#got.has(member));
  }

  #next(index: number): boolean {
    this.#got.clear();
    this.#index = index;
    const isDone = index >= this.#services.length;
    this.#phase = isDone ? 'idle' : 'process';
    return isDone;
  }
}
