// The epoch log: one file for each epoch, and the folder of its objects (specs/sheepdog.md 3.2).
import { Res } from '../../operations.ts';
import type { NodeEntry } from '../../node-entry.ts';
import { act, disk, type Script } from '../kernel.ts';
import { say, tell } from '../log.ts';
import { wallMicros, type Sheep } from '../sheep.ts';
import type { EpochLog, StoreConfig } from '../state.ts';
import { writeConfig } from './config-file.ts';
import { EPOCH_FILE_OCTETS_MAX, readEpochFile, writeEpochFile } from './epoch-file.ts';
import { CONFIG_PATH, epochPath, objectFolder } from './paths.ts';

/** Latest epoch on disk; 0 where there is none. */
export function latestEpoch({ state }: Sheep): number {
  return Math.max(0, ...state.store.logs.keys());
}

export function entriesOfEpoch({ state }: Sheep, epoch: number): readonly NodeEntry[] {
  return state.store.logs.get(epoch)?.entries ?? [];
}

/** The file anew; `isReplaced`: what was there is there until the new one is whole. */
function* makeFile(path: string, octets: Uint8Array, isReplaced: boolean): Script<boolean> {
  const unfinished = isReplaced ? `${path}.tmp` : null;
  const file = { path, unfinished, size: 0, offset: 0, parts: [octets], isDurable: true };
  return (yield* disk({ op: 'create', ...file })).ok;
}

/** Writes over what is there, so that a longer tail stays, and returns what the file then says. */
function* writeOver(path: string, log: EpochLog): Script<EpochLog | null> {
  const octets = writeEpochFile(log);
  const write = { path, offset: 0, parts: [octets], isDurable: true } as const;
  const over = yield* disk({ op: 'write', ...write });
  const outcome = over.ok ? over : yield* disk({ op: 'create', unfinished: null, size: 0, ...write });
  if (!outcome.ok) return null;
  const back = yield* disk({ op: 'read', path, offset: 0, length: EPOCH_FILE_OCTETS_MAX });
  const read = back.ok ? readEpochFile(back.octets) : null;
  return read?.ok === true ? read.value : log;
}

/** Writes the log of an epoch as it was at a time; false where the disk did not take it. */
export function* keepEpochLog(epoch: number, log: EpochLog): Script<boolean> {
  const policy = yield* act((sheep) => sheep.policy.epochFiles);
  const path = epochPath(epoch);
  const isReplaced = policy === 'replaced';
  const kept = isReplaced
    ? (yield* makeFile(path, writeEpochFile(log), true))
      ? log
      : null
    : yield* writeOver(path, log);
  if (kept === null) return false;
  yield* act(({ state }) => {
    state.store.logs.set(epoch, kept);
  });
  return true;
}

/** Writes the log of an epoch as of now, and makes the folder of its objects. */
export function* writeEpochLog(epoch: number, entries: readonly NodeEntry[]): Script<number> {
  const log = yield* act((sheep) => {
    say(sheep, 'update_epoch_log(428)', `update epoch: ${epoch}, ${entries.length}`, 'info');
    return { entries, time: wallMicros(sheep) / 1_000_000n };
  });
  // The folder first: an epoch on disk has one.
  const folder = yield* disk({ op: 'make-folder', path: objectFolder(epoch) });
  const isKept = folder.ok && (yield* keepEpochLog(epoch, log));
  if (isKept) return Res.SUCCESS;
  yield* act((sheep) => {
    tell(sheep, `epoch ${epoch} cannot be written`, 'err');
  });
  return Res.EIO;
}

/** Removes an epoch: its objects first, so that no log-less objects are left behind as if they were valid. */
export function* forgetEpoch(epoch: number): Script {
  yield* disk({ op: 'remove-folder', path: objectFolder(epoch) });
  yield* disk({ op: 'remove', path: epochPath(epoch) });
  yield* act(({ state }) => {
    state.store.logs.delete(epoch);
  });
}

export function* writeConfigFile(config: StoreConfig): Script<boolean> {
  const policy = yield* act((sheep) => sheep.policy.epochFiles);
  const octets = writeConfig(config);
  const isWritten = yield* makeFile(CONFIG_PATH, octets, policy === 'replaced');
  if (isWritten)
    yield* act(({ state }) => {
      state.store.config = config;
    });
  return isWritten;
}
