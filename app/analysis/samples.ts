// Durations gathered for percentiles: all of them up to a limit, then every second, every fourth … of them, which
// keeps the same capture's percentiles the same on any machine.

/** Samples kept of one series. */
export const SAMPLES_MAX = 65_536;

/** Of two clusters the one that holds this share of the other's samples holds nearly as many. */
const NEARLY = 0.9;

/** From so many on, samples are sorted by their digits: in three passes, however many there are. */
const MANY = 4096;
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;

const millionths = (value: number): number => Math.round(value * 1e6) / 1e6;

export class Samples {
  /** All that were added. */
  count = 0;
  private max = -Infinity;
  private kept = new Float32Array(64);
  private length = 0;
  /** A power of two. */
  private stride = 1;
  /** What was told last of the densest cluster: rules ask again and again. */
  private told: { readonly count: number; readonly width: number; readonly end: number | null } | null = null;

  add(value: number): void {
    if (value > this.max) this.max = value;
    if ((this.count++ & (this.stride - 1)) !== 0) return;
    if (this.length === this.kept.length) this.grow();
    this.kept[this.length++] = value;
  }

  private grow(): void {
    if (this.length < SAMPLES_MAX) {
      const larger = new Float32Array(this.length * 2);
      larger.set(this.kept);
      this.kept = larger;
      return;
    }
    this.stride *= 2;
    this.length /= 2;
    for (let i = 0; i < this.length; i++) this.kept[i] = this.kept[2 * i]!;
  }

  /** The values below which these shares of the samples lie, to a millionth; nulls where there are none. */
  percentiles(shares: readonly number[]): readonly (number | null)[] {
    if (this.length === 0) return shares.map(() => null);
    const sorted = this.sorted();
    // Samples are kept in single precision: what is said of them must not exceed the greatest, which is exact.
    return shares.map((share) => {
      const sample = sorted[Math.min(this.length - 1, Math.floor(share * this.length))]!;
      return Math.min(millionths(sample), this.greatest ?? sample);
    });
  }

  /**
   * The upper end of the densest cluster of samples that lie within a share of each other, the greatest cluster of
   * those that hold nearly as many; null where there are none.
   */
  densest(width: number): number | null {
    const { count, told } = this;
    if (told?.count === count && told.width === width) return told.end;
    const end = this.endOfDensest(width);
    this.told = { count, width, end };
    return end;
  }

  private sorted(): Float32Array {
    const kept = this.kept.slice(0, this.length);
    return kept.length < MANY ? kept.sort() : sortMany(kept);
  }

  private endOfDensest(width: number): number | null {
    const sorted = this.sorted();
    let [most, from, best] = [0, 0, -1];
    for (let to = 0; to < sorted.length; to++) {
      while (sorted[from]! < sorted[to]! * (1 - width)) from++;
      const count = to - from + 1;
      if (count >= most * NEARLY) best = to;
      if (count > most) most = count;
    }
    return best < 0 ? null : millionths(sorted[best]!);
  }

  /** To a millionth; null where there are none. */
  get greatest(): number | null {
    return this.count === 0 ? null : millionths(this.max);
  }
}

/** Floats as whole numbers in the same order: the bits of a negative one turned round, the sign of others set. */
function toOrdered(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    words[i] = word ^ ((word & 0x80000000) === 0 ? 0x80000000 : 0xffffffff);
  }
}

function fromOrdered(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    words[i] = word ^ ((word & 0x80000000) === 0 ? 0xffffffff : 0x80000000);
  }
}

/** The samples sorted, in their own memory or in other; as Float32Array.sort() would, in a tenth of its time. */
function sortMany(samples: Float32Array<ArrayBuffer>): Float32Array {
  let from = new Uint32Array(samples.buffer);
  let to = new Uint32Array(from.length);
  toOrdered(from);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const places = new Uint32Array(DIGITS);
    for (let i = 0; i < from.length; i++) places[(from[i]! >>> shift) & (DIGITS - 1)]!++;
    let place = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = places[digit]!;
      places[digit] = place;
      place += count;
    }
    for (let i = 0; i < from.length; i++) to[places[(from[i]! >>> shift) & (DIGITS - 1)]!++] = from[i]!;
    [from, to] = [to, from];
  }
  fromOrdered(from);
  return new Float32Array(from.buffer);
}
