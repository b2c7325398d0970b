// Numbers by chance from a seed: the same seed, the same numbers (xoshiro128**, integers only).

export interface Random {
  /** From 0 below `below`. */
  below(below: number): number;
  /** True once in `times`. */
  oneIn(times: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Where the generator stands. */
  save(): readonly number[];
  restore(words: readonly number[]): void;
}

export function random(seed: number): Random {
  let [a, b, c, d] = [seed | 0, 0x9e3779b9 ^ seed, 0x243f6a88, 0xb7e15162].map((word) =>
    Math.imul(word ^ 0x5bd1e995, 0x2545f491),
  );
  const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b ?? 0, 5), 7), 9);
    const t = (b ?? 0) << 9;
    c = (c ?? 0) ^ (a ?? 0);
    d = (d ?? 0) ^ (b ?? 0);
    b = (b ?? 0) ^ c;
    a = (a ?? 0) ^ d;
    c ^= t;
    d = rotate(d, 11);
    return result >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  const below = (limit: number): number => next() % limit;
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    save: () => [a ?? 0, b ?? 0, c ?? 0, d ?? 0],
    restore: (words) => {
      [a, b, c, d] = words;
    },
  };
}
