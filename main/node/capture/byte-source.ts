// The octets of a capture for the command line: a file, a gzipped file or standard input; in order as they come, and
// any range of them again. What cannot be read twice is spooled to a temporary file, which goes when the process does.
import { closeSync, createReadStream, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { OpenProblem } from '../../../app/ipc/contract.ts';
import { SPOOL_OCTETS_MAX } from '../files/capture-file.ts';
import { directoryProblem, explainSystemError } from '../files/open-problem.ts';

/** Octets read at once: as much as the processor's own memory holds until they are looked at. */
export const CHUNK = 1 << 17;
/** Octets between two turns of signals and timers. */
const TURN = 1 << 20;
/** What standard input is called in sentences. */
export const STANDARD_INPUT = 'standard input';
/** Takes a portion; true ends the reading. */
export type TakePortion = (chunk: Uint8Array) => Promise<boolean>;
/** Lets signals and timers have their turn: reading a file never waits by itself. */
const breathe = (): Promise<void> => new Promise((done) => setImmediate(done));
const BLOCK = 1 << 18;
const BLOCKS_MAX = 32;
const GZIP_MAGIC_OCTETS = 2;

export interface ByteSource {
  /** Hands over all octets in order; waits for what `take` returns. A problem is the source's, not the format's. */
  read(take: TakePortion): Promise<OpenProblem | null>;
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

  async read(take: TakePortion): Promise<OpenProblem | null> {
    const chunk = new Uint8Array(CHUNK);
    let turn = TURN;
    try {
      // A file that still grows is read to the length it had when it was opened.
      for (let at = 0; at < this.byteLength;) {
        const length = readSync(this.fd, chunk, 0, Math.min(CHUNK, this.byteLength - at), at);
        if (length === 0) return this.hasShrunk(at);
        at += length;
        if (await take(chunk.subarray(0, length))) return null;
        // A file may give less than was asked for, so that no turn's end need be met exactly.
        if (at < turn) continue;
        await breathe();
        turn = at + TURN;
      }
      return null;
    } catch (error) {
      return explainSystemError(error, this.path);
    }
  }

  private hasShrunk(at: number): OpenProblem {
    const says = `${this.path}: it shrank from ${this.byteLength} to ${at} octets while it was read: read it again.`;
    return { kind: 'unreadable', says };
  }

  range(offset: number, length: number): Uint8Array {
    return this.blocks.range(offset, length);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Keeps what comes once, so that any range of it can be had again; goes when the process does. */
class Spool {
  private readonly folder = mkdtempSync(join(tmpdir(), 'totem-lab-'));
  private readonly fd = openSync(join(this.folder, 'spool'), 'w+');
  private readonly blocks = new Blocks(this.fd);
  private octets = 0;
  private readonly remove = (): void => rmSync(this.folder, { recursive: true, force: true });

  constructor() {
    // Where an open file may lose its name it does so at once: then no end of the process leaves it behind.
    if (process.platform === 'win32') process.once('exit', this.remove);
    else this.remove();
  }

  /** Null, or why there is no room for it. */
  add(chunk: Uint8Array, name: string): OpenProblem | null {
    this.octets += chunk.length;
    if (this.octets > SPOOL_OCTETS_MAX) return noRoom(name, `it is longer than ${SPOOL_OCTETS_MAX} octets`);
    try {
      writeSync(this.fd, chunk);
      return null;
    } catch (error) {
      return noRoom(name, error instanceof Error ? error.message : String(error));
    }
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

function noRoom(name: string, why: string): OpenProblem {
  const remedy = 'set TMPDIR to a folder with more room, or unpack it into a file';
  return { kind: 'unreadable', says: `${name} cannot be kept in ${tmpdir()} (${why}): ${remedy}.` };
}

/** What comes once: gunzipped or from standard input. */
class StreamSource implements ByteSource {
  readonly byteLength = null;
  private readonly open: () => Readable;
  private readonly name: string;
  private readonly spool: Spool | null;
  private octets = 0;

  constructor(name: string, isKept: boolean, open: () => Readable) {
    this.name = name;
    this.open = open;
    this.spool = isKept ? new Spool() : null;
  }

  async read(take: TakePortion): Promise<OpenProblem | null> {
    const pieces = this.open()[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      const first = await start(pieces);
      const isGzip = first[0] === 0x1f && first[1] === 0x8b;
      for await (const chunk of isGzip ? gunzipped(first, pieces) : continued(first, pieces)) {
        this.octets += chunk.length;
        const problem = this.spool?.add(chunk, this.name) ?? null;
        if (problem !== null || (await take(chunk))) return problem;
      }
      return null;
    } catch (error) {
      return this.explain(error);
    } finally {
      // Whoever still writes is told that nobody reads any more.
      await pieces.return?.();
    }
  }

  private explain(error: unknown): OpenProblem {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) return explainSystemError(error, this.name);
    const read = `the ${this.octets} octets that could be unpacked were read; copy it again`;
    return { kind: 'unreadable', says: `${this.name}: its gzip data are damaged or cut; ${read}.` };
  }

  range(offset: number, length: number): Uint8Array {
    if (this.spool === null) throw new Error('a source that is read once has no ranges');
    return this.spool.range(offset, length);
  }

  close(): void {
    this.spool?.close();
  }
}

/** The first octets, as many as tell gzip. */
async function start(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first = new Uint8Array();
  while (first.length < GZIP_MAGIC_OCTETS) {
    const next = await pieces.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  return first;
}

async function* continued(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let chunk = first; ;) {
    if (chunk.length > 0) yield chunk;
    const next = await rest.next();
    if (next.done === true) return;
    chunk = next.value;
  }
}

async function* gunzipped(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = Readable.from(continued(first, rest), { objectMode: false }).pipe(createGunzip());
  for await (const chunk of gunzip) yield chunk as Uint8Array;
}

/**
 * Opens a capture by its path, or `-` for standard input. isKept: ranges of it will be asked for, so that what comes
 * once is spooled.
 */
export function openByteSource(path: string, isKept: boolean): Result<ByteSource, OpenProblem> {
  if (path === '-') return ok(new StreamSource(STANDARD_INPUT, isKept, () => process.stdin));
  try {
    const fd = openSync(path, 'r');
    const found = fstatSync(fd);
    if (found.isDirectory()) {
      closeSync(fd);
      return fail(directoryProblem(path));
    }
    const head = new Uint8Array(GZIP_MAGIC_OCTETS);
    const isRegular = found.isFile();
    if (isRegular) readSync(fd, head, 0, GZIP_MAGIC_OCTETS, 0);
    if (isRegular && !(head[0] === 0x1f && head[1] === 0x8b)) return ok(new FileSource(fd, path, found.size));
    return ok(new StreamSource(path, isKept, () => createReadStream(path, { fd, start: 0 })));
  } catch (error) {
    return fail(explainSystemError(error, path));
  }
}
