// Captures that the page itself holds as files: streams them to the worker as the main process would. For plain
// browsers, and for dropped files without a path.
import type { OpenedSource, OpenProblem, StreamId } from '../../app/ipc/contract.ts';
import { CHUNK_OCTETS, type ByteRange } from '../../app/ipc/stream.ts';
import { serveStream, type ByteSource, type CapturePortion } from '../../app/session/serve-stream.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';

/** Paths of files in the page start with this; no path on disk does. */
const PREFIX = 'page-file:';
/** Streams that the page serves are numbered from here, far from those of the main process. */
const FIRST_STREAM = 1_000_000_000;

async function* portionsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (let at = 0; at < value.length; at += CHUNK_OCTETS) yield value.slice(at, at + CHUNK_OCTETS);
    }
  } finally {
    reader.releaseLock();
    await stream.cancel().catch(() => undefined);
  }
}

async function pieceOf(blob: Blob, { offset, length }: ByteRange): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
}

class PageFile implements ByteSource {
  private readonly file: File;
  private readonly isCompressed: boolean;
  private clear: Blob;

  constructor(file: File, isCompressed: boolean) {
    this.file = file;
    this.isCompressed = isCompressed;
    this.clear = isCompressed ? new Blob([]) : file;
  }

  async *portions(): AsyncGenerator<CapturePortion> {
    const total = this.file.size;
    if (!this.isCompressed) {
      let done = 0;
      for await (const bytes of portionsOf(this.file.stream())) yield { bytes, done: (done += bytes.length), total };
      return;
    }
    let done = 0;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        done += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const gunzip = new DecompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
    this.clear = new Blob([]);
    for await (const bytes of portionsOf(this.file.stream().pipeThrough(counter).pipeThrough(gunzip))) {
      this.clear = new Blob([this.clear, bytes as Uint8Array<ArrayBuffer>]);
      yield { bytes, done, total };
    }
  }

  read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]> {
    return Promise.all(ranges.map((range) => pieceOf(this.clear, range)));
  }
}

export class PageFiles {
  /** Files, or where they are served. */
  private readonly files: (File | string)[] = [];
  private readonly ports = new Map<StreamId, MessagePort>();

  static holds(path: string): boolean {
    return path.startsWith(PREFIX);
  }

  add(file: File): string {
    this.files.push(file);
    return `${PREFIX}${this.files.length - 1}`;
  }

  /** The name of a file, for people. */
  nameOf(path: string): string {
    const held = this.files[Number(path.slice(PREFIX.length))];
    return typeof held === 'string' ? (held.split('/').at(-1) ?? held) : (held?.name ?? 'capture');
  }

  /** A file that is fetched once it is opened. */
  addServed(url: string): string {
    this.files.push(url);
    return `${PREFIX}${this.files.length - 1}`;
  }

  private async fileOf(path: string): Promise<File | null> {
    const held = this.files[Number(path.slice(PREFIX.length))];
    if (typeof held !== 'string') return held ?? null;
    const answer = await fetch(held).catch(() => null);
    if (answer?.ok !== true) return null;
    return new File([await answer.blob()], held.split('/').at(-1) ?? held);
  }

  async open(path: string): Promise<Result<OpenedSource, OpenProblem>> {
    const file = await this.fileOf(path);
    if (file === null)
      return fail({ kind: 'missing', says: 'this file is no longer held by the window: drop it again.' });
    if (file.size === 0)
      return fail({ kind: 'empty', says: `${file.name} is empty, or a folder: choose a capture file.` });
    const head = await pieceOf(file, { offset: 0, length: 2 });
    const isCompressed = head[0] === 0x1f && head[1] === 0x8b;
    const { port1, port2 } = new MessageChannel();
    serveStream(new PageFile(file, isCompressed), {
      post: (reply) => port1.postMessage(reply),
      onRequest: (listener) => port1.addEventListener('message', ({ data }) => listener(data)),
    });
    port1.start();
    const stream = FIRST_STREAM + this.ports.size;
    this.ports.set(stream, port2);
    return ok({ stream, name: file.name, path, byteLength: file.size, isCompressed, live: null });
  }

  /** The reader's end of an opened stream, once. */
  port(stream: StreamId): MessagePort | null {
    return this.ports.get(stream) ?? null;
  }
}
