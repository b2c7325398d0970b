// The time in front of a log line: syslog's form with and without milliseconds, milliseconds since 1970, and ISO 8601
// with or without a zone. The calendar is the caller's, since it knows the local zone.
export interface LogDate {
  /** Null where the log does not say: the capture's year is meant. */
  readonly year: number | null;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
  /** Minutes east of Greenwich where the log says so; null: the local zone. */
  readonly zoneMinutes: number | null;
}
/** Milliseconds since 1970 of a date in the log's zone. */
export type Calendar = (date: LogDate) => number;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SYSLOG = /^(?:(\d{13})\s+)?([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?\d*\s/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,3})\d*)?\s*(Z|[+-]\d{2}:?\d{2})?/;

const fraction = (digits: string | undefined): number => Number((digits ?? '0').padEnd(3, '0'));

function zoneOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Milliseconds since 1970; null for a line without a time. */
export function logTime(line: string, calendar: Calendar): number | null {
  const syslog = SYSLOG.exec(line);
  if (syslog !== null) {
    // Milliseconds since 1970 in front are exact whatever the zone.
    if (syslog[1] !== undefined) return Number(syslog[1]);
    const month = MONTHS.indexOf(syslog[2] ?? '');
    if (month < 0) return null;
    const [day = 0, hour = 0, minute = 0, second = 0] = syslog.slice(3, 7).map(Number);
    const ms = fraction(syslog[7]);
    return calendar({ year: null, month, day, hour, minute, second, ms, zoneMinutes: null });
  }
  const iso = ISO.exec(line);
  if (iso === null) return null;
  const [year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0] = iso.slice(1, 7).map(Number);
  const ms = fraction(iso[7]);
  return calendar({ year, month: month - 1, day, hour, minute, second, ms, zoneMinutes: zoneOf(iso[8]) });
}

/** Where the time in front of a line ends; 0 for a line without one. */
export function afterLogTime(line: string): number {
  return (SYSLOG.exec(line) ?? ISO.exec(line))?.[0].trimEnd().length ?? 0;
}
