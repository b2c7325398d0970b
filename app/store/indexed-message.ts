// What the index pass hands to analyzers: one packet, its columns and its decrypted, reassembled bytes. One mutable
// object is reused for all packets, so nothing may be kept but numbers and copies.
import type { Dialect } from '../../protocol/totem/dialect.ts';

export interface IndexedMessage {
  row: number;
  timeNs: number;
  /** PacketKind. */
  kind: number;
  /** RowFlag bits. */
  flags: number;
  /** Indices into the store's tables. */
  encoding: number;
  src: number;
  dst: number;
  ring: number;
  /** -1 where there is none. */
  sport: number;
  dport: number;
  /** header.nodeid */
  sender: number;
  /** As the columns of the same names. */
  seq: number;
  aru: number;
  tokenSeq: number;
  /** Null for what is not Totem. */
  dialect: Dialect | null;
  littleEndian: boolean;
  /** True where the IP destination is a multicast or broadcast address. */
  toGroup: boolean;
  /** Octets of its datagram that the snap length cut off. */
  cutOctets: number;
  /** Requests of a token that were cut off with them. */
  cutRequests: number;
  /** knet data: the broadcast octet; else false. */
  knetBroadcast: boolean;
  /** The Totem message is bytes[at, end), valid only during the call; for other kinds, the UDP payload. */
  bytes: Uint8Array;
  /** Of all of bytes. */
  view: DataView;
  at: number;
  end: number;
}

/** Sees every relevant packet once, in capture order, as the index pass goes. */
export interface Analyzer {
  ingest(message: IndexedMessage): void;
}
