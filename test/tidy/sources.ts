// The project's own files, for the tidy tests: paths, text, lines, imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['protocol', 'app', 'main', 'renderer', 'test', 'scripts', 'bin'];
const NOT_OURS = ['node_modules', 'out', 'dist', 'coverage', '.tsbuild', '.git', '.cache', 'test-results', 'captures'];
const SKIPPED = new Set([...NOT_OURS, 'screenshots']);

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

const IMPORT = new RegExp(
  [
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]/,
    /(?:^|\n)\s*import\s*['"]([^'"]+)['"]/,
    /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/,
    /\bnew URL\(\s*['"]([^'"]+\.ts)['"]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

export function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = match.slice(1).find((group) => group !== undefined) ?? '';
    return target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), target)).replaceAll('\\', '/') : target;
  });
}

const toPath = (file: string): string => relative(ROOT, file).replaceAll('\\', '/');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const paths = FOLDERS.flatMap((folder) => filesBelow(join(ROOT, folder))).map(toPath);

export const SOURCES: readonly Source[] = paths
  .filter((path) => /\.(ts|tsx|mjs|cjs|css)$/.test(path))
  .map((path) => {
    const text = read(path);
    return { path, text, lines: text.split('\n'), imports: path.endsWith('.css') ? [] : importsOf(path, text) };
  });

/** Every text of the checkout: sources, documents, configuration; not the lock file, which npm writes. */
export const TEXTS: readonly { readonly path: string; readonly lines: readonly string[] }[] = filesBelow(ROOT)
  .map(toPath)
  .filter((path) => /(\.(ts|tsx|mjs|cjs|css|html|md|json|ya?ml|txt|svg)|^[^.]+|^\.[\w./]+)$/.test(path))
  .filter((path) => path !== 'package-lock.json')
  .map((path) => ({ path, lines: read(path).split('\n') }));

/** Every folder with files of ours, by its path, and its children. */
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

/** Text of a folder's README.md, or null. */
export function readmeOf(folder: string): string | null {
  const path = `${folder}/README.md`;
  return paths.includes(path) ? read(path) : null;
}
