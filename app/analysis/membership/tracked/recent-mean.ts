// Mean of the last hundred values, as Corosync keeps it for its token statistics. Allocates once, at the first value.

/** TOKEN_STATS_MAX of Corosync. */
const VALUES_MAX = 100;

export class RecentMean {
  private values: Float64Array | null = null;
  private count = 0;
  private sum = 0;

  add(value: number): void {
    this.values ??= new Float64Array(VALUES_MAX);
    const at = this.count++ % VALUES_MAX;
    this.sum += value - this.values[at]!;
    this.values[at] = value;
  }

  clear(): void {
    this.values?.fill(0);
    this.count = 0;
    this.sum = 0;
  }

  /** Null where there was no value yet. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sum / Math.min(this.count, VALUES_MAX);
  }
}
