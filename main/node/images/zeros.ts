// Which octets of a buffer are worth keeping: runs of zeros are left out, of files as holes, of a store as what it has
// by itself.

/** Octets of a block that is zeros or not: a page, which is also what files have holes of. */
const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

export interface Extent {
  readonly from: number;
  readonly to: number;
}

function isZeros(octets: Uint8Array, from: number, to: number): boolean {
  // Nearly every block of data says so with its first octets.
  for (let at = from; at < Math.min(from + 8, to); at++) if (octets[at] !== 0) return false;
  return ZEROS.compare(octets, from, to, 0, to - from) === 0;
}

/** The runs of octets that are not zeros, ascending; gaps of fewer than `gapMin` octets of zeros belong to them. */
export function extentsOf(octets: Uint8Array, gapMin: number): readonly Extent[] {
  const extents: { from: number; to: number }[] = [];
  for (let from = 0; from < octets.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, octets.length);
    if (isZeros(octets, from, to)) continue;
    const last = extents.at(-1);
    if (last !== undefined && from - last.to < Math.max(gapMin, 1)) last.to = to;
    else extents.push({ from, to });
  }
  return extents;
}
