// One real Corosync daemon on a lab host: its files, its process, what it says of itself. Its IPC is its own: it runs
// in a mount namespace with private /run, /dev/shm and /var/lib/corosync.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { confText, type ConfOptions } from './conf.ts';
import type { Host } from './network.ts';
import { end, isRunning, spawnTied, waitFor } from './shell.ts';

/** A build of Corosync: where its programs are, and which of the three generations it is. */
export interface CorosyncBuild {
  readonly generation: 1 | 2 | 3;
  readonly daemon: string;
  /** corosync-cmapctl, or corosync-objctl of 1.4. */
  readonly map: string;
  /** Where its headers and libraries are, if not the system's. */
  readonly prefix?: string;
}

export const DEBIAN_BUILD: CorosyncBuild = { generation: 3, daemon: 'corosync', map: 'corosync-cmapctl' };

/** Private places first, then the daemon itself: the child's pid is the daemon's. */
const START = [
  'set -e',
  'mount --make-rprivate /',
  'mount -t tmpfs none /dev/shm',
  'mount -t tmpfs none /run',
  'mkdir -p /var/lib/corosync',
  'hostname "n$1"',
  'shift',
  'mount --bind "$1/state" /var/lib/corosync',
  'ulimit -c 0',
  'shift',
  'exec "$@"',
].join('\n');

export class Daemon {
  readonly id: number;
  readonly host: Host;
  readonly directory: string;
  readonly build: CorosyncBuild;
  private child: ChildProcess | null = null;

  constructor(host: Host, build: CorosyncBuild, conf: ConfOptions, key: Uint8Array | null) {
    this.host = host;
    this.build = build;
    this.id = conf.self.id;
    this.directory = conf.directory;
    this.configure(conf);
    if (key !== null) writeFileSync(join(this.directory, 'authkey'), key, { mode: 0o400 });
  }

  /** Writes its corosync.conf anew; a running daemon reads it when it is told to. */
  configure(conf: ConfOptions): void {
    mkdirSync(join(this.directory, 'state'), { recursive: true });
    writeFileSync(join(this.directory, 'corosync.conf'), confText(conf));
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  get isUp(): boolean {
    return this.child !== null && isRunning(this.child);
  }

  /** Starts the process; it takes a moment until it is in a ring. */
  start(ended: () => void = () => undefined): void {
    if (this.isUp) throw new Error(`node ${this.id} runs already`);
    const environment = [
      ...this.libraries(),
      `COROSYNC_MAIN_CONFIG_FILE=${this.directory}/corosync.conf`,
      `COROSYNC_TOTEM_AUTHKEY_FILE=${this.directory}/authkey`,
    ];
    // Corosync 3 takes its file as an argument, the older ones from the environment.
    const file = this.build.generation === 3 ? ['-c', `${this.directory}/corosync.conf`] : [];
    const daemon = [String(this.host.number), this.directory, this.build.daemon, '-f', ...file];
    const inside = this.host.inside('env', ...environment, 'unshare', '-mu', 'sh', '-c', START, 'sh', ...daemon);
    this.child = spawnTied('ip', inside, ['ignore', 'ignore', 'ignore']);
    this.child.once('exit', ended);
  }

  /** SIGTERM: a clean leave. */
  async stop(): Promise<void> {
    if (this.child !== null) await end(this.child, 'SIGTERM');
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (this.child !== null) await end(this.child);
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Arguments for `nsenter` that run a command where the daemon's clients can reach it. */
  beside(command: string, ...args: readonly string[]): readonly string[] {
    if (this.pid === null) throw new Error(`node ${this.id} does not run`);
    return ['-t', String(this.pid), '-m', '-n', '--', command, ...args];
  }

  /** Variables by which its programs and clients find the libraries of its build. */
  libraries(): readonly string[] {
    return this.build.prefix === undefined ? [] : [`LD_LIBRARY_PATH=${this.build.prefix}/lib`];
  }

  /** corosync-cmapctl or -objctl as text; empty where the daemon does not answer. */
  map(...args: readonly string[]): string {
    if (!this.isUp) return '';
    const all = this.build.generation === 1 && args.length === 0 ? ['-a'] : args;
    const command = this.beside('env', ...this.libraries(), this.build.map, ...all);
    return spawnSync('nsenter', command, { encoding: 'utf8', timeout: 3000 }).stdout ?? '';
  }

  /** Node ids of the members that this node sees, ascending. */
  members(): readonly number[] {
    const found = [...this.map().matchAll(/members\.(\d+)\.status\b[^=]*=\s*joined/g)].map(([, id]) => Number(id));
    return found.sort((a, b) => a - b);
  }

  async waitMembers(ids: readonly number[], timeoutMs = 300_000): Promise<void> {
    const wanted = [...ids].sort((a, b) => a - b).join(' ');
    const what = `node ${this.id} with members ${wanted}`;
    await waitFor(what, timeoutMs, () => this.members().join(' ') === wanted, 150);
  }

  log(): string {
    const path = join(this.directory, 'corosync.log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async close(): Promise<void> {
    await this.kill();
  }
}
