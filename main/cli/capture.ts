// totemlab capture: packets of one interface into a pcapng file, until Ctrl-C or for a time.
import {
  CAPTURE_BUFFER_OCTETS,
  DEFAULT_CAPTURE_FILTER,
  explainCaptureTrouble,
  explainLoss,
  explainUncounted,
  lossesOf,
  type CaptureBackend,
  type CaptureClock,
  type CaptureStatus,
  type CaptureTrouble,
  type LiveCounts,
} from '../../app/session/live-capture.ts';
import { captureBackends, captureInterfaces } from '../node/capture/interfaces.ts';
import { captureHelper } from '../node/capture/helper-command.ts';
import { LiveCapture } from '../node/capture/live-capture.ts';
import { createSpool } from '../node/capture/spool.ts';
import { takeOverInterrupts } from '../node/start/interrupts.ts';
import { parseArguments, wholeNumber, type Arguments } from './arguments.ts';
import { HELP } from './help.ts';
import { complain } from './output.ts';

const INTERRUPTED = 130;
/** libpcap counts octets in 32 bits. */
const BUFFER_MIB_MAX = 1024;

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
  readonly bufferOctets: number;
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
  const buffer = text('buffer');
  const mebibytes = buffer === null ? null : wholeNumber(buffer, 1);
  if (buffer !== null && (mebibytes === null || mebibytes > BUFFER_MIB_MAX))
    return `--buffer: "${buffer}" is no whole number of MiB from 1 to ${BUFFER_MIB_MAX}`;
  const bufferOctets = mebibytes === null ? CAPTURE_BUFFER_OCTETS : mebibytes << 20;
  const filter = text('filter') ?? DEFAULT_CAPTURE_FILTER;
  return { interface: name, out: text('out') ?? `${name}.pcapng`, backend, filter, seconds, bufferOctets };
}

const two = (value: number): string => String(value).padStart(2, '0');

function clockText(ms: number): string {
  const date = new Date(ms);
  const thousandths = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${thousandths}`;
}

class Watch {
  counts: LiveCounts = { packets: 0, dropped: null, late: 0 };
  clock: CaptureClock = 'kernel';
  private readonly started: () => void;

  constructor(started: () => void) {
    this.started = started;
  }

  heard(status: CaptureStatus): void {
    if (status.kind === 'counts') {
      this.counts = status;
      if (process.stderr.isTTY) process.stderr.write(`\r${status.packets} packets, ${lossesOf(status)} `);
    } else if (status.kind === 'lost') complain(explainLoss(status, clockText));
    else if (status.kind === 'started') {
      this.clock = status.clock;
      process.stderr.write('capturing; Ctrl-C ends it\n');
      this.started();
    } else complain(explainCaptureTrouble(status.trouble));
  }

  says(out: string): string {
    const clock =
      this.clock === 'kernel'
        ? "the kernel's clock, at arrival"
        : "this program's clock, when it read each packet: late by up to some milliseconds";
    return `${out}: ${this.counts.packets} packets, ${lossesOf(this.counts)}; times are of ${clock}`;
  }
}

function run({ interface: name, out, backend, filter, seconds, bufferOctets }: Wanted): Promise<number> {
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
      if (trouble === null && watch.counts.dropped === null) complain(explainUncounted(backend));
      done(trouble !== null || problem !== null ? 2 : isInterrupted ? INTERRUPTED : 0);
    };
    const request = { interface: name, backend, filter, bufferOctets };
    const capture = new LiveCapture(request, captureHelper(backend), {
      bytes: (chunk) => spool.write(chunk),
      status: (status) => watch.heard(status),
      ended: (trouble) => void ended(trouble),
    });
    // The file is to be whole: the helper ends first.
    takeOverInterrupts(() =>
      process.on('SIGINT', () => {
        isInterrupted = true;
        capture.stop();
      }),
    );
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
    buffer: { type: 'string' },
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
