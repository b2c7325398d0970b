// Octet arrays cut from larger buffers: a buffer of its own costs a small one ten times as much to allocate and to
// collect. What was cut is never written again by the slab. No domain words.

export interface Slab {
  readonly size: number;
  buffer: ArrayBuffer;
  /** Octets of the buffer that are given out. */
  used: number;
}

export function makeSlab(size: number): Slab {
  return { size, buffer: new ArrayBuffer(size), used: 0 };
}

/** Zeroes. What is large beside the slab gets a buffer of its own. */
export function cut(slab: Slab, length: number): Uint8Array {
  if (length > slab.size >> 2) return new Uint8Array(length);
  if (slab.used + length > slab.size) {
    slab.buffer = new ArrayBuffer(slab.size);
    slab.used = 0;
  }
  const octets = new Uint8Array(slab.buffer, slab.used, length);
  slab.used += length;
  return octets;
}
