// A capture that is still being written, as a source of octets: a file that has not ended. Its reader gets what is
// there and then what comes, at its own pace, and any range of it again. Knows neither packets nor who writes.
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as rest } from 'node:timers/promises';
import { CHUNK_OCTETS, type ByteRange } from '../../../../app/ipc/stream.ts';
import type { ByteSource, CapturePortion } from '../../../../app/session/serve-stream.ts';

/** Milliseconds for which what comes drop by drop is gathered: each portion wakes the reader. */
const GATHER_MS = 20;

export class GrowingCapture implements ByteSource {
  readonly path: string;
  private handle: Promise<FileHandle> | null = null;
  private octets = 0;
  private hasEnded = false;
  private isClosed = false;
  private interrupts = 0;
  private waiting: (() => void)[] = [];

  constructor(path: string) {
    this.path = path;
  }

  /** Octets that can be read. */
  get byteLength(): number {
    return this.octets;
  }

  /** So many octets are in the file by now. */
  grew(octets: number): void {
    this.octets = Math.max(this.octets, octets);
    this.wake();
  }

  /** Nothing more comes. */
  end(): void {
    this.hasEnded = true;
    this.wake();
  }

  interrupt(): void {
    this.interrupts++;
    this.wake();
  }

  async *portions(): AsyncGenerator<CapturePortion> {
    const { interrupts } = this;
    let done = 0;
    while (!this.isClosed) {
      const length = Math.min(CHUNK_OCTETS, this.octets - done);
      if (length > 0) {
        const { buffer, bytesRead } = await (await this.file()).read(new Uint8Array(length), 0, length, done);
        if (bytesRead === 0) throw new Error(`${this.path} shrank to ${done} octets while it was read`);
        done += bytesRead;
        yield { bytes: buffer.subarray(0, bytesRead), done, total: this.octets };
      } else if (this.hasEnded) return;
      else if (this.interrupts !== interrupts) yield { bytes: new Uint8Array(0), done, total: this.octets };
      else {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
        if (!this.hasEnded && !this.isClosed) await rest(GATHER_MS);
      }
    }
  }

  async read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]> {
    const handle = await this.file();
    const pieces: Uint8Array[] = [];
    for (const { offset, length } of ranges) {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      pieces.push(buffer.subarray(0, bytesRead));
    }
    return pieces;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    await (await this.handle?.catch(() => undefined))?.close().catch(() => undefined);
  }

  private file(): Promise<FileHandle> {
    this.handle ??= open(this.path, 'r');
    return this.handle;
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
