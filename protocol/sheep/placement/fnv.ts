// FNV-1a in 64 bits: the hash of names, nodes and objects (specs/sheepdog.md 2.1). In two halves of 32 bits, since it
// is asked for every object of a store.

const BASIS_HI = 0xcbf29ce4;
const BASIS_LO = 0x84222325;
/** The prime is 2^40 + 0x1b3. */
const PRIME_LOW = 0x1b3;
const TWO_32 = 0x1_0000_0000;

/** A hash that is still being fed; its value after each octet is the hash of all octets so far. */
export class Fnv {
  private hi = BASIS_HI;
  private lo = BASIS_LO;

  feed(octet: number): this {
    const lo = (this.lo ^ octet) >>> 0;
    // Exact: both products stay below 2^42.
    const low = lo * PRIME_LOW;
    const high = this.hi * PRIME_LOW + Math.floor(low / TWO_32) + lo * 256;
    this.lo = low >>> 0;
    this.hi = high % TWO_32;
    return this;
  }

  feedAll(octets: Iterable<number>): this {
    for (const octet of octets) this.feed(octet);
    return this;
  }

  value(): bigint {
    return (BigInt(this.hi) << 32n) | BigInt(this.lo);
  }

  /** The lowest 32 bits. */
  low(): number {
    return this.lo;
  }
}

export function fnv1a(octets: Iterable<number>): bigint {
  return new Fnv().feedAll(octets).value();
}

/** The hash of an object: of the eight octets of its id, little-endian. */
export function hashOfObject(oid: bigint): bigint {
  const low = Number(oid & 0xffff_ffffn);
  const high = Number(oid >> 32n);
  const fnv = new Fnv();
  for (const half of [low, high]) for (let shift = 0; shift < 32; shift += 8) fnv.feed((half >>> shift) & 255);
  return fnv.value();
}
