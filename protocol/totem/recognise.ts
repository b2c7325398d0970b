// Tells what a UDP payload is from its first octets (specs/totem.md 1.7). Reads nothing behind them, needs no key.
import { COROSYNC_1, COROSYNC_2, COROSYNC_3, type Dialect } from './dialect.ts';

/** What the first octets of a UDP payload say. Numbers, since the index pass asks this for every packet. */
export const Start = {
  /** No start that we know: encrypted, or not Totem. */
  UNKNOWN: 0,
  /** Corosync 3 over udp or udpu. */
  COROSYNC_3: 1,
  /** Corosync 1, security off. */
  COROSYNC_1: 2,
  /** Corosync 2 with a readable message behind its four marker octets; a hash may follow the message. */
  COROSYNC_2: 3,
  /** The marker octets of Corosync 2, then nothing readable. */
  COROSYNC_2_ENCRYPTED: 4,
  /** Redundant-ring test of Corosync 1. */
  RING_TEST_1: 5,
  /** Redundant-ring test of Corosync 2. */
  RING_TEST_2: 6,
  /** Kronosnet in clear. */
  KNET: 7,
} as const;
export type Start = (typeof Start)[keyof typeof Start];

/** Octets of the marker that Corosync 2.2 to 2.4 puts before every message. */
export const MARKER_OCTETS = 4;

const HEADER3_SMALL = 15;

function isHeader12(bytes: Uint8Array, at: number): boolean {
  const a = bytes[at + 2]!;
  const b = bytes[at + 3]!;
  return ((a === 0x22 && b === 0xff) || (a === 0xff && b === 0x22)) && bytes[at]! <= 7 && bytes[at + 1]! <= 2;
}

/**
 * The magic alone stands before one in 32,768 encrypted datagrams by chance: version, type and encapsulated must be
 * small too. Other versions than 3 are recognised, and then refused with that reason.
 */
function isHeader3(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (!((first === 0x70 && second === 0xc0) || (first === 0xc0 && second === 0x70))) return false;
  return bytes[at + 2]! <= HEADER3_SMALL && bytes[at + 3]! <= HEADER3_SMALL && bytes[at + 4]! <= 3;
}

/** True where the header's endian detector or magic says that the sender writes little-endian. */
export function isLittleEndian(bytes: Uint8Array, at: number, dialect: Dialect): boolean {
  return dialect === COROSYNC_3 ? bytes[at] === 0x70 : bytes[at + 2] === 0x22;
}

const KNET_DATA_HEADER = 14;
const KNET_PING_OCTETS = 26;
/** A hash without cipher stands in clear behind the packet. */
const HASH_OCTETS: readonly number[] = [16, 20, 32, 48, 64];

function isKnet(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== 1 || bytes[at + 4] !== 0 || bytes[at + 5] !== 0) return false;
  const type = bytes[at + 1]!;
  const length = end - at;
  if (type === 0x81 || type === 0x82)
    return length === KNET_PING_OCTETS || HASH_OCTETS.includes(length - KNET_PING_OCTETS);
  if (type === 0x83 || type === 0x84) return length >= 9;
  // Data: the fragment's number lies within their count, and the broadcast flag is one.
  return (
    type === 0 &&
    length > KNET_DATA_HEADER &&
    bytes[at + 10]! <= 1 &&
    bytes[at + 11]! >= 1 &&
    bytes[at + 12]! <= bytes[at + 11]!
  );
}

/** Classifies the UDP payload bytes[at, end). */
export function recogniseStart(bytes: Uint8Array, at: number, end: number): Start {
  const length = end - at;
  if (length < 8) return Start.UNKNOWN;
  const first = bytes[at]!;
  const second = bytes[at + 1]!;
  if (isHeader3(bytes, at)) return Start.COROSYNC_3;
  if (isHeader12(bytes, at)) return first >= 6 ? Start.RING_TEST_1 : Start.COROSYNC_1;
  const marker = bytes[at + 2] === 0 && bytes[at + 3] === 0;
  if (marker && ((first === 0xfe && second === 0xfe) || (first === 0xff && second === 0xff))) {
    if (length < MARKER_OCTETS + 8 || !isHeader12(bytes, at + MARKER_OCTETS)) return Start.COROSYNC_2_ENCRYPTED;
    return bytes[at + MARKER_OCTETS]! >= 6 ? Start.RING_TEST_2 : Start.COROSYNC_2;
  }
  // Corosync 2.0 and 2.1 with crypto off: both type octets 0, then the header.
  if (marker && first === 0 && second === 0 && length >= MARKER_OCTETS + 8 && isHeader12(bytes, at + MARKER_OCTETS))
    return Start.COROSYNC_2;
  return isKnet(bytes, at, end) ? Start.KNET : Start.UNKNOWN;
}

/** Whether a decrypted text starts like a Totem message of this generation. */
export function looksLikeSrp(bytes: Uint8Array, dialect: Dialect): boolean {
  if (dialect === COROSYNC_1 || dialect === COROSYNC_2) return bytes.length >= 12 && isHeader12(bytes, 0);
  return bytes.length >= 13 && recogniseStart(bytes, 0, bytes.length) === Start.COROSYNC_3;
}
