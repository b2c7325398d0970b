// Installs the node modules where they are missing or the lock file changed. Plain Node, so that a clean clone can run it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { isStamped, stampOf, writeStamp } from './stamp.mjs';

const STAMP = join(ROOT, 'node_modules', '.totem-lab-stamp');

/** Ends the program with one sentence where the modules cannot be had. */
export function installModules(says) {
  const stamp = stampOf([join(ROOT, 'package-lock.json')]);
  if (existsSync(join(ROOT, 'node_modules', 'vite')) && isStamped(STAMP, stamp)) return;
  says('installing the node modules (npm ci)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (run.status !== 0) {
    says('npm ci failed: see its lines above; check the network, then start again');
    process.exit(1);
  }
  writeStamp(STAMP, stamp);
}
