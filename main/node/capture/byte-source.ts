// The octets of a capture for the command line: a file, a gzipped file or standard input; in order as they come, and
// any range of them again. What cannot be read twice is spooled to a temporary file, which goes when the process does.
import { closeSync, createReadStream, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { OpenProblem } from '../../../app/ipc/contract.ts';
import { directoryProblem, explainSystemError } from '../files/open-problem.ts';

const CHUNK = 1 << 20;
const BLOCK = 1 << 18;
const BLOCKS_MAX = 32;

export interface ByteSource {
  /** Hands over all octets in order; waits for what `take` returns. A problem is the source's, not the format's. */
  read(take: (chunk: Uint8Array) => void | Promise<void>): Promise<OpenProblem | null>;
  /** Octets [offset, offset + length) of what was read; shorter at the end. Valid until the next call. */
  range(offset: number, length: number): Uint8Array;
  /** Octets of the file, null where it is not known beforehand. */
  readonly byteLength: number | null;
  close(): void;
}

/** Blocks of a file kept in memory, the last ones used. */
class Blocks {
  private readonly fd: number;
  private readonly kept = new Map<number, Uint8Array>();

  constructor(fd: number) {
    this.fd = fd;
  }

  private block(index: number): Uint8Array {
    const known = this.kept.get(index);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(BLOCK);
    const length = readSync(this.fd, bytes, 0, BLOCK, index * BLOCK);
    if (this.kept.size >= BLOCKS_MAX) for (const oldest of this.kept.keys()) if (this.kept.delete(oldest)) break;
    const block = bytes.subarray(0, length);
    // A block that may still grow is not kept.
    if (length === BLOCK) this.kept.set(index, block);
    return block;
  }

  range(offset: number, length: number): Uint8Array {
    const first = Math.floor(offset / BLOCK);
    const start = offset - first * BLOCK;
    if (start + length <= BLOCK) return this.block(first).subarray(start, start + length);
    const whole = new Uint8Array(length);
    const read = readSync(this.fd, whole, 0, length, offset);
    return whole.subarray(0, read);
  }
}

class FileSource implements ByteSource {
  readonly byteLength: number;
  private readonly fd: number;
  private readonly blocks: Blocks;
  private readonly path: string;

  constructor(fd: number, path: string, size: number) {
    this.fd = fd;
    this.path = path;
    this.byteLength = size;
    this.blocks = new Blocks(fd);
  }

  async read(take: (chunk: Uint8Array) => void | Promise<void>): Promise<OpenProblem | null> {
    const chunk = new Uint8Array(CHUNK);
    try {
      // A file that still grows is read to the length it had when it was opened.
      for (let at = 0; at < this.byteLength;) {
        const length = readSync(this.fd, chunk, 0, Math.min(CHUNK, this.byteLength - at), at);
        if (length === 0) break;
        const waits = take(chunk.subarray(0, length));
        if (waits !== undefined) await waits;
        at += length;
      }
      return null;
    } catch (error) {
      return explainSystemError(error, this.path);
    }
  }

  range(offset: number, length: number): Uint8Array {
    return this.blocks.range(offset, length);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** What comes once: gunzipped or from standard input. */
class SpooledSource implements ByteSource {
  readonly byteLength = null;
  private readonly open: () => Readable;
  private readonly name: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'totem-lab-'));
  private readonly fd = openSync(join(this.folder, 'spool'), 'w+');
  private readonly blocks = new Blocks(this.fd);
  private readonly remove = (): void => rmSync(this.folder, { recursive: true, force: true });

  constructor(name: string, open: () => Readable) {
    this.name = name;
    this.open = open;
    process.once('exit', this.remove);
  }

  async read(take: (chunk: Uint8Array) => void | Promise<void>): Promise<OpenProblem | null> {
    try {
      const pieces = this.open()[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      const first = await pieces.next();
      if (first.done === true) return null;
      const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
      for await (const chunk of isGzip ? gunzipped(first.value, pieces) : continued(first.value, pieces))
        await this.keep(chunk, take);
      return null;
    } catch (error) {
      return this.explain(error);
    }
  }

  private async keep(chunk: Uint8Array, take: (chunk: Uint8Array) => void | Promise<void>): Promise<void> {
    writeSync(this.fd, chunk);
    await take(chunk);
  }

  private explain(error: unknown): OpenProblem {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_'))
      return { kind: 'unreadable', says: `${this.name}: the gzip data is damaged or cut; what came before was read.` };
    return explainSystemError(error, this.name);
  }

  range(offset: number, length: number): Uint8Array {
    return this.blocks.range(offset, length);
  }

  close(): void {
    closeSync(this.fd);
    this.remove();
    process.removeListener('exit', this.remove);
  }
}

async function* continued(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let chunk = first; ;) {
    yield chunk;
    const next = await rest.next();
    if (next.done === true) return;
    chunk = next.value;
  }
}

async function* gunzipped(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = Readable.from(continued(first, rest), { objectMode: false }).pipe(createGunzip());
  for await (const chunk of gunzip) yield chunk as Uint8Array;
}

/** Opens a capture by its path, or `-` for standard input. */
export function openByteSource(path: string): Result<ByteSource, OpenProblem> {
  if (path === '-') return ok(new SpooledSource('standard input', () => process.stdin));
  try {
    const fd = openSync(path, 'r');
    const found = fstatSync(fd);
    if (found.isDirectory()) {
      closeSync(fd);
      return fail(directoryProblem(path));
    }
    const head = new Uint8Array(2);
    const isRegular = found.isFile();
    if (isRegular) readSync(fd, head, 0, 2, 0);
    if (isRegular && !(head[0] === 0x1f && head[1] === 0x8b)) return ok(new FileSource(fd, path, found.size));
    closeSync(fd);
    return ok(new SpooledSource(path, () => createReadStream(path)));
  } catch (error) {
    return fail(explainSystemError(error, path));
  }
}
