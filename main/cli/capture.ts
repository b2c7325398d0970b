// totemlab capture: packets of one interface into a pcapng file, until Ctrl-C or for a time.
import {
  CAPTURE_BUFFER_OCTETS,
  DEFAULT_CAPTURE_FILTER,
  explainCaptureTrouble,
  type CaptureBackend,
  type CaptureClock,
  type CaptureStatus,
  type CaptureTrouble,
} from '../../app/session/live-capture.ts';
import { captureBackends, captureInterfaces } from '../node/capture/interfaces.ts';
import { captureHelper } from '../node/capture/helper-command.ts';
import { LiveCapture } from '../node/capture/live-capture.ts';
import { createSpool } from '../node/capture/spool.ts';
import { parseArguments, wholeNumber, type Arguments } from './arguments.ts';
import { HELP } from './help.ts';
import { complain } from './output.ts';

const INTERRUPTED = 130;

function list(): number {
  const backends = captureBackends();
  for (const { name, addresses, isUp } of captureInterfaces())
    process.stdout.write(
      `${name.padEnd(16)} ${isUp === false ? 'down ' : '     '} ${addresses.join(' ')}`.trimEnd() + '\n',
    );
  process.stderr.write(`backends: ${backends.length === 0 ? 'none (apt install tcpdump)' : backends.join(', ')}\n`);
  return 0;
}

interface Wanted {
  readonly interface: string;
  readonly out: string;
  readonly backend: CaptureBackend;
  readonly filter: string;
  readonly seconds: number | null;
}

function wantedOf({ text, files }: Arguments): Wanted | string {
  const name = text('interface');
  if (name === null || files.length > 0) return 'capture wants an interface: totemlab capture -i IF';
  const [best] = captureBackends();
  const backend = text('backend') ?? best ?? 'tcpdump';
  if (backend !== 'tcpdump' && backend !== 'cap') return `--backend: "${backend}" is neither tcpdump nor cap`;
  const duration = text('duration');
  const seconds = duration === null ? null : wholeNumber(duration, 1);
  if (duration !== null && seconds === null) return `--duration: "${duration}" is no whole number of seconds from 1 on`;
  const filter = text('filter') ?? DEFAULT_CAPTURE_FILTER;
  return { interface: name, out: text('out') ?? `${name}.pcapng`, backend, filter, seconds };
}

class Watch {
  packets = 0;
  dropped: number | null = null;
  clock: CaptureClock = 'kernel';
  private readonly started: () => void;

  constructor(started: () => void) {
    this.started = started;
  }

  heard(status: CaptureStatus): void {
    if (status.kind === 'counts') {
      this.packets = status.packets;
      this.dropped = status.dropped;
      if (process.stderr.isTTY) process.stderr.write(`\r${this.packets} packets `);
    } else if (status.kind === 'started') {
      this.clock = status.clock;
      this.started();
    } else complain(explainCaptureTrouble(status.trouble));
  }

  says(out: string): string {
    const dropped = this.dropped === null ? 'drops not counted by this backend' : `${this.dropped} dropped`;
    const clock =
      this.clock === 'kernel'
        ? "the kernel's clock, at arrival"
        : "this program's clock, when it read each packet: late by up to some milliseconds";
    return `${out}: ${this.packets} packets, ${dropped}; times are of ${clock}`;
  }
}

function run({ interface: name, out, backend, filter, seconds }: Wanted): Promise<number> {
  return new Promise((done) => {
    // The time runs while packets are captured, not while the backend starts, and only once if it is started again.
    let isTimed = seconds === null;
    const watch = new Watch(() => {
      if (!isTimed && seconds !== null) setTimeout(() => capture.stop(), seconds * 1000).unref();
      isTimed = true;
    });
    let isInterrupted = false;
    let diskProblem: string | null = null;
    const spool = createSpool(out, {
      drained: () => capture.resume(),
      failed: (says) => {
        diskProblem = says;
        capture.stop();
      },
    });
    const ended = async (trouble: CaptureTrouble | null): Promise<void> => {
      const problem = (await spool.end()) ?? diskProblem;
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      if (trouble !== null) complain(explainCaptureTrouble(trouble));
      if (problem !== null) complain(problem);
      if (trouble === null) process.stdout.write(`${watch.says(out)}\n`);
      done(trouble !== null || problem !== null ? 2 : isInterrupted ? INTERRUPTED : 0);
    };
    const request = { interface: name, backend, filter, bufferOctets: CAPTURE_BUFFER_OCTETS };
    const capture = new LiveCapture(request, captureHelper(backend), {
      bytes: (chunk) => spool.write(chunk),
      status: (status) => watch.heard(status),
      ended: (trouble) => void ended(trouble),
    });
    // The file is to be whole: the helper ends first.
    process.removeAllListeners('SIGINT');
    process.on('SIGINT', () => {
      isInterrupted = true;
      capture.stop();
    });
    process.once('SIGTERM', () => capture.stop());
  });
}

export async function capture(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('capture', args, {
    interface: { type: 'string', short: 'i' },
    out: { type: 'string' },
    backend: { type: 'string' },
    filter: { type: 'string' },
    duration: { type: 'string' },
    list: { type: 'boolean' },
  });
  if (!parsed.ok) {
    complain(parsed.problem);
    return 2;
  }
  if (parsed.value.flag('help')) {
    process.stdout.write(`${HELP['capture']}\n`);
    return 0;
  }
  if (parsed.value.flag('list')) return list();
  const wanted = wantedOf(parsed.value);
  if (typeof wanted === 'string') {
    complain(`${wanted}; see totemlab capture --help`);
    return 2;
  }
  return run(wanted);
}
