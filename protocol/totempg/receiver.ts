// Joins the pieces of totempg packets into messages as a member of a ring does: packets come in total order, and what
// cannot be completed is dropped. Two contexts: half-sent messages wait while a new ring synchronises
// (specs/totem.md 5.1.4). Not a watcher of the wire, which starts in the middle and guesses: that is assembler.ts.
import { viewOf } from '../base/bytes.ts';
import { MESSAGE_OCTETS_MAX } from './assembler.ts';
import { explainPacketProblem, readPacket } from './packet.ts';

/** A message whose end is yet to come. Its buffer grows by doubling: a hostile sender may send it octet by octet. */
interface Half {
  /** What the sender's next packet must continue. */
  label: number;
  buffer: Uint8Array;
  octets: number;
}
type Context = Map<number, Half>;

/** Plain data: structuredClone() copies it. */
export interface ReceiverState {
  readonly normal: ReadonlyMap<number, { readonly label: number; readonly octets: Uint8Array }>;
  readonly sync: ReadonlyMap<number, { readonly label: number; readonly octets: Uint8Array }>;
  readonly isSynchronising: boolean;
}

export interface Received {
  /** Complete messages, in their order; octets of the packet where they were not cut. */
  readonly messages: readonly Uint8Array[];
  /** What was dropped and why; null where nothing was. */
  readonly problem: string | null;
}

export interface TotempgReceiver {
  /**
   * Takes the next packet of a member of the ring. A packet is kept as long as its messages are. `mayPad`: octets
   * behind the pieces are allowed, as senders of Corosync 1 leave them; otherwise they spoil the packet.
   */
  receive(nodeid: number, packet: Uint8Array, littleEndian: boolean, mayPad: boolean): Received;
  /** Which of the two contexts the packets from now on belong to. */
  setSynchronising(isSynchronising: boolean): void;
  /** Nodes that left: their half-sent messages will not be completed. */
  left(nodeids: Iterable<number>): void;
  save(): ReceiverState;
}

function append(half: Half | null, label: number, piece: Uint8Array): Half {
  if (half === null) return { label, buffer: piece.slice(), octets: piece.length };
  const octets = half.octets + piece.length;
  if (octets > half.buffer.length) {
    const grown = new Uint8Array(Math.max(octets, Math.min(2 * half.buffer.length, MESSAGE_OCTETS_MAX)));
    grown.set(half.buffer.subarray(0, half.octets));
    half.buffer = grown;
  }
  half.buffer.set(piece, half.octets);
  half.octets = octets;
  half.label = label;
  return half;
}

const saved = (context: Context): Map<number, { readonly label: number; readonly octets: Uint8Array }> =>
  new Map(
    [...context].map(([nodeid, { label, buffer, octets }]) => [nodeid, { label, octets: buffer.slice(0, octets) }]),
  );

const restored = (context: ReceiverState['normal'] | undefined): Context =>
  new Map(
    [...(context ?? [])].map(([nodeid, { label, octets }]) => [
      nodeid,
      { label, buffer: octets.slice(), octets: octets.length },
    ]),
  );

class Receiver implements TotempgReceiver {
  readonly #normal: Context;
  readonly #sync: Context;
  #isSynchronising: boolean;

  constructor(state: ReceiverState | undefined) {
    this.#normal = restored(state?.normal);
    this.#sync = restored(state?.sync);
    this.#isSynchronising = state?.isSynchronising ?? true;
  }

  receive(nodeid: number, bytes: Uint8Array, littleEndian: boolean, mayPad: boolean): Received {
    const view = viewOf(bytes);
    const read = readPacket(view, 0, bytes.length, littleEndian);
    if (!read.ok) return { messages: [], problem: explainPacketProblem(read.problem) };
    const { pieces, continuation, fragmented, trailing } = read.value;
    if (trailing !== 0 && !mayPad)
      return { messages: [], problem: `${trailing} octets follow the pieces of the totempg packet` };
    const context = this.#isSynchronising ? this.#sync : this.#normal;
    let half = context.get(nodeid) ?? null;
    let problem: string | null = null;
    let isLost = false;
    if ((half?.label ?? 0) !== continuation) {
      // Of a message that began before this node listened only the rest comes: all that starts afresh is whole.
      problem = half === null ? 'the beginning of a message was not received' : 'a message was not continued';
      half = null;
      isLost = continuation !== 0;
    }
    context.delete(nodeid);
    const messages: Uint8Array[] = [];
    for (let i = 0; i < pieces.length; i++) {
      const { at, length } = pieces[i] ?? { at: 0, length: 0 };
      const piece = bytes.subarray(at, at + length);
      const isRest = i === 0 && continuation !== 0;
      if (isRest && isLost) continue;
      const begun = isRest ? half : null;
      if (begun !== null && begun.octets + length > MESSAGE_OCTETS_MAX)
        problem = `a message is longer than ${MESSAGE_OCTETS_MAX} octets`;
      else if (fragmented !== 0 && i === pieces.length - 1) context.set(nodeid, append(begun, fragmented, piece));
      else if (begun === null) messages.push(piece);
      else {
        const whole = append(begun, 0, piece);
        messages.push(whole.buffer.subarray(0, whole.octets));
      }
    }
    return { messages, problem };
  }

  setSynchronising(isSynchronising: boolean): void {
    this.#isSynchronising = isSynchronising;
  }

  left(nodeids: Iterable<number>): void {
    for (const nodeid of nodeids) {
      this.#normal.delete(nodeid);
      this.#sync.delete(nodeid);
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
