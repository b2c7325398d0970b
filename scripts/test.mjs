// npm test: types, lint, unit, property, golden and tidy tests, the build, then the window in the real Electron runtime.
// Sees to everything they need. Ends with one line that counts the tests; exits 1 if anything failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { findElectron } from './lib/electron.mjs';
import { installModules } from './lib/modules.mjs';
import { OUT, ROOT } from './lib/paths.mjs';
import { hasDisplay, installSystemPackages } from './lib/system.mjs';

const says = (line) => process.stdout.write(`${line}\n`);
const total = { passed: 0, failed: 0, skipped: 0 };
const only = new Set(process.argv.slice(2));
const PARTS = ['types', 'lint', 'unit', 'e2e'];
const wants = (part) => only.size === 0 || only.has(part);

for (const name of only)
  if (!PARTS.includes(name)) {
    says(`no such part: ${name}; parts are ${PARTS.join(', ')}`);
    process.exit(2);
  }

function timed(name, work) {
  const start = Date.now();
  const result = work();
  says(`${result ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  return result;
}

const tool = (name) => join(ROOT, 'node_modules', '.bin', name);

/** A check that passes or fails as a whole counts as one test. */
function check(name, command, args) {
  const isGood = timed(name, () => spawnSync(tool(command), args, { cwd: ROOT, stdio: 'inherit' }).status === 0);
  total[isGood ? 'passed' : 'failed']++;
}

function vitest(name, args, { prefix = [], env = {} } = {}) {
  const report = join(OUT, 'test-results', `${name}.json`);
  mkdirSync(join(OUT, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const all = [
    ...prefix,
    tool('vitest'),
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  const run = () =>
    spawnSync(all[0], all.slice(1), { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
  const isGood = timed(name, run);
  if (!existsSync(report)) {
    total.failed++;
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  total.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  if (!isGood && result.numFailedTests === 0) total.failed++;
}

const hasPackages = installSystemPackages(says);
installModules(says);
if (wants('types')) check('types', 'tsc', ['-b']);
if (wants('lint')) check('lint', 'oxlint', ['--type-aware']);
if (wants('unit')) vitest('unit', []);
if (wants('e2e')) {
  await build(says);
  const electron = hasPackages ? await findElectron(says) : null;
  if (electron === null) {
    says('skip e2e: no Electron runtime can be had here, so the window was not tested');
    total.skipped++;
  } else {
    const prefix = hasDisplay() ? [] : ['xvfb-run', '-a', '-s', '-screen 0 2560x1440x24'];
    vitest('e2e', ['--config', 'vitest.e2e.config.ts'], { prefix, env: { TOTEM_LAB_ELECTRON: electron } });
  }
}
says(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
