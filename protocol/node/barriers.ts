// Synchronisation of Corosync 1.4 as it is by default ("whitetank. Using V1 and V2"): a barrier, then for each service
// what it has to say and another barrier, each step at a token; then lists of services, which are empty (5.6).
import { encodeSync } from '../cpg/encode.ts';
import { ServiceBuild, type ServiceBuildState } from './service-build.ts';
import { isSameRing, type SyncContent, type SyncHost, type SyncRing } from './sync.ts';

/** Services that go through the first half, in this order: CLM, AMF, CKPT and EVT for whitetank's sake, then CPG. */
const CLM = 1;
const AMF = 2;
const CKPT = 3;
const EVT = 4;
const CPG = 8;
const SERVICES = [CLM, AMF, CKPT, EVT, CPG] as const;

/**
 * `enter`: a barrier is to be sent at the next token. `wait`: for the barriers of the others. `process`: the service is
 * to speak at the next token. `build`: the second half.
 */
type Phase = 'idle' | 'enter' | 'wait' | 'process' | 'build';

/** Plain data: structuredClone() copies it. */
export interface BarriersState {
  readonly ring: SyncRing | null;
  readonly phase: Phase;
  readonly index: number;
  readonly got: ReadonlySet<number>;
  readonly determined: ReadonlySet<number>;
  readonly build: ServiceBuildState;
}

export class Barriers {
  readonly #host: SyncHost;
  readonly #build: ServiceBuild;
  #ring: SyncRing | null;
  #phase: Phase;
  /** Of the service in SERVICES; -1 for the barrier that comes before all of them. */
  #index: number;
  #got: Set<number>;
  /** Nodes that sent MEMB_DETERMINE: those of the second half. */
  #determined: Set<number>;

  constructor(host: SyncHost, saved?: BarriersState) {
    this.#host = host;
    this.#build = new ServiceBuild(host, 'syncv2', saved?.build);
    this.#ring = saved?.ring ?? null;
    this.#phase = saved?.phase ?? 'idle';
    this.#index = saved?.index ?? -1;
    this.#got = new Set(saved?.got);
    this.#determined = new Set(saved?.determined);
  }

  start(ring: SyncRing): void {
    this.#build.abort();
    this.#ring = ring;
    this.#phase = 'enter';
    this.#index = -1;
    this.#got.clear();
    this.#determined.clear();
    this.#host.send(encodeSync(this.#host.dialect, 'syncv2', 'MEMB_DETERMINE', ring.octets));
  }

  abort(): void {
    this.#build.abort();
    this.#ring = null;
    this.#phase = 'idle';
  }

  /** The service that is being synchronised, by number. */
  get service(): number | null {
    return this.#phase === 'idle' || this.#phase === 'build' ? null : (SERVICES[this.#index] ?? null);
  }

  /** A message of group `sync` (the first half) or `syncv2`. True where synchronisation is done with it. */
  deliver(from: number, content: SyncContent, isSecondHalf: boolean): boolean {
    switch (content.kind) {
      case 'memb_determine':
        if (this.#isOfRing(content.ringId) && this.#ring?.members.includes(from) === true) this.#determined.add(from);
        return false;
      case 'service_build':
        return isSecondHalf && this.#build.build(from, content.ringId, content.services);
      case 'barrier':
        if (isSecondHalf) return this.#build.barrier(from, content.ringId);
        this.#barrier(from, content.ringId);
        return false;
    }
  }

  tokenSent(): void {
    if (this.#phase === 'build') return this.#build.tokenSent();
    if (this.#ring === null) return;
    if (this.#phase === 'enter') {
      this.#phase = 'wait';
      this.#host.send(encodeSync(this.#host.dialect, 'sync', 'BARRIER', this.#ring.octets));
    } else if (this.#phase === 'process') {
      if (this.#host.service(SERVICES[this.#index] ?? -1)?.process() !== false) this.#phase = 'enter';
    }
  }

  save(): BarriersState {
    return {
      ring: this.#ring,
      phase: this.#phase,
      index: this.#index,
      got: new Set(this.#got),
      determined: new Set(this.#determined),
      build: this.#build.save(),
    };
  }

  #isOfRing(ringId: SyncRing['id']): boolean {
    return this.#ring !== null && isSameRing(ringId, this.#ring.id);
  }

  #barrier(from: number, ringId: SyncRing['id']): void {
    const ring = this.#ring;
    if (ring === null || this.#phase === 'build' || !this.#isOfRing(ringId)) return;
    if (ring.members.includes(from)) this.#got.add(from);
    if (this.#phase !== 'wait' || !ring.members.every((member) => this.#got.has(member))) return;
    this.#got.clear();
    this.#host.service(SERVICES[this.#index] ?? -1)?.activate();
    this.#index++;
    if (this.#index < SERVICES.length) {
      this.#phase = 'process';
      return;
    }
    // The services of the second half are none, in whitetank's mode.
    this.#phase = 'build';
    const members =
      this.#determined.size > 0 ? ring.members.filter((node) => this.#determined.has(node)) : ring.members;
    this.#build.start({ ...ring, members }, []);
  }
}
