// A total order without Totem: engines that share the log of their ring, for tests of the layers above. A token is a
// visit that the test makes; rings change when the test says. Not a model of membership, loss, recovery or timers.
import { encode } from '../../protocol/wire/layout.ts';
import type {
  EngineState,
  Micros,
  TotemEffect,
  TotemEngine,
  TotemEngineOptions,
  TotemInput,
  TotemStatus,
  TimerName,
} from '../../protocol/totem/engine/contract.ts';
import { TIMER_NAMES } from '../../protocol/totem/engine/contract.ts';
import { AF_INET, MembRingId12, MembRingId3, type NodeRef, type RingRef } from '../../protocol/totem/identity.ts';

/** Packets that one visit of the token lets go: max_messages of Corosync. */
const VISIT_PACKETS = 17;
/** Packets that a node may queue: a third of Corosync 3's, so that tests reach it. */
export const QUEUE_PACKETS = 1000;

interface Ring {
  readonly id: RingRef;
  readonly members: readonly NodeRef[];
  readonly log: { readonly from: number; readonly packet: Uint8Array; readonly littleEndian: boolean }[];
}

interface Queues {
  readonly normal: Uint8Array[];
  /** Used while the services synchronise (new_message_queue_trans). */
  readonly trans: Uint8Array[];
  waiting: boolean;
}

interface Seat {
  readonly self: NodeRef;
  readonly dialect: TotemEngineOptions['dialect'];
  ring: Ring | null;
  delivered: number;
  queues: Queues;
  /** Rings that were formed since, in order. */
  readonly installs: Ring[];
  /** What it sends is dropped: it stands in for another node, whose packets are injected. */
  isMute: boolean;
}

export interface TotalOrder {
  createEngine(options: TotemEngineOptions): TotemEngine;
  /** Forms a ring of these nodes, of that id where one is given; each installs it at its next step. */
  form(nodeids: readonly number[], id?: RingRef): void;
  /** What a node sends is dropped from now on: others' packets are injected in its stead. */
  mute(nodeid: number): void;
  /** A message into the log of a node's ring as if another implementation had sent it. */
  inject(ringOf: number, from: number, packet: Uint8Array, littleEndian?: boolean): void;
  /** What to hand to a node so that the token visits it, and whether anything waits there. */
  visit(nodeid: number): { readonly batch: readonly Uint8Array[]; readonly isIdle: boolean };
  /** The packets of a node's ring in their order. */
  log(nodeid: number): readonly { readonly from: number; readonly packet: Uint8Array }[];
  /** A node that is gone does not count in `visit` or `form` any more. */
  remove(nodeid: number): void;
}

