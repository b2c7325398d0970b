// Joins the pieces of totempg packets into messages as a member of a ring does: packets come in total order, and what
// cannot be completed is dropped. Two contexts: half-sent messages wait while a new ring synchronises
// (specs/totem.md 5.1.4). Not a watcher of the wire, which starts in the middle and guesses: that is assembler.ts.
import { viewOf } from '../base/bytes.ts';
import { cut, makeSlab, type Slab } from '../base/slab.ts';
import { MESSAGE_OCTETS_MAX } from './assembler.ts';
import { explainPacketProblem, readPacket, TotempgMcast } from './packet.ts';

const { at: AT, fixedSize: HEAD } = TotempgMcast;
/** Octets that each piece adds to a packet's head. */
const LENGTH = 2;

/** A message whose end is yet to come. */
interface Half {
  /** What the sender's next packet must continue. */
  label: number;
  /** The first `octets` of it are the message's. Of the packet itself as long as one piece has come. */
  buffer: Uint8Array;
  octets: number;
  isOwn: boolean;
}
type Context = Map<number, Half>;

/** Plain data: structuredClone() copies it. */
export interface ReceiverState {
  readonly normal: ReadonlyMap<number, { readonly label: number; readonly octets: Uint8Array }>;
  readonly sync: ReadonlyMap<number, { readonly label: number; readonly octets: Uint8Array }>;
  readonly isSynchronising: boolean;
}

/** A complete message, bytes[at, end), and a view of all of `bytes`: of the packet where it was not cut. */
export type DeliverMessage = (bytes: Uint8Array, view: DataView, at: number, end: number) => void;

export interface TotempgReceiver {
  /**
   * Takes the next packet of a member of the ring and delivers what is complete with it, in order; what was dropped and
   * why, or null. `mayPad`: octets behind the pieces are allowed, as senders of Corosync 1 leave them; otherwise they
   * spoil the packet.
   */
  receive(
    nodeid: number,
    packet: Uint8Array,
    littleEndian: boolean,
    mayPad: boolean,
    deliver: DeliverMessage,
  ): string | null;
  /** Which of the two contexts the packets from now on belong to. */
  setSynchronising(isSynchronising: boolean): void;
  /** Nodes that left: their half-sent messages will not be completed. */
  left(nodeids: Iterable<number>): void;
  save(): ReceiverState;
}

/** Messages are put together in buffers cut from larger ones of so many octets. */
const SLAB_OCTETS = 65_536;
/** Room for a message of more than two pieces, at first. */
const ROOM_AT_FIRST = 8192;

/**
 * Appends a piece. A message of two pieces is put together once and exactly; the buffer of a longer one has room for as
 * many octets as its sender's last one, and grows by doubling, since a hostile sender may send it octet by octet.
 */
function append(slab: Slab, half: Half, label: number, piece: Uint8Array, expected: number): void {
  const octets = half.octets + piece.length;
  if (!half.isOwn || octets > half.buffer.length) {
    const doubled = Math.min(Math.max(2 * half.buffer.length, ROOM_AT_FIRST, expected), MESSAGE_OCTETS_MAX);
    const grown = cut(slab, label === 0 ? octets : Math.max(octets, doubled));
    grown.set(half.buffer.subarray(0, half.octets));
    half.buffer = grown;
    half.isOwn = true;
  }
  half.buffer.set(piece, half.octets);
  half.octets = octets;
  half.label = label;
}

/** Takes out what a packet of that `continuation` goes on with; null for nothing, or why something is lost. */
function takeBegun(context: Context, nodeid: number, continuation: number): Half | string | null {
  const half = context.get(nodeid) ?? null;
  if (half !== null) context.delete(nodeid);
  if ((half?.label ?? 0) === continuation) return half;
  return half === null ? 'the beginning of a message was not received' : 'a message was not continued';
}

/** Why a packet is none. */
function problemOf(view: DataView, length: number, littleEndian: boolean): string {
  const read = readPacket(view, 0, length, littleEndian);
  if (!read.ok) return explainPacketProblem(read.problem);
  return `${read.value.trailing} octets follow the pieces of the totempg packet`;
}

