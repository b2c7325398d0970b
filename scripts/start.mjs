// npm start [-- FILE] [-- --smoke [FILE]]: sees to everything that the program needs, builds it if sources changed,
// opens it. Ends with its exit code.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { build } from './lib/build.mjs';
import { displayPrefix, findElectron, missingLibraries, runtimeSwitches } from './lib/runtime/electron.mjs';
import { installModules } from './lib/modules.mjs';
import { ROOT } from './lib/paths.mjs';
import { says } from './lib/says.mjs';
import { has, hasDisplay, installSystemPackages } from './lib/system.mjs';

/** Sources in Chromium that complain where there is no desktop session or no graphics card: no news to a person. */
const NOISE = new RegExp(
  'dbus|bus[.]cc|gpu_process|viz_main_impl|command_buffer_proxy|GetVSyncParameters|vaapi|object_proxy|atom_cache|' +
    'libva error|gl_surface|Gtk-',
  'i',
);

/** npm runs this in the checkout's folder; a relative file counts from where the person typed it. */
function ownArguments() {
  const caller = process.env.INIT_CWD ?? process.cwd();
  return process.argv.slice(2).map((arg) => (arg.startsWith('-') || isAbsolute(arg) ? arg : join(caller, arg)));
}

function passOn(stream) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '' && !NOISE.test(line)) says(line);
  });
}

/** Runs in a group of its own, so that a signal reaches the program behind xvfb-run too. */
function run([command, ...args]) {
  const isGrouped = process.platform !== 'win32';
  const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'pipe'], cwd: ROOT, detached: isGrouped });
  passOn(child.stderr);
  const forward = (signal) => {
    try {
      process.kill(isGrouped ? -child.pid : child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  let asked = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => forward((asked = signal)));
  child.on('error', (error) => {
    says(`the window could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    const by = asked ?? signal;
    process.exit(by === null ? (code ?? 1) : 128 + constants.signals[by]);
  });
}

installSystemPackages(says);
await installModules(says);
await build(says);
const electron = await findElectron(says);
if (electron === null) {
  says('no Electron runtime can be had here: ELECTRON_OVERRIDE_DIST_PATH may name a folder that holds one.');
  says('The command line works without it: npm run -s totemlab -- --help');
  process.exit(1);
}
const missing = missingLibraries(electron);
if (missing.length > 0) {
  says(`the window cannot open: system libraries are missing: ${missing.join(', ')}`);
  process.exit(1);
}
if (!hasDisplay()) {
  if (!has('xvfb-run')) {
    says('there is no display, and no virtual one: install xvfb and xauth, or start from a desktop session');
    process.exit(1);
  }
  says('there is no display here: using a virtual one (Xvfb)');
}
run([...displayPrefix(), electron, ...runtimeSwitches(), ROOT, ...ownArguments()]);
