// A small perfect network for Totem engines: virtual time, one constant delay, optional loss by a rule. For tests of
// the engine alone; the simulator is protocol/sim.
import { COROSYNC_1, COROSYNC_3 } from '../../../protocol/totem/dialect.ts';
import { decodeTotem, type TotemMessage } from '../../../protocol/totem/decode.ts';
import { totemConfig, type TotemSettings } from '../../../protocol/totem/engine/config.ts';
import type {
  DialectOfEngine,
  EngineNote,
  Micros,
  TotemEffect,
  TotemEngine,
  TotemEngineOptions,
  TotemInput,
} from '../../../protocol/totem/engine/contract.ts';
import { createTotemEngine } from '../../../protocol/totem/engine/engine.ts';
import type { NodeRef } from '../../../protocol/totem/identity.ts';

export const ms = (value: number): Micros => Math.round(value * 1000) as Micros;

/** A datagram on the wire: to one node, or to all. */
export interface OnWire {
  readonly at: Micros;
  readonly from: number;
  readonly to: number | 'all';
  readonly bytes: Uint8Array;
}

export interface Told {
  readonly at: Micros;
  readonly node: number;
  readonly effect: TotemEffect;
}

export interface RingOptions {
  readonly nodes: readonly number[];
  readonly dialect?: DialectOfEngine;
  readonly settings?: TotemSettings;
  /** One way, ms. */
  readonly delay?: number;
  /** Ring id files. */
  readonly lastRingSeq?: bigint;
  readonly isChecked?: boolean;
  readonly makeRef?: (node: number) => NodeRef;
  readonly options?: (node: number) => Partial<TotemEngineOptions>;
  /** Whether a datagram is lost on its way to a node. */
  readonly isLost?: (message: TotemMessage, from: number, to: number, bytes: Uint8Array) => boolean;
}

interface Host {
  readonly ref: NodeRef;
  engine: TotemEngine;
  alive: boolean;
  /** What reaches a stopped process waits. */
  paused: Uint8Array[] | null;
  inbox: { at: number; bytes: Uint8Array }[];
}

/** The address that a node has in dialect 1: its number at the end. */
export const refOf = (node: number, dialect: DialectOfEngine): NodeRef =>
  dialect === 'corosync-1'
    ? { nodeid: (0x0001a8c0 + node * 0x1000000) >>> 0, ip: `192.168.1.${node}` }
    : { nodeid: node, ip: null };

export class TotemRing {
  readonly wire: OnWire[] = [];
  readonly told: Told[] = [];
  readonly dialect: DialectOfEngine;
  now = 0;
  isLost: NonNullable<RingOptions['isLost']>;
  /** Whether a datagram can get from one node to another. */
  isLinked: (from: number, to: number) => boolean = () => true;
  /** Sees every input before it is handed to an engine. */
  watch: (node: number, at: Micros, input: TotemInput) => void = () => {};
  private readonly hosts = new Map<number, Host>();
  private readonly options: RingOptions;
  private readonly delay: number;

  constructor(options: RingOptions) {
    this.options = options;
    this.dialect = options.dialect ?? 'corosync-3';
    this.delay = ms(options.delay ?? 0.1);
    this.isLost = options.isLost ?? (() => false);
    for (const node of options.nodes) this.hosts.set(node, this.makeHost(node));
  }

  engine(node: number): TotemEngine {
    return this.host(node).engine;
  }

  private host(node: number): Host {
    const host = this.hosts.get(node);
    if (host === undefined) throw new Error(`no node ${node}`);
    return host;
  }

  private makeHost(node: number, lastRingSeq = this.options.lastRingSeq ?? 0n): Host {
    const config = totemConfig(this.options.settings ?? {}, this.options.nodes.length, this.dialect);
    if (!config.ok) throw new Error(config.problem);
    const ref = this.options.makeRef?.(node) ?? refOf(node, this.dialect);
    const engine = createTotemEngine({
      self: ref,
      dialect: this.dialect,
      config: config.value,
      lastRingSeq,
      seed: node,
      takeOpenPacket: () => null,
      isChecked: this.options.isChecked ?? true,
      ...this.options.options?.(node),
    });
    return { ref, engine, alive: true, paused: null, inbox: [] };
  }

  /** Interface up on each, at the same time. */
  start(...nodes: number[]): this {
    for (const node of nodes.length === 0 ? this.hosts.keys() : nodes) this.step(node, { kind: 'interface', up: true });
    return this;
  }

  step(node: number, input: TotemInput): readonly TotemEffect[] {
    const host = this.host(node);
    this.watch(node, this.now as Micros, input);
    const effects = host.engine.step(this.now as Micros, input);
    for (const effect of effects) {
      this.told.push({ at: this.now as Micros, node, effect });
      if (effect.kind === 'send-mcast') this.send(node, 'all', effect.bytes);
      else if (effect.kind === 'send-token') this.send(node, this.nodeOf(effect.to), effect.bytes);
    }
    return effects;
  }

