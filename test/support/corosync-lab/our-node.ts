// A node of our own on a lab host, as a person would start it: `totemlab node` beside real daemons.
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../../main/node/lab/corosync/network.ts';
import { end, isRunning, spawnTied } from '../../../main/node/lab/corosync/shell.ts';
import { until } from '../lab/until.ts';

const CLI = join(
  process.env['TOTEM_LAB_ROOT'] ?? join(import.meta.dirname, '..', '..', '..'),
  'out',
  'cli',
  'totemlab.mjs',
);

export interface OurNodeOptions {
  readonly host: Host;
  readonly directory: string;
  readonly nodes: ReadonlyMap<number, string>;
  readonly transport: 'udp' | 'udpu';
  readonly token: number;
  readonly group?: string;
  readonly dialect?: 'corosync-1' | 'corosync-3';
}

/** One line that the node printed. */
export interface OurEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export class OurNode {
  events: OurEvent[] = [];
  complaints = '';
  private readonly options: OurNodeOptions;
  private child: ChildProcess | null = null;
  private rest = '';

  constructor(options: OurNodeOptions) {
    this.options = options;
  }

  get host(): Host {
    return this.options.host;
  }

  get id(): number {
    return this.options.host.number;
  }

  start(): void {
    const { host, directory, nodes, transport, token, group = 'lab', dialect = 'corosync-3' } = this.options;
    const state = join(directory, `n${host.number}`);
    mkdirSync(state, { recursive: true });
    const list = [...nodes].map(([id, address]) => `${id}=${address}`).join(',');
    const self = ['--id', String(this.id), '--bind', host.addresses[0] ?? '', '--nodes', list];
    const ring = ['--transport', transport, '--token', String(token), '--dialect', dialect];
    const rest = ['--cpg', group, '--votes', '1', '--state', state];
    this.child = spawnTied('ip', host.inside(process.execPath, CLI, 'node', ...self, ...ring, ...rest), [
      'pipe',
      'pipe',
      'pipe',
    ]);
    this.child.stdin?.on('error', () => undefined);
    this.child.stdout?.on('data', (chunk: Buffer) => this.read(chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.events.push(JSON.parse(line) as OurEvent);
  }

  get isUp(): boolean {
    return this.child !== null && isRunning(this.child);
  }

  say(line: string): void {
    this.child?.stdin?.write(`${line}\n`);
  }

  /** Members of the last regular configuration, ascending. */
  members(): readonly number[] {
    const last = this.events.findLast(({ event, type }) => event === 'configuration' && type === 'regular');
    return [...((last?.['members'] as readonly number[] | undefined) ?? [])].sort((a, b) => a - b);
  }

  isSynchronised(): boolean {
    return this.events.findLast(({ event }) => event === 'synchronised')?.['done'] === true;
  }

  async waitMembers(ids: readonly number[]): Promise<void> {
    const wanted = [...ids].sort((a, b) => a - b).join(' ');
    const isSo = (): boolean => this.members().join(' ') === wanted && this.isSynchronised();
    await until(`our node ${this.id} with members ${wanted}, synchronised`, isSo);
  }

  /** SIGTERM: a clean leave. */
  async stop(): Promise<void> {
    if (this.child !== null) await end(this.child, 'SIGTERM');
  }

  async kill(): Promise<void> {
    if (this.child !== null) await end(this.child);
  }
}
