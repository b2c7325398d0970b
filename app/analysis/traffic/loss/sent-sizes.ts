// How large the recent multicasts were and who sent them first: a table of fixed size, in which a newer multicast takes
// the place of an older one. Numbers only.

const PLACES = 16_384;
const FIELDS = 6;
/** Sizes are told apart in steps of 64 octets up to 2 KB, then of 1 KB. */
const SMALL_STEP = 64;
const SMALL_MAX = 2048;
const LARGE_STEP = 1024;
export const SIZE_CLASSES = SMALL_MAX / SMALL_STEP + 65_536 / LARGE_STEP;

export interface SentMcast {
  /** Octets of the Totem message. */
  readonly size: number;
  readonly frame: number;
  /** Number of the address that it came from. */
  readonly src: number;
  /** Node id of who made it. */
  readonly origin: number;
}

export function sizeClass(octets: number): number {
  if (octets < SMALL_MAX) return Math.floor(octets / SMALL_STEP);
  return Math.min(SIZE_CLASSES - 1, Math.floor((octets - SMALL_MAX) / LARGE_STEP) + SMALL_MAX / SMALL_STEP);
}

export class SentSizes {
  private readonly table = new Uint32Array(PLACES * FIELDS);

  private at(ring: number, seq: number): number {
    return ((Math.imul(ring, 7919) + seq) & (PLACES - 1)) * FIELDS;
  }

  add(ring: number, seq: number, size: number, frame: number, src: number, origin: number): void {
    const at = this.at(ring, seq);
    this.table[at] = ring;
    this.table[at + 1] = seq;
    this.table[at + 2] = size;
    this.table[at + 3] = frame;
    this.table[at + 4] = src;
    this.table[at + 5] = origin;
  }

  /** Null where it was not captured, or longer ago than the table reaches. */
  get(ring: number, seq: number): SentMcast | null {
    const at = this.at(ring, seq);
    if (this.table[at] !== ring || this.table[at + 1] !== seq || this.table[at + 3] === 0) return null;
    const [size = 0, frame = 0, src = 0, origin = 0] = this.table.subarray(at + 2, at + FIELDS);
    return { size, frame, src, origin };
  }
}
