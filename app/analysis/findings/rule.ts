// What a rule is given and gives: it reads conclusions and evidence, and says findings. No rule keeps state.
import type { PacketStore } from '../../store/packet-store.ts';
import type { AddressBook } from '../traffic/address-book.ts';
import type { OddPackets } from '../traffic/odd-packets.ts';
import type { RotationAnalysis } from '../traffic/rotation.ts';
import type { TokenWatch } from '../traffic/token-watch.ts';
import type { CaptureFacts } from '../capture-facts.ts';
import type { Delivery, Finding, NodeEntry, PacketCounts, RingHistory, Severity, Transition } from '../result.ts';

export interface FindingContext {
  readonly store: PacketStore;
  readonly facts: CaptureFacts;
  readonly packets: PacketCounts;
  readonly nodes: readonly NodeEntry[];
  readonly rings: readonly RingHistory[];
  readonly transitions: readonly Transition[];
  readonly delivery: Delivery;
  readonly tokens: TokenWatch;
  readonly rotation: Pick<RotationAnalysis, 'holdOf'>;
  readonly odd: OddPackets;
  readonly addresses: AddressBook;
}

export interface Rule {
  readonly name: string;
  readonly run: (context: FindingContext) => readonly Finding[];
}

/** Findings of one rule that are listed; more would say nothing new. */
export const FINDINGS_PER_RULE_MAX = 1000;

type Said = Pick<Finding, 'time' | 'says' | 'evidence'> & Partial<Omit<Finding, 'id' | 'rule' | 'severity'>>;

/** A finding with its usual values filled in. Its id is its rule and its first frame. */
export function finding(rule: string, severity: Severity, said: Said): Finding {
  const frame = said.evidence.flatMap(({ frames }) => frames)[0] ?? 0;
  const usual = { until: null, culprits: [], cause: null, advice: null, confidence: 1, because: null };
  return { ...usual, ...said, id: `${rule}@${frame}`, rule, severity };
}

/** A node as a person knows it: its address first, where one is known. */
export function nodeText({ nodes }: Pick<FindingContext, 'nodes'>, nodeid: number): string {
  const address = nodes.find((node) => node.nodeid === nodeid)?.addresses[0];
  return address === undefined ? `node ${nodeid}` : `node ${nodeid} (${address})`;
}

export function nodesText(context: Pick<FindingContext, 'nodes'>, nodeids: Iterable<number>): string {
  return [...nodeids].map((node) => nodeText(context, node)).join(', ');
}

export const seconds = (ns: number): string => (ns / 1e9).toFixed(ns < 0.1e9 ? 4 : 2);
