// Memory that the data of large requests arrives in, used again once the sheep is done with it. V8 collects garbage for
// every 64 MiB of such memory that is made: what a sheep stores in a second would cost tens of collections.

/** A data object: the most that is set aside at once for data that a header announces; it need not come. */
const PORTION_OCTETS = 4 * 1024 * 1024;
/** Less is made anew each time. */
const KEPT_MIN = 1024 * 1024;
/** Kept for later: no more than a few clients have under way at once, and no longer than they go on. */
const KEPT_MAX = 16;
const KEPT_MS = 2000;

interface Lent {
  readonly memory: Buffer;
  /** Effects under way that have octets of it. */
  uses: number;
  isDone: boolean;
}

export class Portions {
  /** What is never given back is garbage like any other. */
  private readonly lent = new WeakMap<ArrayBufferLike, Lent>();
  private readonly kept: Buffer[] = [];
  private timer: NodeJS.Timeout | null = null;

  /** Memory for octets of one request: as many, or as many as there are in one portion. */
  take(octets: number): Buffer {
    if (octets < KEPT_MIN) return Buffer.allocUnsafeSlow(octets);
    const memory = this.kept.pop() ?? Buffer.allocUnsafeSlow(PORTION_OCTETS);
    this.lent.set(memory.buffer, { memory, uses: 0, isDone: false });
    return memory.subarray(0, octets);
  }

  /** An effect with these octets begins. To be called once when it is over. */
  use(parts: readonly Uint8Array[]): () => void {
    const used = this.lentOf(parts);
    for (const lent of used) lent.uses++;
    return () => {
      for (const lent of used) {
        lent.uses--;
        this.giveBack(lent);
      }
    };
  }

  /** No further effect will have octets of the memory that these lie in. */
  done(parts: readonly Uint8Array[]): void {
    for (const lent of this.lentOf(parts)) {
      lent.isDone = true;
      this.giveBack(lent);
    }
  }

  private lentOf(parts: readonly Uint8Array[]): readonly Lent[] {
    return parts.map(({ buffer }) => this.lent.get(buffer)).filter((lent) => lent !== undefined);
  }

  private giveBack(lent: Lent): void {
    const { memory, uses, isDone } = lent;
    // Of a memory that was lent again meanwhile nothing is known here any more.
    if (!isDone || uses > 0 || this.lent.get(memory.buffer) !== lent) return;
    this.lent.delete(memory.buffer);
    if (this.kept.length < KEPT_MAX) this.kept.push(memory);
    this.timer ??= setTimeout(() => (this.kept.length = 0), KEPT_MS).unref();
    this.timer.refresh();
  }
}
