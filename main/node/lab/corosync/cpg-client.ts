// The client on libcpg beside a lab daemon: built once by cc, run in the daemon's namespaces.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import source from './cpg-client.c?raw';
import type { Daemon } from './daemon.ts';
import { end, run, spawnTied } from './shell.ts';

const built = new Map<string, string>();

/**
 * Path of the client's program, over the libcpg of the system or the one that is installed under `prefix`. It lies in
 * `into`, or in a folder that goes with this process.
 */
export function buildClient(prefix = '/usr', into: string | null = null): string {
  const known = built.get(prefix);
  if (known !== undefined && existsSync(known)) return known;
  const folder = into ?? mkdtempSync(join(tmpdir(), 'totemlab-cpg-'));
  if (into === null) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'cpg-client');
  const where = prefix === '/usr' ? [] : [`-I${prefix}/include`, `-L${prefix}/lib`, `-Wl,-rpath,${prefix}/lib`];
  // The library of 1.4 needs another one, which it does not find by itself.
  const libraries = existsSync(`${prefix}/lib/libcoroipcc.so`) ? ['-lcpg', '-lcoroipcc'] : ['-lcpg'];
  run('cc', ['-std=gnu11', '-O2', '-Wall', '-o', program, '-x', 'c', '-', ...where, ...libraries], source);
  built.set(prefix, program);
  return program;
}

export interface ClientEvent {
  readonly event: 'message' | 'members' | 'done';
  readonly [field: string]: unknown;
}

export interface ClientOptions {
  readonly group?: string;
  /** Messages a second; 0 sends none. */
  readonly rate?: number;
  readonly size?: number;
  readonly seconds?: number;
  /** Seconds to listen after the last message. */
  readonly linger?: number;
  /** Tells of every message and change of members. */
  readonly prints?: boolean;
  /** Sends the lines given to `say` until `close`. */
  readonly reads?: boolean;
  /** Where its program is to lie. */
  readonly folder?: string;
  /** Where the Corosync is installed that it is a client of. */
  readonly prefix?: string;
}

export class CpgClient {
  readonly events: ClientEvent[] = [];
  private readonly child: ChildProcess;
  private readonly closed: Promise<void>;
  private rest = '';

  constructor(daemon: Daemon, options: ClientOptions) {
    const { group = 'lab', rate = 0, size = 100, seconds = 0, linger = 1, prints = false, reads = false } = options;
    const { prefix, folder } = options;
    const numbers = ['-r', rate, '-s', size, '-t', seconds, '-l', linger].map(String);
    const flags = [...(prints ? ['-p'] : []), ...(reads ? ['-i'] : [])];
    const program = buildClient(prefix ?? daemon.build.prefix, folder);
    const command = daemon.beside('env', ...daemon.libraries(), program, ...numbers, ...flags, group);
    this.child = spawnTied('nsenter', command, ['pipe', 'pipe', 'inherit']);
    this.child.stdout?.on('data', (chunk: Buffer) => this.read(chunk.toString()));
    this.closed = new Promise((done) => this.child.once('close', () => done()));
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.events.push(JSON.parse(line) as ClientEvent);
  }

  say(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Waits for its end; its last event, null where it did not get there. */
  async done(): Promise<ClientEvent | null> {
    await this.closed;
    return this.events.find(({ event }) => event === 'done') ?? null;
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    await end(this.child, 'SIGTERM');
  }
}
