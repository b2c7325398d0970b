// Sequence numbers as a checker needs them: how far apart, what came without a gap, and sets of them as ranges.

/** How far b lies behind a on the circle: positive where b is later. */
export const distance = (a: number, b: number): number => (b - a) | 0;

export const after = (seq: number): number => (seq + 1) >>> 0;

/** What has come of one ring: everything up to `upTo`, and some behind a gap. */
export class Contiguous {
  upTo: number;
  readonly #ahead = new Set<number>();

  constructor(upTo: number) {
    this.upTo = upTo;
  }

  add(seq: number): void {
    const gap = distance(this.upTo, seq);
    if (gap <= 0) return;
    if (gap > 1) {
      this.#ahead.add(seq);
      return;
    }
    this.upTo = seq;
    while (this.#ahead.size > 0 && this.#ahead.delete(after(this.upTo))) this.upTo = after(this.upTo);
  }

  has(seq: number): boolean {
    return distance(this.upTo, seq) <= 0 || this.#ahead.has(seq);
  }
}

/** Numbers of a ring that a table keeps: twice the window of a sort queue. A power of two. */
const KEPT_MAX = 32_768;
const KEPT_FIRST = 64;

/** The newest things of a ring by their sequence numbers. Where two want one place, the later number stays. */
export class SeqTable<T extends { readonly seq: number }> {
  #slots = new Array<T | undefined>(KEPT_FIRST);

  get(seq: number): T | undefined {
    const item = this.#slots[seq & (this.#slots.length - 1)];
    return item?.seq === seq ? item : undefined;
  }

  put(item: T): void {
    for (;;) {
      const place = item.seq & (this.#slots.length - 1);
      const other = this.#slots[place];
      if (other === undefined || other.seq === item.seq || this.#slots.length === KEPT_MAX) {
        if (other === undefined || distance(other.seq, item.seq) >= 0) this.#slots[place] = item;
        return;
      }
      this.#grow();
    }
  }

  #grow(): void {
    const slots = new Array<T | undefined>(2 * this.#slots.length);
    for (const item of this.#slots) if (item !== undefined) slots[item.seq & (slots.length - 1)] = item;
    this.#slots = slots;
  }
}

/** Ascending sequence numbers, as first and last of each run of them. */
export class Runs {
  readonly #ends: number[] = [];

  add(seq: number): void {
    const last = this.#ends.at(-1);
    if (last !== undefined && after(last) === seq) this.#ends[this.#ends.length - 1] = seq;
    else this.#ends.push(seq, seq);
  }

  isSame(other: Runs): boolean {
    return this.#ends.length === other.#ends.length && this.#ends.every((end, i) => end === other.#ends[i]);
  }

  get text(): string {
    if (this.#ends.length === 0) return 'nothing';
    const runs: string[] = [];
    for (let i = 0; i < this.#ends.length; i += 2)
      runs.push(this.#ends[i] === this.#ends[i + 1] ? `${this.#ends[i]}` : `${this.#ends[i]}–${this.#ends[i + 1]}`);
    return runs.join(', ');
  }
}
