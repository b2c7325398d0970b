// How the token turned: rotations at the representative, active and idle apart, and the time of each hop with how long
// its receiver kept the token. Copies of a token are left out; a held token that is let go is no copy.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import type { PacketStore } from '../../store/packet-store.ts';
import type { AddressBook } from './address-book.ts';
import type { EdgeSpread, Rotation, Spread } from '../result.ts';
import { Samples } from '../samples.ts';

/** A representative keeps a busy ring's token for far less; the shortest hold that Corosync can be set to is 14 ms. */
const HELD_MS_MIN = 8;
const EDGES_MAX = 4096;

interface RingTurn {
  lastTime: number;
  lastTokenSeq: number;
  lastEdge: Edge | null;
  /** When the representative last sent a new token, with what seq; NaN before. */
  departed: number;
  departedSeq: number;
  /** A hold cancel came since: the hold was cut short. */
  isCancelled: boolean;
  /** Another address whose tokens are timed, for captures that do not see what the representative sends. */
  elsewhere: number;
  passed: number;
  passedSeq: number;
  isPassCancelled: boolean;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly hop: Samples;
  readonly hold: Samples;
}

interface RingSamples {
  readonly active: Samples;
  readonly idle: Samples;
  /** Idle rotations that no hold cancel cut short. */
  readonly held: Samples;
}

/** How one ring turned, milliseconds. */
export type RingRotation = Pick<Rotation, 'active' | 'idle'>;

const NS_PER_MS = 1e6;
/** No ring lets its token rest so long: there the clock of the capture was set, or it paused. */
const JUMP_MS = 30_000;
/**
 * Full holds differ by no more than this: a timer ends them. Traffic cuts others short, lost tokens make others
 * long.
 */
const HOLD_WIDTH = 0.02;
/** Fewer idle rotations do not tell how long the representative holds. */
const IDLE_MIN = 3;

export class RotationAnalysis implements Analyzer {
  private readonly store: PacketStore;
  private readonly addresses: AddressBook;
  private readonly rings: (RingTurn | undefined)[] = [];
  private readonly edges = new Map<number, Edge>();
  /** By source: the edge used last, since a node passes the token to the same one over and over. */
  private readonly lastFrom: (Edge | undefined)[] = [];
  private readonly active = new Samples();
  private readonly idle = new Samples();
  private readonly ofRing: (RingSamples | undefined)[] = [];
  private readonly heldElsewhere: (Samples | undefined)[] = [];

  constructor(store: PacketStore, addresses: AddressBook) {
    this.store = store;
    this.addresses = addresses;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind === PacketKind.TOKEN_HOLD_CANCEL) {
      const turn = this.rings[m.ring];
      if (turn !== undefined) turn.isCancelled = turn.isPassCancelled = true;
    }
    if (m.kind !== PacketKind.ORF_TOKEN || (m.flags & RowFlag.REPEATED) !== 0) return;
    const { timeNs, tokenSeq } = m;
    const turn = (this.rings[m.ring] ??= {
      lastTime: 0,
      lastTokenSeq: -2,
      lastEdge: null,
      departed: Number.NaN,
      departedSeq: 0,
      isCancelled: false,
      elsewhere: -1,
      passed: Number.NaN,
      passedSeq: 0,
      isPassCancelled: false,
    });
    const follows = tokenSeq === (turn.lastTokenSeq + 1) >>> 0;
    const sinceLast = (timeNs - turn.lastTime) / NS_PER_MS;
    if (sinceLast > JUMP_MS) turn.departed = turn.passed = Number.NaN;
    const edge = this.edgeOf(m.src, m.dst);
    if (follows && sinceLast <= JUMP_MS && edge !== null) {
      edge.hop.add(sinceLast);
      turn.lastEdge?.hold.add(sinceLast);
    }
    const node = this.addresses.nodeAt(m.src) ?? m.sender;
    if (node === this.store.rings[m.ring]?.rep) this.atRepresentative(m, turn, follows ? sinceLast : null);
    else if (turn.elsewhere < 0 || turn.elsewhere === m.src) this.pastAnother(m, turn);
    turn.lastTime = timeNs;
    turn.lastTokenSeq = tokenSeq;
    turn.lastEdge = edge;
  }

  /** `dwell`: how long the representative had the token, null where its arrival was not captured. */
  private atRepresentative(m: IndexedMessage, turn: RingTurn, dwell: number | null): void {
    if (!Number.isNaN(turn.departed)) {
      const rotation = (m.timeNs - turn.departed) / NS_PER_MS;
      const isIdle = m.seq === turn.departedSeq && (dwell ?? rotation) >= HELD_MS_MIN;
      const ring = (this.ofRing[m.ring] ??= { active: new Samples(), idle: new Samples(), held: new Samples() });
      (isIdle ? this.idle : this.active).add(rotation);
      (isIdle ? ring.idle : ring.active).add(rotation);
      if (isIdle && !turn.isCancelled) ring.held.add(rotation);
    }
    turn.departed = m.timeNs;
    turn.departedSeq = m.seq;
    turn.isCancelled = false;
  }

  /** A rotation of an idle ring takes as long wherever it is timed. */
  private pastAnother(m: IndexedMessage, turn: RingTurn): void {
    const rotation = (m.timeNs - turn.passed) / NS_PER_MS;
    if (m.seq === turn.passedSeq && rotation >= HELD_MS_MIN && !turn.isPassCancelled)
      (this.heldElsewhere[m.ring] ??= new Samples()).add(rotation);
    turn.elsewhere = m.src;
    turn.passed = m.timeNs;
    turn.passedSeq = m.seq;
    turn.isPassCancelled = false;
  }

  private edgeOf(from: number, to: number): Edge | null {
    const last = this.lastFrom[from];
    if (last?.to === to) return last;
    const key = from * 65_536 + to;
    let edge = this.edges.get(key);
    if (edge === undefined) {
      if (this.edges.size >= EDGES_MAX) return null;
      edge = { from, to, hop: new Samples(), hold: new Samples() };
      this.edges.set(key, edge);
    }
    this.lastFrom[from] = edge;
    return edge;
  }

  /** How one ring turned; null where its representative was not seen to send a token twice. */
  rotationOf(ring: number): RingRotation | null {
    const samples = this.ofRing[ring];
    return samples === undefined ? null : { active: spread(samples.active), idle: spread(samples.idle) };
  }

  /** The representative's `hold` in milliseconds, as idle rotations tell; null if they do not. */
  holdOf(ring: number): number | null {
    const held = this.ofRing[ring]?.held ?? this.heldElsewhere[ring];
    if (held === undefined || held.count < IDLE_MIN) return null;
    return held.densest(HOLD_WIDTH);
  }

  finish(): Rotation {
    const edges: EdgeSpread[] = [];
    for (const { from, to, hop, hold } of this.edges.values()) {
      if (hop.count === 0) continue;
      const [p50 = null, p99 = null] = hop.percentiles([0.5, 0.99]);
      const [holdP50 = null, holdP99 = null] = hold.percentiles([0.5, 0.99]);
      const [a, b] = [this.addresses.nodeAt(from), this.addresses.nodeAt(to)];
      if (a === null || b === null) continue;
      edges.push({ from: a, to: b, hops: hop.count, p50, p99, max: hop.greatest, holdP50, holdP99 });
    }
    return { active: spread(this.active), idle: spread(this.idle), edges };
  }
}

function spread(samples: Samples): Spread {
  const [p50 = null, p90 = null, p99 = null] = samples.percentiles([0.5, 0.9, 0.99]);
  return { count: samples.count, p50, p90, p99, max: samples.greatest };
}
