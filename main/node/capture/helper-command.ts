// How helper processes are started: on the runtime that this process runs on, Electron as Node where it is Electron;
// the cap module alone is built for Node, and needs one.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaptureBackend } from '../../../app/session/live-capture.ts';
import type { HelperCommand } from './live-capture.ts';

/** The bundles of helpers lie in out/helpers; bundles that start them lie in out or in a folder of it. */
function helperPath(name: string): string {
  const file = join('helpers', `${name}.mjs`);
  const here = dirname(fileURLToPath(import.meta.url));
  const path = [join(here, file), join(here, '..', file)].find((candidate) => existsSync(candidate));
  // Packaged, helpers lie beside the archive: Node cannot load modules out of it.
  return (path ?? join(here, '..', file)).replace(/\.asar(?=[\\/])/, '.asar.unpacked');
}

const AS_NODE = { ELECTRON_RUN_AS_NODE: '1' } as const;
const isElectron = (): boolean => 'electron' in process.versions;

/** The first Node on the search path; this process's own runtime where there is none. */
function nodeProgram(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? process.execPath;
}

export function captureHelper(backend: CaptureBackend): HelperCommand {
  const command = backend === 'cap' && isElectron() ? nodeProgram() : process.execPath;
  return { command, args: [helperPath('capture-helper')], env: { ...process.env, ...AS_NODE } };
}

/** A helper that is told what to do by messages. */
export function helperProgram(name: 'lab-node'): { readonly node: string; readonly script: string } {
  return { node: process.execPath, script: helperPath(name) };
}
