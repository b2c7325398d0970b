// One message as the totem layer would have delivered it: whole, in the total order of its ring. What the totempg
// reassembly of the index pass hands to analyzers. Types only.
import type { DialectId } from '../../protocol/totem/dialect.ts';

export interface DeliveredMessage {
  /** Row of the packet with its last piece, and of the one with its first. */
  readonly row: number;
  readonly firstRow: number;
  readonly timeNs: number;
  /** header.nodeid of the mcast. */
  readonly sender: number;
  /** Index into PacketStore.rings: the ring on which it was ordered. */
  readonly ring: number;
  readonly seq: number;
  readonly dialect: DialectId;
  readonly littleEndian: boolean;
  /** Group header and service message; valid only during the call. */
  readonly bytes: Uint8Array;
}

/** Sees every message once, in delivery order as far as the capture shows it. */
export interface DeliveryListener {
  delivered(message: DeliveredMessage): void;
  /** A multicast of the ring was captured after its place had been given up: its messages are not delivered. */
  passedOver?(ring: number): void;
}
