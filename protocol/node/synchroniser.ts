// The synchronisation of one node: the algorithm of its dialect over the services that it has. CPG takes part with all
// it has, votequorum says its votes, the others are named, as real nodes name them, and say nothing.
import type { SyncGroup } from '../cpg/encode.ts';
import { encodeNodeinfo } from '../cpg/encode.ts';
import type { Cpg } from '../cpg/member/cpg.ts';
import { serviceNumberOf } from '../cpg/services.ts';
import { encodeClmNodejoin } from '../cpg/whitetank.ts';
import type { DialectOfEngine } from '../totem/engine/contract.ts';
import type { NodeRef } from '../totem/identity.ts';
import { Barriers, type BarriersState } from './barriers.ts';
import type { LabNodeOptions } from './contract.ts';
import { EvtSteps, type EvtState } from './evt-steps.ts';
import { ServiceBuild, type ServiceBuildState } from './service-build.ts';
import type { SyncContent, SyncHost, SyncRing, SyncService } from './sync.ts';

/** Services of Corosync 3 that synchronise, where there is no quorum: what a real node names (specs/totem.md 5.4). */
const SERVICES_3 = (['CMAP', 'CPG', 'QUORUM'] as const).map((name) => serviceNumberOf('corosync-3', name));
const VOTEQUORUM = serviceNumberOf('corosync-3', 'VOTEQUORUM');
/** Votequorum is asked about the quorum device, which has the node id 0, with every node. */
const QUORUM_DEVICE = 0;

export interface SynchroniserHost {
  readonly dialect: DialectOfEngine;
  readonly self: NodeRef;
  readonly votequorum: LabNodeOptions['votequorum'];
  send(message: Uint8Array): void;
  discard(what: string, why: string): void;
}

/** Plain data: structuredClone() copies it. */
export interface SynchroniserState {
  readonly build: ServiceBuildState;
  readonly barriers: BarriersState;
  readonly evt: EvtState;
}

function servicesOf(host: SynchroniserHost, cpg: Cpg, evt: EvtSteps): ReadonlyMap<number, SyncService> {
  const { dialect, self, votequorum } = host;
  const services = new Map<number, SyncService>();
  const say = (...messages: readonly Uint8Array[]): boolean => {
    for (const message of messages) host.send(message);
    return true;
  };
  services.set(serviceNumberOf(dialect, 'CPG'), {
    process() {
      cpg.processSync();
      return true;
    },
    activate: () => cpg.activateSync(),
  });
  if (dialect === 'corosync-1') {
    services.set(serviceNumberOf(dialect, 'CLM'), { process: () => say(encodeClmNodejoin(self)), activate() {} });
    services.set(serviceNumberOf(dialect, 'EVT'), evt);
  } else if (votequorum !== null) {
    const { votes, expectedVotes } = votequorum;
    // No flag is set: this node computes no quorum, and one that says it has it lends its expected votes to others.
    const infos = [encodeNodeinfo(self.nodeid, votes, expectedVotes, 0), encodeNodeinfo(QUORUM_DEVICE, 0, 0, 0)];
    services.set(VOTEQUORUM, { process: () => say(...infos), activate() {} });
  }
  return services;
}

export class Synchroniser {
  readonly #host: SynchroniserHost;
  readonly #cpg: Cpg;
  readonly #build: ServiceBuild;
  readonly #barriers: Barriers;
  readonly #evt: EvtSteps;

  constructor(host: SynchroniserHost, cpg: Cpg, saved?: SynchroniserState) {
    this.#host = host;
    this.#cpg = cpg;
    const services: { current: ReadonlyMap<number, SyncService> } = { current: new Map() };
    const syncHost: SyncHost = {
      dialect: host.dialect,
      send: (message) => host.send(message),
      discard: (what, why) => host.discard(what, why),
      service: (number) => services.current.get(number) ?? null,
    };
    this.#evt = new EvtSteps(syncHost, saved?.evt);
    services.current = servicesOf(host, cpg, this.#evt);
    this.#build = new ServiceBuild(syncHost, 'sync', saved?.build);
    this.#barriers = new Barriers(syncHost, saved?.barriers);
  }

  /** A ring was installed; what was going on for another one is given up. */
  start(ring: SyncRing, came: readonly number[]): void {
    this.#cpg.startSync(came, ring.members);
    if (this.#host.dialect === 'corosync-1') {
      this.#evt.start(ring.members);
      this.#barriers.start(ring);
      return;
    }
    this.#build.start(ring, [...SERVICES_3, ...(this.#host.votequorum === null ? [] : [VOTEQUORUM])]);
  }

  /** The token has left this node. */
  tokenSent(): void {
    if (this.#host.dialect === 'corosync-1') this.#barriers.tokenSent();
    else this.#build.tokenSent();
  }

  /** A message of synchronisation. True where the ring has synchronised with it. */
  deliver(group: SyncGroup, from: number, content: SyncContent): boolean {
    if (this.#host.dialect === 'corosync-1') return this.#barriers.deliver(from, content, group === 'syncv2');
    if (group !== 'sync') return false;
    if (content.kind === 'service_build') return this.#build.build(from, content.ringId, content.services);
    return content.kind === 'barrier' && this.#build.barrier(from, content.ringId);
  }

  /** A step of EVT in Corosync 1.4. */
  deliverEvt(from: number, op: number): void {
    this.#evt.deliver(from, op);
  }

  /** The service that is being synchronised, by number; null where none is. */
  get service(): number | null {
    return this.#host.dialect === 'corosync-1' ? this.#barriers.service : this.#build.service;
  }

  save(): SynchroniserState {
    return { build: this.#build.save(), barriers: this.#barriers.save(), evt: this.#evt.save() };
  }
}
