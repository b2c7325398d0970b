// Tests of the window in the real Electron runtime, one after the other: each starts the program. TOTEM_LAB_ELECTRON
// names the executable; `npm test -- e2e` sees to it, to the build and to a display. Limits of time end what hangs, and
// are long, as those of vitest.config.ts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
