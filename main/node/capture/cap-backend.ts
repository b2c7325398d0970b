// Captures with the cap module. It gives no times: a packet's time is when this program read it. It counts no drops,
// and the kernel tells them to nobody else: only who opened the socket may ask, and the module does not. If the
// interface goes down, the module ends the process (SIGABRT): who started the helper sees to that.
import { createRequire } from 'node:module';
import type { CaptureRequest, CaptureTrouble } from '../../../app/session/live-capture.ts';
import type { RunningBackend, StartBackend } from './backend.ts';

/** What of the module is used; it has no types of its own. */
interface Cap {
  open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
  close(): void;
  on(event: 'packet', listener: (length: number, isTruncated: boolean) => void): void;
}

/** The module takes frames of at most this many octets, whatever is asked. */
const FRAME_OCTETS = 65_535;

const LINKTYPES: { readonly [name: string]: number } = { NULL: 0, ETHERNET: 1, RAW: 101, LINKTYPE_LINUX_SLL: 113 };

/** What the module's errors mean: it has no codes. */
export function capTrouble(says: string, { interface: name, filter }: CaptureRequest): CaptureTrouble {
  if (/No such device/i.test(says)) return { kind: 'no-such-interface', interface: name };
  if (/not permitted|permission/i.test(says)) return { kind: 'not-permitted', interface: name, backend: 'cap' };
  if (/filter expression|syntax error/i.test(says))
    return { kind: 'bad-filter', filter, says: says.replace(/^.*filter expression: /, '') };
  return { kind: 'failed', backend: 'cap', says };
}

function loadCap(): Cap | null {
  try {
    const { Cap } = createRequire(import.meta.url)('cap') as { Cap: new () => Cap };
    return new Cap();
  } catch {
    return null;
  }
}

export const captureWithCap: StartBackend = (request, { output, started, ended }) => {
  const cap = loadCap();
  const idle: RunningBackend = { stop: () => undefined };
  if (cap === null) {
    setImmediate(() => ended({ kind: 'no-backend', backend: 'cap' }));
    return idle;
  }
  // The module keeps no reference to it, and writes each packet over the one before.
  const buffer = Buffer.alloc(FRAME_OCTETS);
  const clockNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  cap.on('packet', (length) => {
    const now = clockNs + process.hrtime.bigint();
    output.packet(now, Uint8Array.from(buffer.subarray(0, length)), length);
  });
  try {
    const link = cap.open(request.interface, request.filter, request.bufferOctets, buffer);
    output.begin(LINKTYPES[link] ?? 1);
    started('userspace');
  } catch (error) {
    const trouble = capTrouble(error instanceof Error ? error.message : String(error), request);
    setImmediate(() => ended(trouble));
    return idle;
  }
  let isOpen = true;
  return {
    stop() {
      if (!isOpen) return;
      isOpen = false;
      cap.close();
      ended(null);
    },
  };
};
