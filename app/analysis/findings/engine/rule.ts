// What a rule is given and gives: it reads conclusions and evidence, and says findings. No rule keeps state; what one
// has explained it writes into the ledger, for the rules behind it.
import type { PacketStore } from '../../../store/packet-store.ts';
import type { CaptureFacts } from '../../capture-facts.ts';
import type { Delivery, Finding, NodeEntry, PacketCounts, RingHistory, Severity, Transition } from '../../result.ts';
import type { SheepCluster } from '../../result.ts';
import type { Redundancy } from '../../membership/membership.ts';
import type { JoinRuns } from '../../traffic/activity/join-runs.ts';
import type { RingSpells } from '../../traffic/activity/ring-spells.ts';
import type { StepBack, StepForward } from '../../traffic/activity/clock-steps.ts';
import type { Silence, Stillness } from '../../traffic/activity/silences.ts';
import type { AddressBook } from '../../traffic/address-book.ts';
import type { DeliveryAnalysis } from '../../traffic/delivery.ts';
import type { Flow } from '../../traffic/flow.ts';
import type { Requests } from '../../traffic/loss/requests.ts';
import type { TokenHops } from '../../traffic/loss/token-hops.ts';
import type { OddPackets } from '../../traffic/odd-packets.ts';
import type { RotationAnalysis } from '../../traffic/rotation.ts';
import type { KnetLinks } from '../../traffic/senders/knet-links.ts';
import type { SenderBook } from '../../traffic/senders/sender-book.ts';
import type { SheepNote } from '../../traffic/services/sheep-notes.ts';
import type { SyncWatch } from '../../traffic/services/sync-watch.ts';
import type { TokenWatch } from '../../traffic/token-watch.ts';
import type { Incident } from './incidents.ts';
import type { Ledger } from './ledger.ts';
import type { Unheard } from '../links/deafness.ts';
import type { LinkFault } from '../links/link-faults.ts';

/** What the analysis concluded and gathered, as far as the capture has been read. */
export interface Evidence {
  readonly store: PacketStore;
  readonly facts: CaptureFacts;
  readonly packets: PacketCounts;
  readonly nodes: readonly NodeEntry[];
  readonly rings: readonly RingHistory[];
  readonly transitions: readonly Transition[];
  readonly delivery: Delivery;
  readonly sheepdog: SheepCluster | null;
  readonly tokens: TokenWatch;
  readonly rotation: Pick<RotationAnalysis, 'holdOf'>;
  readonly odd: OddPackets;
  readonly addresses: AddressBook;
  readonly joins: JoinRuns;
  readonly spells: RingSpells;
  readonly silences: readonly Silence[];
  readonly stills: readonly Stillness[];
  /** Packets out of the order of their times. */
  readonly backward: readonly StepBack[];
  /** Times without any packet that the ring did not feel. */
  readonly forward: readonly StepForward[];
  readonly losses: Requests;
  readonly hops: TokenHops;
  readonly flow: Flow;
  readonly senders: SenderBook;
  readonly links: KnetLinks;
  readonly multicasts: Pick<DeliveryAnalysis, 'missingOf'>;
  readonly redundancy: Redundancy;
  readonly synced: SyncWatch;
  readonly sheepNotes: readonly SheepNote[];
}

export interface FindingContext extends Evidence {
  /** Rings whose token was declared lost, in order of time. */
  readonly incidents: readonly Incident[];
  readonly ledger: Ledger;
  /** Who did not hear whom, in order of time, and what that says of the network. */
  readonly unheard: readonly Unheard[];
  readonly linkFaults: readonly LinkFault[];
  /** Time of the first and the last packet. */
  readonly startNs: number;
  readonly endNs: number;
}

export interface Rule {
  readonly name: string;
  readonly run: (context: FindingContext) => readonly Finding[];
}

/** Findings of one rule that are listed; more would say nothing new. */
export const FINDINGS_PER_RULE_MAX = 1000;

type Said = Pick<Finding, 'time' | 'says' | 'evidence'> & Partial<Omit<Finding, 'id' | 'rule' | 'severity'>>;

/** A finding with its usual values filled in. Its id is its rule and first frame; its section says what it rests on. */
export function finding(rule: string, severity: Severity, said: Said): Finding {
  const frame = said.evidence.flatMap(({ frames }) => frames)[0] ?? 0;
  const usual = { until: null, culprits: [], cause: null, advice: null, confidence: 1, because: null, reference: null };
  const section = `docs/analysis.md#${rule}`;
  const reference = said.reference == null ? section : `${section}; ${said.reference}`;
  return { ...usual, ...said, id: `${rule}@${frame}`, rule, severity, reference };
}
