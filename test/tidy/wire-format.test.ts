// docs/wire-format.md says what the declarations say. TOTEM_LAB_DOCS=1 renews it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wireFormat } from '../support/wire-format.ts';
import { ROOT } from './sources.ts';

describe('docs/wire-format.md', () => {
  it('is what the declarations give', () => {
    const path = join(ROOT, 'docs', 'wire-format.md');
    if (process.env['TOTEM_LAB_DOCS'] === '1') writeFileSync(path, wireFormat());
    expect(readFileSync(path, 'utf8')).toBe(wireFormat());
  });
});
