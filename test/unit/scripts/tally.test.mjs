// The closing line of npm test: what it counts, and that no failure gets lost.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTally } from '../../../scripts/lib/tally.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tally-'));
const report = (result) => {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(result));
  return file;
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('tally', () => {
  it('sums checks, reports and skipped parts', () => {
    const tally = createTally();

    tally.check(true);
    tally.check(false);
    tally.skip();
    tally.report(report({ numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }), false);

    expect(tally.line()).toBe('6 passed, 3 failed, 3 skipped');
  });

  it.each([
    ['wrote no report', () => join(folder, 'absent.json')],
    ['failed outside its tests', () => report({ numPassedTests: 0, numFailedTests: 0 })],
  ])('counts a run that %s as a failure', (_what, file) => {
    const tally = createTally();

    tally.report(file(), false);

    expect(tally.total.failed).toBe(1);
  });
});
