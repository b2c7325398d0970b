// An engine in the place of one real node of a capture: it hears what that node heard, when it heard it, and its layer
// above submits the packets that the real one sent. What it says is held against what the real node said.
import { concatBytes, toHex } from '../../../protocol/base/bytes.ts';
import { encode } from '../../../protocol/wire/layout.ts';
import { decodeTotem } from '../../../protocol/totem/decode.ts';
import { COROSYNC_1, COROSYNC_3, type Dialect } from '../../../protocol/totem/dialect.ts';
import type {
  DialectOfEngine,
  Micros,
  TotemConfig,
  TotemEffect,
  TotemEngine,
  TotemInput,
} from '../../../protocol/totem/engine/contract.ts';
import { createTotemEngine } from '../../../protocol/totem/engine/engine.ts';
import type { NodeRef } from '../../../protocol/totem/identity.ts';
import { PacketKind } from '../../../app/store/kinds.ts';
import type { Captured } from './captured.ts';

export interface Said {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface Shadow {
  /** What the real node said, and what the engine said in its place; null where one said nothing. */
  readonly pairs: readonly { readonly real: Said | null; readonly ours: Said | null }[];
}

export interface ShadowOptions {
  readonly self: NodeRef;
  /** Source address of the node's packets. */
  readonly address: string;
  readonly dialect: DialectOfEngine;
  readonly config: TotemConfig;
  readonly lastRingSeq: bigint;
  /** How late the node's timers may fire, ms: until then what it hears comes first. */
  readonly lateMs: number;
  /** For how long the node's sockets are open before it speaks, ms. */
  readonly earlyMs: number;
  /** Corosync 1: what others leave behind their addresses is kept, to see that it is echoed. */
  readonly keepsLeftovers?: boolean;
  /** Packets that a ring of one sends where the capture does not see them. */
  readonly unseen?: number;
  /** When the process was killed, µs since the first frame. */
  readonly until?: number;
}

/** A token to oneself takes this long, µs. */
const LOOP_MICROS = 40;

export function shadowOf(all: readonly Captured[], options: ShadowOptions): Shadow {
  const clean = cleanerOf(options);
  const { until = Infinity } = options;
  const heard = all.filter(({ at }) => at < until).map((message) => ({ ...message, bytes: clean(message.bytes) }));
  return new ShadowRun(heard, options).run();
}

function cleanerOf({ dialect, keepsLeftovers, address }: ShadowOptions): (bytes: Uint8Array) => Uint8Array {
  if (dialect === 'corosync-3') return withoutTarget;
  return (bytes) => withoutLeftovers(bytes, keepsLeftovers === true ? address : null);
}

/** Corosync 3 over udp leaves target_nodeid uninitialised. */
function withoutTarget(bytes: Uint8Array): Uint8Array {
  const clean = bytes.slice();
  clean.fill(0, 9, 13);
  return clean;
}

/**
 * Corosync 1 leaves netlink attributes behind IPv4 addresses, and mcast.node_id unset (specs/totem.md 1.4, 1.5); before
 * 1.4.3 a token that a timer sends, and a commit token on its second rotation, bear the node id of the sender before.
 */
function withoutLeftovers(bytes: Uint8Array, only: string | null): Uint8Array {
  const decoded = decodeTotem(bytes, 0, bytes.length, COROSYNC_1);
  if (!decoded.ok) throw new Error('a golden capture cannot be read');
  const { layout, value, littleEndian, end, message } = decoded.value;
  const clean = (field: unknown): unknown => {
    if (Array.isArray(field)) return field.map(clean);
    if (typeof field !== 'object' || field === null || field instanceof Uint8Array) return field;
    const entries = Object.entries(field).map(([name, inner]) => [name, name === 'nodeId' ? 0 : clean(inner)] as const);
    const cleaned = Object.fromEntries(entries);
    const { family, addr } = field as { family?: number; addr?: Uint8Array };
    const isCleaned = addr instanceof Uint8Array && (only === null || addr.slice(0, 4).join('.') === only);
    if (family === 2 && isCleaned) cleaned['addr'] = Uint8Array.from([...addr.slice(0, 4), ...ZEROES]);
    return cleaned;
  };
  const cleaned = concatBytes([encode(layout, clean(value), littleEndian), bytes.subarray(end)]);
  if (message.type === 'orf_token' || message.type === 'memb_commit_token')
    cleaned.fill(0, COROSYNC_1.at.nodeid, COROSYNC_1.at.nodeid + 4);
  return cleaned;
}

const ZEROES = new Uint8Array(12);

class ShadowRun {
  private engine;
  private readonly inbox: Said[] = [];
  private readonly ours: Said[] = [];
  private readonly real: Said[] = [];
  private readonly all: readonly Captured[];
  private readonly options: ShadowOptions;
  private readonly wire: Dialect;
  private readonly spoken = new Set<string>();
  private readonly clean: (bytes: Uint8Array) => Uint8Array;
  private isStarted = false;
  private now = 0;

