// Sequence number comparison as Corosync does it (totemsrp.c sq_lt_compare): not plain serial arithmetic.
// No state.

const ADJUST_ABOVE = 0x80000000;
const ADJUST_BY = 0x10000;

/** a < b for u32 sequence numbers that roll over (specs/totem.md 3.1). */
export function seqLt(a: number, b: number): boolean {
  if (a > ADJUST_ABOVE || b > ADJUST_ABOVE) return (a - ADJUST_BY) >>> 0 < (b - ADJUST_BY) >>> 0;
  return a < b;
}

/** a ≤ b, see seqLt. */
export function seqLte(a: number, b: number): boolean {
  return a === b || seqLt(a, b);
}
