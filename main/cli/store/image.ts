// totemlab image: raw images into a sheepdog store and out of it.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SHEEP_PORT } from '../../../protocol/sheep/node-entry.ts';
import { asStoreName, copyStoreImage, makeStoreImage, type ImageSurroundings } from '../../node/images/qemu-img.ts';
import { takeOverInterrupts } from '../../node/start/interrupts.ts';
import { parseArguments, wholeNumber } from '../arguments.ts';
import { HELP } from '../help.ts';
import { complain, createProgress, type Progress } from '../output.ts';

const INTERRUPTED = 130;
const PORT_MAX = 65_535;

function wrong(says: string): number {
  complain(`image: ${says}; see totemlab image --help`);
  return 2;
}

function unreadable(path: string): number {
  complain(`image: ${path} does not exist: check its name and folder`);
  return 2;
}

/** Ctrl-C once stops cleanly, twice at once. */
function interruption(): AbortSignal {
  const stopping = new AbortController();
  takeOverInterrupts(() =>
    process.on('SIGINT', () => {
      if (stopping.signal.aborted) process.exit(INTERRUPTED);
      stopping.abort();
    }),
  );
  process.once('SIGTERM', () => stopping.abort());
  return stopping.signal;
}

async function copy(from: string, to: string, what: string, around: ImageSurroundings): Promise<number> {
  let progress: Progress | null = null;
  const code = await copyStoreImage(from, to, around, (octets, total) => {
    progress ??= createProgress(what, total);
    progress.at(octets);
  });
  (progress as Progress | null)?.end();
  return code;
}

export async function image(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('image', args, {
    address: { type: 'string', short: 'a' },
    port: { type: 'string', short: 'p' },
  });
  if (!parsed.ok) {
    complain(parsed.problem);
    return 2;
  }
  const { files, flag, text } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['image']}\n`);
    return 0;
  }
  const port = wholeNumber(text('port') ?? String(SHEEP_PORT), 1);
  if (port === null || port > PORT_MAX) return wrong(`-p: "${text('port')}" is no port`);
  const around: ImageSurroundings = {
    print: (to, words) => void process[to].write(words),
    store: { host: text('address') ?? 'localhost', port },
    pathOf: (name) => resolve(name),
    signal: interruption(),
  };
  const [command, first, second, more] = files;
  if (first === undefined || second === undefined || more !== undefined)
    return wrong('it is create NAME SIZE, import FILE NAME or export NAME FILE');
  switch (command) {
    case 'create':
      return makeStoreImage(first, second, around);
    case 'import':
      if (!existsSync(first)) return unreadable(first);
      return copy(first, asStoreName(second), 'imported', around);
    case 'export':
      return copy(asStoreName(first), second, 'exported', around);
    default:
      return wrong(`there is no "${command}": create, import and export are`);
  }
}
