// How a sheep starts: it reads its store, then listens and joins the group. And how it stops.
import { EPOCH_FILE_OCTETS_MAX, readEpochFile } from './store/epoch-file.ts';
import { CONFIG_OCTETS_MAX, readConfig } from './store/config-file.ts';
import { JOURNAL_DONE_AT, JOURNAL_HEAD_OCTETS, journalDone, readJournal } from './store/journal-file.ts';
import {
  CONFIG_PATH,
  EPOCH_FOLDER,
  epochOfName,
  epochPath,
  JOURNAL_FOLDER,
  OBJECT_FOLDER,
  readObjectPath,
  oidOfName,
} from './store/paths.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { takeVdi } from '../image/vdi-bitmap.ts';
import { readObjectId } from '../object-id.ts';
import { Status } from '../operations.ts';
import { sendJoinRequest } from './driver/sending.ts';
import { multicast } from './driver/sending.ts';
import { act, defineScript, disk, type Script } from './kernel.ts';
import { say, tell } from './log.ts';
import { objectEpochs } from './recovery/listing.ts';
import type { Sheep } from './sheep.ts';
import { latestEpoch } from './store/epochs.ts';
import { listObjects } from './store/objects.ts';

const EXIT_STORE = 1;
/** Octets of one journal file at most: an inode and its head. */
const JOURNAL_OCTETS_MAX = 8 * 1024 * 1024;

/** Why the store cannot be used: a sentence that names the file and says what to do. */
type StoreProblem = string;

function* loadFolders(): Script<Result<null, StoreProblem>> {
  for (const path of [OBJECT_FOLDER, EPOCH_FOLDER, JOURNAL_FOLDER]) {
    const made = yield* disk({ op: 'make-folder', path });
    if (!made.ok)
      return fail(`the folder ${path} cannot be made (${made.why}): give sheep a folder that it may write to`);
  }
  return ok(null);
}

function* loadConfig(): Script<Result<null, StoreProblem>> {
  const read = yield* disk({ op: 'read', path: CONFIG_PATH, offset: 0, length: CONFIG_OCTETS_MAX });
  if (!read.ok && read.why === 'missing') return ok(null);
  if (!read.ok) return fail('config cannot be read: look at the rights and the disk of the store');
  const config = readConfig(read.octets);
  if (!config.ok)
    return fail(`config cannot be used: ${config.problem}; restore it from another node's, byte 10 is copies`);
  yield* act(({ state }) => {
    state.store.config = config.value;
    if (config.value === null) return;
    state.cluster.ctime = config.value.ctime;
    state.cluster.flags = config.value.flags;
  });
  return ok(null);
}

function* loadEpochs(): Script<Result<null, StoreProblem>> {
  const listed = yield* disk({ op: 'list', path: EPOCH_FOLDER });
  if (!listed.ok) return fail('the folder epoch cannot be read: look at the rights and the disk of the store');
  for (const { name } of listed.entries) {
    const epoch = epochOfName(name);
    if (epoch === null) {
      yield* act((sheep) => tell(sheep, `epoch/${name} is no epoch file: it is left alone`));
      continue;
    }
    const path = epochPath(epoch);
    const read = yield* disk({ op: 'read', path, offset: 0, length: EPOCH_FILE_OCTETS_MAX + 1 });
    if (!read.ok) return fail(`${path} cannot be read: look at the rights and the disk of the store`);
    const log = readEpochFile(read.octets);
    if (!log.ok)
      return fail(`${path} is damaged: ${log.problem}; put the same file of another node in its place, or remove it`);
    yield* act((sheep) => {
      const isNone = log.value.entries.length === 0 && sheep.policy.emptyEpoch === 'never';
      if (isNone) tell(sheep, `${path} has no members: nothing was done in that epoch, and it counts as none`);
      else sheep.state.store.logs.set(epoch, log.value);
    });
  }
  return ok(null);
}

function* loadImages(): Script {
  for (const epoch of yield* objectEpochs()) {
    const files = yield* listObjects(epoch);
    yield* act(({ state }) => {
      for (const { name } of files) {
        const oid = oidOfName(name);
        if (oid === null) continue;
        const { kind, vdi } = readObjectId(oid);
        if (kind === 'vdi') takeVdi(state.store.bitmap, vdi);
      }
    });
  }
}

