// Recovery of 0.3.0 (specs/sheepdog.md 3.8): every object is taken from the copies of the epoch before, one epoch
// further back where those have none.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import { objectIdText, readObjectId } from '../../object-id.ts';
import { FLAG_IO_LOCAL, FLAG_RECOVERY, Op, Res } from '../../operations.ts';
import { buildHashRing, targetsOf, type HashRing, type Target } from '../../placement/hash-ring.ts';
import { makeHeader } from '../../tcp-headers.ts';
import { objectHeader, makeObjectRequest } from '../io/request.ts';
import { objectOctets } from '../io/sizes.ts';
import { act, sleep, type Script } from '../kernel.ts';
import { oidText, say, tell } from '../log.ts';
import { joined } from '../net/octets.ts';
import { call } from '../net/peers.ts';
import type { Sheep } from '../sheep.ts';
import type { RecoveryItem } from '../state.ts';
import { readEpochFile } from '../store/epoch-file.ts';
import { hasObject, linkObject, placeObject } from '../store/objects.ts';
import { objectPath, unfinishedPath } from '../store/paths.ts';
import { byHash, decodeIds } from './listing.ts';
import { isHolder } from './wanted.ts';

/** Room for the answer: 4 MiB of ids. */
const LIST_OCTETS = 4 * 1024 * 1024;
const LIST_TRIES = 6;
const LIST_RETRY_MICROS = 1_000_000;
const OBJECT_RETRY_MICROS = 2_000_000;
/** What a process reports that divided by zero. */
const EXIT_SIGFPE = 136;

/** The ids that one node tells; null where it does not answer. */
function* askForIds(node: NodeEntry, epoch: number): Script<readonly bigint[] | null> {
  for (let left = LIST_TRIES; left > 0; left--) {
    const request = yield* act(({ state }) =>
      makeHeader('request', Op.GET_OBJ_LIST, {
        epoch: state.cluster.epoch,
        tgtEpoch: epoch,
        dataLength: LIST_OCTETS,
      }),
    );
    const reply = yield* call({ to: node, request, parts: [], isAlone: true });
    if (reply?.header.result === Res.SUCCESS) return decodeIds(joined(reply.parts));
    yield* sleep(LIST_RETRY_MICROS);
  }
  return null;
}

/** Nodes of the epoch that were in the one before; null where its log cannot be read. */
function nodesOfBoth({ state }: Sheep, epoch: number): readonly NodeEntry[] | null {
  const before = state.store.logs.get(epoch - 1)?.entries ?? null;
  const isIn = (one: NodeEntry): boolean => before?.some((entry) => isSameNode(entry, one)) === true;
  return before === null ? null : state.cluster.members.filter(isIn);
}

export function* listPrevious(epoch: number, run: number): Script {
  const nodes = yield* act((sheep) => {
    const both = nodesOfBoth(sheep, epoch);
    if (both === null) tell(sheep, `failed to read epoch log for epoch ${epoch - 1}`, 'err');
    return both ?? [];
  });
  const mine = new Set<bigint>();
  for (const node of nodes) {
    yield* act((sheep) => {
      const address = [...node.addr.subarray(12)].join('.');
      say(sheep, '__fill_obj_list(1575)', `${address} ${node.port}`);
    });
    const ids = yield* askForIds(node, epoch - 1);
    if (ids === null) continue;
    const kept = yield* act((sheep) => {
      const own = ids.filter((oid) => isHolder(sheep, oid, 0));
      say(sheep, '__fill_obj_list(1603)', String(ids.length));
      say(sheep, 'screen_obj_list(1644)', String(own.length));
      return own;
    });
    for (const oid of kept) mine.add(oid);
  }
  yield* act((sheep) => {
    const { recovery } = sheep.state;
    if (recovery?.run !== run) return;
    if (nodes.length > 0) say(sheep, 'fill_obj_list(1702)', String(mine.size));
    for (const oid of [...mine].sort(byHash)) recovery.items.set(oid, { oid, version: 0, sources: [] });
  });
}

/** Which old copy each new one is made of: nodes keep what they have, the rest is given out in order. */
function matchCopies(
  current: readonly Target[],
  currentRing: HashRing,
  old: readonly Target[],
  oldRing: HashRing,
): readonly (Target | null)[] {
  const nodeOf = (ring: HashRing, { node }: Target): NodeEntry | undefined => ring.entries[node];
  const isSame = (a: Target, b: Target): boolean => {
    const [one, other] = [nodeOf(currentRing, a), nodeOf(oldRing, b)];
    return one !== undefined && other !== undefined && isSameNode(one, other);
  };
  const kept = current.map((copy) => old.find((before) => isSame(copy, before)) ?? null);
  const free = old.filter((before) => !kept.includes(before));
  return kept.map((before) => before ?? free.shift() ?? null);
}

interface Place {
  readonly source: NodeEntry | null;
  readonly isHere: boolean;
}

/** The node to take copy `index` from, out of an epoch's nodes. */
function placeOf(sheep: Sheep, oid: bigint, before: readonly NodeEntry[], index: number): Place {
  const { ring, copies } = sheep.state.cluster;
  const oldRing = buildHashRing(before);
  const current = targetsOf(ring, oid, copies);
  const old = targetsOf(oldRing, oid, copies);
  const from = matchCopies(current, ring, old, oldRing)[index] ?? null;
  const [base, oldBase] = [current[0]?.vnode ?? 0, old[0]?.vnode ?? 0];
  const sizes = `${oldBase}, ${oldRing.ids.length}, ${old.length}, ${base}, ${ring.ids.length}, ${current.length}`;
  say(sheep, 'find_tgt_node(1108)', `${sizes}, ${index}`);
  const source = from === null ? null : (oldRing.entries[from.node] ?? null);
  const own = current[index];
  const isKept = source !== null && own !== undefined && isSameNode(source, ring.entries[own.node] ?? source);
  if (isKept) say(sheep, 'find_tgt_node(1115)', `${from?.vnode}, ${index}, ${base}, ${ring.ids.length}`);
  else say(sheep, 'find_tgt_node(1144)', `${from?.vnode}, ${index}, ${own?.vnode}`);
  return { source, isHere: source !== null && isSameNode(source, sheep.self) };
}

