// Builds the frames in which a node's datagrams would lie on a switch: Ethernet, IPv4, UDP, with checksums. The inverse
// of locate.ts for what this program itself puts on a network. IPv4 only.
import { parseIpv4 } from './addresses.ts';

const ETHERNET = 14;
const IPV4 = 20;
const UDP = 8;
const UDP_PROTOCOL = 17;

export interface UdpEndpoint {
  readonly ip: string;
  readonly port: number;
}

function octetsOf(ip: string): readonly number[] {
  return parseIpv4(ip) ?? [0, 0, 0, 0];
}

/** Multicast addresses as RFC 1112 maps them; others a locally administered address made of the IP address. */
function hardwareAddress(ip: readonly number[]): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = ip;
  return a >= 224 && a < 240 ? [0x01, 0x00, 0x5e, b & 0x7f, c, d] : [0x02, 0x00, a, b, c, d];
}

/** Sum of big-endian 16-bit words in one's complement, RFC 1071. */
function checksum(bytes: Uint8Array, from: number, to: number, start: number): number {
  let sum = start;
  for (let i = from; i < to; i += 2) sum += (bytes[i]! << 8) | (i + 1 < to ? bytes[i + 1]! : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 255;
}

/**
 * The frame of one datagram, unfragmented whatever its length, as the loopback device carries it. `id` is the IP
 * identification, `ttl` as the sender sets it.
 */
export function udpFrame(src: UdpEndpoint, dst: UdpEndpoint, payload: Uint8Array, id: number, ttl: number): Uint8Array {
  const frame = new Uint8Array(ETHERNET + IPV4 + UDP + payload.length);
  const [from, to] = [octetsOf(src.ip), octetsOf(dst.ip)];
  frame.set(hardwareAddress(to), 0);
  frame.set(hardwareAddress(from), 6);
  put16(frame, 12, 0x0800);
  frame[ETHERNET] = 0x45;
  put16(frame, ETHERNET + 2, IPV4 + UDP + payload.length);
  put16(frame, ETHERNET + 4, id & 0xffff);
  put16(frame, ETHERNET + 6, 0x4000);
  frame[ETHERNET + 8] = ttl;
  frame[ETHERNET + 9] = UDP_PROTOCOL;
  frame.set(from, ETHERNET + 12);
  frame.set(to, ETHERNET + 16);
  put16(frame, ETHERNET + 10, checksum(frame, ETHERNET, ETHERNET + IPV4, 0));
  const udp = ETHERNET + IPV4;
  put16(frame, udp, src.port);
  put16(frame, udp + 2, dst.port);
  put16(frame, udp + 4, UDP + payload.length);
  frame.set(payload, udp + UDP);
  // The pseudo header: addresses, protocol, length. A sum of 0 is sent as all ones.
  const pseudo = checksum(frame, ETHERNET + 12, ETHERNET + 20, UDP_PROTOCOL + UDP + payload.length);
  put16(frame, udp + 6, checksum(frame, udp, frame.length, ~pseudo & 0xffff) || 0xffff);
  return frame;
}

/** Octets of a fragment: a multiple of 8 that fits behind its header on an Ethernet. */
const FRAGMENT = 1480;
const MORE_FRAGMENTS = 0x2000;

/** The frames of one datagram on an Ethernet, in order: one, or its IP fragments where it does not fit. */
export function udpFrames(
  src: UdpEndpoint,
  dst: UdpEndpoint,
  payload: Uint8Array,
  id: number,
  ttl: number,
): readonly Uint8Array[] {
  const whole = udpFrame(src, dst, payload, id, ttl);
  const start = ETHERNET + IPV4;
  if (whole.length - start <= FRAGMENT) return [whole];
  const frames: Uint8Array[] = [];
  for (let at = start; at < whole.length; at += FRAGMENT) {
    const piece = whole.subarray(at, at + FRAGMENT);
    const frame = new Uint8Array(start + piece.length);
    frame.set(whole.subarray(0, start), 0);
    frame.set(piece, start);
    put16(frame, ETHERNET + 2, IPV4 + piece.length);
    put16(frame, ETHERNET + 6, (at + FRAGMENT < whole.length ? MORE_FRAGMENTS : 0) | ((at - start) / 8));
    put16(frame, ETHERNET + 10, 0);
    put16(frame, ETHERNET + 10, checksum(frame, ETHERNET, start, 0));
    frames.push(frame);
  }
  return frames;
}
