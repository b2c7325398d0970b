// Sound recovery: every object is taken from whoever has its newest copy. A copy is the newest that may be used only if
// no write can have been acknowledged since: of every later epoch one of the nodes that would have had to take part in
// it is here, and has nothing of that epoch. Else the object waits for those that are away.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import { objectIdText, readObjectId } from '../../object-id.ts';
import { FLAG_RECOVERY, Op, Res } from '../../operations.ts';
import { buildHashRing, holdersOf, type HashRing } from '../../placement/hash-ring.ts';
import { takeVdi } from '../../image/vdi-bitmap.ts';
import { makeHeader } from '../../tcp-headers.ts';
import { SHEEP_DATA_MAX } from '../../tcp-stream.ts';
import { giveFile, takeFile } from '../io/locks.ts';
import { objectOctets } from '../io/sizes.ts';
import { readRemoteCopy } from '../io/reading.ts';
import { makeObjectRequest } from '../io/request.ts';
import { act, childOf, defineScript, sleep, together, type Script } from '../kernel.ts';
import { oidText, say, tell } from '../log.ts';
import { joined } from '../net/octets.ts';
import { call } from '../net/peers.ts';
import type { Sheep } from '../sheep.ts';
import type { RecoveryItem } from '../state.ts';
import { fetchEpochLog } from '../store/fetching.ts';
import { linkObject, placeObject } from '../store/objects.ts';
import { objectPath } from '../store/paths.ts';
import { byHash, decodeHeld, heldObjects, type HeldObject } from './listing.ts';

const RETRY_MICROS = 100_000;

interface NodeList {
  readonly node: NodeEntry;
  readonly held: readonly HeldObject[];
}

interface Asked {
  readonly node: NodeEntry;
  readonly epoch: number;
  readonly run: number;
}

/** What one node has; asked until it answers or the epoch is over (null). */
export const askForList = defineScript(
  'ask-for-list',
  function* ({ node, epoch, run }: Asked): Script<NodeList | null> {
    const isHere = yield* act((sheep) => isSameNode(node, sheep.self));
    if (isHere) return { node, held: yield* heldObjects(epoch) };
    for (;;) {
      const request = yield* act(({ state }) =>
        state.recovery?.run !== run
          ? null
          : makeHeader('request', Op.GET_OBJ_LIST, {
              flags: FLAG_RECOVERY,
              epoch,
              tgtEpoch: epoch,
              ctime: state.cluster.ctime,
              dataLength: SHEEP_DATA_MAX,
            }),
      );
      if (request === null) return null;
      const reply = yield* call({ to: node, request, parts: [], isAlone: true });
      if (reply?.header.result === Res.SUCCESS) return { node, held: decodeHeld(joined(reply.parts)) };
      yield* sleep(RETRY_MICROS);
    }
  },
);

/** Where the newest copies of an object are. */
interface Newest {
  version: number;
  holders: NodeEntry[];
  isDoubted: boolean;
}

function newestOf(lists: readonly NodeList[]): ReadonlyMap<bigint, Newest> {
  const newest = new Map<bigint, Newest>();
  for (const { node, held } of lists)
    for (const { oid, version, isDoubted } of held) {
      const known = newest.get(oid);
      if (known === undefined || version > known.version) newest.set(oid, { version, holders: [node], isDoubted });
      else if (version === known.version) {
        known.holders.push(node);
        known.isDoubted ||= isDoubted;
      }
    }
  return newest;
}

/** Rings of epochs, made once. */
type Rings = Map<number, HashRing | null>;

function ringOf({ state }: Sheep, rings: Rings, epoch: number): HashRing | null {
  const known = rings.get(epoch);
  if (known !== undefined) return known;
  const log = state.store.logs.get(epoch);
  const ring = log === undefined ? null : buildHashRing(log.entries);
  rings.set(epoch, ring);
  return ring;
}

/** Whether a write may have been acknowledged by nodes that are all away, in an epoch after the newest copies'. */
function mayHaveNewer(sheep: Sheep, rings: Rings, oid: bigint, version: number, epoch: number): boolean {
  const { cluster } = sheep.state;
  const isHere = (entry: NodeEntry): boolean => cluster.members.some((member) => isSameNode(member, entry));
  for (let later = version + 1; later < epoch; later++) {
    const ring = cluster.skipped.has(later) ? null : ringOf(sheep, rings, later);
    if (ring !== null && !holdersOf(ring, oid, cluster.copies).some(isHere)) return true;
  }
  return false;
}

/** Nodes in the order of the copies, then the others in theirs. */
function inOrder(targets: readonly NodeEntry[], nodes: readonly NodeEntry[]): readonly NodeEntry[] {
  const isIn = (list: readonly NodeEntry[], one: NodeEntry): boolean => list.some((entry) => isSameNode(entry, one));
  return [...targets.filter((one) => isIn(nodes, one)), ...nodes.filter((one) => !isIn(targets, one))];
}

