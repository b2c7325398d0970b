// npm run bench [-- PART…]: builds, then measures speed and memory: how captures are read (`reading`), nodes in one
// thread (`nodes`), the simulated world (`simulator`), nodes as processes beside real Corosync (`processes`), the store
// on disk (`store`), and the window in the real Electron, on files (`window`) and while a capture goes on (`live`). A
// part that cannot run here is said and left out. `soak [MINUTES]`, an hour of a lab, is run only where it is named.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { displayPrefix, findElectron } from './lib/runtime/electron.mjs';
import { installModules } from './lib/modules.mjs';
import { OUT, ROOT } from './lib/paths.mjs';
import { says } from './lib/says.mjs';
import { has, hasDisplay, installSystemPackages } from './lib/system.mjs';

const PARTS = ['reading', 'nodes', 'simulator', 'processes', 'store', 'window', 'live', 'soak'];
const OF_WINDOW = ['window', 'live', 'soak'];
/** Take too long to be part of all. */
const ON_REQUEST = ['soak'];
const SCREEN = '1920x1080x24';

const words = process.argv.slice(2);
/** How long a soak goes on. */
const minutes = words.find((word) => Number(word) > 0);
const asked = words.filter((word) => word !== minutes);
const unknown = asked.find((part) => !PARTS.includes(part));
if (unknown !== undefined) {
  says(`there is no part "${unknown}"; the parts are ${PARTS.join(', ')}`);
  process.exit(2);
}
const wants = (part) => (asked.length === 0 ? !ON_REQUEST.includes(part) : asked.includes(part));
const env = { ...process.env, TOTEM_LAB_ROOT: ROOT };

function run([command, ...args], more = {}) {
  return spawnSync(command, args, { stdio: 'inherit', cwd: ROOT, env: { ...env, ...more } }).status ?? 1;
}

async function measureWindow(part) {
  if (!hasDisplay() && !has('xvfb-run')) return says('the window is not measured: no display and no xvfb-run');
  const electron = await findElectron(says);
  if (electron === null) return says('the window is not measured: no Electron runtime can be had here');
  const command = [...displayPrefix(SCREEN), process.execPath, join(OUT, 'bench', `${part}.mjs`)];
  if (part === 'soak' && minutes !== undefined) command.push(minutes);
  return run(command, { TOTEM_LAB_ELECTRON: electron });
}

const ofWindow = OF_WINDOW.filter(wants);
if (ofWindow.length > 0) installSystemPackages(says);
await installModules(says);
await build(says);
await build(says, 'bench');
const codes = [];
const withoutWindow = PARTS.filter((part) => !OF_WINDOW.includes(part) && wants(part));
if (withoutWindow.length > 0)
  codes.push(run([process.execPath, '--expose-gc', join(OUT, 'bench', 'bench.mjs'), ...withoutWindow]));
for (const part of ofWindow) codes.push((await measureWindow(part)) ?? 0);
process.exit(Math.max(0, ...codes));
