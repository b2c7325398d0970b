// The sizes that keep the code readable: lines, functions, files, folders; and words that mean unfinished.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILE_PATHS, foldersOf, ROOT, SOURCES } from './sources.ts';

const LINE_MAX = 120;
const FUNCTION_MAX = 60;
const FILE_MAX = 400;
const FOLDER_MAX = 12;
const SHELL_FILE_MAX = 150;
const PANEL_MAX = 500;

/** Starts of functions and methods, by the indentation of their first line: they end where it comes back with a brace. */
const OPENS =
  /^(\s*)(?:export\s+)?(?:private\s+|protected\s+|public\s+|static\s+|override\s+)*(?:async\s+)?(?:function\b.*|(?:get\s+|set\s+|\*\s*)?[\w$]+\s*(?:<[^>]*>)?\([^;]*\)(?::\s*[^={]+)?\s*|const\s+\w+\s*(?::[^=]+)?=\s*(?:async\s*)?(?:\([^;]*\)|\w+)(?::\s*[^=]+)?\s*=>\s*)\{\s*$/;
const STATEMENTS = /^\s*(if|for|while|switch|catch|else|return|do|try|with)\b/;

function longFunctions(path: string, lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, start) => {
    const match = STATEMENTS.test(line) ? null : OPENS.exec(line);
    if (match === null) return [];
    const indent = match[1] ?? '';
    const end = lines.findIndex((other, i) => i > start && other.startsWith(`${indent}}`));
    const length = end - start + 1;
    return end > 0 && length > FUNCTION_MAX ? [`${path}:${start + 1} has ${length} lines`] : [];
  });
}

const code = SOURCES.filter(({ path }) => !path.endsWith('.css'));
const own = code.filter(({ path }) => !path.startsWith('test/'));

describe('limits', () => {
  it(`lines of at most ${LINE_MAX} characters`, () => {
    const isTable = (path: string): boolean => path.endsWith('sober128-sbox.ts');
    const long = own
      .filter(({ path }) => !isTable(path))
      .flatMap(({ path, lines }) => lines.flatMap((line, i) => (line.length > LINE_MAX ? [`${path}:${i + 1}`] : [])));
    expect(long).toEqual([]);
  });

  it(`functions of at most ${FUNCTION_MAX} lines`, () => {
    expect(own.flatMap(({ path, lines }) => longFunctions(path, lines))).toEqual([]);
  });

  it('would see a long function', () => {
    const lines = [
      'export function tooLong(): void {',
      ...Array.from({ length: FUNCTION_MAX }, () => '  work();'),
      '}',
    ];
    expect(longFunctions('x.ts', lines)).toEqual([`x.ts:1 has ${FUNCTION_MAX + 2} lines`]);
  });

  it(`files of at most ${FILE_MAX} lines, and of the shell ${SHELL_FILE_MAX}`, () => {
    const max = (path: string): number => (path.startsWith('main/electron/') ? SHELL_FILE_MAX : FILE_MAX);
    expect(
      SOURCES.filter(({ path, lines }) => lines.length - 1 > max(path)).map(
        ({ path, lines }) => `${path}: ${lines.length - 1}`,
      ),
    ).toEqual([]);
  });

  it(`folders of at most ${FOLDER_MAX} files, and panels of at most ${PANEL_MAX} lines`, () => {
    const crowded = [...foldersOf()].flatMap(([folder, children]) => {
      const files = children.filter((child) => /\.(ts|tsx|mjs)$/.test(child) && !folder.startsWith('test'));
      return files.length > FOLDER_MAX ? [`${folder}: ${files.length} files`] : [];
    });
    expect(crowded).toEqual([]);
    const panels = new Map<string, number>();
    for (const { path, lines } of own) {
      const panel = /^renderer\/panels\/[^/]+\//.exec(path)?.[0];
      if (panel !== undefined) panels.set(panel, (panels.get(panel) ?? 0) + lines.length - 1);
    }
    expect([...panels].filter(([, lines]) => lines > PANEL_MAX)).toEqual([]);
  });

  it('starts each file with what it is', () => {
    const silent = code.filter(
      ({ path, lines }) =>
        !(lines[0] ?? '').startsWith('//') && !(lines[0] ?? '').startsWith('#!') && !path.endsWith('.d.ts'),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

describe('words', () => {
  it('none that mean unfinished, no path of a machine, no registry', () => {
    const unfinished = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X\\b', 'HA' + 'CK\\b', 'not impl' + 'emented'].join('|'),
    );
    const machine = new RegExp(
      `(^|[^\\w.])/(${['wo' + 'rk', 'fa' + 'rm', 'ho' + 'me', 'ro' + 'ot'].join('|')})/|registry\\.npm`,
    );
    const found = SOURCES.flatMap(({ path, lines }) =>
      lines.flatMap((line, i) =>
        unfinished.test(line) || machine.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [],
      ),
    );
    expect(found).toEqual([]);
  });

  it('no host name in the lock file', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    expect(lock.match(/"resolved"|https?:\/\/[^"]*\.(tgz|tar)/g)).toBeNull();
  });
});

describe('folder readmes', () => {
  it('name every child of every source folder', () => {
    const missing = [...foldersOf()]
      .filter(([folder]) => !folder.startsWith('test/') && !/^(bin|scripts)/.test(folder))
      .flatMap(([folder, children]) => {
        const readme = readmeOf(folder);
        if (readme === null) return [`${folder} has no README.md`];
        return children
          .filter((child) => !['README.md', 'tsconfig.json'].includes(child) && !readme.includes(`\`${child}\``))
          .map((child) => `${folder}/README.md does not name ${child}`);
      });
    expect(missing).toEqual([]);
  });
});

function readmeOf(folder: string): string | null {
  const path = `${folder}/README.md`;
  return FILE_PATHS.includes(path) ? readFileSync(join(ROOT, path), 'utf8') : null;
}