/** What this sheep has to do about an object; null where there is nothing. */
function itemOf(sheep: Sheep, oid: bigint, newest: Newest, epoch: number): RecoveryItem | null {
  const { ring, copies } = sheep.state.cluster;
  const isSelf = (entry: NodeEntry): boolean => isSameNode(entry, sheep.self);
  const targets = holdersOf(ring, oid, copies);
  if (!targets.some(isSelf)) return null;
  const { version, holders, isDoubted } = newest;
  const ordered = inOrder(targets, holders);
  const isHere = holders.some(isSelf);
  if (isHere && version === epoch && !isDoubted) return null;
  // Copies that may differ all become like the first one.
  const sources = isDoubted
    ? ordered.slice(0, 1)
    : [...ordered.filter(isSelf), ...ordered.filter((one) => !isSelf(one))];
  return { oid, version, sources };
}

function plan(sheep: Sheep, run: number, epoch: number, lists: readonly NodeList[]): void {
  const { recovery, store } = sheep.state;
  if (recovery?.run !== run) return;
  const rings: Rings = new Map();
  const newest = newestOf(lists);
  for (const oid of [...newest.keys()].sort(byHash)) {
    const found = newest.get(oid);
    const { kind, vdi } = readObjectId(oid);
    if (kind === 'vdi') takeVdi(store.bitmap, vdi);
    const item = found === undefined ? null : itemOf(sheep, oid, found, epoch);
    if (item === null) continue;
    if (!mayHaveNewer(sheep, rings, oid, item.version, epoch)) recovery.items.set(oid, item);
    else {
      recovery.lost.add(oid);
      tell(sheep, `the newest copies of ${objectIdText(oid)} are on nodes that are away`, 'err');
    }
  }
}

/** Epochs between the oldest newest copy and now whose members this sheep does not know. */
function unknownEpochs({ state }: Sheep, lists: readonly NodeList[], epoch: number): readonly number[] {
  const newest = newestOf(lists);
  let oldest = epoch;
  for (const { version } of newest.values()) oldest = Math.min(oldest, version);
  const unknown: number[] = [];
  for (let one = oldest + 1; one < epoch; one++) if (!state.store.logs.has(one)) unknown.push(one);
  return unknown;
}

export function* listNewest(epoch: number, run: number): Script {
  const nodes = yield* act(({ state }) => state.cluster.members);
  const answers = yield* together(nodes.map((node) => childOf(askForList, { node, epoch, run })));
  const lists = answers.filter((list) => list !== null);
  if (lists.length < nodes.length) return;
  const unknown = yield* act((sheep) => unknownEpochs(sheep, lists, epoch));
  for (const one of unknown) yield* fetchEpochLog(one);
  yield* act((sheep) => plan(sheep, run, epoch, lists));
}

function* copyFrom(source: NodeEntry, { oid, version }: RecoveryItem, epoch: number): Script<boolean> {
  const isHere = yield* act((sheep) => isSameNode(source, sheep.self));
  if (isHere) {
    const linked = yield* linkObject(oid, version, epoch);
    yield* act((sheep) => {
      const { storePath } = sheep.options;
      const [from, to] = [objectPath(version, oid), objectPath(epoch, oid)];
      say(sheep, 'simple_store_link(192)', `link from ${storePath}/${from} to ${storePath}/${to}`);
    });
    return linked === Res.SUCCESS;
  }
  const given = { flags: FLAG_RECOVERY, length: objectOctets(oid), tgtEpoch: version };
  const read = yield* readRemoteCopy(source, makeObjectRequest(Op.READ_OBJ, oid, given), epoch);
  if (read.result !== Res.SUCCESS) return false;
  const result = yield* placeObject({ oid, epoch }, joined(read.parts));
  yield* act((sheep) => {
    if (result === Res.SUCCESS) say(sheep, '__recover_one(1285)', `recovered oid ${oidText(oid)} to epoch ${epoch}`);
    else tell(sheep, `${objectIdText(oid)} cannot be stored here`, 'err');
  });
  return result === Res.SUCCESS;
}

/** Brings one object into the folder of the epoch; false where nobody could give it now. */
export function* copyNewest(item: RecoveryItem, epoch: number, run: number): Script<boolean> {
  const { oid, version, sources } = item;
  yield* act((sheep) => {
    say(sheep, '__recover_one(1185)', `recover object ${oidText(oid)} from epoch ${version}`);
  });
  yield* takeFile(oid);
  let isDone = false;
  for (const source of sources) {
    const isOver = yield* act(({ state }) => state.recovery?.run !== run);
    if (isDone || isOver) break;
    isDone = yield* copyFrom(source, item, epoch);
  }
  yield* giveFile(oid);
  return isDone;
}
