// npm start [-- FILE] [-- --smoke [FILE]]: sees to everything the program needs, builds it if sources changed, opens it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { build } from './lib/build.mjs';
import { findElectron, needsNoSandbox } from './lib/electron.mjs';
import { installModules } from './lib/modules.mjs';
import { ROOT } from './lib/paths.mjs';
import { hasDisplay, installSystemPackages } from './lib/system.mjs';

const says = (line) => process.stderr.write(`${line}\n`);
/** Lines that Chromium writes where there is no desktop session: harmless, and no news to a person. */
const NOISE =
  /dbus|gpu_process|viz_main_impl|command_buffer_proxy|GetVSyncParameters|vaapi|object_proxy|atom_cache|libva error/i;

function argumentsFor() {
  const caller = process.env.INIT_CWD ?? process.cwd();
  return process.argv.slice(2).map((arg) => {
    const path = arg.startsWith('-') || isAbsolute(arg) ? arg : join(caller, arg);
    return existsSync(path) ? path : arg.startsWith('-') ? arg : path;
  });
}

installSystemPackages(says);
installModules(says);
await build(says);
const electron = await findElectron(says);
if (electron === null) {
  says(
    'no Electron runtime can be had here: set ELECTRON_OVERRIDE_DIST_PATH to a folder with one; the command line works without: npm run -s totemlab -- --help',
  );
  process.exit(1);
}
const args = [...(needsNoSandbox() ? ['--no-sandbox'] : []), ROOT, ...argumentsFor()];
let command = [electron, ...args];
if (!hasDisplay()) {
  if (spawnSync('sh', ['-c', 'command -v xvfb-run'], { stdio: 'ignore' }).status !== 0) {
    says('there is no display and no xvfb-run: install xvfb and xauth, or start from a desktop session');
    process.exit(1);
  }
  says('there is no display: using a virtual one (Xvfb)');
  command = ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24', ...command];
}
const child = spawn(command[0], command.slice(1), { stdio: ['inherit', 'inherit', 'pipe'], cwd: ROOT });
let rest = '';
child.stderr.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) if (line.trim() !== '' && !NOISE.test(line)) says(line);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 130));
