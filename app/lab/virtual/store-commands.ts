// ls, du, tail and cat over the disk of a virtual node's store.
import { utf8Text } from '../../../protocol/base/bytes.ts';
import type { MemoryDisk } from '../../../protocol/sim/sheep/memory-disk.ts';
import { toolErr, toolOut, type ToolResult } from '../shell/node-view.ts';
import { partWanted, readCat, readTail, tailResult } from '../shell/tail.ts';

/** Names of the store's folder, as people know it. */
const STORE = /^(?:\/mnt\/sheepdog\/data|\/var\/lib\/sheepdog|\.\/store|store|\.)?\/?/;
const KIB = 1024;
const FOLDER_OCTETS = 4096;

const pathOf = (args: readonly string[]): string =>
  (args.find((arg) => !arg.startsWith('-') && !/^\d+$/.test(arg)) ?? 'store').replace(STORE, '').replace(/\/$/, '');
const flagsOf = (args: readonly string[]): string => args.filter((arg) => arg.startsWith('-')).join('');

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly allocated: number;
  readonly isFolder: boolean;
}

/** What lies right in a folder: its files, and folders with all that is in them. */
function entriesOf(disk: MemoryDisk, folder: string): readonly Entry[] {
  const within = folder === '' ? '' : `${folder}/`;
  const found = new Map<string, Entry>();
  for (const path of disk.folderPaths()) {
    const [name = '', ...more] = path.startsWith(within) ? path.slice(within.length).split('/') : ['', ''];
    if (name !== '' && more.length === 0) found.set(name, { name, isFolder: true, allocated: 0, size: FOLDER_OCTETS });
  }
  for (const path of disk.paths()) {
    if (!path.startsWith(within)) continue;
    const [name = '', ...more] = path.slice(within.length).split('/');
    const isFolder = more.length > 0;
    const allocated = disk.allocated(path) + (found.get(name)?.allocated ?? 0);
    const size = isFolder ? FOLDER_OCTETS : disk.sizeOf(path);
    found.set(name, { name, isFolder, allocated, size });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const noFile = (command: string, args: readonly string[]): ToolResult =>
  toolErr(`${command}: ${args.at(-1) ?? ''}: No such file or directory\n`);

function ls(disk: MemoryDisk, args: readonly string[]): ToolResult {
  const entries = entriesOf(disk, pathOf(args));
  if (entries.length === 0 && !disk.folderPaths().includes(pathOf(args))) return noFile('ls', args);
  if (!flagsOf(args).includes('l')) return toolOut(entries.map(({ name }) => `${name}\n`).join(''));
  const width = Math.max(...entries.map(({ size }) => String(size).length), 0);
  const lines = entries.map(
    ({ name, size, isFolder }) =>
      `${isFolder ? 'drwxr-x---' : '-rw-r-----'} root root ${String(size).padStart(width)} ${name}`,
  );
  const total = entries.reduce((sum, { allocated }) => sum + allocated, 0);
  return toolOut(`${[`total ${total / KIB}`, ...lines].join('\n')}\n`);
}

function humanSize(octets: number): string {
  let value = octets / KIB;
  let unit = 0;
  for (; value >= KIB && unit < 2; unit++) value /= KIB;
  return `${value >= 10 ? Math.ceil(value) : (Math.ceil(value * 10) / 10).toFixed(1)}${'KMG'[unit] ?? ''}`;
}

function du(disk: MemoryDisk, args: readonly string[]): ToolResult {
  const folder = pathOf(args);
  const entries = entriesOf(disk, folder);
  if (entries.length === 0 && !disk.folderPaths().includes(folder)) return noFile('du', args);
  const size = (octets: number): string => (flagsOf(args).includes('h') ? humanSize(octets) : `${octets / KIB}`);
  const name = args.find((arg) => !arg.startsWith('-')) ?? 'store';
  const total = entries.reduce((sum, { allocated }) => sum + allocated, 0);
  const folders = flagsOf(args).includes('s') ? [] : entries.filter(({ isFolder }) => isFolder);
  const rows = [...folders.map((entry) => [entry.allocated, `${name}/${entry.name}`] as const), [total, name] as const];
  return toolOut(rows.map(([octets, path]) => `${size(octets)}\t${path}\n`).join(''));
}

function tail(disk: MemoryDisk, command: string, args: readonly string[]): ToolResult {
  const words = command === 'cat' ? readCat(args) : readTail(args);
  if ('code' in words) return words;
  const path = words.path.replace(STORE, '');
  if (/(?:^|\/)corosync\.log$/.test(path))
    return toolErr(`${command}: the log of Corosync is not kept in a virtual lab; the notebook of its capture is\n`);
  if (!disk.has(path)) return noFile(command, args);
  const size = disk.sizeOf(path);
  const { at, length } = partWanted(words, size);
  const read = disk.carryOut({ op: 'read', path, offset: at, length });
  return tailResult(words, { octets: read.ok ? read.octets : new Uint8Array(), at, size }, utf8Text);
}

/** Null where it is none of these commands. `disk`: null in a lab without stores. */
export function storeCommand(disk: MemoryDisk | null, name: string, args: readonly string[]): ToolResult | null {
  if (!['ls', 'du', 'tail', 'cat'].includes(name)) return null;
  if (disk === null) return toolErr(`${name}: this lab has no stores\n`);
  if (name === 'ls') return ls(disk, args);
  return name === 'du' ? du(disk, args) : tail(disk, name, args);
}
