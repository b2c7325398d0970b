// What the checkout says of itself: a README in every folder that names its children, and words that must not be there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldersOf, readmeOf, ROOT, TEXTS } from './sources.ts';

/** Tests mirror the source tree, which has its own documents: of them only the top folder is asked. */
const isMirror = (folder: string): boolean => folder.startsWith('test/');
const NEEDS_NO_NAME = new Set(['README.md', 'tsconfig.json']);

function unnamed(readme: string, children: readonly string[]): readonly string[] {
  return children.filter((child) => !NEEDS_NO_NAME.has(child) && !readme.includes(`\`${child}\``));
}

describe('folder readmes', () => {
  it('name every file and folder of every source folder in backticks', () => {
    const missing = [...foldersOf()]
      .filter(([folder]) => !isMirror(folder))
      .flatMap(([folder, children]) => {
        const readme = readmeOf(folder);
        if (readme === null) return [`${folder} has no README.md`];
        return unnamed(readme, children).map((child) => `${folder}/README.md does not name \`${child}\``);
      });

    expect(missing).toEqual([]);
  });

  it('name nothing that is gone', () => {
    const folders = foldersOf();
    const stale = [...folders].flatMap(([folder, children]) =>
      [...(readmeOf(folder) ?? '').matchAll(/^\| `([^`]+)` \|/gm)]
        .map(([, name]) => name ?? '')
        .filter((name) => !children.includes(name.replace(/\/$/, '')))
        .map((name) => `${folder}/README.md names \`${name}\`, which does not exist`),
    );

    expect(stale).toEqual([]);
  });

  it('would be seen lacking', () => {
    expect(unnamed('| `a.ts` | what |', ['a.ts', 'b.ts', 'README.md'])).toEqual(['b.ts']);
  });
});

/** Written in pieces, so that this file does not hold them. */
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
const FOLDERS = ['wo' + 'rk', 'ho' + 'me', 'ro' + 'ot', 'Us' + 'ers', 'tm' + 'p'].join('|');
const MACHINE = new RegExp(`(^|[^\\w.}/])/(${FOLDERS})/|\\b[A-Z]:\\\\\\\\?(${FOLDERS})`);
/** What a person reads names only documents that there are: of the project, of Corosync, of the world. */
const ELSEWHERE = /['"`][^'"`]*\b(specs \d|(legacy|modern)-facts|signatures \d)/;
const REGISTRY = new RegExp(`registry\\.(npm|yarn)|${'unp' + 'kg'}\\.com|${'np' + 'mjs'}|${'artif' + 'actory'}`, 'i');

describe('words', () => {
  it.each([
    ['that mean unfinished', UNFINISHED],
    ["that are paths of one machine's folders", MACHINE],
    ['that are hosts of registries', REGISTRY],
    ['that name documents which are not here', ELSEWHERE],
  ])('none %s', (_what, pattern) => {
    const found = TEXTS.flatMap(({ path, lines }) =>
      lines.flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 100)}`] : [])),
    );

    expect(found).toEqual([]);
  });

  it('no address of a registry in the lock file', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');

    expect(lock.match(/"resolved"|https?:\/\/[^"]*\.(tgz|tar)/g)).toBeNull();
  });

  it('would be seen', () => {
    expect(UNFINISHED.test(`// ${'TO' + 'DO'}: later`)).toBe(true);
    expect(MACHINE.test(`read('/${'ho' + 'me'}/someone/x.pcap')`)).toBe(true);
    expect(ELSEWHERE.test(`reference: '${'spec' + 's'} 7.5',`)).toBe(true);
    expect(MACHINE.test("import { work } from '../work/x.ts'")).toBe(false);
    expect(REGISTRY.test(`https://registry.${'np' + 'mjs'}.org/x`)).toBe(true);
  });
});

describe('golden files', () => {
  it('are none that git ignores: a clone must have them', (context) => {
    const args = ['ls-files', '--others', '--ignored', '--exclude-standard', 'test', 'docs', 'protocol', 'app', 'main'];
    const git = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
    if (git.status !== 0) context.skip('this is not a checkout of git');

    expect(git.stdout.split('\n').filter((line) => line !== '')).toEqual([]);
  });
});
