// Whether sources changed: by names and contents. Times say only that contents need not be read again.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStamped, lookOf, stampOf, writeStamp } from '../../../scripts/lib/stamp.mjs';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stamp-'));
  mkdirSync(join(root, 'src', 'deep'), { recursive: true });
  writeFileSync(join(root, 'src', 'a.ts'), 'a');
  writeFileSync(join(root, 'src', 'deep', 'b.ts'), 'b');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('stampOf', () => {
  it('stays when only times change, and when what is no source changes', () => {
    const before = stampOf(root, ['src', 'absent']);

    utimesSync(join(root, 'src', 'a.ts'), 1, 1);
    writeFileSync(join(root, 'src', 'README.md'), 'text');

    expect(stampOf(root, ['src', 'absent'])).toBe(before);
  });

  it.each([
    ['a content', () => writeFileSync(join(root, 'src', 'deep', 'b.ts'), 'c')],
    ['a new file', () => writeFileSync(join(root, 'src', 'deep', 'c.ts'), '')],
    ['a file that went', () => rmSync(join(root, 'src', 'a.ts'))],
    ['a named file that came', () => writeFileSync(join(root, 'absent'), '')],
  ])('changes with %s', (_what, change) => {
    const before = stampOf(root, ['src', 'absent']);

    change();

    expect(stampOf(root, ['src', 'absent'])).not.toBe(before);
  });
});

describe('lookOf', () => {
  it.each([
    ['a content', () => writeFileSync(join(root, 'src', 'deep', 'b.ts'), 'c')],
    ['a time', () => utimesSync(join(root, 'src', 'a.ts'), 1, 1)],
    ['a file that went', () => rmSync(join(root, 'src', 'a.ts'))],
    ['a named file that came', () => writeFileSync(join(root, 'absent'), '')],
  ])('changes with %s', (_what, change) => {
    const before = lookOf(root, ['src', 'absent']);

    expect(lookOf(root, ['src', 'absent'])).toBe(before);
    change();

    expect(lookOf(root, ['src', 'absent'])).not.toBe(before);
  });
});

describe('isStamped', () => {
  it('knows its own stamp only', () => {
    const file = join(root, 'out', '.stamp');

    writeStamp(file, 'one');

    expect([isStamped(file, 'one'), isStamped(file, 'two'), isStamped(join(root, 'none'), 'one')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
