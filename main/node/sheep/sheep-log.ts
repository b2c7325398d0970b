// sheep.log of a sheep of ours: `Nov 23 00:08:10 queue_request(213) …`, as sheepdog 0.3.0 writes it.
import { appendFile } from 'node:fs/promises';
import type { LogLine } from '../../../protocol/sheep/engine/contract.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

function clock(now: Date): string {
  const day = `${MONTHS[now.getMonth()] ?? ''} ${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}

export interface SheepLog {
  write(line: LogLine): void;
  settled(): Promise<void>;
}

/** Debug lines are left out unless they are asked for. Lines that cannot be written are lost: the sheep goes on. */
export function createSheepLog(path: string, isDebug: boolean): SheepLog {
  let last: Promise<void> = Promise.resolve();
  return {
    write({ level, where, text }) {
      if (level === 'debug' && !isDebug) return;
      const line = `${clock(new Date())} ${where === null ? '' : `${where} `}${text}\n`;
      last = last.then(() => appendFile(path, line)).catch(() => undefined);
    },
    settled: () => last,
  };
}
