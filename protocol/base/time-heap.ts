// Things that are due, earliest first; what is due together comes in the order in which it was put in. A binary heap of
// slot numbers over typed arrays. No domain words.

const FIRST_CAPACITY = 64;

interface HeapEntry<T> {
  readonly time: number;
  readonly order: number;
  readonly item: T;
}
/** Plain data; items are shared, so they must not change once they are in. */
export interface TimeHeapState<T> {
  readonly entries: readonly HeapEntry<T>[];
  readonly nextOrder: number;
}

export class TimeHeap<T> {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  #heap = new Int32Array(FIRST_CAPACITY);
  #free = new Int32Array(FIRST_CAPACITY);
  #items: (T | undefined)[] = [];
  #size = 0;
  #nextOrder = 0;

  constructor(saved?: TimeHeapState<T>) {
    for (let i = 0; i < FIRST_CAPACITY; i++) this.#free[i] = i;
    if (saved === undefined) return;
    for (const { time, order, item } of saved.entries) this.#insert(time, order, item);
    this.#nextOrder = saved.nextOrder;
  }

  get size(): number {
    return this.#size;
  }

  /** When the first is due; infinity where there is none. */
  get firstTime(): number {
    return this.#size === 0 ? Infinity : this.#times[this.#heap[0]!]!;
  }

  push(time: number, item: T): void {
    this.#insert(time, this.#nextOrder++, item);
  }

  /** Takes out the first; there must be one. */
  pop(): T {
    const first = this.#heap[0]!;
    const item = this.#items[first] as T;
    this.#items[first] = undefined;
    this.#size--;
    const size = this.#size;
    this.#free[size] = first;
    if (size > 0) this.#sink(this.#heap[size]!);
    return item;
  }

  save(): TimeHeapState<T> {
    const entries: HeapEntry<T>[] = [];
    for (let i = 0; i < this.#size; i++) {
      const slot = this.#heap[i]!;
      entries.push({ time: this.#times[slot]!, order: this.#orders[slot]!, item: this.#items[slot] as T });
    }
    return { entries, nextOrder: this.#nextOrder };
  }

  #insert(time: number, order: number, item: T): void {
    if (this.#size === this.#heap.length) this.#grow();
    const slot = this.#free[this.#size]!;
    this.#times[slot] = time;
    this.#orders[slot] = order;
    this.#items[slot] = item;
    this.#rise(slot, this.#size++);
  }

  /** Puts a slot at its place above position `at`. */
  #rise(slot: number, at: number): void {
    const heap = this.#heap;
    const time = this.#times[slot]!;
    const order = this.#orders[slot]!;
    let place = at;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = heap[parent]!;
      const otherTime = this.#times[other]!;
      if (otherTime < time || (otherTime === time && this.#orders[other]! < order)) break;
      heap[place] = other;
      place = parent;
    }
    heap[place] = slot;
  }

  /** Puts a slot at its place below the top. */
  #sink(slot: number): void {
    const heap = this.#heap;
    const size = this.#size;
    const time = this.#times[slot]!;
    const order = this.#orders[slot]!;
    let place = 0;
    for (let child = 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      const other = heap[child]!;
      const otherTime = this.#times[other]!;
      if (time < otherTime || (time === otherTime && order < this.#orders[other]!)) break;
      heap[place] = other;
      place = child;
    }
    heap[place] = slot;
  }

  #isBefore(a: number, b: number): boolean {
    const timeA = this.#times[a]!;
    const timeB = this.#times[b]!;
    return timeA < timeB || (timeA === timeB && this.#orders[a]! < this.#orders[b]!);
  }

  #grow(): void {
    const old = this.#heap.length;
    const grown = <A extends Float64Array | Int32Array>(array: A, into: A): A => {
      into.set(array);
      return into;
    };
    this.#times = grown(this.#times, new Float64Array(2 * old));
    this.#orders = grown(this.#orders, new Float64Array(2 * old));
    this.#heap = grown(this.#heap, new Int32Array(2 * old));
    this.#free = grown(this.#free, new Int32Array(2 * old));
    for (let i = old; i < 2 * old; i++) this.#free[i] = i;
  }
}
