// Checksums of headers that were changed. Octets only.

/** Ones' complement sum of bytes[from, to), as words in network order, on top of `start`. */
function sum(bytes: Uint8Array, from: number, to: number, start: number): number {
  let total = start;
  for (let i = from; i + 1 < to; i += 2) total += (bytes[i]! << 8) | bytes[i + 1]!;
  if (((to - from) & 1) === 1) total += bytes[to - 1]! << 8;
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return total;
}

function put(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 255;
}

/** Writes the checksum of bytes[from, to) at `at`, which lies in it. */
export function writeChecksum(bytes: Uint8Array, at: number, from: number, to: number, start = 0): void {
  put(bytes, at, 0);
  put(bytes, at, ~sum(bytes, from, to, start) & 0xffff);
}

/** The part of a sum that the addresses, the protocol and the length make: the pseudo header of TCP, UDP and ICMPv6. */
export function pseudoSum(
  ip: Uint8Array,
  src: number,
  dst: number,
  version: number,
  protocol: number,
  length: number,
): number {
  const octets = version === 6 ? 16 : 4;
  const addresses = sum(ip, src, src + octets, sum(ip, dst, dst + octets, 0));
  return addresses + protocol + (length & 0xffff) + Math.floor(length / 0x10000);
}

/** Writes a transport's checksum; that of UDP is never 0, which would mean that there is none. */
export function writeTransportChecksum(
  bytes: Uint8Array,
  at: number,
  from: number,
  to: number,
  pseudo: number,
  isUdp: boolean,
): void {
  writeChecksum(bytes, at, from, to, pseudo);
  if (isUdp && bytes[at] === 0 && bytes[at + 1] === 0) put(bytes, at, 0xffff);
}
