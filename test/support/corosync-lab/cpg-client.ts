// The client on libcpg beside a lab daemon: built once by cc, run in the daemon's namespaces.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Daemon } from './daemon.ts';
import { end, isRunning, run, sleep, spawnTied } from './shell.ts';

const SOURCE = join(
  process.env['TOTEM_LAB_ROOT'] ?? join(import.meta.dirname, '..', '..', '..'),
  'test/support/corosync-lab/cpg-client.c',
);
const built = new Map<string, string>();

/** Path of the client's program, over the libcpg of the system or the one that is installed under `prefix`. */
export function buildClient(prefix = '/usr'): string {
  const known = built.get(prefix);
  if (known !== undefined && existsSync(known)) return known;
  const program = join(mkdtempSync(join(tmpdir(), 'totemlab-cpg-')), 'cpg-client');
  const where = prefix === '/usr' ? [] : [`-I${prefix}/include`, `-L${prefix}/lib`, `-Wl,-rpath,${prefix}/lib`];
  // The library of 1.4 needs another one, which it does not find by itself.
  const libraries = existsSync(`${prefix}/lib/libcoroipcc.so`) ? ['-lcpg', '-lcoroipcc'] : ['-lcpg'];
  run('cc', ['-std=gnu11', '-O2', '-Wall', '-o', program, SOURCE, ...where, ...libraries]);
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
  /** Where the Corosync is installed that it is a client of. */
  readonly prefix?: string;
}

export class CpgClient {
  readonly events: ClientEvent[] = [];
  private readonly child: ChildProcess;
  private rest = '';

  constructor(daemon: Daemon, options: ClientOptions) {
    const { group = 'lab', rate = 0, size = 100, seconds = 0, linger = 1, prints = false, reads = false } = options;
    const { prefix } = options;
    const numbers = ['-r', rate, '-s', size, '-t', seconds, '-l', linger].map(String);
    const flags = [...(prints ? ['-p'] : []), ...(reads ? ['-i'] : [])];
    const program = buildClient(prefix ?? daemon.build.prefix);
    const command = daemon.beside('env', ...daemon.libraries(), program, ...numbers, ...flags, group);
    this.child = spawnTied('nsenter', command, ['pipe', 'pipe', 'inherit']);
    this.child.stdout?.on('data', (chunk: Buffer) => this.read(chunk.toString()));
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
    while (isRunning(this.child)) await sleep(50);
    return this.events.find(({ event }) => event === 'done') ?? null;
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    await end(this.child, 'SIGTERM');
  }
}
