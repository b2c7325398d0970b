// Little-endian numbers in plain octets, without a DataView: the token path reads and writes a dozen of them a
// microsecond. Knows no message.

export function u32At(octets: Uint8Array, at: number): number {
  return (octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24)) >>> 0;
}

export function putU32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value;
  octets[at + 1] = value >>> 8;
  octets[at + 2] = value >>> 16;
  octets[at + 3] = value >>> 24;
}

export function u64At(octets: Uint8Array, at: number): bigint {
  return (BigInt(u32At(octets, at + 4)) << 32n) | BigInt(u32At(octets, at));
}

export function putU64(octets: Uint8Array, at: number, value: bigint): void {
  putU32(octets, at, Number(value & 0xffffffffn));
  putU32(octets, at + 4, Number((value >> 32n) & 0xffffffffn));
}

/** True where octets[at, at + expected.length) are those expected; the caller has checked the length. */
export function holdsAt(octets: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (octets[at + i] !== expected[i]) return false;
  return true;
}