const saved = (context: Context): Map<number, { readonly label: number; readonly octets: Uint8Array }> =>
  new Map(
    [...context].map(([nodeid, { label, buffer, octets }]) => [nodeid, { label, octets: buffer.slice(0, octets) }]),
  );

const restored = (context: ReceiverState['normal'] | undefined): Context =>
  new Map(
    [...(context ?? [])].map(([nodeid, { label, octets }]) => [
      nodeid,
      { label, buffer: octets.slice(), octets: octets.length, isOwn: true },
    ]),
  );

class Receiver implements TotempgReceiver {
  readonly #normal: Context;
  readonly #sync: Context;
  #isSynchronising: boolean;
  readonly #slab = makeSlab(SLAB_OCTETS);
  /** Octets of each member's last message that was cut. */
  readonly #sizes = new Map<number, number>();

  constructor(state: ReceiverState | undefined) {
    this.#normal = restored(state?.normal);
    this.#sync = restored(state?.sync);
    this.#isSynchronising = state?.isSynchronising ?? true;
  }

  receive(
    nodeid: number,
    bytes: Uint8Array,
    littleEndian: boolean,
    mayPad: boolean,
    deliver: DeliverMessage,
  ): string | null {
    const view = viewOf(bytes);
    const pieces = bytes.length < HEAD ? 0 : view.getUint16(AT.msgCount, littleEndian);
    const dataAt = HEAD + LENGTH * pieces;
    let end = dataAt;
    if (end <= bytes.length) for (let i = 0; i < pieces; i++) end += view.getUint16(HEAD + LENGTH * i, littleEndian);
    if (pieces === 0 || end > bytes.length || (end < bytes.length && !mayPad))
      return problemOf(view, bytes.length, littleEndian);
    const fragmented = bytes[AT.fragmented] ?? 0;
    // The packet belongs to this context to its end, also where a message in it ends the synchronisation.
    const context = this.#isSynchronising ? this.#sync : this.#normal;
    const half = takeBegun(context, nodeid, bytes[AT.continuation] ?? 0);
    let problem = typeof half === 'string' ? half : null;
    let next = dataAt;
    for (let i = 0; i < pieces; i++) {
      const at = next;
      next += view.getUint16(HEAD + LENGTH * i, littleEndian);
      const isRest = i === 0 && bytes[AT.continuation] !== 0;
      // Of a message that began before this node listened only the rest comes: all that starts afresh is whole.
      if (isRest && typeof half === 'string') continue;
      const begun = isRest && typeof half === 'object' ? half : null;
      const isCut = fragmented !== 0 && i === pieces - 1;
      if (begun === null && !isCut) deliver(bytes, view, at, next);
      else if (begun !== null && begun.octets + next - at > MESSAGE_OCTETS_MAX)
        problem = `a message is longer than ${MESSAGE_OCTETS_MAX} octets`;
      else if (begun === null)
        context.set(nodeid, { label: fragmented, buffer: bytes.subarray(at, next), octets: next - at, isOwn: false });
      else {
        append(this.#slab, begun, isCut ? fragmented : 0, bytes.subarray(at, next), this.#sizes.get(nodeid) ?? 0);
        if (isCut) {
          context.set(nodeid, begun);
          continue;
        }
        this.#sizes.set(nodeid, begun.octets);
        deliver(begun.buffer, viewOf(begun.buffer), 0, begun.octets);
      }
    }
    return problem;
  }

  setSynchronising(isSynchronising: boolean): void {
    this.#isSynchronising = isSynchronising;
  }

  left(nodeids: Iterable<number>): void {
    for (const nodeid of nodeids) {
      this.#normal.delete(nodeid);
      this.#sync.delete(nodeid);
      this.#sizes.delete(nodeid);
    }
  }

  save(): ReceiverState {
    return { normal: saved(this.#normal), sync: saved(this.#sync), isSynchronising: this.#isSynchronising };
  }
}

/**
 * A receiver for all members of a ring, in the context of a synchronisation until told otherwise. It keeps at most one
 * message of MESSAGE_OCTETS_MAX per member and context: whom it hears is the caller's to bound.
 */
export function createReceiver(state?: ReceiverState): TotempgReceiver {
  return new Receiver(state);
}
