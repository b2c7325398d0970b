// How collie 0.3.0 writes sizes, dates and names. Exact: people's scripts read them.
import { utf8Bytes } from '../base/bytes.ts';
import { printOctets, type CollieScript, type LocalTime } from './script.ts';

export function* out(text: string): CollieScript<void> {
  yield* printOctets('stdout', utf8Bytes(text));
}

export function* err(text: string): CollieScript<void> {
  yield* printOctets('stderr', utf8Bytes(text));
}

/** C's rounding to so many decimals: exact halves to the even neighbour. */
function rounded(value: number, decimals: number): string {
  const scaled = value * 10 ** decimals;
  const floor = Math.floor(scaled);
  if (scaled - floor !== 0.5) return value.toFixed(decimals);
  return ((floor % 2 === 0 ? floor : floor + 1) / 10 ** decimals).toFixed(decimals);
}

const UNITS = ['MB', 'GB', 'TB', 'PB', 'EB'];

/** `4.0 MB`, `20 MB`, `8.0 GB`; or plain octets. `room`: characters that 0.3.0 has for it, the rest is cut off. */
export function sizeText(octets: bigint, isRaw: boolean, room: number): string {
  if (isRaw) return String(octets).slice(0, room);
  let value = Number(octets) / 2 ** 20;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${rounded(value, value >= 10 ? 0 : 1)} ${UNITS[unit]}`.slice(0, room);
}

/** A size that a person typed: a number and one of k K M G T, b or nothing. Null where it is none. */
export function parseSize(text: string): number | null {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(.?)/.exec(text);
  if (match === null) return null;
  const factors: { readonly [suffix: string]: number } = {
    '': 1,
    b: 1,
    k: 2 ** 10,
    K: 2 ** 10,
    M: 2 ** 20,
    G: 2 ** 30,
    T: 2 ** 40,
  };
  const factor = factors[match[2] ?? ''];
  const value = factor === undefined ? Number.NaN : Math.trunc(Number(match[1]) * factor);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

const two = (value: number): string => String(value).padStart(2, '0');
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-23`. */
export function dateText({ year, month, day }: LocalTime): string {
  return `${year}-${two(month)}-${two(day)}`;
}

/** `00:20`. */
export function minuteText({ hour, minute }: LocalTime): string {
  return `${two(hour)}:${two(minute)}`;
}

/** `00:20:53`. */
export function clockText(time: LocalTime): string {
  return `${minuteText(time)}:${two(time.second)}`;
}

/** `Mon Nov 23 00:20:51 2026`. */
export function longText(time: LocalTime): string {
  const { weekday, month, day, year } = time;
  return `${DAYS[weekday]} ${MONTHS[month - 1]} ${String(day).padStart(2)} ${clockText(time)} ${year}`;
}

/** A name in raw output: blanks and backslashes behind a backslash. */
export function rawName(name: string): string {
  return name.replace(/[ \\]/g, '\\$&');
}