/** What was under way when the sheep ended: it is done now, and doubted. */
function* replayOne(name: string): Script {
  const path = `${JOURNAL_FOLDER}/${name}`;
  const read = yield* disk({ op: 'read', path, offset: 0, length: JOURNAL_OCTETS_MAX });
  const entry = read.ok && read.octets.length >= JOURNAL_HEAD_OCTETS ? readJournal(read.octets) : null;
  const object = entry === null ? null : readObjectPath(entry.path);
  const isApplied = yield* act((sheep) => {
    const number = Number(name);
    const { store, io } = sheep.state;
    if (Number.isSafeInteger(number)) store.nextJournal = Math.max(store.nextJournal, number + 1);
    if (sheep.policy.journalReplay !== 'applied' || object === null) return false;
    io.doubts.set(object.oid, Math.max(object.epoch, io.doubts.get(object.oid) ?? 0));
    return true;
  });
  if (isApplied && entry !== null && entry.parts.length > 0) {
    yield* disk({ op: 'write', path: entry.path, offset: entry.offset, parts: entry.parts, isDurable: true });
    // Once: after the next start it would be done over what was written since. That it was under way stays known.
    const whole = yield* act(({ options }) => `${options.storePath}/${entry.path}`);
    yield* disk({ op: 'write', path, offset: JOURNAL_DONE_AT, parts: [journalDone(whole)], isDurable: true });
  }
  const isKept = isApplied;
  if (!isKept) yield* disk({ op: 'remove', path });
}

function* replayJournal(): Script {
  const listed = yield* disk({ op: 'list', path: JOURNAL_FOLDER });
  const names = listed.ok ? listed.entries.map(({ name }) => name).sort() : [];
  for (const name of names) yield* replayOne(name);
}

function* loadStore(): Script<Result<null, StoreProblem>> {
  const folders = yield* loadFolders();
  if (!folders.ok) return folders;
  const config = yield* loadConfig();
  if (!config.ok) return config;
  const epochs = yield* loadEpochs();
  if (!epochs.ok) return epochs;
  yield* loadImages();
  yield* replayJournal();
  return ok(null);
}

function begin(sheep: Sheep): void {
  const { cluster } = sheep.state;
  const latest = latestEpoch(sheep);
  cluster.status = latest === 0 ? Status.WAIT_FOR_FORMAT : Status.WAIT_FOR_JOIN;
  cluster.epoch = latest;
  sheep.state.phase = 'joining';
  if (latest === 0) say(sheep, 'read_epoch(2003)', 'failed to read epoch 0', 'err');
  sheep.emit({ kind: 'listen', port: sheep.self.port });
  sheep.emit({ kind: 'cpg-join' });
  sendJoinRequest(sheep);
  say(sheep, 'main(210)', 'sheepdog daemon (version 0.3.0) started', 'info');
}

export const boot = defineScript('boot', function* (_: null): Script {
  yield* act((sheep) => {
    say(sheep, 'simple_store_init(39)', 'Use simple store driver', 'info');
  });
  const loaded = yield* loadStore();
  yield* act((sheep) => {
    if (loaded.ok) {
      say(sheep, 'create_cluster(1373)', 'use corosync cluster driver as default', 'info');
      say(sheep, 'create_cluster(1393)', `zone id = ${sheep.self.zone}`);
      begin(sheep);
      return;
    }
    sheep.emit({ kind: 'exit', code: EXIT_STORE, why: `${sheep.options.storePath}: ${loaded.problem}` });
    sheep.state.phase = 'ended';
  });
});

/** SIGTERM. 0.3.0 has nothing to say to that. */
export function stop(sheep: Sheep): void {
  const { driver } = sheep.state;
  const isAnnounced = sheep.policy.stop === 'announces' && driver.hasJoined && driver.group.length > 0;
  if (isAnnounced && !driver.isStopping) {
    driver.isStopping = true;
    multicast(sheep, 'LEAVE');
    return;
  }
  sheep.emit({ kind: 'exit', code: 0, why: 'told to stop' });
  sheep.state.phase = 'ended';
}
