// The calendar of worlds, which is that of Greenwich: a time since 1970 as a date.
import type { LocalTime } from '../../collie/script.ts';

const DAY = 86_400;
/** Days of 400 years, of a century, of four years, of a year. */
const [AGE, CENTURY, FOUR, YEAR] = [146_097, 36_524, 1461, 365];
/** From 1 March of the year 0 to 1970. */
const DAYS_BEFORE = 719_468;
/** 1970 began on a Thursday. */
const FIRST_WEEKDAY = 4;

/** Years are counted from March: leap days are at their ends. */
export function dateOf(seconds: number): LocalTime {
  const days = Math.floor(seconds / DAY);
  const rest = seconds - days * DAY;
  const day = days + DAYS_BEFORE;
  const age = Math.floor(day / AGE);
  const ofAge = day - age * AGE;
  const leaps = Math.floor(ofAge / (FOUR - 1)) - Math.floor(ofAge / CENTURY) + Math.floor(ofAge / (AGE - 1));
  const yearOfAge = Math.floor((ofAge - leaps) / YEAR);
  const ofYear = ofAge - (YEAR * yearOfAge + Math.floor(yearOfAge / 4) - Math.floor(yearOfAge / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: age * 400 + yearOfAge + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + FIRST_WEEKDAY) % 7) + 7) % 7,
  };
}
