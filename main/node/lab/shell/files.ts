// ls, du, tail, cat and rm in a node's own folder, and nowhere else: a path is one inside it, whatever it says.
import type { Stats } from 'node:fs';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { toolErr, toolOut, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
import { partWanted, readCat, readTail, tailResult } from '../../../../app/lab/shell/tail.ts';

const ENTRIES_MAX = 100_000;

/** Paths of the real machines, as people know them, and where they lie here. */
const KNOWN: readonly (readonly [from: RegExp, to: string])[] = [
  [/^\/var\/log\/(?:(?:cluster|corosync)\/)*/, ''],
  [/^\/var\/lib\/sheepdog\/?/, 'store/'],
  [/^\/mnt\/sheepdog\/data\/?/, 'store/'],
  [/^sheep\.log$/, 'store/sheep.log'],
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

const KINDS: { readonly [kind: number]: string } = { 0o040000: 'd', 0o120000: 'l' };

/** `drwxr-x---`, as ls writes the mode of a file. */
function modeText(mode: number): string {
  const bits = Array.from('rwxrwxrwx', (letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-'));
  return `${KINDS[mode & 0o170000] ?? '-'}${bits.join('')}`;
}

/** Users and groups by number, but root. */
const userName = (id: number): string => (id === 0 ? 'root' : String(id));

interface Listed {
  readonly name: string;
  readonly stat: Stats;
}

/** Lines of ls -l: mode, links, owner, group, octets, time, name; columns as wide as they need to be. */
function longLines(listed: readonly Listed[]): readonly string[] {
  const rows = listed.map(({ name, stat }) => {
    const { mtime: at } = stat;
    const day = String(at.getDate()).padStart(2);
    const when = `${MONTHS[at.getMonth()] ?? ''} ${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
    const sizes = [String(stat.nlink), userName(stat.uid), userName(stat.gid), String(stat.size)];
    return { mode: modeText(stat.mode), sizes, end: `${when} ${name}` };
  });
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...rows.map(({ sizes }) => sizes[i]?.length ?? 0)));
  return rows.map(({ mode, sizes, end }) => {
    const [links, owner, group, octets] = sizes.map((text, i) =>
      i === 0 || i === 3 ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0),
    );
    return `${mode} ${links} ${owner} ${group} ${octets} ${end}`;
  });
}

export async function ls(folder: string, args: readonly string[]): Promise<ToolResult> {
  const path = args.find((arg) => !arg.startsWith('-')) ?? '.';
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const where = insideFolder(folder, path);
  try {
    const found = await lstat(where);
    if (!found.isDirectory())
      return toolOut(`${flags.includes('l') ? longLines([{ name: path, stat: found }])[0] : path}\n`);
    const all = (await readdir(where)).sort().slice(0, ENTRIES_MAX);
    const names = [
      ...(flags.includes('a') ? ['.', '..'] : []),
      ...all.filter((name) => flags.includes('a') || !name.startsWith('.')),
    ];
    if (!flags.includes('l')) return toolOut(names.map((name) => `${name}\n`).join(''));
    const listed = await Promise.all(names.map(async (name) => ({ name, stat: await lstat(join(where, name)) })));
    const blocks = listed.reduce((sum, { stat }) => sum + stat.blocks, 0);
    return toolOut(`${[`total ${blocks / 2}`, ...longLines(listed)].join('\n')}\n`);
  } catch (error) {
    return missing('ls', path, error);
  }
}

/** rm [-r] [-f] PATH…: what lies in the node's folder; a `*` at the end of a path is all that lies there. */
export async function rmFiles(folder: string, args: readonly string[]): Promise<ToolResult> {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const options = { recursive: flags.includes('r') || flags.includes('R'), force: flags.includes('f') };
  const paths = args.filter((arg) => !arg.startsWith('-'));
  if (paths.length === 0) return toolErr('rm wants a file: rm -rf /mnt/sheepdog/data\n');
  for (const path of paths) {
    const where = insideFolder(folder, path.replace(/\*$/, ''));
    try {
      const wanted = path.endsWith('*') ? (await readdir(where)).map((name) => join(where, name)) : [where];
      for (const one of wanted) await rm(one, options);
    } catch (error) {
      if (!options.force) return missing('rm', path, error);
    }
  }
  return toolOut('');
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

/** The end of a text file, also as it grows; at most a megabyte at once. */
export async function tail(folder: string, args: readonly string[], command: 'tail' | 'cat'): Promise<ToolResult> {
  const words = command === 'cat' ? readCat(args) : readTail(args);
  if ('code' in words) return words;
  try {
    const file = await open(insideFolder(folder, words.path), 'r');
    try {
      const { size } = await file.stat();
      const { at, length } = partWanted(words, size);
      const octets = new Uint8Array(length);
      const { bytesRead } = await file.read(octets, 0, length, at);
      const part = { octets: octets.subarray(0, bytesRead), at, size };
      return tailResult(words, part, (text) => Buffer.from(text).toString('utf8'));
    } finally {
      await file.close();
    }
  } catch (error) {
    return missing(command, words.path, error);
  }
}
