// A capture on disk: its octets in order, gunzipped where needed, and any range of them again. Bytes stay on disk; a
// gzipped capture is spooled to a temporary file as it is read. Does not know what a packet is.
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { OpenProblem } from '../../../app/ipc/contract.ts';
import { CHUNK_OCTETS, type ByteRange } from '../../../app/ipc/stream.ts';
import type { ByteSource, CapturePortion } from '../../../app/session/serve-stream.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { directoryProblem, emptyProblem, explainSystemError } from './open-problem.ts';

/** Octets that a gzipped capture may grow to in the temporary folder. */
export const SPOOL_OCTETS_MAX = 64 * 1024 ** 3;

export interface CaptureFile extends ByteSource {
  readonly path: string;
  readonly name: string;
  readonly byteLength: number;
  readonly isCompressed: boolean;
  /** Forgets the file, and removes what was spooled. */
  close(): Promise<void>;
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** Finds a capture; problems are what a person can do something about. */
export async function openCaptureFile(path: string): Promise<Result<CaptureFile, OpenProblem>> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return fail(directoryProblem(path));
    if (!found.isFile())
      return fail({
        kind: 'not-a-file',
        says: `${basename(path)} is no file: pipes and devices open in the command line.`,
      });
    if (found.size === 0) return fail(emptyProblem(path));
    const handle = await open(path, 'r');
    return ok(new DiskCapture(path, found.size, handle, await isGzip(handle)));
  } catch (error) {
    return fail(explainSystemError(error, path));
  }
}

class DiskCapture implements CaptureFile {
  readonly path: string;
  readonly name: string;
  readonly byteLength: number;
  readonly isCompressed: boolean;
  private readonly handle: FileHandle;
  private spool: { readonly folder: string; readonly handle: FileHandle } | null = null;

  constructor(path: string, byteLength: number, handle: FileHandle, isCompressed: boolean) {
    this.path = path;
    this.name = basename(path);
    this.byteLength = byteLength;
    this.handle = handle;
    this.isCompressed = isCompressed;
  }

  portions(): AsyncGenerator<CapturePortion> {
    return this.isCompressed ? this.gunzipped() : this.plain();
  }

  async read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]> {
    const handle = this.isCompressed ? this.spool?.handle : this.handle;
    if (handle === undefined) throw new Error('the capture was not read yet');
    const pieces: Uint8Array[] = [];
    for (const { offset, length } of ranges) {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      pieces.push(buffer.subarray(0, bytesRead));
    }
    return pieces;
  }

  async close(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await this.dropSpool();
  }

  /** Reads to the end that the file has when it is reached: a growing capture is read as far as it came. */
  private async *plain(): AsyncGenerator<CapturePortion> {
    let done = 0;
    // Memory that was used before costs a tenth of new memory.
    const chunk = new Uint8Array(CHUNK_OCTETS);
    for (;;) {
      const { bytesRead } = await this.handle.read(chunk, 0, CHUNK_OCTETS, done);
      if (bytesRead === 0) break;
      done += bytesRead;
      yield { bytes: chunk.subarray(0, bytesRead), done, total: Math.max(done, this.byteLength) };
    }
    if (done < this.byteLength)
      throw new Error(`the file shrank from ${this.byteLength} to ${done} octets while it was read`);
  }

  private async *gunzipped(): AsyncGenerator<CapturePortion> {
    await this.dropSpool();
    const folder = await mkdtemp(join(tmpdir(), 'totem-lab-'));
    const handle = await open(join(folder, 'capture'), 'w+', 0o600);
    this.spool = { folder, handle };
    // Where an open file may lose its name it does so at once: then no end of the program leaves it behind.
    if (process.platform !== 'win32') await rm(folder, { recursive: true });
    let done = 0;
    const counter = new Transform({
      transform(chunk: Uint8Array, _encoding, next) {
        done += chunk.length;
        next(null, chunk);
      },
    });
    const source = createReadStream(this.path, { highWaterMark: CHUNK_OCTETS });
    // A cut file gives all that it holds: that the capture ends in the middle is seen by its reader.
    const gunzip = createGunzip({ chunkSize: CHUNK_OCTETS, finishFlush: constants.Z_SYNC_FLUSH });
    source.on('error', (error) => gunzip.destroy(error));
    let written = 0;
    try {
      for await (const bytes of source.pipe(counter).pipe(gunzip) as Readable & AsyncIterable<Uint8Array>) {
        await handle.write(bytes, 0, bytes.length, written);
        written += bytes.length;
        if (written > SPOOL_OCTETS_MAX) throw new Error(`it grows beyond ${SPOOL_OCTETS_MAX} octets: gunzip it first`);
        yield { bytes, done, total: this.byteLength };
      }
    } catch (error) {
      throw new Error(`the gzip data are damaged: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      source.destroy();
      gunzip.destroy();
    }
  }

  private async dropSpool(): Promise<void> {
    const { spool } = this;
    this.spool = null;
    if (spool === null) return;
    await spool.handle.close().catch(() => undefined);
    await rm(spool.folder, { recursive: true, force: true });
  }
}