  constructor(all: readonly Captured[], options: ShadowOptions) {
    this.all = all;
    this.options = options;
    this.wire = options.dialect === 'corosync-1' ? COROSYNC_1 : COROSYNC_3;
    this.clean = cleanerOf(options);
    this.engine = this.makeEngine(options.lastRingSeq);
  }

  private makeEngine(lastRingSeq: bigint): TotemEngine {
    const { self, dialect, config } = this.options;
    return createTotemEngine({
      self,
      dialect,
      config,
      lastRingSeq,
      seed: 1,
      takeOpenPacket: () => null,
      isChecked: true,
    });
  }

  run(): Shadow {
    this.all.forEach((message, index) => {
      const isMine = !this.isFromOther(message);
      // What it says may be by a timer; what it hears may have come before a timer that was late.
      this.advance(isMine ? message.at : message.at - this.options.lateMs * 1000);
      this.now = Math.max(this.now, message.at);
      if (isMine) this.saidByTheReal(message, index);
      else if (this.isStarted && (message.toGroup || message.dst === this.options.address)) this.heard(message, index);
    });
    return { pairs: this.pairs() };
  }

  private saidByTheReal(message: Captured, index: number): void {
    if (!this.isStarted) {
      this.isStarted = true;
      for (let i = 0; i < (this.options.unseen ?? 0); i++)
        this.step(message.at, { kind: 'submit', packet: Uint8Array.of(0), guarantee: 'agreed' });
      this.submitAhead(index);
      this.start(message.at, index);
    }
    const isLeave = message.kind === PacketKind.MEMB_JOIN && this.nodeidOf(message.bytes) === 0;
    if (isLeave) this.leave(message.at);
    // Something new to say while the token is held.
    if (message.kind === PacketKind.TOKEN_HOLD_CANCEL) this.step(message.at, { kind: 'new-message' });
    this.real.push({ at: message.at, bytes: message.bytes });
  }

  /** Its sockets were open before it spoke: what had come by then is read first, then its own join. */
  private start(at: number, index: number): void {
    const early = this.all.filter(
      (other, i) =>
        i < index && other.toGroup && other.at > at - this.options.earlyMs * 1000 && this.isFromOther(other),
    );
    const echoes: Uint8Array[] = [];
    const inputs: TotemInput[] = [
      { kind: 'interface', up: true },
      ...early.map(({ bytes }) => ({ kind: 'datagrams', batch: [bytes] }) as const),
    ];
    for (const input of inputs)
      for (const effect of this.engine.step(at as Micros, input)) this.carryOut(at, effect, echoes);
    for (const bytes of echoes) this.step(at, { kind: 'datagrams', batch: [bytes] });
  }

  private isFromOther(message: Captured): boolean {
    return message.src !== this.options.address;
  }

  /** The process ends; a later packet of the node is of a new one, with the ring id file of this. */
  private leave(at: number): void {
    this.step(at, { kind: 'leave' });
    this.engine = this.makeEngine(this.engine.inspect().ringId.seq);
    this.isStarted = false;
    this.inbox.length = 0;
  }

