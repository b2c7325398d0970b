// Times as the panels write them. Pure.

const two = (value: number): string => String(value).padStart(2, '0');

/** Wall clock of a time in the zone of this computer, to the microsecond. */
export function clockText(epochNs: bigint, time: number): string {
  const micros = epochNs / 1000n + BigInt(Math.floor(time / 1000));
  const date = new Date(Number(micros / 1000n));
  const rest = String(Number(micros % 1_000_000n)).padStart(6, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${rest}`;
}

/** Seconds with six decimals. */
export function secondsText(ns: number): string {
  return (ns / 1e9).toFixed(6);
}
