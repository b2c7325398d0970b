// tcpdump on a switch or on a host of the lab: whole frames, also later fragments.
import type { ChildProcess } from 'node:child_process';
import type { LabNetwork, Host } from './network.ts';
import { end, isRunning, spawnTied, waitFor } from './shell.ts';

const FILTER = 'udp or icmp or igmp or arp or (ip[6:2] & 0x1fff != 0)';

export interface CaptureOptions {
  readonly snapLength?: number;
  readonly filter?: string;
}

export class LabCapture {
  readonly file: string;
  private readonly child: ChildProcess;
  private said = '';

  constructor(namespace: string, device: string, file: string, options: CaptureOptions) {
    this.file = file;
    const { snapLength = 0, filter = FILTER } = options;
    const args = ['-i', device, '-U', '-Z', 'root', '-B', '65536', '-s', String(snapLength), '-w', file, filter];
    this.child = spawnTied('ip', ['netns', 'exec', namespace, 'tcpdump', ...args], ['ignore', 'ignore', 'pipe']);
    this.child.stderr?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
  }

  async started(): Promise<void> {
    await waitFor('tcpdump listens', 60_000, () => this.said.includes('listening on') || !isRunning(this.child), 10);
    if (!isRunning(this.child)) throw new Error(`tcpdump does not run: ${this.said.trim()}`);
  }

  /** Ends it; packets that the kernel dropped for it, null where it did not say. */
  async stop(): Promise<number | null> {
    await end(this.child, 'SIGINT');
    const dropped = /(\d+) packets? dropped by kernel/.exec(this.said)?.[1];
    return dropped === undefined ? null : Number(dropped);
  }
}

/** Captures every frame that passes a switch. */
export async function captureSwitch(
  network: LabNetwork,
  letter: string,
  file: string,
  options: CaptureOptions = {},
): Promise<LabCapture> {
  const capture = new LabCapture(network.switchSpace, `br${letter}`, file, options);
  await capture.started();
  return capture;
}

/** Captures at an interface of a host; "any" for all of them, the loopback too. */
export async function captureHost(
  host: Host,
  device: string,
  file: string,
  options: CaptureOptions = {},
): Promise<LabCapture> {
  const capture = new LabCapture(host.namespace, device, file, options);
  await capture.started();
  return capture;
}