  private nodeidOf(bytes: Uint8Array): number {
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(this.wire.at.nodeid, true);
  }

  private heard(message: Captured, index: number): void {
    if (message.kind === PacketKind.ORF_TOKEN) this.submitAhead(index);
    this.step(message.at, { kind: 'datagrams', batch: [message.bytes] });
  }

  /** The packets that the real node sends before it next hands on the token. */
  private submitAhead(index: number): void {
    for (let i = index + 1; i < this.all.length; i++) {
      const next = this.all[i];
      if (next === undefined || next.src !== this.options.address) continue;
      if (next.kind === PacketKind.ORF_TOKEN || next.kind === PacketKind.MEMB_COMMIT_TOKEN) return;
      if (next.kind !== PacketKind.MCAST || !this.isNew(next.bytes)) continue;
      const packet = next.bytes.subarray(this.wire.at.mcast.size);
      this.step(this.now, { kind: 'submit', packet, guarantee: 'agreed' });
    }
  }

  /** The node's own mcast, not encapsulated, sent for the first time. */
  private isNew(bytes: Uint8Array): boolean {
    const { at, ringIdSize } = this.wire;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(at.nodeid, true) !== this.options.self.nodeid || bytes[at.encapsulated] !== 2) return false;
    const ring = bytes.subarray(at.mcast.ringId, at.mcast.ringId + ringIdSize).join();
    const name = `${ring} ${view.getUint32(at.mcast.seq, true)}`;
    if (this.spoken.has(name)) return false;
    this.spoken.add(name);
    return true;
  }

  /** Lets everything happen that happens before a time. */
  private advance(to: number): void {
    for (;;) {
      const next = Math.min(this.engine.nextDeadline() ?? Infinity, this.inbox[0]?.at ?? Infinity);
      if (next > to) break;
      if (this.inbox[0]?.at === next) {
        const { bytes } = this.inbox.shift() as Said;
        this.step(next, { kind: 'datagrams', batch: [bytes] });
      } else this.step(next, { kind: 'deadline' });
    }
  }

  private step(at: number, input: Parameters<typeof this.engine.step>[1]): void {
    const echoes: Uint8Array[] = [];
    this.now = Math.max(this.now, at);
    for (const effect of this.engine.step(this.now as Micros, input)) this.carryOut(at, effect, echoes);
    for (const bytes of echoes) this.step(at, { kind: 'datagrams', batch: [bytes] });
  }

  private carryOut(at: number, effect: TotemEffect, echoes: Uint8Array[]): void {
    if (effect.kind === 'send-mcast') {
      echoes.push(effect.bytes);
      if (!this.isUnseen(effect.bytes)) this.said(at, effect.bytes);
    } else if (effect.kind === 'send-token') {
      if (effect.to.nodeid === this.options.self.nodeid) this.inbox.push({ at: at + LOOP_MICROS, bytes: effect.bytes });
      else this.said(at, effect.bytes);
      this.inbox.sort((a, b) => a.at - b.at);
    }
  }

  /** Corosync 1 keeps the mcasts of a ring of one to itself. */
  private isUnseen(bytes: Uint8Array): boolean {
    const isMcast = bytes[this.wire.at.type] === PacketKind.MCAST;
    return this.options.unseen !== undefined && isMcast && this.engine.inspect().members.length === 1;
  }

  private said(at: number, bytes: Uint8Array): void {
    this.ours.push({ at, bytes: this.clean(bytes) });
  }

  /** Each real message with the first of ours that has the same octets. */
  private pairs(): Shadow['pairs'] {
    const left = new Map<string, Said[]>();
    for (const said of this.ours.toReversed()) {
      const name = toHex(said.bytes);
      const same = left.get(name);
      if (same === undefined) left.set(name, [said]);
      else same.push(said);
    }
    const pairs: { real: Said | null; ours: Said | null }[] = this.real.map((real) => ({
      real,
      ours: left.get(toHex(real.bytes))?.pop() ?? null,
    }));
    for (const said of left.values()) for (const ours of said) pairs.push({ real: null, ours });
    return pairs;
  }
}
