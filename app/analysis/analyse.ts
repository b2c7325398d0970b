// The whole analysis of a capture: composes its parts and hands each packet and each delivered message to them.
import type { DeliveredMessage, DeliveryListener } from '../store/delivered-message.ts';
import type { Analyzer, IndexedMessage } from '../store/indexed-message.ts';
import { PacketKind } from '../store/kinds.ts';
import type { PacketStore } from '../store/packet-store.ts';
import { createMembershipAnalysis, type MembershipAnalysis } from './membership/membership.ts';
import { countPackets } from './packet-counts.ts';
import type { Analysis } from './result.ts';
import { DeliveryAnalysis } from './traffic/delivery.ts';
import { RotationAnalysis } from './traffic/rotation.ts';

/** What only the reading of the capture knows. */
export interface CaptureFacts {
  readonly damage: { readonly kind: string; readonly at: number; readonly says: string } | null;
  /** Packets that the capturing side says it dropped. */
  readonly dropped: number;
  /** Frames that the snap length cut. */
  readonly cutFrames: number;
  /** Names of addresses. */
  readonly names: ReadonlyMap<string, string>;
}

export interface CaptureAnalysis extends Analyzer, DeliveryListener {
  /** Conclusions so far; may be asked at any time, and the analysis goes on. */
  finish(facts: CaptureFacts): Analysis;
}

class Composed implements CaptureAnalysis {
  private readonly store: PacketStore;
  private readonly membership: MembershipAnalysis;
  private readonly delivery: DeliveryAnalysis;
  private readonly rotation: RotationAnalysis;

  constructor(store: PacketStore) {
    this.store = store;
    this.membership = createMembershipAnalysis(store);
    this.delivery = new DeliveryAnalysis(store, this.membership);
    this.rotation = new RotationAnalysis(store, this.membership);
  }

  ingest(m: IndexedMessage): void {
    this.membership.ingest(m);
    if (m.kind <= PacketKind.MCAST) {
      this.delivery.ingest(m);
      this.rotation.ingest(m);
    }
  }

  delivered(message: DeliveredMessage): void {
    void message;
  }

  finish(facts: CaptureFacts): Analysis {
    void facts;
    const { nodes, rings, transitions, counters } = this.membership.finish();
    return {
      packets: countPackets(this.store),
      nodes,
      rings,
      transitions,
      rotation: this.rotation.finish(),
      delivery: this.delivery.finish(),
      counters,
      sheepdog: null,
      findings: [],
    };
  }
}

export function createAnalysis(store: PacketStore): CaptureAnalysis {
  return new Composed(store);
}
