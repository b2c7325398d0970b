// sheep.log of a simulated sheep: `Jan 01 00:00:01 queue_request(213) …`, in the time of Greenwich.
import type { LogLine } from '../../sheep/engine/contract.ts';
import { dateOf } from './calendar.ts';

export const LOG_PATH = 'sheep.log';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

export function logLine(wallMicros: bigint, { where, text }: LogLine): string {
  const { month, day, hour, minute, second } = dateOf(Number(wallMicros / 1_000_000n));
  const date = `${MONTHS[month - 1] ?? ''} ${two(day)}`;
  const time = `${two(hour)}:${two(minute)}:${two(second)}`;
  return `${date} ${time} ${where === null ? '' : `${where} `}${text}\n`;
}
