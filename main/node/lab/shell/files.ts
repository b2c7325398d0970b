// ls, du, tail and cat in a node's own folder, and nowhere else: a path is one inside it, whatever it says.
import { lstat, open, readdir } from 'node:fs/promises';
import { basename, join, normalize } from 'node:path';
import { toolErr, toolOut, type ToolResult } from '../../../../app/lab/shell/node-view.ts';

/** Octets of a file that are read from its end. */
const TAIL_OCTETS_MAX = 1 << 20;
const ENTRIES_MAX = 100_000;

/** Paths of the real machines, as people know them, and where they lie here. */
const KNOWN: readonly (readonly [from: RegExp, to: string])[] = [
  [/^\/var\/log\/cluster\/(?:corosync\/)?/, ''],
  [/^\/var\/lib\/sheepdog\/?/, 'store/'],
  [/^\/mnt\/sheepdog\/data\/?/, 'store/'],
];

/** A path in the folder: `..` leads no further up than to it. */
export function insideFolder(folder: string, path: string): string {
  const known = KNOWN.reduce((text, [from, to]) => text.replace(from, to), path);
  return join(folder, normalize(join('/', known)));
}

function missing(command: string, path: string, error: unknown): ToolResult {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code === 'ENOENT' ? 'No such file or directory' : code === 'ENOTDIR' ? 'Not a directory' : code;
  return toolErr(`${command}: ${path}: ${why}\n`);
}

const two = (value: number): string => String(value).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function longLine(name: string, size: number, isFolder: boolean, changed: Date): string {
  const day = String(changed.getDate()).padStart(2);
  const when = `${MONTHS[changed.getMonth()] ?? ''} ${day} ${two(changed.getHours())}:${two(changed.getMinutes())}`;
  return `${isFolder ? 'drwxr-xr-x' : '-rw-r--r--'} ${String(size).padStart(9)} ${when} ${name}`;
}

export async function ls(folder: string, args: readonly string[]): Promise<ToolResult> {
  const path = args.find((arg) => !arg.startsWith('-')) ?? '.';
  const isLong = args.some((arg) => /^-\w*l/.test(arg));
  const where = insideFolder(folder, path);
  try {
    const found = await lstat(where);
    const names = found.isDirectory() ? (await readdir(where)).sort().slice(0, ENTRIES_MAX) : [''];
    if (!isLong) return toolOut(names.map((name) => `${name === '' ? path : name}\n`).join(''));
    const lines: string[] = [];
    for (const name of names) {
      const { size, mtime, ...entry } = await lstat(join(where, name));
      const isFolder = (entry.mode & 0o170000) === 0o040000;
      lines.push(longLine(name === '' ? basename(path) : name, size, isFolder, mtime));
    }
    return toolOut(`total ${lines.length}\n${lines.map((line) => `${line}\n`).join('')}`);
  } catch (error) {
    return missing('ls', path, error);
  }
}

/** Octets on disk of a folder and all below, folders first told of below. */
async function usage(path: string, name: string, into: (readonly [octets: number, name: string])[]): Promise<number> {
  const own = await lstat(path);
  let octets = own.blocks * 512;
  if (!own.isDirectory()) return octets;
  for (const child of await readdir(path)) octets += await usage(join(path, child), `${name}/${child}`, into);
  if (into.length < ENTRIES_MAX) into.push([octets, name]);
  return octets;
}

function humanSize(octets: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let value = octets / 1024;
  let unit = 1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return value >= 10 ? `${Math.ceil(value)}${units[unit]}` : `${(Math.ceil(value * 10) / 10).toFixed(1)}${units[unit]}`;
}

export async function du(folder: string, args: readonly string[]): Promise<ToolResult> {
  const path = args.find((arg) => !arg.startsWith('-')) ?? '.';
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const found: (readonly [octets: number, name: string])[] = [];
  try {
    await usage(insideFolder(folder, path), path.replace(/\/$/, ''), found);
  } catch (error) {
    return missing('du', path, error);
  }
  const shown = flags.includes('s') ? found.slice(-1) : found;
  const size = (octets: number): string => (flags.includes('h') ? humanSize(octets) : String(Math.ceil(octets / 1024)));
  return toolOut(shown.map(([octets, name]) => `${size(octets)}\t${name}\n`).join(''));
}

/** The end of a text file; at most its last megabyte is read. */
export async function tail(folder: string, args: readonly string[], isWhole: boolean): Promise<ToolResult> {
  const numbers = args.filter((arg) => /^(-n)?-?\d+$/.test(arg)).map((arg) => Number(/\d+/.exec(arg)?.[0]));
  const path = args.find((arg) => !arg.startsWith('-') && !/^\d+$/.test(arg));
  if (path === undefined) return toolErr('tail wants a file: tail corosync.log\n');
  try {
    const file = await open(insideFolder(folder, path), 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, TAIL_OCTETS_MAX);
      const octets = new Uint8Array(length);
      await file.read(octets, 0, length, size - length);
      const lines = Buffer.from(octets).toString('utf8').replace(/\n$/, '').split('\n');
      const shown = isWhole ? lines : lines.slice(-(numbers[0] ?? 10));
      return toolOut(length === 0 ? '' : `${shown.join('\n')}\n`);
    } finally {
      await file.close();
    }
  } catch (error) {
    return missing(isWhole ? 'cat' : 'tail', path, error);
  }
}
