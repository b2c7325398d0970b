// Runs the capture helper and hands on what it gives, without reading a packet. A helper that dies with its interface
// is an everyday event: it is said, and a new one is started once the interface is back.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CaptureRequest, CaptureStatus, CaptureTrouble, LiveCounts } from '../../../app/session/live-capture.ts';

/** How a helper is started: its request is added as the last argument. */
export interface HelperCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface LiveCaptureHooks {
  /** Whole or parted pcapng blocks; each start of a helper begins a new section. False asks to wait for `resume`. */
  readonly bytes: (chunk: Uint8Array) => boolean;
  readonly status: (status: CaptureStatus) => void;
  /** Nothing comes any more; null where it was stopped. */
  readonly ended: (trouble: CaptureTrouble | null) => void;
}

/** Milliseconds before a helper is started again. */
const RESTART_MS = 1000;
/** Node's abort, by which libpcap's module ends its process when an interface goes down. */
const ABORTED = 134;

const NOTHING: LiveCounts = { packets: 0, dropped: null, late: 0 };

/** Counts of two helpers of the same backend: one that told nothing yet knows no drops. */
function sum(a: LiveCounts, b: LiveCounts): LiveCounts {
  const dropped = a.dropped === null && b.dropped === null ? null : (a.dropped ?? 0) + (b.dropped ?? 0);
  return { packets: a.packets + b.packets, dropped, late: a.late + b.late };
}

export class LiveCapture {
  private readonly request: CaptureRequest;
  private readonly helper: HelperCommand;
  private readonly hooks: LiveCaptureHooks;
  private child: ChildProcess | null = null;
  private trouble: CaptureTrouble | null = null;
  private hasStarted = false;
  private isStopping = false;
  /** Between an interface that went and its return. */
  private isWaiting = false;
  private timer: NodeJS.Timeout | null = null;
  /** Counts of the helpers before this one. */
  private before = NOTHING;
  private now = NOTHING;

  constructor(request: CaptureRequest, helper: HelperCommand, hooks: LiveCaptureHooks) {
    this.request = request;
    this.helper = helper;
    this.hooks = hooks;
    this.start();
  }

  private start(): void {
    const { command, args, env } = this.helper;
    this.trouble = null;
    const child = spawn(command, [...args, JSON.stringify(this.request)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: env ?? process.env,
    });
    this.child = child;
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Uint8Array) => {
      if (!this.hooks.bytes(chunk)) child.stdout.pause();
    });
    createInterface({ input: child.stderr }).on('line', (line) => this.heard(line));
    child.on('error', (error) => {
      this.trouble = { kind: 'failed', backend: this.request.backend, says: error.message };
    });
    child.on('close', (code, signal) => this.closed(code, signal));
  }

  private heard(line: string): void {
    if (!line.startsWith('{')) return;
    const status = JSON.parse(line) as CaptureStatus;
    if (status.kind === 'trouble') {
      this.trouble = status.trouble;
      return;
    }
    if (status.kind === 'started') {
      this.hasStarted = true;
      this.isWaiting = false;
    }
    if (status.kind !== 'counts') {
      this.hooks.status(status);
      return;
    }
    this.now = status;
    this.hooks.status({ kind: 'counts', ...sum(this.before, status) });
  }

  private closed(code: number | null, signal: NodeJS.Signals | null): void {
    this.child = null;
    if (this.isStopping) {
      this.hooks.ended(null);
      return;
    }
    const hasAborted = signal === 'SIGABRT' || code === ABORTED;
    const { interface: name, backend } = this.request;
    const says = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`;
    const trouble: CaptureTrouble = hasAborted
      ? { kind: 'interface-gone', interface: name }
      : (this.trouble ?? { kind: 'failed', backend, says });
    const goesOn = this.hasStarted && (trouble.kind === 'interface-gone' || this.isWaiting);
    if (!goesOn) {
      this.hooks.ended(trouble);
      return;
    }
    if (!this.isWaiting) this.hooks.status({ kind: 'trouble', trouble });
    this.isWaiting = true;
    this.before = sum(this.before, this.now);
    this.now = NOTHING;
    this.timer = setTimeout(() => this.start(), RESTART_MS);
  }

  /** Takes bytes again after `bytes` said false. */
  resume(): void {
    this.child?.stdout?.resume();
  }

  /** `ended` follows, after the last bytes. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.child === null) this.hooks.ended(null);
    else this.child.stdin?.end();
  }
}
