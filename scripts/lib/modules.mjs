// Installs the node modules where they are missing or the lock file changed. Plain Node: a clean clone can run it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './lock.mjs';
import { ROOT } from './paths.mjs';
import { isStamped, stampOf, writeStamp } from './stamp.mjs';
import { hasPcapHeaders } from './system.mjs';

const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.totem-lab-stamp');
const NODE_MAJOR_MIN = 20;

function packagesOf(file) {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).packages ?? {}) : {};
}

/** True where npm's own record says that all that the lock file wants is there; optional packages may be missing. */
export function isInstalled(wanted, present) {
  return Object.entries(wanted).every(
    ([name, { version, optional, devOptional, peer }]) =>
      name === '' || (present[name]?.version ?? (optional || devOptional || peer ? version : null)) === version,
  );
}

/** `cap` is optional: without libpcap's headers it cannot be compiled, and is tried again once they are there. */
function wantsCap() {
  return hasPcapHeaders() && !existsSync(join(MODULES, 'cap'));
}

/** Ends the program with one sentence where the modules cannot be had. */
export async function installModules(says) {
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) {
    says(`Node ${NODE_MAJOR_MIN} or newer is needed; this is ${process.version}`);
    process.exit(1);
  }
  const stampNow = () => `${stampOf(ROOT, ['package-lock.json'])} ${hasPcapHeaders() ? 'pcap' : ''}`;
  if (isStamped(STAMP, stampNow())) return;
  await alone('modules', says, () => {
    if (isStamped(STAMP, stampNow())) return;
    const wanted = packagesOf(join(ROOT, 'package-lock.json'));
    if (!isInstalled(wanted, packagesOf(join(MODULES, '.package-lock.json'))) || wantsCap()) install(says);
    writeStamp(STAMP, stampNow());
  });
}

function install(says) {
  says(existsSync(MODULES) ? 'installing the node modules anew: the lock file changed' : 'installing the node modules');
  const isWindows = process.platform === 'win32';
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = spawnSync('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: isWindows });
  if (run.status === 0) return;
  says('npm ci failed, see its lines above: check the network, then start again');
  process.exit(1);
}
