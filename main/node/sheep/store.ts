// The store of a sheep on disk: carries out one operation and says what came of it. Knows no objects, only files in
// one folder.
import { link, mkdir, open, readdir, rename, rm, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { DirectoryEntry, DiskOp, DiskOutcome, DiskTrouble } from '../../../protocol/sheep/engine/contract.ts';
import { sliceParts } from '../../../protocol/sheep/engine/net/octets.ts';
import { codeOf } from '../cluster/node-problem.ts';

/** What is made worse on purpose. */
export interface DiskFaults {
  /** No space is left for an object; a few sectors are, as on a disk that objects have filled. */
  readonly isFull: boolean;
  /** Milliseconds that every operation takes longer. */
  readonly delayMs: number;
}

export interface SheepStore {
  run(op: DiskOp): Promise<DiskOutcome>;
  setFaults(faults: DiskFaults): void;
}

/** What a full disk still takes: epochs, the config and journals of small writes, but no object. */
const SMALL_OCTETS_MAX = 64 * 1024;
const NOTHING = new Uint8Array(0);
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);
const EXISTING: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY']);

function done(found: Partial<Extract<DiskOutcome, { ok: true }>> = {}): DiskOutcome {
  return { ok: true, octets: NOTHING, entries: [], free: 0n, ...found };
}

function troubleOf(error: unknown): DiskTrouble {
  const code = codeOf(error);
  if (MISSING.has(code)) return 'missing';
  if (EXISTING.has(code)) return 'exists';
  return FULL.has(code) ? 'full' : 'io';
}

type Create = Extract<DiskOp, { op: 'create' }>;

const octetsOf = ({ offset, parts }: Create): number => parts.reduce((sum, part) => sum + part.length, offset);

/** Parts that one call of the system takes. */
const PARTS_AT_ONCE = 1024;

/** Writes parts one behind the other, in as few calls as the system allows. */
async function writeParts(file: FileHandle, parts: readonly Uint8Array[], offset: number): Promise<void> {
  let left = parts.filter(({ length }) => length > 0);
  for (let at = offset; left.length > 0;) {
    const { bytesWritten } = await file.writev(left.slice(0, PARTS_AT_ONCE), at);
    at += bytesWritten;
    left = sliceParts(left, bytesWritten, Infinity).slice();
  }
}

async function withFile<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags, 0o640);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** The name of a new or renamed file is on the medium. */
async function syncFolderOf(path: string): Promise<void> {
  await withFile(dirname(path), 'r', (folder) => folder.sync());
}

async function free(path: string): Promise<bigint> {
  const { bavail, bsize } = await statfs(path, { bigint: true });
  return bavail * bsize;
}

async function list(path: string): Promise<readonly DirectoryEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return Promise.all(
    entries.map(async (entry) => ({
      name: entry.name,
      size: entry.isDirectory() ? 0 : (await stat(join(path, entry.name))).size,
    })),
  );
}

class Store implements SheepStore {
  private readonly folder: string;
  private faults: DiskFaults = { isFull: false, delayMs: 0 };

  constructor(folder: string) {
    this.folder = folder;
  }

  setFaults(faults: DiskFaults): void {
    this.faults = faults;
  }

  async run(op: DiskOp): Promise<DiskOutcome> {
    const { isFull, delayMs } = this.faults;
    if (delayMs > 0) await new Promise((over) => setTimeout(over, delayMs));
    if (isFull && op.op === 'create' && Math.max(op.size, octetsOf(op)) > SMALL_OCTETS_MAX)
      return { ok: false, why: 'full' };
    try {
      return await this.carryOut(op);
    } catch (error) {
      return { ok: false, why: troubleOf(error) };
    }
  }

  /** Every path lies in the folder, whatever it says. */
  private at(path: string): string {
    return join(this.folder, normalize(join(sep, path)));
  }

  private async carryOut(op: DiskOp): Promise<DiskOutcome> {
    switch (op.op) {
      case 'read':
        return withFile(this.at(op.path), 'r', async (file) => {
          const octets = new Uint8Array(op.length);
          const { bytesRead } = await file.read(octets, 0, op.length, op.offset);
          return done({ octets: octets.subarray(0, bytesRead) });
        });
      case 'write':
        await withFile(this.at(op.path), 'r+', async (file) => {
          await writeParts(file, op.parts, op.offset);
          if (op.isDurable) await file.datasync();
        });
        return done();
      case 'create':
        await this.create(op);
        return done();
      case 'link':
        await link(this.at(op.from), this.at(op.to));
        return done();
      case 'remove':
        await unlink(this.at(op.path));
        return done();
      case 'make-folder':
        await mkdir(this.at(op.path), { recursive: true });
        return done();
      case 'remove-folder':
        await rm(this.at(op.path), { recursive: true, force: true });
        return done();
      case 'list':
        return done({ entries: await list(this.at(op.path)) });
      case 'space':
        return done({ free: this.faults.isFull ? 0n : await free(this.folder) });
    }
  }

  private async create(op: Create): Promise<void> {
    const path = this.at(op.path);
    const unfinished = op.unfinished === null ? null : this.at(op.unfinished);
    try {
      await withFile(unfinished ?? path, 'w', (file) => this.fill(file, op));
      if (unfinished !== null) await rename(unfinished, path);
    } catch (error) {
      if (unfinished !== null) await rm(unfinished, { force: true });
      throw error;
    }
    if (op.isDurable) await syncFolderOf(path);
  }

  private async fill(file: FileHandle, op: Create): Promise<void> {
    if (op.size > octetsOf(op) || op.offset > 0) await this.setAside(file, op.size);
    await writeParts(file, op.parts, op.offset);
    if (op.isDurable) await file.datasync();
  }

  /** The system gives no way to set space aside: at least it is there now. */
  private async setAside(file: FileHandle, octets: number): Promise<void> {
    if (octets > 0 && (await free(this.folder)) < BigInt(octets))
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await file.truncate(octets);
  }
}

export function createSheepStore(folder: string): SheepStore {
  return new Store(folder);
}
