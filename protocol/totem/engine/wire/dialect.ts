// What differs between the two wires that the engine speaks, as one value: headers, identities, ring order, the few
// rules that changed with the releases. The engine never branches on a generation; it asks here.
import { fail, ok, type Result } from '../../../base/result.ts';
import { COROSYNC_1, COROSYNC_3, type Dialect } from '../../dialect.ts';
import { AF_INET, addressOf, type NodeRef, type RingRef } from '../../identity.ts';
import { MESSAGE_TYPES, type MessageType } from '../../messages.ts';
import type { DialectOfEngine } from '../contract.ts';
import { putU32, putU64, u32At, u64At } from './octets.ts';

/**
 * What makes two addresses the same node: the node id in Corosync 3, the first address in Corosync 1 (an IPv4 address
 * as a number, others as text). Keys sort in ring order: numbers ascending, then texts.
 */
export type NodeKey = number | string;

/** A node as the engine holds it. Never changed once made. */
export interface Member {
  readonly key: NodeKey;
  /** srp_addr as its owner wrote it, little-endian: opaque, echoed octet by octet. */
  readonly address: Uint8Array;
  readonly ref: NodeRef;
}

/** A ring id. Never changed once made. */
export interface Ring {
  /** memb_ring_id, little-endian: rings are compared by these octets. */
  readonly octets: Uint8Array;
  readonly seq: bigint;
  readonly repKey: NodeKey;
  readonly ref: RingRef;
}

export const TYPE: { readonly [K in MessageType]: number } = {
  orf_token: MESSAGE_TYPES.indexOf('orf_token'),
  mcast: MESSAGE_TYPES.indexOf('mcast'),
  memb_merge_detect: MESSAGE_TYPES.indexOf('memb_merge_detect'),
  memb_join: MESSAGE_TYPES.indexOf('memb_join'),
  memb_commit_token: MESSAGE_TYPES.indexOf('memb_commit_token'),
  token_hold_cancel: MESSAGE_TYPES.indexOf('token_hold_cancel'),
};

/** Byte order that the first octets of a datagram announce. */
export type ByteOrder = 'little' | 'big' | null;

export interface EngineDialect {
  readonly wire: Dialect;
  /** Octets of the header of every message. */
  readonly headerSize: number;
  /** Octets of memb_commit_token_memb_entry. */
  readonly commitEntrySize: number;
  /** What a start adds to the ring sequence number of the file (2.4.6 and 3.0.3 on). */
  readonly startIncrement: bigint;
  /**
   * Whether an operational node gathers on a join that says nothing new. 1.4 does not: in 03-corosync-kill9 a node
   * hears the joins of another for 182 ms and gathers when its own token is lost.
   */
  readonly gathersOnKnownJoins: boolean;
  /**
   * Octets that the queue of new messages may hold (totemsrp.c MESSAGE_QUEUE_MAX), and what a packet may carry of
   * netmtu.
   */
  readonly queueOctetsMax: number;
  readonly packetOctets: (netmtu: number) => number;
  readonly byteOrderOf: (octets: Uint8Array) => ByteOrder;
  readonly writeHeader: (out: Uint8Array, type: number, encapsulated: number, nodeid: number) => void;
  readonly keyAt: (octets: Uint8Array, at: number) => NodeKey;
  readonly refAt: (octets: Uint8Array, at: number) => NodeRef;
  /** The srp_addr of a node, as it writes it itself; a sentence where it cannot have one. */
  readonly addressOf: (node: NodeRef) => Result<Uint8Array, string>;
  /** The srp_addr that a LEAVE names as its sender. */
  readonly leaverAddress: (address: Uint8Array) => Uint8Array;
}

export function memberAt(dialect: EngineDialect, octets: Uint8Array, at: number): Member {
  const address = octets.slice(at, at + dialect.wire.srpAddrSize);
  return { key: dialect.keyAt(address, 0), address, ref: dialect.refAt(address, 0) };
}

export function ringAt(dialect: EngineDialect, octets: Uint8Array, at: number): Ring {
  const own = octets.slice(at, at + dialect.wire.ringIdSize);
  const seq = u64At(own, dialect.wire.at.ring.seq);
  const { nodeid, ip } = dialect.refAt(own, 0);
  return { octets: own, seq, repKey: dialect.keyAt(own, 0), ref: { rep: nodeid, seq, ip } };
}

/** The ring of a representative: its first address, then the sequence number. */
export function ringOf(dialect: EngineDialect, rep: Member, seq: bigint): Ring {
  const octets = new Uint8Array(dialect.wire.ringIdSize);
  octets.set(rep.address.subarray(0, dialect.wire.at.ring.seq));
  putU64(octets, dialect.wire.at.ring.seq, seq);
  return ringAt(dialect, octets, 0);
}

