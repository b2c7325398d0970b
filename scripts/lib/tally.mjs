// Counts tests over all parts of npm test.
import { existsSync, readFileSync } from 'node:fs';

export function createTally() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  return {
    total,
    /** A check that passes or fails as a whole counts as one test. */
    check(isGood) {
      total[isGood ? 'passed' : 'failed']++;
    },
    skip() {
      total.skipped++;
    },
    /** Adds the numbers of vitest's JSON report; a run that failed without a failed test counts as one failure. */
    report(file, isGood) {
      const result = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numFailedTests: 0 };
      total.passed += result.numPassedTests ?? 0;
      total.failed += result.numFailedTests;
      total.skipped += (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0);
      if (!isGood && result.numFailedTests === 0) total.failed++;
    },
    line: () => `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
  };
}
