// The program collie: the commands of collie 0.3.0 over TCP and the process's own streams.
import { collie } from '../../../protocol/collie/collie.ts';
import { runScript } from '../../node/sheep/collie-runner.ts';

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
function runCollie(words: readonly string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return runScript(collie(words, process.stdout.isTTY), { print, read: createInput() });
}

// No await at the top: the bundle is CommonJS, which Node starts sooner.
void runCollie(process.argv.slice(2)).then((code) => process.exit(code));
