// The latest packets to a group, whoever sent them: what a stopped process finds first in its queue when it goes on.
// Numbers in a ring; bounded.

const KEPT = 16_384;

export class GroupLog {
  private readonly times = new Float64Array(KEPT);
  private readonly kinds = new Uint8Array(KEPT);
  private readonly senders = new Uint16Array(KEPT);
  private count = 0;

  /** `sender`: number of the address that it came from. */
  add(timeNs: number, kind: number, sender: number): void {
    const at = this.count++ % KEPT;
    this.times[at] = timeNs;
    this.kinds[at] = kind;
    this.senders[at] = sender;
  }

  /** Kind of the first packet after a time that came from none of these addresses; null where it is not known. */
  firstAfter(timeNs: number, senders: readonly number[]): number | null {
    const oldest = Math.max(0, this.count - KEPT);
    if (oldest > 0 && this.times[oldest % KEPT]! > timeNs) return null;
    let low = oldest;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle % KEPT]! <= timeNs) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.count; i++) if (!senders.includes(this.senders[i % KEPT]!)) return this.kinds[i % KEPT]!;
    return null;
  }
}
