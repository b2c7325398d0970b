// Whole nodes over a small perfect network: virtual time, one constant delay, links that can be cut. What a process is
// told to try again it tries again once the node is ready. For tests of nodes; the simulator is protocol/sim.
import type { LabNode, LabNodeOptions, NodeEffect, NodeInput, NodeStatus } from '../../protocol/node/contract.ts';
import { createLabNode } from '../../protocol/node/node.ts';
import { totemConfig, type TotemSettings } from '../../protocol/totem/engine/config.ts';
import type { Micros } from '../../protocol/totem/engine/contract.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../protocol/pcap/pcapng-writer.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import { ethernet, ipv4, udp } from './frames.ts';
import { refOf, type OnWire } from './totem/ring.ts';

export type Dialect = LabNodeOptions['dialect'];

export interface NodeRingOptions {
  readonly dialect: Dialect;
  readonly nodes: readonly number[];
  readonly settings?: TotemSettings;
  /** One way, µs. */
  readonly delay?: number;
  readonly votequorum?: LabNodeOptions['votequorum'];
}

interface Host {
  node: LabNode;
  isAlive: boolean;
  ringSeq: bigint;
  inbox: { readonly at: number; readonly bytes: Uint8Array }[];
  /** Requests that were told to try again. */
  again: NodeInput[];
  readonly told: NodeEffect[];
}

/** Loops of the clock after which a test is stuck: a busy ring has some ten a rotation. */
const TURNS_MAX = 5_000_000;

export class NodeRing {
  /** Every datagram that went out, with its time in µs. */
  readonly wire: OnWire[] = [];
  now = 0;
  isLinked: (from: number, to: number) => boolean = () => true;
  readonly #hosts = new Map<number, Host>();
  readonly #options: NodeRingOptions;

