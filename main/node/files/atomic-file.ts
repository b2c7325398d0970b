// A file that is written whole or not at all: into one beside it, which takes its place at the end. Never onto a file
// that is being read. Problems are sentences.
import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
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
      return `${path} cannot be written: there is no folder ${dirname(path)}`;
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

let parts = 0;
/** Files that are being written: an end of the process leaves none of them behind. */
const open = new Set<AtomicFile>();
process.on('exit', () => {
  for (const file of open) file.abandon();
});

/** Begins a file; `inputs` are being read, and are refused. */
export function createAtomicFile(path: string, inputs: readonly string[]): Result<AtomicFile, string> {
  const input = inputs.find((own) => isSameFile(own, path));
  if (input !== undefined) return fail(`${path} is being read: give the result another name`);
  // A link is followed: its target is replaced, not the link.
  const target = realPath(path);
  const part = join(dirname(target), `.${basename(target)}.${process.pid}-${++parts}.part`);
  try {
    if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true)
      return fail(`${path} is a folder: name a file in it`);
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
