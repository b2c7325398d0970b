// docs/engine.md is held against the code: every function of ours that it names exists.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../../../..');
const ENGINE = join(ROOT, 'protocol/totem/engine');
const sources = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const code = sources.map((path) => readFileSync(join(ENGINE, path), 'utf8')).join('\n');

describe('the table of docs/engine.md', () => {
  const rows = readFileSync(join(ROOT, 'docs/engine.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.split(' | ').length === 3 && !line.includes('totemsrp.c'))
    .map((line) => line.split(' | ')[2] ?? '');
  const names = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));

  it('names functions, files and effects that exist', () => {
    const isThere = (name: string): boolean =>
      name.endsWith('.ts')
        ? sources.includes(name)
        : code.includes(`function ${name}(`) || code.includes(`kind: '${name}'`);

    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !isThere(name))).toEqual([]);
  });
});
