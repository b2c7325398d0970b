// The project's own source files, for the tidy tests: text, lines, imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['protocol', 'app', 'main', 'renderer', 'test', 'scripts', 'bin'];
const SKIPPED = new Set(['node_modules', 'out', '.tsbuild', 'captures', 'screenshots']);

export interface Source {
  /** From the top of the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** Paths of the project's own files that it imports, and names of packages. */
  readonly imports: readonly string[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? '';
    return target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), target)).replaceAll('\\', '/') : target;
  });
}

const paths = FOLDERS.flatMap((folder) => filesBelow(join(ROOT, folder))).map((path) =>
  relative(ROOT, path).replaceAll('\\', '/'),
);

export const SOURCES: readonly Source[] = paths
  .filter((path) => /\.(ts|tsx|mjs|css)$/.test(path))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, lines: text.split('\n'), imports: path.endsWith('.css') ? [] : importsOf(path, text) };
  });

/** Every folder with files of ours, by its path. */
export function foldersOf(all: readonly string[] = paths): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, Set<string>>();
  for (const path of all) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const children = folders.get(folder) ?? new Set();
      children.add(parts[depth] ?? '');
      folders.set(folder, children);
    }
  }
  return new Map([...folders].map(([folder, children]) => [folder, [...children].sort()]));
}

export const FILE_PATHS: readonly string[] = paths;
