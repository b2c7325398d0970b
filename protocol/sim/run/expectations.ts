// Holds what a scenario expects against the world. Returns what is so instead, or null.
import { asciiText } from '../../base/bytes.ts';
import type { ProgramEffect, ProgramInput } from '../program.ts';
import type { Expectation, Scenario } from '../scenario/commands.ts';
import { linesOf, type ToolEnd } from '../sheep/clients.ts';
import type { WorldObserver } from '../world/observer.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import { unmetBySheep } from './expect-sheep.ts';

/** Longer messages are no texts. */
const TEXT_OCTETS_MAX = 256;
/** Characters of what a command said instead. */
const SAID_SHOWN = 200;

interface SavedDeliveries {
  readonly counts: readonly ReadonlyMap<string, number>[];
  readonly said: readonly string[];
}

/** Counts how often each node delivered the texts that a scenario expects, and keeps what commands said. */
export class Deliveries implements WorldObserver {
  readonly #counts: Map<string, number>[];
  /** What the last command at each node said. */
  readonly #said: string[];
  readonly #texts: ReadonlySet<string>;

  /** `saved`: what save() gave. */
  constructor(world: World, { blocks }: Scenario, saved: unknown = null) {
    const counts = (saved as SavedDeliveries | null)?.counts;
    this.#said = world.nodes.map(({ index }) => (saved as SavedDeliveries | null)?.said[index] ?? '');
    this.#counts = world.nodes.map(({ index }) => new Map(counts?.[index]));
    this.#texts = new Set(
      blocks.flatMap(({ lines }) =>
        lines.flatMap(({ command }) =>
          command.kind === 'expect' && command.expectation.kind === 'delivered' ? [command.expectation.text] : [],
        ),
      ),
    );
  }

  stepped(node: SimNode, _at: number, _input: ProgramInput, effects: readonly ProgramEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'deliver') this.#add(node, effect.packet);
      else if (effect.kind === 'cpg-deliver') this.#add(node, effect.message);
    }
  }

  toolEnded({ index }: SimNode, _at: number, end: ToolEnd): void {
    this.#said[index] = linesOf(end).join('\n');
  }

  save(): SavedDeliveries {
    return { counts: this.#counts.map((counts) => new Map(counts)), said: [...this.#said] };
  }

  said({ index }: SimNode): string {
    return this.#said[index] ?? '';
  }

  count(node: SimNode, text: string): number {
    return this.#counts[node.index]?.get(text) ?? 0;
  }

  #add(node: SimNode, bytes: Uint8Array): void {
    if (this.#texts.size === 0 || bytes.length > TEXT_OCTETS_MAX) return;
    const counts = this.#counts[node.index];
    const text = asciiText(bytes);
    if (counts !== undefined && this.#texts.has(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
}

function stateOf(node: SimNode): string {
  if (node.program === null) return 'down';
  return node.phase === 'paused' ? 'paused' : node.program.totemStatus().state;
}

function lackingMember(world: World, nodes: readonly number[], ringSeq: bigint | null, node: SimNode): string | null {
  const status = node.program?.totemStatus();
  const state = stateOf(node);
  if (status === undefined || state !== 'operational') return `node ${node.spec.number} is ${state}`;
  const numberOf = new Map(world.nodes.map(({ spec }) => [spec.nodeid, spec.number]));
  const members = status.members.map(({ nodeid }) => numberOf.get(nodeid) ?? nodeid);
  const isSame = members.length === nodes.length && nodes.every((number) => members.includes(number));
  if (!isSame) return `node ${node.spec.number} has members ${members.join(' ')}`;
  if (ringSeq !== null && status.ringId.seq !== ringSeq) return `its ring has seq ${status.ringId.seq}`;
  return null;
}

/** What is so instead of what is expected; null where it is so. */
export function unmet(world: World, deliveries: Deliveries, expectation: Expectation): string | null {
  for (const number of expectation.nodes) {
    const node = world.nodes[number - 1];
    if (node === undefined) return `there is no node ${number}`;
    const says = unmetBy(world, deliveries, expectation, node);
    if (says !== null) return says;
  }
  return null;
}

function unmetBy(world: World, deliveries: Deliveries, expectation: Expectation, node: SimNode): string | null {
  const { number } = node.spec;
  switch (expectation.kind) {
    case 'members':
      return lackingMember(world, expectation.nodes, expectation.ringSeq, node);
    case 'state': {
      const state = stateOf(node);
      return state === expectation.state ? null : `node ${number} is ${state}`;
    }
    case 'delivered': {
      const times = deliveries.count(node, expectation.text);
      return times === expectation.times ? null : `node ${number} delivered it ${times} times`;
    }
    case 'said': {
      const said = deliveries.said(node);
      return said.includes(expectation.text)
        ? null
        : `node ${number} said ${JSON.stringify(said.slice(0, SAID_SHOWN))}`;
    }
    case 'epoch':
    case 'cluster':
    case 'objects':
    case 'whole':
      return unmetBySheep(world, expectation, node);
    case 'counter': {
      const value = node.program?.totemStatus().counters[expectation.name];
      return value === expectation.value ? null : `node ${number} has ${value ?? 'no such counter'}`;
    }
  }
}
