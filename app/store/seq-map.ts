// A number for each sequence number of a ring: dense near the first one, a map beyond, so that a hostile capture cannot
// make it large. 0 stands for none.

/** Sequence numbers further than this from the first are kept in a map. */
const DENSE_MAX = 4_194_304;
/** Entries of the map; further ones are forgotten oldest first. */
const SPARSE_MAX = 262_144;

export class SeqMap {
  /** The first sequence number seen, -1 before it. */
  base = -1;
  /** Distinct sequence numbers set. */
  size = 0;
  private dense = new Uint32Array(256);
  private readonly sparse = new Map<number, number>();

  get(seq: number): number {
    const index = seq - this.base;
    return index >= 0 && index < this.dense.length ? this.dense[index]! : (this.sparse.get(seq) ?? 0);
  }

  set(seq: number, value: number): void {
    if (this.base < 0) this.base = seq;
    if (this.get(seq) === 0) this.size++;
    const index = seq - this.base;
    if (index < 0 || index >= DENSE_MAX) {
      if (this.sparse.size >= SPARSE_MAX)
        for (const oldest of this.sparse.keys()) if (this.sparse.delete(oldest)) break;
      this.sparse.set(seq, value);
      return;
    }
    if (index >= this.dense.length) {
      const larger = new Uint32Array(Math.max(index + 1, this.dense.length * 2));
      larger.set(this.dense);
      this.dense = larger;
    }
    this.dense[index] = value;
  }
}
