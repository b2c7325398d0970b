// The few system packages that the window needs on Linux: installs them as root on Debian and Ubuntu, else says the one
// line to type. Everything that works without them goes on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

function libraries() {
  const listed =
    spawnSync('sh', ['-c', 'ldconfig -p 2>/dev/null || /sbin/ldconfig -p'], { encoding: 'utf8' }).stdout ?? '';
  return (name) => listed.includes(name);
}

/** Package, its name on releases with 64-bit time, and whether it is there. */
function wanted(needsDisplay) {
  const library = libraries();
  const headers = ['/usr/include/pcap.h', '/usr/include/pcap/pcap.h'].some((path) => existsSync(path));
  const list = [
    ['libgtk-3-0', 'libgtk-3-0t64', library('libgtk-3.so.0')],
    ['libnss3', null, library('libnss3.so')],
    ['libgbm1', null, library('libgbm.so.1')],
    ['libasound2', 'libasound2t64', library('libasound.so.2')],
    ['libpcap-dev', null, headers],
    ['tcpdump', null, has('tcpdump') || existsSync('/usr/sbin/tcpdump') || existsSync('/usr/bin/tcpdump')],
  ];
  if (needsDisplay) list.push(['xvfb', null, has('Xvfb')], ['xauth', null, has('xauth')]);
  return list.filter(([, , isThere]) => !isThere);
}

export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/** Sees to the system packages; returns false where the window cannot run without what is missing. */
export function installSystemPackages(says) {
  if (process.platform !== 'linux') return true;
  const missing = wanted(!hasDisplay());
  if (missing.length === 0) return true;
  const names = missing.map(([name]) => name);
  const isDebian = has('apt-get');
  const isRoot = process.getuid?.() === 0;
  if (!isDebian || !isRoot) {
    const sudo = isRoot ? '' : 'sudo ';
    const line = isDebian
      ? `${sudo}apt-get install -y ${names.join(' ')}`
      : `install the packages for: ${names.join(' ')}`;
    says(`system packages are missing; to have everything, type: ${line}`);
    return !names.some((name) => name.startsWith('lib') && name !== 'libpcap-dev');
  }
  says(`installing system packages: ${names.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  const install = (list) =>
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...list], { stdio: 'ignore', env })
      .status === 0;
  if (install(names)) return true;
  const renamed = missing.map(([name, other]) => other ?? name);
  if (install(renamed)) return true;
  says(`the packages could not be installed; try: apt-get install ${names.join(' ')}`);
  return false;
}
