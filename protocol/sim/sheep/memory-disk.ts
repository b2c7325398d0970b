// A disk in memory: files with several names, holes that cost nothing, and what a crash leaves of writes under way.
import type { DirectoryEntry, DiskOp, DiskOutcome, DiskTrouble } from '../../sheep/engine/contract.ts';

const PAGE = 4096;
const SECTOR = 512;

/** Whole numbers by chance: from 0 below `below`. */
export interface Chance {
  below(below: number): number;
}

const oneIn = (chance: Chance, times: number): boolean => chance.below(times) === 0;

function isZero(octets: Uint8Array): boolean {
  let i = 0;
  // Most of what is not zero says so at once; the rest is looked at word by word.
  while (i < octets.length && (octets.byteOffset + i) % 4 !== 0) if (octets[i++] !== 0) return false;
  const words = new Uint32Array(octets.buffer, octets.byteOffset + i, (octets.length - i) >>> 2);
  for (let word = 0; word < words.length; word++) if (words[word] !== 0) return false;
  for (i += words.length * 4; i < octets.length; i++) if (octets[i] !== 0) return false;
  return true;
}

/** A file as it was: plain data, shared by all saves between which it did not change. */
interface FileState {
  readonly length: number;
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

/** Pages are shared with saves: one that was there at the last save is copied before it is written. */
class SparseFile {
  length = 0;
  private pages: Map<number, Uint8Array>;
  /** Pages since the last save; null while there was none. */
  private own: Set<number> | null = null;
  private saved: FileState | null = null;

  constructor(saved?: FileState) {
    this.pages = new Map(saved?.pages);
    if (saved === undefined) return;
    this.length = saved.length;
    this.saved = saved;
    this.own = new Set();
  }

  write(at: number, octets: Uint8Array): void {
    this.saved = null;
    for (let done = 0; done < octets.length;) {
      const page = Math.floor((at + done) / PAGE);
      const from = (at + done) % PAGE;
      const part = octets.subarray(done, done + PAGE - from);
      if (this.pages.has(page) || !isZero(part)) this.ownPage(page).set(part, from);
      done += part.length;
    }
    this.length = Math.max(this.length, at + octets.length);
  }

  private ownPage(page: number): Uint8Array {
    const held = this.pages.get(page);
    if (held !== undefined && (this.own === null || this.own.has(page))) return held;
    const octets = held?.slice() ?? new Uint8Array(PAGE);
    this.pages.set(page, octets);
    this.own?.add(page);
    return octets;
  }

  read(at: number, length: number): Uint8Array {
    const octets = new Uint8Array(Math.max(0, Math.min(length, this.length - at)));
    for (let page = Math.floor(at / PAGE); page * PAGE < at + octets.length; page++) {
      const held = this.pages.get(page);
      if (held === undefined) continue;
      const from = Math.max(at, page * PAGE);
      const to = Math.min(at + octets.length, (page + 1) * PAGE);
      octets.set(held.subarray(from - page * PAGE, to - page * PAGE), from - at);
    }
    return octets;
  }

  save(): FileState {
    this.own = new Set();
    return (this.saved ??= { length: this.length, pages: new Map(this.pages) });
  }

  /** Octets that it has, holes included. */
  get size(): number {
    return this.length;
  }

  /** Octets that it takes on the medium. */
  get allocated(): number {
    return this.pages.size * PAGE;
  }
}

/** A disk as it was: plain data. Files with several names have them here too. */
export interface DiskState {
  readonly files: ReadonlyMap<string, FileState>;
  readonly folders: ReadonlySet<string>;
  readonly capacity: number;
  readonly broken: RegExp | null;
}

const DONE: Extract<DiskOutcome, { readonly ok: true }> = {
  ok: true,
  octets: new Uint8Array(0),
  entries: [],
  free: 0n,
};
const failed = (why: DiskTrouble): DiskOutcome => ({ ok: false, why });

type Create = Extract<DiskOp, { readonly op: 'create' }>;

export class MemoryDisk {
  private readonly files = new Map<string, SparseFile>();
  private readonly folders = new Set<string>();
  /** Octets that fit; objects beyond do not. */
  capacity = Number.POSITIVE_INFINITY;
  /** Paths that fail, whatever is asked of them. */
  broken: RegExp | null = null;

  constructor(saved?: DiskState) {
    if (saved === undefined) return;
    const states = new Set(saved.files.values());
    const files = new Map([...states].map((state) => [state, new SparseFile(state)]));
    for (const [path, state] of saved.files) this.files.set(path, files.get(state) ?? new SparseFile(state));
    for (const folder of saved.folders) this.folders.add(folder);
    this.capacity = saved.capacity;
    this.broken = saved.broken;
  }

  /** Octets that files take. */
  get used(): number {
    let sum = 0;
    for (const file of new Set(this.files.values())) sum += file.size;
    return sum;
  }

  private isFull(more: number): boolean {
    return Number.isFinite(this.capacity) && this.used + more > this.capacity;
  }

