// Whether a command's bundle is as its own sources are, as a quick look tells.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fresh from '../../../scripts/lib/fresh.cjs';

let root;
let bundle;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fresh-'));
  bundle = join(root, 'bundle.cjs');
  writeFileSync(join(root, 'one.ts'), 'one');
  fresh.note(bundle, new Map(['one.ts', 'two.ts'].map((path) => [path, fresh.lookOf(join(root, path))])));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a bundle', () => {
  it('is fresh while none of its sources is touched', () => {
    expect(fresh.isFresh(root, bundle)).toBe(true);
  });

  it('is not where its sources were never noted', () => {
    expect(fresh.isFresh(root, join(root, 'other.cjs'))).toBe(false);
  });

  it.each([
    ['is written', () => writeFileSync(join(root, 'one.ts'), 'longer')],
    ['has another time', () => utimesSync(join(root, 'one.ts'), 1, 1)],
    ['is gone', () => rmSync(join(root, 'one.ts'))],
    ['is there that was not', () => writeFileSync(join(root, 'two.ts'), '')],
  ])('is not where a source %s', (_, change) => {
    change();
    expect(fresh.isFresh(root, bundle)).toBe(false);
    fresh.noteAgain(root, bundle);
    expect(fresh.isFresh(root, bundle)).toBe(true);
  });
});
