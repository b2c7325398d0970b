// How the capture helper is started: by Node, so that the cap module, which is built for Node, can be loaded.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HelperCommand } from './live-capture.ts';

const HELPER = join('helpers', 'capture-helper.mjs');

/** The bundle lies in out/helpers; bundles that start it lie in out or in a folder of it. */
export function captureHelper(node: string = process.execPath): HelperCommand {
  const here = dirname(fileURLToPath(import.meta.url));
  const path = [join(here, HELPER), join(here, '..', HELPER)].find((candidate) => existsSync(candidate));
  return { command: node, args: [path ?? join(here, '..', HELPER)] };
}
