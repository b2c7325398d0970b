// Tests without a window, as six projects. The window's own are in vitest.e2e.config.ts.
import { defineConfig } from 'vitest/config';
import { mutants } from './test/simulation/mutants/plugin.ts';

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.{ts,mjs}`], testTimeout },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit', 10_000),
      project('property', 60_000),
      { plugins: [mutants()], ...project('simulation', 300_000) },
      project('golden', 120_000),
      project('tidy', 30_000),
      { test: { ...project('interop', 60_000).test, globalSetup: 'test/interop/build.ts' } },
    ],
  },
});
