// Joins the pieces of totempg packets into messages, per sender, as a watcher of the wire must: it may start in the
// middle and miss packets, and says so. Not the receiver of a ring, which refuses what it cannot complete in order.
import type { TotempgPacket } from './packet.ts';

/** The longest message of an application, 1 MiB, and room for the headers and the packet that completes it. */
export const MESSAGE_OCTETS_MAX = 1024 * 1024 + 65_536;
/** Senders remembered; PROCESSOR_COUNT_MAX of Corosync. The one heard of least recently goes first. */
export const SENDERS_MAX = 384;
/** Half-sent messages of one sender that wait for the end of a synchronisation. */
export const SUSPENDED_MAX = 4;
/** Octets of half-sent messages held for all senders together. */
export const HELD_OCTETS_MAX = 64 * 1024 * 1024;

/** A message that ended in the packet just pushed. */
export type AssembledMessage =
  | {
      readonly complete: true;
      /** The whole message. Borrowed from the packet's buffer where it was not cut into pieces. */
      readonly bytes: Uint8Array;
      /** What the caller gave as `source` with the first and the last piece. */
      readonly first: number;
      readonly last: number;
    }
  | {
      readonly complete: false;
      /** The last piece alone: the beginning was not captured, or the message grew past MESSAGE_OCTETS_MAX. */
      readonly bytes: Uint8Array;
      readonly first: null;
      readonly last: number;
    };

export interface Assembler {
  /**
   * Takes the next packet of a sender, in the order of the ring's sequence numbers and without its copies.
   * `ring` is any number that is equal for packets of one ring and differs between rings; `source` any number by which
   * the caller knows the packet. Returns the messages that end in this packet, in their order in it.
   */
  push(
    sender: number,
    ring: number,
    view: DataView,
    packet: TotempgPacket,
    source: number,
  ): readonly AssembledMessage[];
  /** Forgets half-sent messages of nodes that left the ring: they will not be completed. */
  left(senders: Iterable<number>): void;
  /** Messages begun and not ended, with the source of their first piece; of a sender in order of their beginning. */
  halves(): readonly { readonly sender: number; readonly first: number; readonly octets: number }[];
}

/** A message whose end has not been seen. Its buffer grows by doubling: a hostile sender may send it octet by octet. */
interface Half {
  label: number;
  ring: number;
  readonly first: number;
  buffer: Uint8Array;
  octets: number;
}

interface Sender {
  /** Greater than that of any sender heard of less recently. */
  used: number;
  current: Half | null;
  /** Begun on an earlier ring, oldest first: senders resume them once the new ring has synchronised (5.1.4). */
  suspended: readonly Half[];
}

function octetsOf({ current, suspended }: Sender): number {
  let octets = current === null ? 0 : current.octets;
  for (const half of suspended) octets += half.octets;
  return octets;
}

/** Makes current the half-sent message that a packet with this `continuation` goes on with, or null. */
function resume(sender: Sender, continuation: number, ring: number): void {
  const { current } = sender;
  if (current === null ? sender.suspended.length === 0 : current.label === continuation) return;
  const waiting = continuation === 0 ? -1 : sender.suspended.findLastIndex((half) => half.label === continuation);
  const resumed = sender.suspended[waiting] ?? null;
  const suspended = sender.suspended.filter((half) => half !== resumed);
  // Another ring: a synchronisation may lie between, and the half-sent message goes on after it. The same ring: the
  // packets between are not captured, and the message is lost.
  if (current !== null && current.ring !== ring) suspended.push(current);
  sender.current = resumed;
  sender.suspended = suspended.slice(-SUSPENDED_MAX);
}

function joined(half: Half, last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(half.octets + last.length);
  whole.set(half.buffer.subarray(0, half.octets));
  whole.set(last, half.octets);
  return whole;
}

function append(half: Half, piece: Uint8Array): void {
  const octets = half.octets + piece.length;
  if (octets > half.buffer.length) {
    const grown = new Uint8Array(Math.max(octets, Math.min(2 * half.buffer.length, MESSAGE_OCTETS_MAX)));
    grown.set(half.buffer.subarray(0, half.octets));
    half.buffer = grown;
  }
  half.buffer.set(piece, half.octets);
  half.octets = octets;
}

/** The half-sent message that a packet with a label leaves behind, or null where it is too long. */
function remainder(
  half: Half | null,
  packet: TotempgPacket,
  ring: number,
  source: number,
  last: Uint8Array,
): Half | null {
  const isMiddle = packet.continuation !== 0 && packet.pieces.length === 1;
  if (!isMiddle) return { label: packet.fragmented, ring, first: source, buffer: last.slice(), octets: last.length };
  if (half === null || half.octets + last.length > MESSAGE_OCTETS_MAX) return null;
  append(half, last);
  half.label = packet.fragmented;
  half.ring = ring;
  return half;
}

function leastUsed(senders: ReadonlyMap<number, Sender>): number {
  let [oldest, least] = [0, Infinity];
  for (const [nodeid, { used }] of senders) if (used < least) [oldest, least] = [nodeid, used];
  return oldest;
}

/** An assembler for all senders of a capture. */
export function createAssembler(): Assembler {
  const senders = new Map<number, Sender>();
  let held = 0;
  let pushed = 0;

  const forget = (nodeid: number): void => {
    const sender = senders.get(nodeid);
    if (sender === undefined) return;
    held -= octetsOf(sender);
    senders.delete(nodeid);
  };
  const senderOf = (nodeid: number): Sender => {
    let sender = senders.get(nodeid);
    if (sender === undefined) {
      sender = { used: 0, current: null, suspended: [] };
      senders.set(nodeid, sender);
    }
    sender.used = ++pushed;
    return sender;
  };

  return {
    push(nodeid, ring, view, packet, source) {
      const sender = senderOf(nodeid);
      const before = octetsOf(sender);
      const bytesOf = (index: number): Uint8Array => {
        const piece = packet.pieces[index] ?? { at: 0, length: 0 };
        return new Uint8Array(view.buffer, view.byteOffset + piece.at, piece.length);
      };
      resume(sender, packet.continuation, ring);
      const half = sender.current;
      const lastIndex = packet.pieces.length - 1;
      const ended = packet.fragmented === 0 ? packet.pieces.length : lastIndex;
      const messages: AssembledMessage[] = [];
      for (let i = 0; i < ended; i++) {
        const bytes = bytesOf(i);
        if (i > 0 || packet.continuation === 0) messages.push({ complete: true, bytes, first: source, last: source });
        else if (half !== null)
          messages.push({ complete: true, bytes: joined(half, bytes), first: half.first, last: source });
        else messages.push({ complete: false, bytes, first: null, last: source });
      }
      sender.current = packet.fragmented === 0 ? null : remainder(half, packet, ring, source, bytesOf(lastIndex));
      held += octetsOf(sender) - before;
      while (senders.size > SENDERS_MAX || held > HELD_OCTETS_MAX) forget(leastUsed(senders));
      return messages;
    },
    left(nodeids) {
      for (const nodeid of nodeids) forget(nodeid);
    },
    halves() {
      return [...senders].flatMap(([sender, { current, suspended }]) =>
        [...suspended, ...(current === null ? [] : [current])].map(({ first, octets }) => ({ sender, first, octets })),
      );
    },
  };
}
