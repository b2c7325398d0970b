// npm test [-- PART… FILE…]: types, lint, unused code, unit, property, golden, tidy and interop tests, the build, then
// the window in the real Electron runtime. Sees to everything they need. A failing part does not stop the next ones.
// Ends with one line that counts the tests; exits 1 if anything failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { displayPrefix, findElectron, missingLibraries } from './lib/runtime/electron.mjs';
import { installModules } from './lib/modules.mjs';
import { OUT, ROOT } from './lib/paths.mjs';
import { createTally } from './lib/tally.mjs';
import { has, hasDisplay, installRingPackages, installSystemPackages } from './lib/system.mjs';

const says = (line) => process.stdout.write(`${line}\n`);
const PROJECTS = ['unit', 'property', 'simulation', 'golden', 'tidy', 'interop'];
const PARTS = ['types', 'lint', 'unused', ...PROJECTS, 'build', 'e2e'];
const INTERRUPTED = 130;
const SCREEN = '2560x1440x24';

const asked = process.argv.slice(2);
const files = asked.filter((arg) => arg.includes('/') || arg.endsWith('.ts') || arg.endsWith('.mjs'));
const parts = asked.filter((arg) => !files.includes(arg));
const unknown = parts.find((part) => !PARTS.includes(part));
if (unknown !== undefined) {
  says(`there is no part "${unknown}"; the parts are ${PARTS.join(', ')}`);
  process.exit(2);
}
const wants = (part) => parts.length === 0 || parts.includes(part);
const tally = createTally();

/** Node reads these certificates at each start, which can take it as long again; tests start it a thousand times. */
const NO_CERTIFICATES = { NODE_EXTRA_CA_CERTS: undefined };

/** Temporary files of the parts, and of the programs that they start and kill: gone with this command. */
const temporary = mkdtempSync(join(tmpdir(), 'totem-lab-tests-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

/** Runs a command with its output shown; true if it ended with 0. Ctrl-C in a part ends the whole. */
function run(command, args, env = {}) {
  const surroundings = { ...process.env, ...NO_CERTIFICATES, TMPDIR: temporary, ...env };
  const done = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: surroundings });
  if (done.signal === 'SIGINT' || done.status === INTERRUPTED) process.exit(INTERRUPTED);
  if (done.error !== undefined) says(done.error.message);
  return done.status === 0;
}

function timed(name, work) {
  const start = Date.now();
  const isGood = work();
  says(`${isGood ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  return isGood;
}

/** A tool from the node modules, started by Node itself so that no shell is needed. */
const tool = (path) => join(ROOT, 'node_modules', path);
const VITEST = tool('vitest/vitest.mjs');

function check(name, script, args) {
  if (wants(name)) tally.check(timed(name, () => run(process.execPath, [script, ...args])));
}

function vitest(name, args, { prefix = [], env = {} } = {}) {
  const report = join(OUT, 'test-results', `${name.replaceAll(', ', '-')}.json`);
  mkdirSync(join(OUT, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const [command, ...rest] = [...prefix, process.execPath, VITEST, 'run', ...args, ...reporters, ...files];
  tally.report(
    report,
    timed(name, () => run(command, rest, env)),
  );
}

async function windowTests() {
  const skip = (why) => {
    says(`skip e2e: ${why}, so the window was not tested`);
    tally.skip();
  };
  if (!existsSync(join(ROOT, 'test', 'e2e'))) return skip('there is no test/e2e');
  if (!hasDisplay() && !has('xvfb-run')) return skip('there is no display and no xvfb-run');
  const electron = await findElectron(says);
  if (electron === null) return skip('no Electron runtime can be had here');
  const missing = missingLibraries(electron);
  if (missing.length > 0) return skip(`system libraries are missing (${missing.join(', ')})`);
  vitest('e2e', ['--config', 'vitest.e2e.config.ts'], {
    prefix: displayPrefix(SCREEN),
    env: { TOTEM_LAB_ELECTRON: electron },
  });
}

const needsWindow = wants('e2e');
if (needsWindow) installSystemPackages(says);
if (wants('interop')) installRingPackages(says);
await installModules(says);
check('types', tool('typescript/bin/tsc'), ['-b']);
check('lint', tool('oxlint/bin/oxlint'), ['--type-aware']);
check('unused', tool('knip/bin/knip.js'), ['--no-progress']);
const projects = PROJECTS.filter(wants);
if (projects.length > 0)
  vitest(
    projects.join(', '),
    projects.map((name) => `--project=${name}`),
  );
let isBuilt = true;
if (wants('build') || needsWindow) {
  isBuilt = timed('build', () => run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')]));
  tally.check(isBuilt);
}
if (needsWindow && isBuilt) await windowTests();
says(tally.line());
process.exit(tally.total.failed === 0 ? 0 : 1);
