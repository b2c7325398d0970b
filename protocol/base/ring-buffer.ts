// A queue that lets the first in out first, without moving what lies in it. No domain words.

const FIRST_CAPACITY = 16;

export class RingBuffer<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(FIRST_CAPACITY);
  #first = 0;
  #length = 0;

  constructor(items: readonly T[] = []) {
    for (const item of items) this.push(item);
  }

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) {
      this.#slots = [...this.toArray(), ...new Array<T | undefined>(this.#length)];
      this.#first = 0;
    }
    this.#slots[(this.#first + this.#length++) & (this.#slots.length - 1)] = item;
  }

  /** Takes out the first; undefined where there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#slots.length - 1);
    this.#length--;
    return item;
  }

  toArray(): T[] {
    const items: T[] = [];
    for (let i = 0; i < this.#length; i++) items.push(this.#slots[(this.#first + i) & (this.#slots.length - 1)] as T);
    return items;
  }
}
