// Captures with tcpdump: the kernel's times in nanoseconds, its count of drops. Outlives an interface going down.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CaptureRequest, CaptureTrouble } from '../../../app/session/live-capture.ts';
import { createCaptureReader } from '../../../protocol/pcap/capture-reader.ts';
import type { BackendHooks, RunningBackend, StartBackend } from './backend.ts';

/** Octets of a frame that are kept: loopback carries frames of 64 KiB. */
const SNAP_OCTETS = 262_144;
/** Milliseconds between two questions for the count of drops. */
const ASK_DROPS_MS = 1000;

function argumentsOf({ interface: name, filter, bufferOctets }: CaptureRequest): string[] {
  const size = ['-s', String(SNAP_OCTETS), '-B', String(Math.ceil(bufferOctets / 1024))];
  return ['-p', '-U', '-n', '--immediate-mode', '--time-stamp-precision=nano', ...size, '-i', name, '-w', '-', filter];
}

/** What tcpdump's last words mean. */
export function tcpdumpTrouble(words: string, request: CaptureRequest): CaptureTrouble {
  const { interface: name, filter } = request;
  if (/No such device|SIOCGIFHWADDR/i.test(words)) return { kind: 'no-such-interface', interface: name };
  if (/permission|not permitted/i.test(words)) return { kind: 'not-permitted', interface: name, backend: 'tcpdump' };
  const expression = /(?:filter expression: |tcpdump: )?(syntax error.*|.*rejects all packets.*|illegal token.*)/i.exec(
    words,
  );
  if (expression !== null) return { kind: 'bad-filter', filter, says: (expression[1] ?? 'syntax error').trim() };
  if (/disappeared|went down/i.test(words)) return { kind: 'interface-gone', interface: name };
  const last = words.trim().split('\n').at(-1) ?? '';
  return { kind: 'failed', backend: 'tcpdump', says: last.replace(/^tcpdump: /, '') || 'it said nothing' };
}

/**
 * Packets that the kernel's count of drops stands for: on the loopback device each is dropped twice, leaving and
 * coming. Exact where the buffer was full throughout. A filter for what comes alone would lose the first packet after
 * the start: libpcap judges that one itself, and cannot tell its direction.
 */
function packetsOf(drops: number, name: string): number {
  return name === 'lo' ? Math.ceil(drops / 2) : drops;
}

class Tcpdump implements RunningBackend {
  private readonly child;
  private readonly name: string;
  private readonly hooks: BackendHooks;
  private words = '';
  private isAsked = false;
  private asking: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(request: CaptureRequest, hooks: BackendHooks) {
    this.name = request.interface;
    this.hooks = hooks;
    this.child = spawn('tcpdump', argumentsOf(request), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' },
    });
    this.child.on('error', () => this.hooks.ended({ kind: 'no-backend', backend: 'tcpdump' }));
    createInterface({ input: this.child.stderr }).on('line', (line) => this.heard(line));
    this.readPackets();
    this.child.on('close', (code) => {
      clearInterval(this.asking);
      this.hooks.ended(code === 0 || this.isStopping ? null : tcpdumpTrouble(this.words, request));
    });
  }

  private readPackets(): void {
    const { output } = this.hooks;
    let epochNs: bigint | null = null;
    const reader = createCaptureReader({
      frame: (bytes, start, captured, original, timeNs, linktype) => {
        output.begin(linktype);
        epochNs ??= reader.epochNs;
        output.packet(epochNs + BigInt(Math.round(timeNs)), bytes.slice(start, start + captured), original);
      },
    });
    this.child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
  }

  /** One question at a time: a second would hide which one is answered. */
  private ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    this.hooks.output.asked();
    this.child.kill('SIGUSR1');
  }

  private heard(line: string): void {
    if (/listening on/.test(line)) {
      this.hooks.started('kernel');
      // Not before: one that has not yet begun knows no such question, and would die of it.
      this.asking ??= setInterval(() => this.ask(), ASK_DROPS_MS).unref();
    }
    const dropped = /(\d+) packets? dropped by kernel/.exec(line);
    if (dropped !== null) {
      this.isAsked = false;
      this.hooks.output.counted(packetsOf(Number(dropped[1]), this.name));
    } else if (!/packets? (captured|received by filter|dropped by interface)/.test(line))
      this.words = `${this.words}${line}\n`.slice(-4096);
  }

  stop(): void {
    this.isStopping = true;
    this.child.kill('SIGINT');
  }
}

export const captureWithTcpdump: StartBackend = (request, hooks) => new Tcpdump(request, hooks);
