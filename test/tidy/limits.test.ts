// The sizes that keep the code readable: lines, functions, files, folders, panels.
import { describe, expect, it } from 'vitest';
import { functionsIn } from './functions.ts';
import { foldersOf, SOURCES } from './sources.ts';

const LINE_MAX = 120;
const FUNCTION_MAX = 60;
const FILE_MAX = 400;
const FOLDER_MAX = 12;
const SHELL_FILE_MAX = 150;
const PANEL_MAX = 1000;

const code = SOURCES.filter(({ path }) => !path.endsWith('.css'));
const lengthOf = (lines: readonly string[]): number => lines.length - 1;

describe('limits', () => {
  it(`lines of at most ${LINE_MAX} characters`, () => {
    const long = code.flatMap(({ path, lines }) =>
      lines.flatMap((line, i) => (line.length > LINE_MAX ? [`${path}:${i + 1} has ${line.length}`] : [])),
    );

    expect(long).toEqual([]);
  });

  it(`functions of at most ${FUNCTION_MAX} lines`, () => {
    const long = code
      .filter(({ path }) => !path.startsWith('test/'))
      .flatMap(({ path, lines }) =>
        functionsIn(lines)
          .filter(({ length }) => length > FUNCTION_MAX)
          .map(({ line, length }) => `${path}:${line} has ${length} lines`),
      );

    expect(long).toEqual([]);
  });

  it(`files of at most ${FILE_MAX} lines, and of the shell ${SHELL_FILE_MAX}`, () => {
    const max = (path: string): number => (path.startsWith('main/electron/') ? SHELL_FILE_MAX : FILE_MAX);
    const long = SOURCES.filter(({ path, lines }) => lengthOf(lines) > max(path)).map(
      ({ path, lines }) => `${path} has ${lengthOf(lines)} lines, and may have ${max(path)}`,
    );

    expect(long).toEqual([]);
  });

  it(`folders of at most ${FOLDER_MAX} source files`, () => {
    const crowded = [...foldersOf()].flatMap(([folder, children]) => {
      const files = children.filter((child) => /\.(ts|tsx|mjs|cjs)$/.test(child));
      return files.length > FOLDER_MAX ? [`${folder} has ${files.length} files`] : [];
    });

    expect(crowded).toEqual([]);
  });

  it(`panels of at most ${PANEL_MAX} lines, styles aside`, () => {
    const panels = new Map<string, number>();
    for (const { path, lines } of code) {
      const panel = /^renderer\/panels\/[^/]+\//.exec(path)?.[0];
      if (panel !== undefined) panels.set(panel, (panels.get(panel) ?? 0) + lengthOf(lines));
    }

    expect([...panels].filter(([, lines]) => lines > PANEL_MAX)).toEqual([]);
  });

  it('starts each file with what it is', () => {
    const silent = code
      .filter(({ path }) => !path.endsWith('.d.ts'))
      .filter(({ lines }) => !/^(\/\/|#!|\/\*|'use strict')/.test(lines[0] ?? ''));

    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

describe('functions are found', () => {
  const body = ['  work();', '  work();'];

  it.each([
    ['a function', ['export function f(a: number): Result<A> {', ...body, '}']],
    ['a function with a long header', ['export function f(', '  a: number,', '): { a: number } {', ...body, '}']],
    ['a function value', ['const f = (a: number): a is 1 => {', ...body, '};']],
    ['a function value with a long header', ['const f = (', '  a: number,', ') => {', ...body, '};']],
    ['an asynchronous method', ['  private async f(a: number): Promise<void> {', ...body, '  }']],
    ['a method without a type', ['  f(a, b) {', ...body, '  }']],
    ['a getter', ['  get f(): number {', ...body, '  }']],
    ['a callback', ['useEffect(() => {', ...body, '}, [a]);']],
    ['a returned function', ['  return (a) => {', ...body, '  };']],
  ])('%s', (_name, lines) => {
    expect(functionsIn(lines)).toEqual([{ line: 1, length: lines.length }]);
  });

  it.each([
    ['an object type', ['export interface F {', '  a: number;', '}']],
    ['a type literal', ['type F = {', '  a(b: number): void;', '};']],
    ['a class', ['class F extends G<(a: number) => void> {', '  a = 1;', '}']],
    ['a condition', ['  if (', '    a(b)', '  ) {', ...body, '  }']],
    ['a loop and its else', ['for (const a of b()) {', ...body, '} else if (c()) {', ...body, '}']],
    ['an object', ['const f = g({', '  a: 1,', '});']],
  ])('%s is none', (_name, lines) => {
    expect(functionsIn(lines)).toEqual([]);
  });
});
