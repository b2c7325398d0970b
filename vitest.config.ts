// Tests without a window, as six projects. The window's own are in vitest.e2e.config.ts. Limits of time end what hangs;
// no test measures by them, and none has its own: a machine on which others work too may be many times slower.
import { defineConfig } from 'vitest/config';
import { mutants } from './test/simulation/mutants/plugin.ts';

/** Milliseconds; a hook may wait until the labs of other files are done. */
const LIMITS = { testTimeout: 600_000, hookTimeout: 1_800_000, expect: { poll: { timeout: 120_000 } } };

const project = (name: string) => ({
  test: { name, include: [`test/${name}/**/*.test.{ts,mjs}`], ...LIMITS },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit'),
      project('property'),
      { plugins: [mutants()], ...project('simulation') },
      project('golden'),
      project('tidy'),
      { test: { ...project('interop').test, globalSetup: 'test/interop/build.ts' } },
    ],
  },
});