  /** Carries an operation out as a whole. */
  carryOut(op: DiskOp): DiskOutcome {
    if (this.broken !== null && 'path' in op && this.broken.test(op.path)) return failed('io');
    switch (op.op) {
      case 'read': {
        const file = this.files.get(op.path);
        return file === undefined ? failed('missing') : { ...DONE, octets: file.read(op.offset, op.length) };
      }
      case 'write': {
        const file = this.files.get(op.path);
        if (file === undefined) return failed('missing');
        let at = op.offset;
        for (const part of op.parts) {
          file.write(at, part);
          at += part.length;
        }
        return DONE;
      }
      case 'create':
        return op.unfinished === null ? this.create(op) : this.place(op, op.unfinished);
      case 'link': {
        const file = this.files.get(op.from);
        if (file === undefined) return failed('missing');
        if (this.files.has(op.to)) return failed('exists');
        this.files.set(op.to, file);
        return DONE;
      }
      case 'remove':
        return this.files.delete(op.path) ? DONE : failed('missing');
      case 'make-folder':
        this.folders.add(op.path);
        return DONE;
      case 'remove-folder':
        for (const path of Array.from(this.files.keys())) if (path.startsWith(`${op.path}/`)) this.files.delete(path);
        this.folders.delete(op.path);
        return DONE;
      case 'list':
        return this.list(op.path);
      case 'space':
        return { ...DONE, free: BigInt(Number.isFinite(this.capacity) ? this.capacity - this.used : 96 * 2 ** 30) };
    }
  }

  private create(op: Create): DiskOutcome {
    const folder = op.path.slice(0, Math.max(0, op.path.lastIndexOf('/')));
    if (folder !== '' && !this.folders.has(folder)) return failed('missing');
    const length = op.parts.reduce((sum, part) => sum + part.length, 0);
    const size = Math.max(op.size, op.offset + length);
    if (this.isFull(size - (this.files.get(op.path)?.size ?? 0))) return failed('full');
    // An old file made empty keeps its other names.
    const file = new SparseFile();
    const old = this.files.get(op.path);
    if (old !== undefined) for (const [path, held] of this.files) if (held === old) this.files.set(path, file);
    this.files.set(op.path, file);
    file.length = size;
    let at = op.offset;
    for (const part of op.parts) {
      file.write(at, part);
      at += part.length;
    }
    return DONE;
  }

  private place(op: Create, unfinished: string): DiskOutcome {
    const outcome = this.create({ ...op, path: unfinished });
    const file = this.files.get(unfinished);
    if (!outcome.ok || file === undefined) return outcome;
    this.files.delete(unfinished);
    this.files.set(op.path, file);
    return outcome;
  }

  private list(path: string): DiskOutcome {
    if (!this.folders.has(path)) return failed('missing');
    const entries = new Map<string, DirectoryEntry>();
    const within = `${path}/`;
    for (const [name, file] of this.files)
      if (name.startsWith(within) && !name.slice(within.length).includes('/'))
        entries.set(name.slice(within.length), { name: name.slice(within.length), size: file.length });
    for (const name of this.folders)
      if (name.startsWith(within) && !name.slice(within.length).includes('/'))
        entries.set(name.slice(within.length), { name: name.slice(within.length), size: 0 });
    return { ...DONE, entries: [...entries.values()] };
  }

  /** What is left of an operation that was under way when the process was killed: all, nothing, or part of a write. */
  tear(op: DiskOp, chance: Chance): void {
    if (op.op !== 'write' && op.op !== 'create') {
      if (oneIn(chance, 2)) this.carryOut(op);
      return;
    }
    const octets = op.parts.reduce((sum, part) => sum + part.length, 0);
    const kept = oneIn(chance, 3) ? octets : SECTOR * chance.below(Math.floor(octets / SECTOR) + 1);
    if (oneIn(chance, 4)) return;
    let left = kept;
    const parts: Uint8Array[] = [];
    for (const part of op.parts) {
      if (left <= 0) break;
      parts.push(part.subarray(0, left));
      left -= part.length;
    }
    if (op.op === 'write') this.carryOut({ ...op, parts });
    else if (kept === octets && oneIn(chance, 2)) this.carryOut(op);
    else this.create({ ...op, path: op.unfinished ?? op.path, size: oneIn(chance, 2) ? op.size : 0, parts });
  }

  save(): DiskState {
    const { capacity, broken } = this;
    const files = new Map([...this.files].map(([path, file]) => [path, file.save()]));
    return { files, folders: new Set(this.folders), capacity, broken };
  }

  copy(): MemoryDisk {
    return new MemoryDisk(this.save());
  }

  paths(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  folderPaths(): readonly string[] {
    return [...this.folders].sort();
  }

  /** Octets of a file, holes included; 0 where there is none. */
  sizeOf(path: string): number {
    return this.files.get(path)?.size ?? 0;
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** A file's octets, at most so many. */
  octets(path: string, max = Number.POSITIVE_INFINITY): Uint8Array | null {
    const file = this.files.get(path);
    return file === undefined ? null : file.read(0, Math.min(file.length, max));
  }

  /** Octets that a file takes on the medium; 0 where there is none. */
  allocated(path: string): number {
    return this.files.get(path)?.allocated ?? 0;
  }

  put(path: string, octets: Uint8Array): void {
    const file = new SparseFile();
    file.write(0, octets);
    this.files.set(path, file);
  }

  /** Adds to the end of a file, which is made where there is none. */
  append(path: string, octets: Uint8Array): void {
    const file = this.files.get(path) ?? new SparseFile();
    this.files.set(path, file);
    file.write(file.length, octets);
  }

  drop(path: string): void {
    this.files.delete(path);
  }
}
