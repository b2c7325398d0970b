// The capture helper, a process of its own and the only one that needs a privilege: packets of one interface come out
// on standard output as pcapng, what there is to tell on standard error as JSON lines. It ends with its input, so that
// it never outlives who started it. Reads no Totem, opens no files.
import type { CaptureRequest, CaptureStatus, CaptureTrouble } from '../../app/session/live-capture.ts';
import { captureWithCap } from '../node/capture/cap-backend.ts';
import { createPacketOutput } from '../node/capture/packet-output.ts';
import { captureWithTcpdump } from '../node/capture/tcpdump-backend.ts';

/** Milliseconds between two reports of the counts. */
const COUNTS_EVERY_MS = 500;

function tell(status: CaptureStatus): void {
  process.stderr.write(`${JSON.stringify(status)}\n`);
}

function run(request: CaptureRequest): void {
  const output = createPacketOutput(process.stdout, {
    interfaceName: request.interface,
    isCounted: request.backend !== 'cap',
    now: () => BigInt(Date.now()) * 1_000_000n,
    lost: (loss) => tell({ kind: 'lost', ...loss }),
  });
  let hasEnded = false;
  const counts = (): void => tell({ kind: 'counts', ...output.counts() });
  const ended = (trouble: CaptureTrouble | null): void => {
    if (hasEnded) return;
    hasEnded = true;
    clearInterval(timer);
    output.end();
    counts();
    if (trouble !== null) tell({ kind: 'trouble', trouble });
    process.exitCode = trouble === null ? 0 : 1;
    process.stdin.destroy();
  };
  const start = request.backend === 'cap' ? captureWithCap : captureWithTcpdump;
  const backend = start(request, {
    output,
    started: (clock) => tell({ kind: 'started', backend: request.backend, clock }),
    ended,
  });
  const timer = setInterval(counts, COUNTS_EVERY_MS);
  const stop = (): void => backend.stop();
  process.stdin.on('end', stop).on('error', stop).resume();
  process.once('SIGTERM', stop);
  // Ctrl-C reaches the whole group of processes: who started this one decides when to stop.
  process.on('SIGINT', () => undefined);
  process.stdout.on('error', stop);
}

run(JSON.parse(process.argv[2] ?? '{}') as CaptureRequest);
