// Times of a capture as text. No clock of our own.

/** Nanoseconds since 1970 as seconds with nine decimals. */
export function timeText(ns: bigint): string {
  const sign = ns < 0n ? '-' : '';
  const whole = ns < 0n ? -ns : ns;
  return `${sign}${whole / 1_000_000_000n}.${String(whole % 1_000_000_000n).padStart(9, '0')}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A day since 1970 as YYYY-MM-DD, counted in years that begin in March: the leap day ends them. */
function dayText(days: number): string {
  const day = days + 719_468;
  const era = Math.floor(day / 146_097);
  const ofEra = day - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  const date = ofYear - Math.floor((153 * march + 2) / 5) + 1;
  return `${year + era * 400 + (month <= 2 ? 1 : 0)}-${two(month)}-${two(date)}`;
}

/** Nanoseconds since 1970 as they stand in the file, and as a date in UTC. */
export function momentText(ns: bigint): string {
  const seconds = Number(ns / 1_000_000_000n) - (ns < 0n && ns % 1_000_000_000n !== 0n ? 1 : 0);
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return `${timeText(ns)} (${dayText(days)} ${clock} UTC)`;
}

/** Wall clock of a row's time. */
export function wallClock(epochNs: bigint, timeNs: number): bigint {
  return epochNs + BigInt(Math.round(timeNs));
}
