// Standard output in large portions, waiting for its reader; what is said on standard error.

const PORTION = 1 << 16;

export interface Output {
  line(text: string): void | Promise<void>;
  flush(): Promise<void>;
}

export function createOutput(): Output {
  const stream = process.stdout;
  let pending = '';
  const write = (): Promise<void> => {
    const text = pending;
    pending = '';
    return new Promise((done) => {
      if (stream.write(text)) done();
      else stream.once('drain', done);
    });
  };
  return {
    line(text) {
      pending += `${text}\n`;
      if (pending.length >= PORTION) return write();
    },
    flush: () => (pending === '' ? Promise.resolve() : write()),
  };
}

/** One line on standard error. */
export function complain(text: string): void {
  process.stderr.write(`totemlab: ${text}\n`);
}

/** How far a longer work has got, for a person. */
export interface Progress {
  at(octets: number): void;
  end(): void;
}

const SHOW_AFTER_MS = 1000;
const SHOW_EVERY_MS = 200;

/**
 * A line on standard error that is written over, when that is a terminal and the work takes longer than a second.
 * `what` follows the octets: "12 MB of 40 MB, 30 % read".
 */
export function createProgress(what: string, total: number | null): Progress {
  const started = Date.now();
  let last = started;
  let isShown = false;
  return {
    at(octets) {
      const now = Date.now();
      if (!process.stderr.isTTY || now - started < SHOW_AFTER_MS || now - last < SHOW_EVERY_MS) return;
      last = now;
      isShown = true;
      const share =
        total === null || total === 0
          ? ''
          : ` of ${(total / 1e6).toFixed(0)} MB, ${Math.floor((100 * octets) / total)} %`;
      process.stderr.write(`\r${(octets / 1e6).toFixed(0)} MB${share} ${what} `);
    },
    end() {
      if (isShown) process.stderr.write('\r\u001b[K');
    },
  };
}