  private nodeOf(ref: NodeRef): number {
    for (const [node, host] of this.hosts) if (host.ref.nodeid === ref.nodeid) return node;
    throw new Error(`no node has id ${ref.nodeid}`);
  }

  private send(from: number, to: number | 'all', bytes: Uint8Array): void {
    this.wire.push({ at: this.now as Micros, from, to, bytes });
    const message = messageOf(bytes, this.dialect);
    for (const [node, host] of this.hosts) {
      if (!host.alive || (to !== 'all' && to !== node)) continue;
      if (node !== from && (!this.isLinked(from, node) || this.isLost(message, from, node, bytes))) continue;
      host.inbox.push({ at: this.now + (node === from ? 1 : this.delay), bytes });
    }
  }

  /** Runs until a time, ms, or until nothing is left to happen. */
  runUntil(untilMs: number): this {
    const until = untilMs * 1000;
    for (;;) {
      let next = Infinity;
      for (const host of this.hosts.values()) {
        if (!host.alive || host.paused !== null) continue;
        next = Math.min(next, host.engine.nextDeadline() ?? Infinity, host.inbox[0]?.at ?? Infinity);
      }
      if (next > until) break;
      this.now = Math.max(this.now, next);
      for (const [node, host] of this.hosts) if (host.alive && host.paused === null) this.turn(node, host);
    }
    this.now = until;
    return this;
  }

  runFor(forMs: number): this {
    return this.runUntil(this.now / 1000 + forMs);
  }

  private turn(node: number, host: Host): void {
    let due = 0;
    host.inbox.sort((a, b) => a.at - b.at);
    while (due < host.inbox.length && (host.inbox[due]?.at ?? Infinity) <= this.now) due++;
    if (due > 0) {
      const batch = host.inbox.splice(0, due).map(({ bytes }) => bytes);
      this.step(node, { kind: 'datagrams', batch });
    }
    if ((host.engine.nextDeadline() ?? Infinity) <= this.now) this.step(node, { kind: 'deadline' });
  }

  kill(node: number): void {
    this.host(node).alive = false;
  }

  pause(node: number): void {
    this.host(node).paused = [];
  }

  resume(node: number): void {
    this.host(node).paused = null;
  }

  /** A killed process comes back with its ring id file. */
  restart(node: number): void {
    const seq = this.told.findLast(({ node: who, effect }) => who === node && effect.kind === 'persist-ring-id');
    const lastRingSeq = seq?.effect.kind === 'persist-ring-id' ? seq.effect.seq : 0n;
    this.hosts.set(node, this.makeHost(node, lastRingSeq));
    this.step(node, { kind: 'interface', up: true });
  }

  notes<K extends EngineNote['kind']>(kind: K, node?: number): (Extract<EngineNote, { kind: K }> & { at: Micros })[] {
    return this.told.flatMap(({ at, node: who, effect }) =>
      effect.kind === 'note' && effect.note.kind === kind && (node === undefined || node === who)
        ? [{ ...(effect.note as Extract<EngineNote, { kind: K }>), at }]
        : [],
    );
  }

  /** GATHER codes of a node, in order. */
  gathers(node: number): number[] {
    return this.notes('state', node).flatMap(({ gatherFrom }) => (gatherFrom === null ? [] : [gatherFrom]));
  }

  configurations(node: number, type?: 'regular' | 'transitional') {
    return this.told.flatMap(({ node: who, effect }) =>
      effect.kind === 'configuration' && who === node && (type === undefined || effect.type === type) ? [effect] : [],
    );
  }

  deliveries(node: number) {
    return this.told.flatMap(({ node: who, effect }) => (effect.kind === 'deliver' && who === node ? [effect] : []));
  }

  /** Decoded messages on the wire. */
  messages<T extends TotemMessage['type']>(
    type: T,
  ): (Omit<OnWire, 'bytes'> & { bytes: Uint8Array; message: Extract<TotemMessage, { type: T }> })[] {
    return this.wire.flatMap((sent) => {
      const message = messageOf(sent.bytes, this.dialect);
      return message.type === type ? [{ ...sent, message: message as Extract<TotemMessage, { type: T }> }] : [];
    });
  }

  /** Node numbers of the members of the last regular configuration, or null before one. */
  members(node: number): number[] | null {
    const last = this.configurations(node, 'regular').at(-1);
    return last === undefined ? null : last.members.map((ref) => this.nodeOf(ref));
  }
}

export function messageOf(bytes: Uint8Array, dialect: DialectOfEngine): TotemMessage {
  const decoded = decodeTotem(bytes, 0, bytes.length, dialect === 'corosync-1' ? COROSYNC_1 : COROSYNC_3);
  if (!decoded.ok) throw new Error(`an engine sent what cannot be read: ${JSON.stringify(decoded.problem)}`);
  return decoded.value.message;
}
