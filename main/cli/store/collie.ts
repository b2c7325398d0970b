// The program collie: the commands of collie 0.3.0 over TCP and the process's own streams.
import { collie } from '../../../protocol/collie/collie.ts';
import type { LocalTime } from '../../../protocol/collie/script.ts';
import { exchange } from '../../node/sheep-client.ts';

function localTime(seconds: bigint): LocalTime {
  const date = new Date(Number(seconds) * 1000);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    weekday: date.getDay(),
  };
}

/** Standard input in the portions that are asked for. */
function createInput(): (length: number) => Promise<Uint8Array> {
  let left: Uint8Array = new Uint8Array(0);
  let chunks: AsyncIterator<Buffer> | null = null;
  return async (length) => {
    chunks ??= process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    while (left.length === 0) {
      const next = await chunks.next();
      if (next.done === true) return new Uint8Array(0);
      left = next.value;
    }
    const taken = left.subarray(0, length);
    left = left.subarray(taken.length);
    return taken;
  };
}

function print(to: 'stdout' | 'stderr', octets: Uint8Array): Promise<void> {
  return new Promise((done) => {
    if (process[to].write(octets)) done();
    else process[to].once('drain', done);
  });
}

/** Runs one command line, without the word `collie`; its exit code. */
async function runCollie(words: readonly string[]): Promise<number> {
  const script = collie(words, process.stdout.isTTY);
  const read = createInput();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  let step = script.next();
  while (step.done !== true) {
    const asked = step.value;
    if (asked.ask === 'exchange') step = script.next(await exchange(asked));
    else if (asked.ask === 'read') step = script.next(await read(asked.length));
    else if (asked.ask === 'now') step = script.next(BigInt(Date.now()) * 1000n);
    else if (asked.ask === 'local-time') step = script.next(localTime(asked.seconds));
    else {
      await print(asked.to, asked.octets);
      step = script.next();
    }
  }
  return step.value;
}

process.exit(await runCollie(process.argv.slice(2)));
