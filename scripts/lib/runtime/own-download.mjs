// Electron's own download, by the installer in its npm package, bounded: it is given up when nothing arrives any more.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from '../paths.mjs';

const PACKAGE = join(ROOT, 'node_modules', 'electron');
/** Nothing at all has arrived after this: there is no way to it. */
const SILENCE_MS_MAX = 20_000;
/** It has begun to arrive, and stopped: also the time to unpack on a slow disk. */
const STALL_MS_MAX = 90_000;
const WATCH_MS = 500;
/** Where there is another way to a runtime, a download that failed is not tried again for this long. */
const RETRY_MS = 24 * 3600 * 1000;

/** Path of the executable that the installer put there, or null; it writes path.txt last. */
export function downloaded() {
  const record = join(PACKAGE, 'path.txt');
  if (!existsSync(record)) return null;
  const path = join(PACKAGE, 'dist', readFileSync(record, 'utf8').trim());
  return existsSync(path) ? path : null;
}

function failedFile() {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  return join(CACHE, `electron-${version}-download-failed`);
}

function sizeBelow(folder) {
  let size = 0;
  for (const entry of readdirSync(folder, { recursive: true })) {
    // A file may go while one looks.
    const stat = statSync(join(folder, entry), { throwIfNoEntry: false });
    size += stat?.isFile() ? stat.size : 0;
  }
  return size;
}

/** Resolves to null when it went well, else to what the installer said last. */
function runInstaller(temporary) {
  const { HTTPS_PROXY, https_proxy } = process.env;
  const proxy = HTTPS_PROXY || https_proxy ? { ELECTRON_GET_USE_PROXY: '1' } : {};
  const env = {
    ...process.env,
    ...proxy,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    ELECTRON_GET_NO_PROGRESS: '1',
  };
  const child = spawn(process.execPath, [join(PACKAGE, 'install.js')], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let lines = '';
  child.stderr.on('data', (chunk) => (lines = (lines + chunk).slice(-4000)));
  let size = 0;
  let since = Date.now();
  let isGivenUp = false;
  const watch = setInterval(() => {
    const now = sizeBelow(temporary);
    if (now !== size) [size, since] = [now, Date.now()];
    if (Date.now() - since < (size === 0 ? SILENCE_MS_MAX : STALL_MS_MAX)) return;
    isGivenUp = true;
    child.kill('SIGKILL');
  }, WATCH_MS);
  return new Promise((done) => {
    child.on('close', (code) => {
      clearInterval(watch);
      const said = lines.match(/^.*(?:Error|error|cause).*$/m)?.[0].trim() ?? 'no reason was given';
      done(code === 0 ? null : isGivenUp ? 'nothing arrived any more' : said);
    });
  });
}

/** Path of the executable, or null. With `hasOtherWay`, a failure is remembered for a day. */
export async function ownDownload(says, hasOtherWay) {
  if (!existsSync(join(PACKAGE, 'install.js'))) return null;
  const failed = failedFile();
  if (hasOtherWay && existsSync(failed) && Date.now() - statSync(failed).mtimeMs < RETRY_MS) return null;
  says('fetching the Electron runtime (about 120 MB, once)');
  mkdirSync(CACHE, { recursive: true });
  const temporary = mkdtempSync(join(CACHE, 'electron-'));
  try {
    const trouble = await runInstaller(temporary);
    const found = downloaded();
    rmSync(failed, { force: true });
    if (found !== null) return found;
    says(`Electron's own download failed: ${trouble ?? 'it left no program'}`);
    writeFileSync(failed, `${trouble}\n`);
    return null;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
