// The whole analysis of a capture: composes its parts and hands each packet and each delivered message to them.
import type { DeliveredMessage, DeliveryListener } from '../store/delivered-message.ts';
import type { Analyzer, IndexedMessage } from '../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../store/kinds.ts';
import type { PacketTable } from '../store/packet-table.ts';
import type { CaptureFacts } from './capture-facts.ts';
import { findingsOf } from './findings/findings.ts';
import { createMembershipAnalysis, type MembershipAnalysis } from './membership/membership.ts';
import { countPackets } from './packet-counts.ts';
import type { Analysis, NodeEntry, SheepObjects } from './result.ts';
import { ringTimers } from './ring-timers.ts';
import { ClockSteps } from './traffic/activity/clock-steps.ts';
import { JoinRuns } from './traffic/activity/join-runs.ts';
import { RingSpells } from './traffic/activity/ring-spells.ts';
import { Silences } from './traffic/activity/silences.ts';
import { DeliveryAnalysis } from './traffic/delivery.ts';
import { Flow } from './traffic/flow.ts';
import { Requests } from './traffic/loss/requests.ts';
import { TokenHops } from './traffic/loss/token-hops.ts';
import { OddPackets } from './traffic/odd-packets.ts';
import { RotationAnalysis, type RingRotation } from './traffic/rotation.ts';
import { KnetLinks } from './traffic/senders/knet-links.ts';
import { SenderBook } from './traffic/senders/sender-book.ts';
import { SyncWatch } from './traffic/services/sync-watch.ts';
import { SheepWatch } from './traffic/sheepdog.ts';
import { TokenWatch } from './traffic/token-watch.ts';

export interface CaptureAnalysis extends Analyzer, DeliveryListener {
  /** Conclusions so far; may be asked at any time, and the analysis goes on. */
  finish(facts: CaptureFacts): Analysis;
  /** How one ring turned, by its index in PacketStore.rings; null where its representative was not seen. */
  rotationOf(ring: number): RingRotation | null;
}

class Composed implements CaptureAnalysis {
  private readonly store: PacketTable;
  private readonly membership: MembershipAnalysis;
  private readonly delivery: DeliveryAnalysis;
  private readonly rotation: RotationAnalysis;
  private readonly tokens = new TokenWatch();
  private readonly odd: OddPackets;
  private readonly sheep: SheepWatch;
  private readonly synced = new SyncWatch();
  private readonly joins = new JoinRuns();
  private readonly spells: RingSpells;
  private readonly silences: Silences;
  private readonly clock = new ClockSteps();
  private readonly losses = new Requests();
  private readonly hops: TokenHops;
  private readonly flow = new Flow();
  private readonly senders = new SenderBook();
  private readonly links = new KnetLinks();

  constructor(store: PacketTable) {
    this.store = store;
    this.membership = createMembershipAnalysis(store, this.joins);
    this.sheep = new SheepWatch((ring) => this.membership.membersOf(ring));
    this.delivery = new DeliveryAnalysis(this.membership, this.losses);
    this.rotation = new RotationAnalysis(store, this.membership);
    this.odd = new OddPackets(this.membership);
    this.spells = new RingSpells(this.membership);
    this.silences = new Silences(this.membership, this.clock);
    this.hops = new TokenHops(store, this.membership);
  }

  ingest(m: IndexedMessage): void {
    if ((m.flags & RowFlag.DUPLICATE) !== 0) return this.membership.capturedAgain(m);
    this.membership.ingest(m);
    this.senders.ingest(m);
    this.silences.ingest(m);
    this.spells.ingest(m);
    if (m.kind === PacketKind.ORF_TOKEN) {
      this.delivery.ingest(m);
      this.rotation.ingest(m);
      this.tokens.ingest(m);
      this.hops.ingest(m);
      this.flow.ingest(m);
    } else if (m.kind === PacketKind.MCAST) {
      this.delivery.ingest(m);
      this.flow.ingest(m);
      this.synced.mcast(m);
    } else if (m.kind === PacketKind.KNET) this.links.ingest(m);
    else {
      this.hops.ingest(m);
      this.rotation.ingest(m);
      this.odd.ingest(m);
    }
  }

  delivered(message: DeliveredMessage): void {
    this.sheep.delivered(message);
    this.synced.delivered(message);
  }

  passedOver(ring: number): void {
    this.synced.passedOver(ring);
  }

  rotationOf(ring: number): RingRotation | null {
    return this.rotation.rotationOf(ring);
  }

  finish(facts: CaptureFacts): Analysis {
    const { store, tokens, odd } = this;
    const { nodes: heard, rings, transitions, joinLists, counters } = this.membership.finish();
    const nodes = heard.map((node) => ({ ...node, name: node.name ?? nameOf(node, facts.names) }));
    const packets = countPackets(store);
    const delivery = this.delivery.finish();
    const sheepdog = this.sheep.finish(rings, objectsOf(facts));
    const { rotation, joins, spells, losses, hops, flow, senders, links, synced, delivery: multicasts } = this;
    const { notes: sheepNotes } = this.sheep;
    const concluded = { store, facts, packets, nodes, rings, transitions, delivery, sheepdog };
    const redundancy = this.membership.redundancy();
    const watched = { redundancy, joins, spells, losses, hops, flow, senders, links, synced, multicasts };
    const gathered = { tokens, odd, rotation, sheepNotes, ...watched };
    const silences = this.silences.list();
    const { stills } = this.silences;
    const { backward, forward } = this.clock;
    const times = { silences, stills, backward, forward };
    const findings = findingsOf({ ...concluded, ...gathered, ...times, addresses: this.membership });
    return {
      packets,
      nodes,
      rings,
      transitions,
      joinLists,
      requests: this.delivery.requested(),
      timers: ringTimers(facts, rings, rotation),
      rotation: rotation.finish(),
      delivery,
      counters,
      sheepdog,
      findings,
    };
  }
}

/** A name that an export made of the node's own id says nothing. */
function nameOf({ addresses, nodeid }: NodeEntry, names: ReadonlyMap<string, string>): string | null {
  const found = addresses.map((address) => names.get(address)).find((name) => name !== undefined) ?? null;
  return found === `node-${nodeid}` ? null : found;
}

/** In order of the rows that first told of them. */
function objectsOf({ objects = [] }: CaptureFacts): SheepObjects {
  const sorted = objects.toSorted((a, b) => a.row - b.row);
  return {
    oid: BigUint64Array.from(sorted, ({ oid }) => oid),
    timeNs: Float64Array.from(sorted, ({ timeNs }) => timeNs),
  };
}

export function createAnalysis(store: PacketTable): CaptureAnalysis {
  return new Composed(store);
}
