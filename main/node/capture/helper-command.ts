// How helper processes are started: by Node, so that the cap module, which is built for Node, can be loaded.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HelperCommand } from './live-capture.ts';

/** The bundles of helpers lie in out/helpers; bundles that start them lie in out or in a folder of it. */
function helperPath(name: string): string {
  const file = join('helpers', `${name}.mjs`);
  const here = dirname(fileURLToPath(import.meta.url));
  const path = [join(here, file), join(here, '..', file)].find((candidate) => existsSync(candidate));
  return path ?? join(here, '..', file);
}

export function captureHelper(node: string = process.execPath): HelperCommand {
  return { command: node, args: [helperPath('capture-helper')] };
}

/** A helper that is told what to do by messages. */
export function helperProgram(name: 'lab-node'): { readonly node: string; readonly script: string } {
  return { node: process.execPath, script: helperPath(name) };
}
