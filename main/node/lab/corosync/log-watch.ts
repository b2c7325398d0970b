// Reads a daemon's log as it grows, line by line.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const LOOK_MS = 100;
const OCTETS_AT_ONCE = 1 << 16;

export class LogWatch {
  private readonly path: string;
  private readonly tell: (line: string) => void;
  private readonly timer: NodeJS.Timeout;
  private at: number;
  private rest = '';

  /** What was there before is not told. */
  constructor(path: string, tell: (line: string) => void) {
    this.path = path;
    this.tell = tell;
    this.at = existsSync(path) ? statSync(path).size : 0;
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }

  private look(): void {
    if (!existsSync(this.path)) return;
    const size = statSync(this.path).size;
    if (size <= this.at) {
      this.at = Math.min(this.at, size);
      return;
    }
    const octets = Buffer.alloc(Math.min(size - this.at, OCTETS_AT_ONCE));
    const file = openSync(this.path, 'r');
    try {
      this.at += readSync(file, octets, 0, octets.length, this.at);
    } finally {
      closeSync(file);
    }
    const lines = (this.rest + octets.toString('utf8')).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.tell(line);
  }

  /** Tells what has come since, and no more. */
  close(): void {
    this.look();
    clearInterval(this.timer);
  }
}
