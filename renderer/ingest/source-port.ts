// The reader's end of a capture's stream: asks for octets in order and for ranges. Knows the port, not the packets.
import type { ByteRange, StreamReply, StreamRequest } from '../../app/ipc/stream.ts';

export interface StreamListener {
  chunk(bytes: Uint8Array, done: number, total: number): void;
  /** `says` is null where the source ended well. */
  ended(says: string | null): void;
  /** The source holds other octets from now on. */
  anew(): void;
}

interface Waiting {
  resolve(pieces: readonly Uint8Array[]): void;
  reject(error: Error): void;
}

export class SourcePort {
  private readonly port: MessagePort;
  private readonly listener: StreamListener;
  private readonly waiting = new Map<number, Waiting>();
  private run = 0;
  private nextId = 0;

  constructor(port: MessagePort, listener: StreamListener) {
    this.port = port;
    this.listener = listener;
    port.addEventListener('message', ({ data }) => this.heard(data as StreamReply));
    port.start();
  }

  /** Streams from the first octet, whatever was under way. */
  start(): void {
    this.ask({ kind: 'start', run: ++this.run });
  }

  /** Stops streaming; ranges can still be read. */
  stop(): void {
    this.run++;
    this.ask({ kind: 'stop' });
  }

  read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.ask({ kind: 'read', id, ranges });
    });
  }

  close(): void {
    this.stop();
    this.port.close();
    for (const { reject } of this.waiting.values()) reject(new Error('the capture was closed'));
    this.waiting.clear();
  }

  private ask(request: StreamRequest): void {
    this.port.postMessage(request);
  }

  private heard(reply: StreamReply): void {
    if (reply.kind === 'ranges' || reply.kind === 'no-ranges') {
      const waiting = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if (reply.kind === 'ranges') waiting?.resolve(reply.pieces);
      else waiting?.reject(new Error(reply.says));
    } else if (reply.kind === 'anew') this.listener.anew();
    else if (reply.run === this.run) {
      if (reply.kind === 'chunk') {
        this.listener.chunk(reply.bytes, reply.done, reply.total);
        this.ask({ kind: 'ack', run: reply.run });
      } else this.listener.ended(reply.kind === 'broken' ? reply.says : null);
    }
  }
}
