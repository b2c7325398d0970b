// Streams a capture to its reader over any port, no faster than the reader reads, and answers for ranges of bytes.
// Knows neither files nor the window: the source is whatever yields octets, the port whatever can post and listen.
import { CHUNKS_IN_FLIGHT_MAX, isStreamRequest, type ByteRange, type StreamReply } from '../ipc/stream.ts';

/** One portion of a capture, in order. */
export interface CapturePortion {
  /** They stand until the next portion is asked for: a port copies them when they are posted. */
  readonly bytes: Uint8Array;
  /** Octets of the source that were read so far, and how many it has, compressed ones where it is compressed. */
  readonly done: number;
  readonly total: number;
}

/** Where a capture's octets come from. */
export interface ByteSource {
  /** The capture from its first octet; throws an Error with a sentence where the source breaks off or vanishes. */
  portions(): AsyncGenerator<CapturePortion>;
  /** Of a source that waits for octets: lets it yield an empty portion, as nobody may wait for it any more. */
  interrupt?(): void;
  /** The ranges, of the capture as its reader sees it; shorter pieces where the source has shrunk. */
  read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]>;
}

/** The source's end of a port. */
export interface SourcePort {
  post(reply: StreamReply): void;
  onRequest(listener: (request: unknown) => void): void;
}

interface Run {
  readonly number: number;
  inFlight: number;
  isStopped: boolean;
  /** Wakes the streaming loop when it may go on. */
  wake: () => void;
}

const says = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export interface ServedStream {
  stop(): void;
  /** The source holds other octets from now on: its reader is to begin anew. */
  anew(): void;
}

/** Serves until the port falls silent; the caller closes the source. */
export function serveStream(source: ByteSource, port: SourcePort): ServedStream {
  let run: Run | null = null;
  let last: Promise<void> = Promise.resolve();

  const stop = (): void => {
    if (run === null) return;
    run.isStopped = true;
    run.wake();
    run = null;
    source.interrupt?.();
  };

  const stream = async (own: Run): Promise<void> => {
    try {
      for await (const { bytes, done, total } of source.portions()) {
        if (own.isStopped) return;
        if (bytes.length === 0) continue;
        port.post({ kind: 'chunk', run: own.number, bytes, done, total });
        own.inFlight++;
        while (own.inFlight >= CHUNKS_IN_FLIGHT_MAX && !own.isStopped)
          await new Promise<void>((resolve) => {
            own.wake = resolve;
          });
        if (own.isStopped) return;
      }
      port.post({ kind: 'end', run: own.number });
    } catch (error) {
      port.post({ kind: 'broken', run: own.number, says: says(error) });
    }
  };

  port.onRequest((request) => {
    if (!isStreamRequest(request)) return;
    if (request.kind === 'stop') stop();
    else if (request.kind === 'ack') {
      if (run?.number !== request.run) return;
      run.inFlight--;
      run.wake();
    } else if (request.kind === 'start') {
      stop();
      const own: Run = { number: request.run, inFlight: 0, isStopped: false, wake: () => undefined };
      run = own;
      // One run at a time: two would share the spool of a gzipped capture.
      last = last.then(() => stream(own));
    } else {
      const { id, ranges } = request;
      void source.read(ranges).then(
        (pieces) => port.post({ kind: 'ranges', id, pieces }),
        (error: unknown) => port.post({ kind: 'no-ranges', id, says: says(error) }),
      );
    }
  });
  return {
    stop,
    anew(): void {
      stop();
      port.post({ kind: 'anew' });
    },
  };
}