/** `before`: who had copies one epoch further back; null where that cannot be told. */
type Taken = 'done' | 'other-copy' | 'again' | { readonly before: readonly NodeEntry[] | null };

function* takeHere(oid: bigint, from: number, epoch: number): Script<Taken> {
  const linked = yield* linkObject(oid, from, epoch);
  return yield* act((sheep): Taken => {
    const { storePath } = sheep.options;
    const paths = `from ${storePath}/${objectPath(from, oid)} to ${storePath}/${objectPath(epoch, oid)}`;
    if (linked === Res.SUCCESS) say(sheep, 'simple_store_link(192)', `link ${paths}`);
    if (linked === Res.SUCCESS) return 'done';
    return { before: sheep.state.store.logs.get(from - 1)?.entries ?? null };
  });
}

function* takeThere(oid: bigint, source: NodeEntry, from: number, epoch: number): Script<Taken> {
  const { kind } = readObjectId(oid);
  const attributeOctets = yield* act(({ policy }) => policy.attributeOctets);
  const length = kind === 'attr' ? attributeOctets : objectOctets(oid);
  const given = { flags: FLAG_RECOVERY, length, tgtEpoch: from };
  const request = objectHeader(makeObjectRequest(Op.READ_OBJ, oid, given), FLAG_RECOVERY | FLAG_IO_LOCAL, epoch);
  const reply = yield* call({ to: source, request, parts: [], isAlone: true });
  if (reply === null) {
    yield* act((sheep) => {
      const address = [...source.addr.subarray(12)].join('.');
      say(sheep, '__recover_one(1226)', `failed to connect to ${address}:${source.port}`, 'err');
    });
    return 'other-copy';
  }
  const { result } = reply.header;
  if (result === Res.NO_OBJ) {
    const log = readEpochFile(joined(reply.parts));
    return { before: log.ok ? log.value.entries : null };
  }
  if (result !== Res.SUCCESS) return result === Res.EIO ? 'other-copy' : 'again';
  if ((yield* placeObject({ oid, epoch }, joined(reply.parts))) !== Res.SUCCESS) return 'other-copy';
  yield* act((sheep) => {
    const { storePath } = sheep.options;
    const [unfinished, whole] = [unfinishedPath(epoch, oid), objectPath(epoch, oid)];
    say(sheep, '__recover_one(1279)', `rename ${storePath}/${unfinished} to ${storePath}/${whole}`);
    say(sheep, '__recover_one(1285)', `recovered oid ${oidText(oid)} to epoch ${epoch}`);
  });
  return 'done';
}

/** Takes copy `index` from the epoch before, or as many further back as need be. */
function* takeCopy(oid: bigint, index: number, epoch: number): Script<'done' | 'other-copy' | 'again'> {
  let from = epoch - 1;
  let before = yield* act(({ state }) => state.store.logs.get(from)?.entries ?? null);
  while (from > 0 && before !== null) {
    const tried = from;
    const nodes = before;
    const place = yield* act((sheep): Place | 'crash' => {
      say(sheep, '__recover_one(1185)', `recover object ${oidText(oid)} from epoch ${tried}`);
      if (nodes.length === 0 && sheep.policy.emptyEpochInRecovery === 'crashes') {
        sheep.emit({ kind: 'exit', code: EXIT_SIGFPE, why: `Floating point exception: epoch ${tried} is empty` });
        sheep.state.phase = 'ended';
        return 'crash';
      }
      return placeOf(sheep, oid, nodes, index);
    });
    if (place === 'crash' || place.source === null) return 'other-copy';
    const taken = place.isHere ? yield* takeHere(oid, from, epoch) : yield* takeThere(oid, place.source, from, epoch);
    if (typeof taken === 'string') return taken;
    before = taken.before;
    from--;
  }
  return 'other-copy';
}

/** Brings one object into the folder of the epoch; false where it is to be tried again. */
export function* copyFromPrevious({ oid }: RecoveryItem, epoch: number): Script<boolean> {
  if (yield* hasObject({ oid, epoch })) return true;
  const indexes = yield* act((sheep) => {
    const { ring, copies } = sheep.state.cluster;
    const { recovery } = sheep.state;
    const at = `${recovery?.done ?? 0} ${recovery?.total ?? 0}`;
    say(sheep, 'recover_one(1350)', `${at}, ${oidText(oid).padStart(16)}`);
    say(sheep, 'simple_store_open(88)', `object ${objectPath(epoch, oid).slice(4)} not found locally`);
    const targets = targetsOf(ring, oid, copies);
    const own = targets.findIndex(({ node }) => isSameNode(ring.entries[node] ?? sheep.self, sheep.self));
    say(sheep, 'recover_one(1391)', `${targets[0]?.vnode}, ${ring.entries.length}, ${own}`);
    const others = targets.map((_, i) => i).filter((i) => i !== own);
    return [own, ...others].filter((i) => i >= 0);
  });
  for (const index of indexes) {
    const taken = yield* takeCopy(oid, index, epoch);
    if (taken === 'done') return true;
    if (taken === 'again') {
      yield* sleep(OBJECT_RETRY_MICROS);
      return false;
    }
  }
  yield* act((sheep) => {
    tell(sheep, `failed to recover object ${objectIdText(oid)}`, 'err');
  });
  return true;
}