  constructor(options: NodeRingOptions) {
    this.#options = options;
    for (const node of options.nodes) {
      this.#hosts.set(node, {
        node: this.#create(node, 0n),
        isAlive: true,
        ringSeq: 0n,
        inbox: [],
        again: [],
        told: [],
      });
      this.input(node, { kind: 'interface', up: true });
    }
  }

  #create(node: number, lastRingSeq: bigint, saved?: LabNodeOptions['saved']): LabNode {
    const { dialect, nodes, settings, votequorum } = this.#options;
    const config = totemConfig(settings ?? {}, nodes.length, dialect);
    if (!config.ok) throw new Error(config.problem);
    return createLabNode({
      self: refOf(node, dialect),
      dialect,
      config: config.value,
      lastRingSeq,
      seed: node,
      votequorum: votequorum ?? null,
      isChecked: true,
      ...(saved === undefined ? {} : { saved }),
    });
  }

  #host(node: number): Host {
    const host = this.#hosts.get(node);
    if (host === undefined) throw new Error(`no node ${node}`);
    return host;
  }

  /** The node id of a node. */
  id(node: number): number {
    return refOf(node, this.#options.dialect).nodeid;
  }

  #numberOf(nodeid: number): number {
    return this.#options.nodes.find((node) => this.id(node) === nodeid) ?? 0;
  }

  input(node: number, input: NodeInput): void {
    const host = this.#host(node);
    if (!host.isAlive) return;
    let isReady = false;
    for (const effect of host.node.step(this.now as Micros, input)) {
      host.told.push(effect);
      if (effect.kind === 'send-mcast') this.#send(node, 'all', effect.bytes);
      else if (effect.kind === 'send-token') this.#send(node, this.#numberOf(effect.to.nodeid), effect.bytes);
      else if (effect.kind === 'persist-ring-id') host.ringSeq = effect.seq;
      else if (effect.kind === 'cpg-refused' && effect.why === 'try-again') host.again.push(input);
      else if (effect.kind === 'cpg-ready') isReady = true;
    }
    if (isReady) for (const request of host.again.splice(0)) this.input(node, request);
  }

  #send(from: number, to: number | 'all', bytes: Uint8Array): void {
    this.wire.push({ at: this.now as Micros, from, to, bytes });
    for (const [node, host] of this.#hosts) {
      if (!host.isAlive || (to !== 'all' && to !== node)) continue;
      if (node !== from && !this.isLinked(from, node)) continue;
      host.inbox.push({ at: this.now + (node === from ? 1 : (this.#options.delay ?? 100)), bytes });
    }
  }

  /** Runs until the condition holds, which is asked whenever time goes on; throws after a while without it. */
  runUntil(holds: () => boolean, atMost = 120_000): this {
    const end = this.now + atMost * 1000;
    for (let turns = 0; turns < TURNS_MAX && this.now <= end; turns++) {
      if (holds()) return this;
      if (!this.#turn(end)) break;
    }
    if (holds()) return this;
    throw new Error(`not in ${atMost} ms: ${holds.toString()}`);
  }

  runFor(forMs: number): this {
    const end = this.now + forMs * 1000;
    while (this.#turn(end));
    this.now = end;
    return this;
  }

  /** Goes to the next time at which something happens, up to `end`. */
  #turn(end: number): boolean {
    let next = Infinity;
    for (const { isAlive, node, inbox } of this.#hosts.values())
      if (isAlive) next = Math.min(next, node.nextDeadline() ?? Infinity, inbox[0]?.at ?? Infinity);
    if (next > end) return false;
    this.now = Math.max(this.now, next);
    for (const [number, host] of this.#hosts) {
      if (!host.isAlive) continue;
      host.inbox.sort((a, b) => a.at - b.at);
      let due = 0;
      while ((host.inbox[due]?.at ?? Infinity) <= this.now) due++;
      const batch = host.inbox.splice(0, due).map(({ bytes }) => bytes);
      if (due > 0) this.input(number, { kind: 'datagrams', batch });
      if ((host.node.nextDeadline() ?? Infinity) <= this.now) this.input(number, { kind: 'deadline' });
    }
    return true;
  }

  /** Runs until these nodes are a ring of their own and have synchronised. */
  settle(...nodes: readonly number[]): this {
    const chosen = nodes.length === 0 ? [...this.#options.nodes] : nodes;
    const ids = chosen
      .map((node) => this.id(node))
      .sort((a, b) => a - b)
      .join();
    return this.runUntil(() =>
      chosen.every((node) => {
        const { totem, isSynchronised } = this.status(node);
        const members = totem.members.map(({ nodeid }) => nodeid).sort((a, b) => a - b);
        return isSynchronised && totem.state === 'operational' && members.join() === ids;
      }),
    );
  }

  status(node: number): NodeStatus {
    return this.#host(node).node.inspect();
  }

  /** Everything that a node was told since its start, or since a number of effects. */
  told(node: number, since = 0): readonly NodeEffect[] {
    return this.#host(node).told.slice(since);
  }

  kill(node: number): void {
    this.#host(node).isAlive = false;
  }

  /** Leaves and is gone. */
  leave(node: number): void {
    this.input(node, { kind: 'leave' });
    this.kill(node);
  }

  /** A process that was killed or left comes back, with its ring id file. */
  restart(node: number): void {
    const host = this.#host(node);
    Object.assign(host, { node: this.#create(node, host.ringSeq), isAlive: true, inbox: [], again: [] });
    this.input(node, { kind: 'interface', up: true });
  }

  /** A node goes on from a copy of its own state. */
  restore(node: number): void {
    const host = this.#host(node);
    host.node = this.#create(node, host.ringSeq, structuredClone(host.node.save()));
  }

  /** Nodes hear each other within these parts only. */
  partition(...parts: readonly (readonly number[])[]): void {
    this.isLinked = (from, to) => parts.some((part) => part.includes(from) && part.includes(to));
  }

  heal(): void {
    this.isLinked = () => true;
  }
}

/** The datagrams of a ring as a capture: a node's address ends in its number; tokens to oneself are not on the wire. */
export function captureOf(wire: readonly OnWire[]): Uint8Array {
  const address = (node: number): readonly number[] => [192, 168, 1, node];
  const packets = wire
    .filter(({ from, to }) => from !== to)
    .map(({ at, from, to, bytes }) => {
      const ends = { from: address(from), to: to === 'all' ? [226, 94, 1, 1] : address(to) };
      const frame = ethernet(ipv4(udp(bytes), ends));
      return enhancedPacket({ interfaceId: 0, timeNs: BigInt(at) * 1000n, bytes: frame });
    });
  return concatBytes([sectionHeader(), interfaceDescription(1), ...packets]);
}