/** Ring order: node ids, or IPv4 addresses as numbers, ascending; then other addresses as texts. */
export function compareKeys(a: NodeKey, b: NodeKey): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}

export const inRingOrder = (members: Iterable<Member>): Member[] =>
  [...members].sort((a, b) => compareKeys(a.key, b.key));

const ADDRESS_AT = 6;
const FAMILY_AT = 4;

function ipv4Octets(text: string): readonly number[] | null {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return parts.length === 4 && parts.every((part) => part < 256) ? parts : null;
}

const addressed: Pick<
  EngineDialect,
  'byteOrderOf' | 'writeHeader' | 'keyAt' | 'refAt' | 'addressOf' | 'leaverAddress'
> = {
  byteOrderOf(octets) {
    if (octets[2] === 0x22 && octets[3] === 0xff) return 'little';
    return octets[2] === 0xff && octets[3] === 0x22 ? 'big' : null;
  },
  writeHeader(out, type, encapsulated, nodeid) {
    out[0] = type;
    out[1] = encapsulated;
    out[2] = 0x22;
    out[3] = 0xff;
    putU32(out, 4, nodeid);
  },
  keyAt(octets, at) {
    const ip = at + ADDRESS_AT;
    if (octets[at + FAMILY_AT] === AF_INET)
      return ((octets[ip]! << 24) | (octets[ip + 1]! << 16) | (octets[ip + 2]! << 8) | octets[ip + 3]!) >>> 0;
    let text = '';
    for (let i = FAMILY_AT; i < ADDRESS_AT + 16; i++) text += octets[at + i]!.toString(16).padStart(2, '0');
    return text;
  },
  refAt(octets, at) {
    const ip = at + ADDRESS_AT;
    return { nodeid: u32At(octets, at), ip: addressOf(octets[at + FAMILY_AT]!, octets.subarray(ip, ip + 16)) };
  },
  addressOf({ nodeid, ip }) {
    const parts = ipv4Octets(ip ?? '');
    if (parts === null)
      return fail(`Corosync 1 knows nodes by IPv4 address, and ${ip ?? 'none'} is not one: give the node its address.`);
    const address = new Uint8Array(COROSYNC_1.srpAddrSize);
    putU32(address, 0, nodeid);
    address[FAMILY_AT] = AF_INET;
    address.set(parts, ADDRESS_AT);
    return ok(address);
  },
  leaverAddress(address) {
    const own = address.slice();
    putU32(own, 0, 0);
    return own;
  },
};

const numbered: typeof addressed = {
  byteOrderOf(octets) {
    if (octets[2] !== 3) return null;
    if (octets[0] === 0x70 && octets[1] === 0xc0) return 'little';
    return octets[0] === 0xc0 && octets[1] === 0x70 ? 'big' : null;
  },
  writeHeader(out, type, encapsulated, nodeid) {
    out[0] = 0x70;
    out[1] = 0xc0;
    out[2] = 3;
    out[3] = type;
    out[4] = encapsulated;
    putU32(out, 5, nodeid);
    putU32(out, 9, 0);
  },
  keyAt: u32At,
  refAt: (octets, at) => ({ nodeid: u32At(octets, at), ip: null }),
  addressOf({ nodeid }) {
    const address = new Uint8Array(COROSYNC_3.srpAddrSize);
    putU32(address, 0, nodeid);
    return ok(address);
  },
  leaverAddress: (address) => address,
};

const MEBIBYTE = 1 << 20;
const IP_AND_UDP_OCTETS = 28;

export const ENGINE_DIALECTS: { readonly [K in DialectOfEngine]: EngineDialect } = {
  'corosync-1': {
    ...addressed,
    wire: COROSYNC_1,
    headerSize: 8,
    commitEntrySize: COROSYNC_1.ringIdSize + 12,
    startIncrement: 0n,
    gathersOnKnownJoins: false,
    queueOctetsMax: MEBIBYTE,
    packetOctets: (netmtu) => netmtu - IP_AND_UDP_OCTETS - COROSYNC_1.at.mcast.size,
  },
  'corosync-3': {
    ...numbered,
    wire: COROSYNC_3,
    headerSize: 13,
    commitEntrySize: COROSYNC_3.ringIdSize + 12,
    startIncrement: 1n,
    gathersOnKnownJoins: true,
    queueOctetsMax: 4 * MEBIBYTE,
    packetOctets: (netmtu) => netmtu - 2 * COROSYNC_3.at.mcast.size,
  },
};
