// The whole analysis of a capture: composes its parts and hands each packet and each delivered message to them.
import type { DeliveredMessage, DeliveryListener } from '../store/delivered-message.ts';
import type { Analyzer, IndexedMessage } from '../store/indexed-message.ts';
import { PacketKind } from '../store/kinds.ts';
import type { PacketStore } from '../store/packet-store.ts';
import type { CaptureFacts } from './capture-facts.ts';
import { findingsOf } from './findings/findings.ts';
import { createMembershipAnalysis, type MembershipAnalysis } from './membership/membership.ts';
import { countPackets } from './packet-counts.ts';
import type { Analysis } from './result.ts';
import { ringTimers } from './ring-timers.ts';
import { DeliveryAnalysis } from './traffic/delivery.ts';
import { OddPackets } from './traffic/odd-packets.ts';
import { RotationAnalysis, type RingRotation } from './traffic/rotation.ts';
import { SheepWatch } from './traffic/sheepdog.ts';
import { TokenWatch } from './traffic/token-watch.ts';

export interface CaptureAnalysis extends Analyzer, DeliveryListener {
  /** Conclusions so far; may be asked at any time, and the analysis goes on. */
  finish(facts: CaptureFacts): Analysis;
  /** How one ring turned, by its index in PacketStore.rings; null where its representative was not seen. */
  rotationOf(ring: number): RingRotation | null;
}

class Composed implements CaptureAnalysis {
  private readonly store: PacketStore;
  private readonly membership: MembershipAnalysis;
  private readonly delivery: DeliveryAnalysis;
  private readonly rotation: RotationAnalysis;
  private readonly tokens = new TokenWatch();
  private readonly odd: OddPackets;
  private readonly sheep = new SheepWatch();

  constructor(store: PacketStore) {
    this.store = store;
    this.membership = createMembershipAnalysis(store);
    this.delivery = new DeliveryAnalysis(this.membership);
    this.rotation = new RotationAnalysis(store, this.membership);
    this.odd = new OddPackets(this.membership);
  }

  ingest(m: IndexedMessage): void {
    this.membership.ingest(m);
    if (m.kind === PacketKind.ORF_TOKEN) {
      this.delivery.ingest(m);
      this.rotation.ingest(m);
      this.tokens.ingest(m);
    } else if (m.kind === PacketKind.MCAST) this.delivery.ingest(m);
    else this.odd.ingest(m);
  }

  delivered(message: DeliveredMessage): void {
    this.sheep.delivered(message);
  }

  rotationOf(ring: number): RingRotation | null {
    return this.rotation.rotationOf(ring);
  }

  finish(facts: CaptureFacts): Analysis {
    const { store, tokens, odd } = this;
    const { nodes: heard, rings, transitions, joinLists, counters } = this.membership.finish();
    const nodes = heard.map((node) => ({ ...node, name: node.name ?? nameOf(node.addresses, facts.names) }));
    const packets = countPackets(store);
    const delivery = this.delivery.finish();
    const findings = findingsOf({
      store,
      facts,
      packets,
      nodes,
      rings,
      transitions,
      delivery,
      tokens,
      rotation: this.rotation,
      odd,
      addresses: this.membership,
    });
    const rotation = this.rotation.finish();
    const sheepdog = this.sheep.finish(rings);
    return {
      packets,
      nodes,
      rings,
      transitions,
      joinLists,
      requests: this.delivery.requested(),
      timers: ringTimers(facts, rings, this.rotation),
      rotation,
      delivery,
      counters,
      sheepdog,
      findings,
    };
  }
}

function nameOf(addresses: readonly string[], names: ReadonlyMap<string, string>): string | null {
  return addresses.map((address) => names.get(address)).find((name) => name !== undefined) ?? null;
}

export function createAnalysis(store: PacketStore): CaptureAnalysis {
  return new Composed(store);
}
