// Standard output in large portions, waiting for its reader; quiet when the reader goes (a closed pipe ends all).

const PORTION = 1 << 16;

export interface Output {
  line(text: string): void | Promise<void>;
  flush(): Promise<void>;
}

export function createOutput(stream: NodeJS.WriteStream = process.stdout): Output {
  let pending = '';
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
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

/** A line on standard error that is written over, when that is a terminal and the work takes longer than a second. */
export function createProgress(total: number | null): { at(octets: number): void; end(): void } {
  const started = Date.now();
  let last = started;
  let isShown = false;
  return {
    at(octets) {
      const now = Date.now();
      if (!process.stderr.isTTY || now - started < 1000 || now - last < 200) return;
      last = now;
      isShown = true;
      const share =
        total === null || total === 0
          ? ''
          : ` of ${(total / 1e6).toFixed(0)} MB, ${Math.floor((100 * octets) / total)} %`;
      process.stderr.write(`\r${(octets / 1e6).toFixed(0)} MB${share} read `);
    },
    end() {
      if (isShown) process.stderr.write('\r\u001b[K');
    },
  };
}
