// Times of a capture as text. No clock of our own.

/** Nanoseconds since 1970 as seconds with nine decimals. */
export function timeText(ns: bigint): string {
  const sign = ns < 0n ? '-' : '';
  const whole = ns < 0n ? -ns : ns;
  return `${sign}${whole / 1_000_000_000n}.${String(whole % 1_000_000_000n).padStart(9, '0')}`;
}

/** Wall clock of a row's time. */
export function wallClock(epochNs: bigint, timeNs: number): bigint {
  return epochNs + BigInt(Math.round(timeNs));
}
