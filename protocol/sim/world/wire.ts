// From a node's effect to arrivals at others: who is meant, what the network does with it, what observers see of it.
import type { TimeHeap } from '../../base/time-heap.ts';
import type { Dialect } from '../../totem/dialect.ts';
import type { NodeRef } from '../../totem/identity.ts';
import { MESSAGE_TYPES } from '../../totem/messages.ts';
import type { WorldEvent } from './contract.ts';
import type { LossCause } from './link.ts';
import type { Network } from './network.ts';
import type { Hooks } from './observer.ts';
import type { SimNode } from './sim-node.ts';

/** Microseconds until a node's own multicast, or a token to itself, is in its socket. */
const LOOP_DELAY = 5;
const ORF_TOKEN = 0;

export class Wire {
  /** Times that a token was sent, and times that a representative sent one; copies count. */
  hops = 0;
  rotations = 0;
  readonly #nodes: readonly SimNode[];
  readonly #byNodeid: ReadonlyMap<number, SimNode>;
  readonly #network: Network;
  readonly #heap: TimeHeap<WorldEvent>;
  readonly #dialect: Dialect;
  readonly #hooks: Hooks;

  constructor(nodes: readonly SimNode[], network: Network, heap: TimeHeap<WorldEvent>, dialect: Dialect, hooks: Hooks) {
    this.#nodes = nodes;
    this.#byNodeid = new Map(nodes.map((node) => [node.spec.nodeid, node]));
    this.#network = network;
    this.#heap = heap;
    this.#dialect = dialect;
    this.#hooks = hooks;
  }

  /** A datagram to one node. One to a node that does not exist goes nowhere. */
  sendTo(from: SimNode, to: NodeRef, bytes: Uint8Array, leaves: number): void {
    const target = this.#byNodeid.get(to.nodeid);
    this.#countHop(from, bytes);
    if (target === from) return this.#loop(from, bytes, leaves);
    if (target === undefined || !from.isLinkUp) return;
    for (const hook of this.#hooks.sent) hook(from, target, bytes, leaves);
    this.#carry(from, target, bytes, leaves, false);
  }

  /** A datagram to all, the sender included: its own copy does not need the wire. */
  sendToAll(from: SimNode, bytes: Uint8Array, leaves: number): void {
    this.#loop(from, bytes, leaves);
    if (!from.isLinkUp) return;
    for (const hook of this.#hooks.sent) hook(from, null, bytes, leaves);
    const delay = this.#network.plainDelay;
    if (delay >= 0) this.#heap.push(leaves + delay, { kind: 'arrivals', from: from.index, bytes });
    else for (const other of this.#nodes) if (other !== from) this.#carry(from, other, bytes, leaves, true);
  }

  /** When octets of a stream arrive; infinity where they do not. What a node sends to itself needs no wire. */
  carryStream(from: SimNode, to: SimNode, octets: number, now: number): number {
    if (from === to) return now + LOOP_DELAY;
    if (!from.isLinkUp || !to.isLinkUp) return Infinity;
    return this.#network.carryStream(now, from.index, to.index, octets);
  }

  lose(from: SimNode, to: SimNode, bytes: Uint8Array, cause: LossCause, at: number): void {
    for (const hook of this.#hooks.lost) hook(from, to, bytes, cause, at);
  }

  #loop(node: SimNode, bytes: Uint8Array, leaves: number): void {
    this.#heap.push(leaves + LOOP_DELAY, { kind: 'arrival', from: node.index, to: node.index, bytes });
  }

  #carry(from: SimNode, to: SimNode, bytes: Uint8Array, leaves: number, isMulticast: boolean): void {
    const network = this.#network;
    const type = MESSAGE_TYPES[bytes[this.#dialect.at.type] ?? -1] ?? 'unknown';
    network.carry(leaves, from.index, to.index, bytes.length, type, isMulticast);
    if (network.arrival === Infinity) return this.lose(from, to, bytes, network.cause, leaves);
    const arrival: WorldEvent = { kind: 'arrival', from: from.index, to: to.index, bytes };
    this.#heap.push(network.arrival, arrival);
    if (network.secondArrival !== Infinity) this.#heap.push(network.secondArrival, arrival);
  }

  #countHop(node: SimNode, bytes: Uint8Array): void {
    const { at } = this.#dialect;
    if (bytes[at.type] !== ORF_TOKEN) return;
    this.hops++;
    const rep = at.token.ringId + at.ring.rep;
    const nodeid = bytes[rep]! | (bytes[rep + 1]! << 8) | (bytes[rep + 2]! << 16) | (bytes[rep + 3]! << 24);
    if (nodeid >>> 0 === node.spec.nodeid) this.rotations++;
  }
}
