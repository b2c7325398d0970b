// What each node has: asked by the others at the start of an epoch, and answered. 0.3.0 tells the ids of all objects
// that it had up to an epoch; sound sheep tell the epoch of their newest copy too, and whether they doubt it.
import { viewOf } from '../../../base/bytes.ts';
import { ATTRIBUTE_OCTETS } from '../../image/attribute.ts';
import { DATA_OBJECT_OCTETS, INODE_OCTETS } from '../../image/inode.ts';
import { SHEEP_LITTLE_ENDIAN } from '../../node-entry.ts';
import { readObjectId } from '../../object-id.ts';
import { FLAG_RECOVERY, Res } from '../../operations.ts';
import { hashOfObject } from '../../placement/fnv.ts';
import { bigField, numberField } from '../../tcp-headers.ts';
import { isUndecided } from '../cluster/waiting.ts';
import { act, disk, until, type Script } from '../kernel.ts';
import { oidText, say } from '../log.ts';
import { answer, isConnected, type Request } from '../net/server.ts';
import type { Answer } from '../state.ts';
import type { Sheep } from '../sheep.ts';
import { epochOfFolder, OBJECT_FOLDER, objectFolder, oidOfName } from '../store/paths.ts';
import { listObjects, type HeldFile } from '../store/objects.ts';

/** An object as a node has it. */
export interface HeldObject {
  readonly oid: bigint;
  /** Epoch of the newest copy. */
  readonly version: number;
  /** It was being written when its epoch ended. */
  readonly isDoubted: boolean;
}

const ID_OCTETS = 8;
const HELD_OCTETS = 16;

export function byHash(a: bigint, b: bigint): number {
  const [hashOfA, hashOfB] = [hashOfObject(a), hashOfObject(b)];
  return hashOfA < hashOfB ? -1 : hashOfA > hashOfB ? 1 : 0;
}

/** Whether a file has as many octets as its object must have: one that was torn has fewer. */
function isWhole({ name, size }: HeldFile): boolean {
  const oid = oidOfName(name);
  if (oid === null) return false;
  const { kind } = readObjectId(oid);
  if (kind === 'vdi') return size >= INODE_OCTETS;
  return size >= (kind === 'attr' ? ATTRIBUTE_OCTETS : DATA_OBJECT_OCTETS);
}

/** Epochs that have a folder of objects, ascending. */
export function* objectEpochs(): Script<readonly number[]> {
  const outcome = yield* disk({ op: 'list', path: OBJECT_FOLDER });
  const names = outcome.ok ? outcome.entries.map(({ name }) => name) : [];
  return names.flatMap((name) => epochOfFolder(name) ?? []).sort((a, b) => a - b);
}

/** This node's objects up to an epoch, each with its newest version. */
export function* heldObjects(upTo: number): Script<readonly HeldObject[]> {
  const versions = new Map<bigint, number>();
  for (const epoch of yield* objectEpochs()) {
    if (epoch > upTo) continue;
    const files = yield* listObjects(epoch);
    for (const file of files.filter(isWhole)) versions.set(oidOfName(file.name) ?? 0n, epoch);
  }
  const doubts = yield* act(({ state }) => new Map(state.io.doubts));
  return [...versions].map(([oid, version]) => ({ oid, version, isDoubted: doubts.get(oid) === version }));
}

function* heldIds(upTo: number): Script<readonly bigint[]> {
  const ids = new Set<bigint>();
  for (let epoch = 1; epoch <= upTo; epoch++) {
    const files = yield* listObjects(epoch);
    const here = files.flatMap(({ name }) => oidOfName(name) ?? []).sort(byHash);
    yield* act((sheep) => {
      say(sheep, 'simple_store_get_objlist(159)', `${sheep.options.storePath}/${objectFolder(epoch)}/`);
      for (const oid of here) say(sheep, 'get_obj_list(133)', `oid ${oidText(oid)}`);
    });
    for (const oid of here) ids.add(oid);
  }
  return [...ids].sort(byHash);
}

export function encodeHeld(held: readonly HeldObject[]): Uint8Array {
  const octets = new Uint8Array(held.length * HELD_OCTETS);
  const view = viewOf(octets);
  held.forEach(({ oid, version, isDoubted }, i) => {
    view.setBigUint64(i * HELD_OCTETS, oid, SHEEP_LITTLE_ENDIAN);
    view.setUint32(i * HELD_OCTETS + 8, version, SHEEP_LITTLE_ENDIAN);
    view.setUint32(i * HELD_OCTETS + 12, isDoubted ? 1 : 0, SHEEP_LITTLE_ENDIAN);
  });
  return octets;
}

export function decodeHeld(octets: Uint8Array): readonly HeldObject[] {
  const view = viewOf(octets);
  return Array.from({ length: Math.floor(octets.length / HELD_OCTETS) }, (_, i) => ({
    oid: view.getBigUint64(i * HELD_OCTETS, SHEEP_LITTLE_ENDIAN),
    version: view.getUint32(i * HELD_OCTETS + 8, SHEEP_LITTLE_ENDIAN),
    isDoubted: (view.getUint32(i * HELD_OCTETS + 12, SHEEP_LITTLE_ENDIAN) & 1) !== 0,
  }));
}

function encodeIds(ids: readonly bigint[]): Uint8Array {
  const octets = new Uint8Array(ids.length * ID_OCTETS);
  const view = viewOf(octets);
  ids.forEach((id, i) => view.setBigUint64(i * ID_OCTETS, id, SHEEP_LITTLE_ENDIAN));
  return octets;
}

export function decodeIds(octets: Uint8Array): readonly bigint[] {
  const view = viewOf(octets);
  const count = Math.floor(octets.length / ID_OCTETS);
  return Array.from({ length: count }, (_, i) => view.getBigUint64(i * ID_OCTETS, SHEEP_LITTLE_ENDIAN));
}

/**
 * This sheep is in the epoch and has it on disk; what it wrote in the one before is done. Who is about to join again
 * has perhaps another one of the same number, which never came to be.
 */
function isIn(sheep: Sheep, epoch: number, ctime: bigint): boolean {
  const { cluster, recovery, driver } = sheep.state;
  const isThere = driver.hasJoined && !isUndecided(sheep);
  return isThere && cluster.epoch === epoch && cluster.ctime === ctime && recovery?.epoch === epoch;
}

/** GET_OBJ_LIST. Who is asked before it has come to the epoch lets the asker wait, as long as that is there. */
export function* serveObjectList({ conn, header }: Request): Script<Answer> {
  const epoch = numberField(header, 'tgtEpoch');
  const room = header.dataLength;
  if ((header.flags & FLAG_RECOVERY) === 0) {
    const ids = encodeIds(yield* heldIds(epoch));
    return answer(Res.SUCCESS, {}, [ids.subarray(0, room)]);
  }
  const ctime = bigField(header, 'ctime');
  const isOver = (sheep: Sheep): boolean => ((epoch - sheep.state.cluster.epoch) | 0) < 0 || !isConnected(sheep, conn);
  yield* until((sheep) => isIn(sheep, epoch, ctime) || isOver(sheep));
  const isStill = yield* act((sheep) => isIn(sheep, epoch, ctime));
  if (!isStill) return answer(Res.OLD_NODE_VER);
  const held = encodeHeld(yield* heldObjects(epoch));
  return held.length > room ? answer(Res.NO_SPACE) : answer(Res.SUCCESS, {}, [held]);
}
