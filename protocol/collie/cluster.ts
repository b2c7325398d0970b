// collie cluster: state, format, shutdown, recovery by hand.
import { utf8Text, viewOf } from '../base/bytes.ts';
import { entryText, SHEEP_LITTLE_ENDIAN } from '../sheep/node-entry.ts';
import { Op, Res, resultText } from '../sheep/operations.ts';
import { SHEEP_COPIES_MAX } from '../sheep/placement/hash-ring.ts';
import { sheepTime } from '../sheep/image/inode.ts';
import { ask, askPeer, readEntries, resultOf, stop, type Session } from './session.ts';
import { Exit, localTime, nowMicros, readInput, type CollieScript } from './script.ts';
import { clockText, dateText, longText, out } from './text.ts';

const FLAG_NOHALT = 0x01;
/** One record of an epoch: creation time, time, epoch, count, room for 1,024 nodes. */
const RECORD_OCTETS = 24_600;
const RECORDS_MAX = 8;
const NODES_AT = 24;
const ANSWER_OCTETS_MAX = 1024;

function statusText(result: number): string {
  if (result === Res.SUCCESS) return 'running';
  return resultText(result);
}

interface EpochRecord {
  readonly ctime: bigint;
  readonly time: bigint;
  readonly epoch: number;
  readonly nodes: readonly string[];
}

function readRecord(octets: Uint8Array, at: number): EpochRecord {
  const view = viewOf(octets);
  const count = view.getUint32(at + 20, SHEEP_LITTLE_ENDIAN);
  return {
    ctime: view.getBigUint64(at, SHEEP_LITTLE_ENDIAN),
    time: view.getBigUint64(at + 8, SHEEP_LITTLE_ENDIAN),
    epoch: view.getUint32(at + 16, SHEEP_LITTLE_ENDIAN),
    nodes: readEntries(octets.subarray(at + NODES_AT, at + RECORD_OCTETS), Math.min(count, 1024)).map(entryText),
  };
}

/** `collie cluster info`. */
export function* clusterInfo(session: Session): CollieScript<number> {
  const { isRaw } = session;
  const response = yield* ask(session, Op.STAT_CLUSTER, { dataLength: RECORD_OCTETS * RECORDS_MAX });
  const status = statusText(resultOf(response));
  const count = Math.floor(response.data.length / RECORD_OCTETS);
  const records = Array.from({ length: count }, (_, i) => readRecord(response.data, i * RECORD_OCTETS));
  if (isRaw) yield* out(`${status}\n`);
  else {
    const created = yield* localTime((records[0]?.ctime ?? 0n) >> 32n);
    yield* out(`Cluster status: ${status}\n\nCluster created at ${longText(created)}\n\n`);
    yield* out('Epoch Time           Version\n');
  }
  for (const { time, epoch, nodes } of records) {
    const list = `[${nodes.join(', ')}]`;
    const local = yield* localTime(time);
    const when = isRaw ? `${time} ${epoch}` : `${dateText(local)} ${clockText(local)} ${String(epoch).padStart(6)}`;
    yield* out(`${when} ${list}\n`);
  }
  return Exit.OK;
}

/** `collie cluster format`. `copies` as typed; null for the server's default. */
export function* clusterFormat(session: Session, copies: string | null, isNohalt: boolean): CollieScript<number> {
  const wanted = copies === null ? 0 : /^\s*[+-]?\d+$/.test(copies) ? Number(copies) : 0;
  if (copies !== null && wanted < 1) return yield* stop(Exit.FAILURE, 'There must be at least one copy of data');
  if (wanted > SHEEP_COPIES_MAX)
    return yield* stop(Exit.FAILURE, `Redundancy may not exceed ${SHEEP_COPIES_MAX} copies`);
  const ctime = sheepTime(yield* nowMicros());
  const fields = { copies: wanted, ctime, flags: isNohalt ? FLAG_NOHALT : 0 };
  const result = resultOf(yield* ask(session, Op.MAKE_FS, fields));
  if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Format failed: ${resultText(result)}`);
  return Exit.OK;
}

/** `collie cluster shutdown`. */
export function* clusterShutdown(session: Session): CollieScript<number> {
  const result = resultOf(yield* ask(session, Op.SHUTDOWN, { epoch: session.epoch }));
  if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Shutdown failed: ${resultText(result)}`);
  return Exit.OK;
}

const CAUTION = [
  'Caution! Please try starting all the cluster nodes normally before',
  'running this command.',
  '',
  'The cluster may need to be recovered manually if:',
  '  - the master node fails to start because of epoch mismatch; or',
  '  - some nodes fail to start after a cluster shutdown.',
  '',
  'Are you sure you want to continue? [yes/no]: ',
].join('\n');

/** `collie cluster recover`. */
export function* clusterRecover(session: Session, isForced: boolean): CollieScript<number> {
  if (!isForced) {
    yield* out(CAUTION);
    const answer = utf8Text(yield* readInput(ANSWER_OCTETS_MAX));
    if (!answer.toLowerCase().startsWith('yes')) return Exit.OK;
  }
  const response = yield* askPeer(session.to, Op.RECOVER, {});
  if (response === null) return yield* stop(Exit.SYSFAIL);
  const result = resultOf(response);
  if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Recovery failed: ${resultText(result)}`);
  return Exit.OK;
}
