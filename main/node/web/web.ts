// npm run web: the window in a browser on this computer. Says where it is, and serves until it is stopped.
import { join } from 'node:path';
import { serveWindow } from './serve-window.ts';

const FIRST_PORT = 5380;

function portAsked(args: readonly string[]): number | null {
  const at = args.indexOf('--port');
  const asked = args[at + 1] ?? '';
  if (at < 0) return FIRST_PORT;
  return /^\d{1,5}$/.test(asked) ? Number(asked) : null;
}

/** `folder`: the checkout. */
export async function web(folder: string, args: readonly string[]): Promise<void> {
  const port = portAsked(args);
  if (port === null || port > 65_535) {
    process.stderr.write('--port wants a number up to 65535: npm run web -- --port 8080\n');
    process.exit(2);
  }
  const { address, close } = await serveWindow(
    join(folder, 'out', 'renderer'),
    join(folder, 'test', 'golden', 'captures'),
    port,
  );
  process.stdout.write(`Totem Lab is at ${address} (this computer only); Ctrl-C ends it\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().then(() => process.exit(0)));
}
