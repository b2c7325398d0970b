// Packs messages into totempg packets as a member of a ring sends them: small ones share a packet, long ones are cut.
// One open packet, which the owner takes when a token comes. Not the joining of pieces: that is receiver.ts.
import { cut, makeSlab } from '../base/slab.ts';
import { TotempgMcast } from './packet.ts';

const { at: AT, fixedSize: HEAD } = TotempgMcast;
/** Octets that each piece adds to a packet's head. */
const LENGTH = 2;
/** A message stays whole in the open packet only if there is room behind it for a length and one octet of the next. */
const SPARE = LENGTH + 1;
/** What Corosync takes off each packet when it reckons whether a message has room (byte_count_send_ok). */
const RESERVE = 16;
const LABEL_MAX = 255;
/** Packets are cut from buffers of so many octets: one of its own costs each as much as all else. */
const SLAB_OCTETS = 65_536;

/** Plain data: structuredClone() copies it. */
export interface SenderState {
  /** The pieces of the open packet, back to back. */
  readonly octets: Uint8Array;
  readonly lengths: readonly number[];
  readonly continuation: number;
}

export interface TotempgSender {
  /** Puts a message, `head` and then `body`, behind what is open. Packets that it fills go to `closed`, in order. */
  put(head: Uint8Array, body: Uint8Array, closed: Uint8Array[]): void;
  /** Closes the open packet: a valid token has come (specs/totem.md 5.1.2). Null where none is open. */
  take(): Uint8Array | null;
  isEmpty(): boolean;
  /** Messages, whole or in part, and octets of the open packet. */
  open(): { readonly messages: number; readonly octets: number };
  /** Packets that a message of so many octets may fill, as Corosync reckons: never too few. */
  packetsFor(octets: number): number;
  save(): SenderState;
}

class Sender implements TotempgSender {
  readonly #packetMax: number;
  /** The pieces of the open packet, the first #used octets. */
  readonly #octets: Uint8Array;
  #used = 0;
  #lengths: number[] = [];
  /** Label of the packet before, where the open one starts with the rest of its last message; else 0. */
  #continuation = 0;
  readonly #slab = makeSlab(SLAB_OCTETS);

  constructor(packetMax: number, saved: SenderState | undefined) {
    this.#packetMax = packetMax;
    this.#octets = new Uint8Array(packetMax);
    if (saved === undefined) return;
    this.#octets.set(saved.octets);
    this.#used = saved.octets.length;
    this.#lengths = [...saved.lengths];
    this.#continuation = saved.continuation;
  }

  put(head: Uint8Array, body: Uint8Array, closed: Uint8Array[]): void {
    const total = head.length + body.length;
    let at = 0;
    let label = 0;
    while (at < total) {
      const room = this.#packetMax - HEAD - LENGTH * (this.#lengths.length + 1) - this.#used;
      const take = Math.min(room, total - at);
      this.#append(head, body, at, at + take);
      at += take;
      if (room - take >= SPARE) return;
      // The first cut of every message has the label 1: a receiver that lost its place knows a beginning by it.
      if (at < total) label = label === LABEL_MAX ? 1 : label + 1;
      closed.push(this.#close(at < total ? label : 0));
    }
  }

  take(): Uint8Array | null {
    return this.#lengths.length === 0 ? null : this.#close(0);
  }

  isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  open(): { readonly messages: number; readonly octets: number } {
    return { messages: this.#lengths.length, octets: this.#used };
  }

  packetsFor(octets: number): number {
    return Math.floor((octets + LENGTH * this.#lengths.length) / (this.#packetMax - HEAD - RESERVE)) + 1;
  }

  save(): SenderState {
    return {
      octets: this.#octets.slice(0, this.#used),
      lengths: [...this.#lengths],
      continuation: this.#continuation,
    };
  }

  /** Appends the octets [from, to) of `head` and `body` as one piece. */
  #append(head: Uint8Array, body: Uint8Array, from: number, to: number): void {
    const inHead = Math.min(to, head.length);
    if (from < inHead)
      this.#octets.set(from === 0 && inHead === head.length ? head : head.subarray(from, inHead), this.#used);
    const bodyAt = this.#used + Math.max(0, inHead - from);
    const [bodyFrom, bodyTo] = [Math.max(0, from - head.length), to - head.length];
    if (bodyTo > bodyFrom) this.#octets.set(body.subarray(bodyFrom, bodyTo), bodyAt);
    this.#used += to - from;
    this.#lengths.push(to - from);
  }

  #close(fragmented: number): Uint8Array {
    const lengths = this.#lengths;
    const dataAt = HEAD + LENGTH * lengths.length;
    const packet = cut(this.#slab, dataAt + this.#used);
    packet[AT.fragmented] = fragmented;
    packet[AT.continuation] = this.#continuation;
    putU16(packet, AT.msgCount, lengths.length);
    for (let i = 0; i < lengths.length; i++) putU16(packet, HEAD + LENGTH * i, lengths[i]!);
    packet.set(this.#octets.subarray(0, this.#used), dataAt);
    this.#continuation = fragmented;
    this.#used = 0;
    this.#lengths = [];
    return packet;
  }
}

function putU16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value;
  octets[at + 1] = value >>> 8;
}

/** A sender whose packets are little-endian and at most `packetMax` octets long. */
export function createSender(packetMax: number, saved?: SenderState): TotempgSender {
  return new Sender(packetMax, saved);
}
