// A log file of a node, with the local time in front of its lines. Lines that cannot be written are lost: a node must
// not stop over its log.
import { appendFile } from 'node:fs/promises';
import { logText, type LogLine } from '../../../app/lab/shell/corosync-log.ts';
import type { LabDialect } from '../../../app/lab/cluster.ts';

export interface LogFile {
  write(lines: readonly LogLine[]): void;
  /** Everything written so far is in the file. */
  settled(): Promise<void>;
}

export function createLogFile(path: string, dialect: LabDialect, host: string): LogFile {
  let last: Promise<void> = Promise.resolve();
  return {
    write(lines) {
      if (lines.length === 0) return;
      const now = new Date();
      const time = {
        month: now.getMonth(),
        day: now.getDate(),
        hour: now.getHours(),
        minute: now.getMinutes(),
        second: now.getSeconds(),
        ms: now.getMilliseconds(),
      };
      const text = lines.map((line) => `${logText(dialect, line, time, process.pid, host)}\n`).join('');
      last = last.then(() => appendFile(path, text)).catch(() => undefined);
    },
    settled: () => last,
  };
}
