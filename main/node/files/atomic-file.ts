// A file that is written whole or not at all: into one beside it, which takes its place at the end. Never onto a file
// that is being read. Standard output, pipes and devices have no place to take: they get the octets as they come.
// Problems are sentences.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';

export interface AtomicFile {
  readonly path: string;
  /** Octets written so far. */
  readonly octets: number;
  /** Null, or why it could not be written: the file is given up then. */
  write(bytes: Uint8Array): string | null;
  /** Puts the file in its place; null, or why that failed. */
  commit(): string | null;
  /** Leaves what was there before, and nothing else. */
  abandon(): void;
}

function explain(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      // The kernel's own file systems, like /proc, take no new files and say that there is none.
      return existsSync(dirname(path))
        ? `${path} cannot be written: ${dirname(path)} takes no new files; choose another folder`
        : `${path} cannot be written: there is no folder ${dirname(path)}`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${path} cannot be written: you may not write into ${dirname(path)}; choose another folder`;
    case 'EISDIR':
      return `${path} is a folder: name a file in it`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${path} cannot be written: there is no room left in ${dirname(path)}`;
    default:
      return `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

/** True where two paths name the same file, also by a link. */
export function isSameFile(a: string, b: string): boolean {
  if (realPath(a) === realPath(b)) return true;
  try {
    const [one, other] = [statSync(a), statSync(b)];
    return one.ino === other.ino && one.dev === other.dev && one.ino !== 0;
  } catch {
    return false;
  }
}

class DiskFile implements AtomicFile {
  readonly path: string;
  octets = 0;
  private readonly part: string;
  private fd: number | null;

  constructor(path: string, part: string, fd: number) {
    this.path = path;
    this.part = part;
    this.fd = fd;
  }

  write(bytes: Uint8Array): string | null {
    if (this.fd === null) return `${this.path} was given up`;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
      this.octets += bytes.length;
      return null;
    } catch (error) {
      this.abandon();
      return explain(error, this.path);
    }
  }

  commit(): string | null {
    if (this.fd === null) return `${this.path} was given up`;
    try {
      fsyncSync(this.fd);
      closeSync(this.fd);
      this.fd = null;
      renameSync(this.part, this.path);
      open.delete(this);
      return null;
    } catch (error) {
      this.abandon();
      return explain(error, this.path);
    }
  }

  abandon(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
    open.delete(this);
    rmSync(this.part, { force: true });
  }
}

/** Milliseconds before octets are offered again to a reader that is behind. */
const OFFER_AGAIN_MS = 5;
const waiting = new Int32Array(new SharedArrayBuffer(4));

/** Standard output, a pipe or a device. */
class Stream implements AtomicFile {
  readonly path: string;
  octets = 0;
  private readonly fd: number;
  private readonly isOwn: boolean;

  constructor(path: string, fd: number, isOwn: boolean) {
    this.path = path;
    this.fd = fd;
    this.isOwn = isOwn;
  }

  write(bytes: Uint8Array): string | null {
    for (let at = 0; at < bytes.length;) {
      try {
        at += writeSync(this.fd, bytes, at);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : '';
        if (code === 'EPIPE') return `${this.path} is read by nobody any more`;
        if (code !== 'EAGAIN') return explain(error, this.path);
        Atomics.wait(waiting, 0, 0, OFFER_AGAIN_MS);
      }
    }
    this.octets += bytes.length;
    return null;
  }

  commit(): null {
    this.abandon();
    return null;
  }

  abandon(): void {
    if (this.isOwn) closeSync(this.fd);
  }
}

const STANDARD_OUTPUT = 1;

let parts = 0;
/** Files that are being written: an end of the process leaves none of them behind. */
const open = new Set<AtomicFile>();
process.on('exit', () => {
  for (const file of open) file.abandon();
});

/** Begins a file, `-` for standard output; `inputs` are being read, and are refused. */
export function createAtomicFile(path: string, inputs: readonly string[]): Result<AtomicFile, string> {
  if (path === '-') return ok(new Stream('standard output', STANDARD_OUTPUT, false));
  const input = inputs.find((own) => isSameFile(own, path));
  if (input !== undefined) return fail(`${path} is being read: give the result another name`);
  // A link is followed: its target is replaced, not the link.
  const target = realPath(path);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}-${++parts}.part`);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return fail(`${path} is a folder: name a file in it`);
    if (found?.isFile() === false) return ok(new Stream(path, openSync(path, 'w'), true));
    const file = new DiskFile(target, part, openSync(part, 'wx', 0o644));
    open.add(file);
    return ok(file);
  } catch (error) {
    return fail(explain(error, path));
  }
}

/** Writes a whole file; null, or why it could not be written. */
export function writeWhole(path: string, inputs: readonly string[], bytes: Uint8Array): string | null {
  const file = createAtomicFile(path, inputs);
  if (!file.ok) return file.problem;
  return file.value.write(bytes) ?? file.value.commit();
}