/** Octets enough for the type of a message to be read, the only thing that the layers above look at. */
function datagram(dialect: TotemEngineOptions['dialect'], type: 'token' | 'mcast'): Uint8Array {
  const number = type === 'token' ? 0 : 1;
  if (dialect === 'corosync-1') return Uint8Array.from([number, 0, 0x22, 0xff, 0, 0, 0, 0]);
  return Uint8Array.from([0x70, 0xc0, 3, number, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}

/** An IPv4 address in ring ids of Corosync 1 has left-over octets behind it (specs/totem.md 1.4). */
export function ringIdOctetsOf(ring: RingRef): Uint8Array {
  if (ring.ip === null) return encode(MembRingId3, { rep: ring.rep, seq: ring.seq }, true);
  const quad = ring.ip.split('.').map(Number);
  const addr = Uint8Array.from([...quad, 8, 0, 2, 0, ...quad, 9, 0, 3, 0]);
  return encode(MembRingId12, { rep: { nodeid: ring.rep, family: AF_INET, addr }, seq: ring.seq }, true);
}

const isIn = (nodes: readonly NodeRef[], { nodeid }: NodeRef): boolean => nodes.some((node) => node.nodeid === nodeid);

function delivery(seat: Seat, upTo: number): TotemEffect[] {
  const { ring } = seat;
  if (ring === null) return [];
  const effects: TotemEffect[] = ring.log.slice(seat.delivered, upTo).map((entry, i) => ({
    kind: 'deliver',
    ringId: ring.id,
    seq: seat.delivered + i + 1,
    ...entry,
  }));
  seat.delivered = Math.max(seat.delivered, upTo);
  return effects;
}

/** The rest of the old ring, then both configurations (specs/totem.md 2.8). */
function install(seat: Seat, next: Ring): TotemEffect[] {
  const old = seat.ring;
  const effects = delivery(seat, old?.log.length ?? 0);
  const came = old === null ? [] : next.members.filter((node) => isIn(old.members, node) && cameAlong(old, node, next));
  const ringIdOctets = ringIdOctetsOf(next.id);
  const left = (old?.members ?? []).filter((node) => !isIn(came, node));
  const joined = next.members.filter((node) => !isIn(came, node));
  effects.push(
    { kind: 'configuration', type: 'transitional', ringId: next.id, ringIdOctets, members: came, left, joined: [] },
    { kind: 'configuration', type: 'regular', ringId: next.id, ringIdOctets, members: next.members, left: [], joined },
  );
  seat.ring = next;
  seat.delivered = 0;
  seat.queues.waiting = true;
  return effects;
}

/** Which ring every node was on when `next` was formed. */
const cameFrom = new WeakMap<Ring, ReadonlyMap<number, Ring | null>>();
const cameAlong = (old: Ring, node: NodeRef, next: Ring): boolean => cameFrom.get(next)?.get(node.nodeid) === old;

function send(seat: Seat, takeOpenPacket: () => Uint8Array | null): void {
  const { queues, ring } = seat;
  const queue = queues.waiting ? queues.trans : queues.normal;
  const open = queue.length < QUEUE_PACKETS ? takeOpenPacket() : null;
  if (open !== null) queue.push(open);
  for (const packet of queue.splice(0, VISIT_PACKETS))
    if (!seat.isMute) ring?.log.push({ from: seat.self.nodeid, packet, littleEndian: true });
}

function statusOf(seat: Seat): TotemStatus {
  const { self, ring, queues } = seat;
  const ringId = ring?.id ?? { rep: self.nodeid, seq: 0n, ip: self.ip };
  const none = Object.fromEntries(TIMER_NAMES.map((name) => [name, null])) as { [K in TimerName]: null };
  return {
    state: 'operational',
    ringId,
    isRepresentative: ringId.rep === self.nodeid,
    members: ring?.members ?? [],
    newMembers: [],
    procList: [],
    failedList: [],
    consensus: [],
    aru: seat.delivered,
    highSeqReceived: seat.delivered,
    highDelivered: seat.delivered,
    lastTokenSeq: 0,
    held: false,
    backlog: (queues.waiting ? queues.trans : queues.normal).length,
    waitingTransAck: queues.waiting,
    timers: none,
    counters: {},
  };
}

function engineOf(seat: Seat, { takeOpenPacket }: TotemEngineOptions): TotemEngine {
  const act = (input: TotemInput): TotemEffect[] => {
    const queue = seat.queues.waiting ? seat.queues.trans : seat.queues.normal;
    switch (input.kind) {
      case 'submit':
        if (queue.length >= QUEUE_PACKETS)
          return [{ kind: 'note', note: { kind: 'refused', packetLength: input.packet.length } }];
        queue.push(input.packet);
        return [];
      case 'transitional-ack':
        seat.queues.waiting = false;
        return [];
      case 'datagrams': {
        const isToken = input.batch.some((bytes) => bytes[bytes.length === 8 ? 0 : 3] === 0);
        // A token that installs a ring took the open packet before; the ring sends from the next token on.
        const open = isToken && seat.installs.length > 0 ? takeOpenPacket() : null;
        if (open !== null) queue.push(open);
        const effects = seat.installs.splice(0).flatMap((ring) => install(seat, ring));
        const isInstalled = effects.length > 0;
        effects.push(...delivery(seat, seat.ring?.log.length ?? 0));
        if (isToken && !isInstalled) send(seat, takeOpenPacket);
        return [...effects, ...delivery(seat, seat.ring?.log.length ?? 0)];
      }
      default:
        return [];
    }
  };
  return {
    step: (_now: Micros, input) => act(input),
    nextDeadline: () => null,
    inspect: () => statusOf(seat),
    room: () => QUEUE_PACKETS - (seat.queues.waiting ? seat.queues.trans : seat.queues.normal).length,
    save: () => structuredClone(seat.queues) as Queues & EngineState,
  };
}

/** An order that engines share; their `saved` state holds their queues only, the log is the order's. */
export function createTotalOrder(): TotalOrder {
  const seats = new Map<number, Seat>();
  let ringSeq = 0n;
  const seatOf = (nodeid: number): Seat => {
    const seat = seats.get(nodeid);
    if (seat === undefined) throw new Error(`no node ${nodeid}`);
    return seat;
  };
  return {
    createEngine(options) {
      const { self, dialect, saved } = options;
      const queues = (saved as (Queues & EngineState) | undefined) ?? { normal: [], trans: [], waiting: true };
      const before = saved === undefined ? undefined : seats.get(self.nodeid);
      const seat: Seat = before ?? { self, dialect, ring: null, delivered: 0, queues, installs: [], isMute: false };
      seat.queues = structuredClone(queues);
      seats.set(self.nodeid, seat);
      return engineOf(seat, options);
    },
    form(nodeids, given) {
      const chosen = nodeids.map(seatOf);
      const members = chosen.map(({ self }) => self).sort((a, b) => a.nodeid - b.nodeid);
      ringSeq += 4n;
      const rep = members[0] ?? { nodeid: 0, ip: null };
      const ring: Ring = { id: given ?? { rep: rep.nodeid, seq: ringSeq, ip: rep.ip }, members, log: [] };
      cameFrom.set(ring, new Map(chosen.map((seat) => [seat.self.nodeid, seat.installs.at(-1) ?? seat.ring])));
      for (const seat of chosen) seat.installs.push(ring);
    },
    mute(nodeid) {
      seatOf(nodeid).isMute = true;
    },
    inject(ringOf, from, packet, littleEndian = true) {
      seatOf(ringOf).ring?.log.push({ from, packet, littleEndian });
    },
    visit(nodeid) {
      const seat = seatOf(nodeid);
      const waiting = (seat.ring?.log.length ?? 0) > seat.delivered;
      const queued = seat.queues.waiting ? seat.queues.trans : seat.queues.normal;
      const batch = [...(waiting ? [datagram(seat.dialect, 'mcast')] : []), datagram(seat.dialect, 'token')];
      return { batch, isIdle: !waiting && queued.length === 0 && seat.installs.length === 0 };
    },
    log: (nodeid) => seatOf(nodeid).ring?.log ?? [],
    remove(nodeid) {
      seats.delete(nodeid);
    },
  };
}
