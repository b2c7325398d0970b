// The few system packages that the window and live capture need on Linux: installs them as root on Debian and Ubuntu,
// else says the one line to type. Everything that works without them goes on.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';

/** After packages could not be installed the same ones are not tried again for this long. */
const RETRY_MS = 24 * 3600 * 1000;
const APT_MS_MAX = 10 * 60_000;
const FAILED = join(CACHE, 'packages-failed.json');

/** True where a command can be started; the administrator's folders count, since a person's PATH may lack them. */
export function has(command) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, command)));
}

export function hasPcapHeaders() {
  return ['/usr/include/pcap.h', '/usr/include/pcap/pcap.h', '/usr/local/include/pcap.h'].some((path) =>
    existsSync(path),
  );
}

/** Without any font the window shows boxes for letters. */
function hasFonts() {
  const folders = ['/usr/share/fonts', '/usr/local/share/fonts', join(homedir(), '.fonts')];
  return folders.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
}

export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function libraries() {
  const listed = spawnSync('sh', ['-c', 'PATH=$PATH:/sbin:/usr/sbin; ldconfig -p'], { encoding: 'utf8' }).stdout ?? '';
  return (name) => listed.includes(`${name} `);
}

/** Packages that are missing: { name, since64: its name since 64-bit time, isForWindow }. */
function missingPackages() {
  const library = libraries();
  const isCapThere = existsSync(join(ROOT, 'node_modules', 'cap'));
  const all = [
    { name: 'libgtk-3-0', since64: 'libgtk-3-0t64', isForWindow: true, isThere: library('libgtk-3.so.0') },
    { name: 'libnss3', isForWindow: true, isThere: library('libnss3.so') },
    { name: 'libgbm1', isForWindow: true, isThere: library('libgbm.so.1') },
    { name: 'libasound2', since64: 'libasound2t64', isForWindow: true, isThere: library('libasound.so.2') },
    { name: 'xvfb', isForWindow: true, isThere: hasDisplay() || (has('Xvfb') && has('xvfb-run')) },
    { name: 'xauth', isForWindow: true, isThere: hasDisplay() || has('xauth') },
    { name: 'fonts-dejavu-core', isForWindow: false, isThere: hasFonts() },
    { name: 'tcpdump', isForWindow: false, isThere: has('tcpdump') },
    { name: 'libpcap-dev', isForWindow: false, isThere: hasPcapHeaders() },
    { name: 'make', isForWindow: false, isThere: isCapThere || has('make') },
    { name: 'g++', isForWindow: false, isThere: isCapThere || has('g++') || has('c++') },
    { name: 'python3', isForWindow: false, isThere: isCapThere || has('python3') },
  ];
  return all.filter(({ isThere }) => !isThere);
}

const apt = (args) =>
  spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: APT_MS_MAX,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });

function isKnownToApt(name) {
  const run = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return /Candidate: (?!\(none\))/.test(run.stdout ?? '');
}

/** Releases with 64-bit time renamed some packages, and the old name cannot be installed there. */
function nameHere({ name, since64 }) {
  return since64 !== undefined && isKnownToApt(since64) ? since64 : name;
}

function failedLately(names) {
  if (!existsSync(FAILED)) return false;
  const { at, what } = JSON.parse(readFileSync(FAILED, 'utf8'));
  return Date.now() - at < RETRY_MS && what === names.join(' ');
}

function install(missing, says) {
  const names = missing.map(({ name }) => name);
  if (failedLately(names)) return false;
  says(`installing system packages that the window and live capture need: ${names.join(' ')}`);
  apt(['update', '-qq']);
  const run = apt(['install', '-y', '-qq', '--no-install-recommends', ...missing.map(nameHere).filter(isKnownToApt)]);
  rmSync(FAILED, { force: true });
  if (run.status === 0 && missingPackages().length === 0) return true;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(FAILED, JSON.stringify({ at: Date.now(), what: names.join(' ') }));
  return false;
}

/** Sees to the system packages; returns whether nothing is missing that the window needs. */
export function installSystemPackages(says) {
  if (process.platform !== 'linux') return true;
  let missing = missingPackages();
  if (missing.length === 0) return true;
  const isRoot = process.getuid?.() === 0;
  if (has('apt-get') && isRoot && install(missing, says)) return true;
  missing = missingPackages();
  const names = missing.map(has('apt-cache') ? nameHere : ({ name }) => name).join(' ');
  const remedy = has('apt-get')
    ? `type: ${isRoot ? '' : 'sudo '}apt-get install -y ${names}`
    : `install what gives: ${names}`;
  const isWindowPossible = !missing.some(({ isForWindow }) => isForWindow);
  const effect = isWindowPossible ? 'live capture is limited' : 'the window may not open';
  says(`${effect}: system packages are missing; ${remedy}`);
  return isWindowPossible;
}

/** What tests with the real Corosync and Wireshark need: command or header, and Debian's package. */
const RING = [
  ['corosync', () => has('corosync')],
  ['libcpg-dev', () => existsSync('/usr/include/corosync/cpg.h')],
  ['gcc', () => has('cc')],
  ['iproute2', () => has('ip')],
  ['nftables', () => has('nft')],
  ['iptables', () => has('iptables')],
  // What others see of an exported capture.
  ['tshark', () => has('tshark') && has('editcap')],
];

/**
 * Installs what the tests with real daemons need, where the whole check runs by itself (CI) as root: on a person's
 * machine Corosync would start as a service of its own. Elsewhere those tests say what they lack, and skip.
 */
export function installRingPackages(says) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !process.env.CI || !has('apt-get')) return;
  const missing = RING.filter(([, isThere]) => !isThere()).map(([name]) => name);
  if (missing.length === 0 || failedLately(missing)) return;
  says(`installing system packages that the tests with real Corosync and tshark need: ${missing.join(' ')}`);
  apt(['update', '-qq']);
  const run = apt(['install', '-y', '-qq', '--no-install-recommends', ...missing]);
  if (run.status === 0) return;
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(FAILED, JSON.stringify({ at: Date.now(), what: missing.join(' ') }));
}
