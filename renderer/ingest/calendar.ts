// Times of logs in this machine's zone, unless they name one, and in the capture's year, unless they name one.
import type { Calendar } from '../../app/analysis/witnesses/log-time.ts';

export function calendarOf(epochNs: bigint): Calendar {
  const thisYear = new Date(Number(epochNs / 1_000_000n)).getFullYear();
  return ({ year, month, day, hour, minute, second, ms, zoneMinutes }) =>
    zoneMinutes === null
      ? new Date(year ?? thisYear, month, day, hour, minute, second, ms).getTime()
      : Date.UTC(year ?? thisYear, month, day, hour, minute - zoneMinutes, second, ms);
}
