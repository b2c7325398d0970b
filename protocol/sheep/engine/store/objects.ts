// Objects as files: read, written, made and removed in the folder of an epoch. Which object, and whether this sheep
// may, is decided elsewhere; so is who else does it.
import { DATA_OBJECT_OCTETS } from '../../image/inode.ts';
import { objectIdText, readObjectId } from '../../object-id.ts';
import { Res } from '../../operations.ts';
import type { DiskTrouble } from '../contract.ts';
import { act, disk, type Script } from '../kernel.ts';
import { say, tell } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import { lengthOf } from '../net/octets.ts';
import { JOURNAL_DONE_AT, journalDone, writeJournal } from './journal-file.ts';
import { journalPath, objectFolder, objectPath, unfinishedPath } from './paths.ts';

export interface ObjectAt {
  readonly oid: bigint;
  /** Of the folder. */
  readonly epoch: number;
}

export interface ReadResult {
  readonly result: number;
  readonly octets: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** What a client is told of a disk's trouble. */
function resultOf(sheep: Sheep, why: DiskTrouble): number {
  if (why === 'missing') return Res.NO_OBJ;
  if (why === 'full' && sheep.policy.fullDisk === 'no-space') return Res.NO_SPACE;
  return Res.EIO;
}

/** Reads part of an object; fewer octets than asked for are an I/O error. */
export function* readObject(at: ObjectAt, offset: number, length: number): Script<ReadResult> {
  const outcome = yield* disk({ op: 'read', path: objectPath(at.epoch, at.oid), offset, length });
  return yield* act((sheep) => {
    if (!outcome.ok && outcome.why === 'missing') {
      const place = objectPath(at.epoch, at.oid).replace(/^obj\//, '');
      say(sheep, 'simple_store_open(88)', `object ${place} not found locally`);
    }
    if (!outcome.ok) return { result: resultOf(sheep, outcome.why), octets: NOTHING };
    if (outcome.octets.length === length) return { result: Res.SUCCESS, octets: outcome.octets };
    tell(sheep, `${objectIdText(at.oid)} is shorter than it should be`, 'err');
    return { result: Res.EIO, octets: NOTHING };
  });
}

/** Numbers for a journal file: that of the connection where one is given, else a free one. */
function takeJournal({ state }: Sheep, given: number): number {
  if (given !== 0) return given;
  return state.io.journals.pop() ?? state.store.nextJournal++;
}

export interface WriteAt extends ObjectAt {
  readonly offset: number;
  readonly parts: readonly Uint8Array[];
  /** Journal file that the write's connection used before, 0 for none. */
  readonly journal: number;
}

export interface WriteResult {
  readonly result: number;
  /** Journal file that says that this write was under way; 0 where there is none. */
  readonly journal: number;
}

/** Says in the journal what is going to be done. A disk too full for that is no reason not to overwrite. */
function* enterJournal(write: WriteAt, parts: readonly Uint8Array[]): Script<number> {
  const journal = yield* act((sheep) => takeJournal(sheep, write.journal));
  const entry = yield* act(({ options }) => ({
    path: `${options.storePath}/${objectPath(write.epoch, write.oid)}`,
    offset: write.offset,
    parts,
  }));
  const isDurable = yield* act(({ policy, options }) => policy.journal === 'inodes' || options.isDurable);
  const path = journalPath(journal);
  const file = { path, unfinished: null, size: 0, offset: 0, parts: writeJournal(entry), isDurable };
  yield* disk({ op: 'create', ...file });
  return journal;
}

/** The write is done: it must not be done again over later ones. That it was under way is still to be known. */
function* settleJournal(journal: number, { epoch, oid }: ObjectAt): Script {
  const whole = yield* act(({ options }) => `${options.storePath}/${objectPath(epoch, oid)}`);
  const parts = [journalDone(whole)];
  yield* disk({ op: 'write', path: journalPath(journal), offset: JOURNAL_DONE_AT, parts, isDurable: false });
}

function* leaveJournal(journal: number): Script {
  yield* disk({ op: 'remove', path: journalPath(journal) });
  yield* act(({ state }) => {
    state.io.journals.push(journal);
  });
}

/** Nothing is under way any more: the journal is empty. */
export function* forgetJournals(): Script {
  const numbers = yield* act(({ state }) => Array.from({ length: state.store.nextJournal - 1 }, (_, i) => i + 1));
  for (const journal of numbers) yield* disk({ op: 'remove', path: journalPath(journal) });
}

/** Writes into an object that exists. */
export function* overwriteObject(write: WriteAt): Script<WriteResult> {
  const isInode = readObjectId(write.oid).kind === 'vdi';
  const policy = yield* act((sheep) => sheep.policy.journal);
  const isJournaled = policy === 'all' || isInode;
  const journal = isJournaled ? yield* enterJournal(write, write.parts) : 0;
  const { oid, epoch, offset, parts } = write;
  const isDurable = yield* act(({ options }) => options.isDurable);
  const outcome = yield* disk({ op: 'write', path: objectPath(epoch, oid), offset, parts, isDurable });
  const result = outcome.ok ? Res.SUCCESS : yield* act((sheep) => resultOf(sheep, outcome.why));
  if (policy === 'all') {
    yield* settleJournal(journal, write);
    return { result, journal };
  }
  if (journal !== 0) yield* leaveJournal(journal);
  return { result, journal: 0 };
}

/** Makes an object; what is not written of it is zeros. One that exists is replaced. */
export function* createObject(write: WriteAt): Script<WriteResult> {
  const { oid, epoch, offset, parts } = write;
  const policy = yield* act((sheep) => sheep.policy);
  const isDurable = yield* act(({ options }) => options.isDurable);
  const journal = policy.journal === 'all' ? yield* enterJournal(write, []) : 0;
  const unfinished = policy.creation === 'renamed' ? unfinishedPath(epoch, oid) : null;
  const size = Math.max(DATA_OBJECT_OCTETS, offset + lengthOf(parts));
  const path = objectPath(epoch, oid);
  const made = yield* disk({ op: 'create', path, unfinished, size, offset, parts, isDurable });
  const result = made.ok ? Res.SUCCESS : yield* act((sheep) => resultOf(sheep, made.why));
  // A folder that is gone is no object that is.
  return { result: result === Res.NO_OBJ ? Res.EIO : result, journal };
}

/** Whole octets of an object under its name, from one step to the next. */
export function* placeObject(at: ObjectAt, octets: Uint8Array): Script<number> {
  const path = objectPath(at.epoch, at.oid);
  const unfinished = unfinishedPath(at.epoch, at.oid);
  const isDurable = yield* act(({ options }) => options.isDurable);
  const size = octets.length;
  const outcome = yield* disk({ op: 'create', path, unfinished, size, offset: 0, parts: [octets], isDurable });
  return outcome.ok ? Res.SUCCESS : yield* act((sheep) => resultOf(sheep, outcome.why));
}

/** The same file in the folder of another epoch. */
export function* linkObject(oid: bigint, from: number, to: number): Script<number> {
  const outcome = yield* disk({ op: 'link', from: objectPath(from, oid), to: objectPath(to, oid) });
  if (outcome.ok || outcome.why === 'exists') return Res.SUCCESS;
  return yield* act((sheep) => resultOf(sheep, outcome.why));
}

export function* hasObject(at: ObjectAt): Script<boolean> {
  const outcome = yield* disk({ op: 'read', path: objectPath(at.epoch, at.oid), offset: 0, length: 0 });
  return outcome.ok;
}

export function* removeObject(at: ObjectAt): Script<number> {
  const outcome = yield* disk({ op: 'remove', path: objectPath(at.epoch, at.oid) });
  return outcome.ok ? Res.SUCCESS : yield* act((sheep) => resultOf(sheep, outcome.why));
}

export interface HeldFile {
  readonly name: string;
  readonly size: number;
}

/** The files of an epoch's folder; none where there is no folder. */
export function* listObjects(epoch: number): Script<readonly HeldFile[]> {
  const outcome = yield* disk({ op: 'list', path: objectFolder(epoch) });
  return outcome.ok ? outcome.entries : [];
}
