// The list of captures opened before, in one small JSON file. A list that cannot be read is an empty one.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { RecentFile } from '../../../app/ipc/contract.ts';

export const RECENT_FILES_MAX = 10;

/** The list with `path` in front. */
export function withRecent(list: readonly string[], path: string): readonly string[] {
  return [path, ...list.filter((other) => other !== path)].slice(0, RECENT_FILES_MAX);
}

export function recentFiles(list: readonly string[]): readonly RecentFile[] {
  return list.map((path) => ({ path, name: basename(path) }));
}

export async function loadRecent(store: string): Promise<readonly string[]> {
  try {
    const list: unknown = JSON.parse(await readFile(store, 'utf8'));
    return Array.isArray(list)
      ? list.filter((path): path is string => typeof path === 'string').slice(0, RECENT_FILES_MAX)
      : [];
  } catch {
    return [];
  }
}

/** Writes the list; a disk that refuses costs the list, nothing else. */
export async function saveRecent(store: string, list: readonly string[]): Promise<void> {
  try {
    await mkdir(dirname(store), { recursive: true });
    await writeFile(store, JSON.stringify(list));
  } catch {
    return;
  }
}
