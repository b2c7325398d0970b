// What was sent under which sequence number, of all rings: the recent ones, in pages, so that no capture makes it large
// however its numbers jump. Numbers only; what they mean is the caller's.

const PAGE_BITS = 8;
const PAGE_SEQS = 1 << PAGE_BITS;
const PAGES_PER_RING = 2 ** (32 - PAGE_BITS);
/** Pages of all rings, 1 KB each; beyond it the oldest are forgotten. 8 million consecutive multicasts. */
export const SENT_PAGES_MAX = 32_768;

export class SentWindow {
  private readonly pages = new Map<number, Uint32Array>();
  private lastKey = -1;
  private lastPage: Uint32Array | null = null;

  private page(ring: number, seq: number): Uint32Array | null {
    const key = ring * PAGES_PER_RING + (seq >>> PAGE_BITS);
    if (key === this.lastKey) return this.lastPage;
    this.lastKey = key;
    this.lastPage = this.pages.get(key) ?? null;
    return this.lastPage;
  }

  /** What was set for the sequence number; 0 where nothing was, or it is forgotten. */
  get(ring: number, seq: number): number {
    return this.page(ring, seq)?.[seq & (PAGE_SEQS - 1)] ?? 0;
  }

  /** `value`: u32, not 0. */
  set(ring: number, seq: number, value: number): void {
    let page = this.page(ring, seq);
    if (page === null) {
      if (this.pages.size >= SENT_PAGES_MAX)
        for (const oldest of this.pages.keys()) if (this.pages.delete(oldest)) break;
      page = new Uint32Array(PAGE_SEQS);
      this.pages.set(this.lastKey, page);
      this.lastPage = page;
    }
    page[seq & (PAGE_SEQS - 1)] = value;
  }

  /** How many remembered sequence numbers of each ring lie beyond the one that `highest` gives for it. */
  countsBeyond(highest: (ring: number) => number): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const [key, page] of this.pages) {
      const ring = Math.floor(key / PAGES_PER_RING);
      const first = (key % PAGES_PER_RING) * PAGE_SEQS;
      const last = highest(ring);
      if (first + PAGE_SEQS - 1 <= last) continue;
      let count = counts.get(ring) ?? 0;
      for (let i = Math.max(0, last + 1 - first); i < PAGE_SEQS; i++) if (page[i] !== 0) count++;
      counts.set(ring, count);
    }
    return counts;
  }
}
