// One node process from its parent's side: starts it, hands it orders, and makes sure that it never outlives the
// parent, not even when it is stopped or the parent is killed.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { LabNodeOrder, LabNodeReport, LabNodeStart, LabNodeStatus } from '../../../app/lab/cluster.ts';

export interface ChildNodeHooks {
  readonly report: (report: LabNodeReport) => void;
  readonly tap: (chunk: Uint8Array) => void;
  /** Gone, whatever way. */
  readonly ended: (signal: NodeJS.Signals | null) => void;
}

export interface HelperProgram {
  /** Node, or Electron as Node. */
  readonly node: string;
  readonly script: string;
}

/** Milliseconds that a node may take to leave or to tell of itself. */
const PATIENCE_MS = 3000;

/**
 * Node asks for 64 KiB for each datagram that it reads, a sheep for up to a MiB: the C library keeps them instead of
 * giving them back to the kernel each time, which would clear every page anew.
 */
const MALLOC = {
  MALLOC_TRIM_THRESHOLD_: String(64 << 20),
  MALLOC_TOP_PAD_: String(4 << 20),
  MALLOC_MMAP_THRESHOLD_: String(32 << 20),
};

/** Certificates that Node reads at each start, for as long as the rest of it takes; a lab node asks for none. */
const NO_CERTIFICATES = { NODE_EXTRA_CA_CERTS: undefined };

let canTie: boolean | null = null;

/** util-linux's setpriv makes the kernel kill the child when its parent dies, also a stopped one. */
function tied(
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  canTie ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
  if (!canTie) return { command, args };
  return { command: 'setpriv', args: ['--pdeathsig', 'KILL', '--', command, ...args] };
}

export class ChildNode {
  readonly start: LabNodeStart;
  private readonly child: ChildProcess;
  private readonly asked = new Map<number, (status: LabNodeStatus | null) => void>();
  private asks = 0;
  private isGone = false;
  private isStopped = false;

  constructor(start: LabNodeStart, program: HelperProgram, hooks: ChildNodeHooks) {
    this.start = start;
    const { command, args } = tied(program.node, ['--expose-gc', program.script]);
    this.child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
      serialization: 'advanced',
      env: { ...process.env, ...MALLOC, ...NO_CERTIFICATES, ELECTRON_RUN_AS_NODE: '1' },
    });
    const tap = this.child.stdio[4] as Readable | undefined;
    tap?.on('data', hooks.tap);
    this.child.on('message', (message: LabNodeReport) => this.heard(message, hooks));
    this.child.on('error', (error) => hooks.report({ kind: 'problem', says: `${program.node}: ${error.message}` }));
    this.child.once('close', (_code, signal) => {
      this.isGone = true;
      for (const done of this.asked.values()) done(null);
      this.asked.clear();
      hooks.ended(signal);
    });
    this.order({ kind: 'start', start });
  }

  private heard(report: LabNodeReport, hooks: ChildNodeHooks): void {
    if (report.kind !== 'status') return hooks.report(report);
    this.asked.get(report.ask)?.(report.status);
    this.asked.delete(report.ask);
  }

  get pid(): number | null {
    return this.isGone ? null : (this.child.pid ?? null);
  }
  get isPaused(): boolean {
    return this.isStopped && !this.isGone;
  }

  order(order: LabNodeOrder): void {
    // One that dies in this moment does not hear it; that it died is told by its end.
    if (!this.isGone && this.child.connected) this.child.send(order, () => undefined);
  }

  /** What the node knows of itself; null where it does not answer. */
  status(): Promise<LabNodeStatus | null> {
    if (this.isGone || this.isStopped) return Promise.resolve(null);
    const ask = this.asks++;
    return new Promise((done) => {
      const late = setTimeout(() => {
        this.asked.delete(ask);
        done(null);
      }, PATIENCE_MS);
      this.asked.set(ask, (status) => {
        clearTimeout(late);
        done(status);
      });
      this.order({ kind: 'status', ask });
    });
  }

  pause(): void {
    this.isStopped = this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.isStopped = false;
    this.child.kill('SIGCONT');
  }

  /** SIGKILL. */
  kill(): Promise<void> {
    return this.gone('SIGKILL');
  }

  /** Leaves the ring cleanly; killed where it does not. */
  leave(): Promise<void> {
    if (this.isStopped) return this.kill();
    this.order({ kind: 'leave' });
    return this.gone(null);
  }

  private gone(signal: NodeJS.Signals | null): Promise<void> {
    if (this.isGone) return Promise.resolve();
    return new Promise((done) => {
      const late = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
      this.child.once('close', () => {
        clearTimeout(late);
        done();
      });
      if (signal !== null) this.child.kill(signal);
    });
  }
}
