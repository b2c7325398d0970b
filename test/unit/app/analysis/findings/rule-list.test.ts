// Every rule that may be asked for exists, and docs/analysis.md tells what it rests on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULES } from '../../../../../app/analysis/findings/findings.ts';
import { RULE_NAMES } from '../../../../../app/analysis/rule-names.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../../docs/analysis.md'), 'utf8');

it('names each rule once, and runs each', () => {
  expect([...new Set(RULES.map(({ name }) => name))].sort()).toEqual([...RULE_NAMES].sort());
});

it.each(RULE_NAMES)('%s has a section of its own, in the order of the list', (name) => {
  const sections = [...PAGE.matchAll(/^### (\S+)$/gm)].map(([, title]) => title);

  expect(sections).toContain(name);
  expect(sections).toHaveLength(RULE_NAMES.length);
});
