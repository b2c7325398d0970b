// Chance that can be repeated: xoshiro128** (Blackman, Vigna 2018) over integers, so that a seed gives the same numbers
// on every machine. Not for secrets.

/** The four words of a generator: plain data. */
export type PrngState = readonly [number, number, number, number];

const GOLDEN_RATIO = 0x9e3779b9;
const FRACTION_BITS = 16;
const FRACTION = 1 << FRACTION_BITS;
/** Longer runs of tries than this happen once in e^64 draws. */
const EXPONENTIAL_WHOLE_MAX = 64;

/** One word well mixed (the finaliser of murmur3): turns seeds and labels that are near each other into far words. */
function mixed(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(state: PrngState) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /** The generator of a seed (its low 53 bits count) and of labels: other labels, independent numbers. */
  static of(seed: number, ...labels: readonly number[]): Prng {
    let word = mixed(seed ^ mixed(Math.floor(seed / 0x1_0000_0000) + GOLDEN_RATIO));
    for (const label of labels) word = mixed(Math.imul(word, 31) + mixed(label + GOLDEN_RATIO));
    const next = (): number => {
      word = (word + GOLDEN_RATIO) >>> 0;
      return mixed(word);
    };
    return new Prng([next(), next(), next(), next() | 1]);
  }

  /** A whole number from 0 to 2^32 − 1. */
  u32(): number {
    const result = Math.imul(rotated(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotated(this.#d, 11);
    return result;
  }

  /** A whole number from 0 to n − 1, each as likely; n from 1 to 2^32. */
  below(n: number): number {
    const fair = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let drawn = this.u32();
    while (drawn >= fair) drawn = this.u32();
    return drawn % n;
  }

  /** A whole number from least to most, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True `times` times out of `outOf`. */
  chance(times: number, outOf: number): boolean {
    return times > 0 && this.below(outOf) < times;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /**
   * A whole number of exponential distribution around `mean` (below 2^30), by comparisons alone (von Neumann 1951):
   * logarithms differ between machines.
   */
  exponential(mean: number): number {
    for (let whole = 0; whole < EXPONENTIAL_WHOLE_MAX; whole++) {
      const first = this.u32();
      let last = first;
      let falls = 0;
      for (let next = this.u32(); next < last; next = this.u32()) {
        last = next;
        falls++;
      }
      if (falls % 2 === 0) return Math.floor((mean * (whole * FRACTION + (first >>> FRACTION_BITS))) / FRACTION);
    }
    return mean * EXPONENTIAL_WHOLE_MAX;
  }

  save(): PrngState {
    return [this.#a, this.#b, this.#c, this.#d];
  }
}
