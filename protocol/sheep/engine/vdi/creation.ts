// New images: empty ones, snapshots, clones (specs/sheepdog.md 1.5).
import { utf8Text } from '../../../base/bytes.ts';
import { DATA_OBJECTS_MAX, INODE_HEAD_OCTETS, newInodeHead, sheepTime, withChild } from '../../image/inode.ts';
import { readInodeHead, type InodeHead } from '../../image/inode.ts';
import { Res } from '../../operations.ts';
import { act, type Script } from '../kernel.ts';
import { say } from '../log.ts';
import { wallMicros } from '../sheep.ts';
import { createInode, readHead, readInode, toldAs, writeHead } from './inodes.ts';
import { lookUp, type Found, type ImageName } from './lookup.ts';

export interface NewImage {
  readonly asked: ImageName;
  readonly vdiSize: bigint;
  readonly baseVdi: number;
  /** 0: the cluster's default. */
  readonly copies: number;
  readonly isSnapshot: boolean;
}

export interface Created {
  readonly result: number;
  readonly vdi: number;
  readonly copies: number;
}

/** The id for a new image; or the result that says why there is none. */
function idFor(found: Found, { isSnapshot }: NewImage): { readonly result: number; readonly vdi: number } {
  const vdi = isSnapshot ? found.free : (found.reusable ?? found.free);
  if (found.result === Res.SUCCESS && !isSnapshot) return { result: Res.VDI_EXIST, vdi: 0 };
  // Any other failure of the look-up is not one that says the name is free.
  const isKnown = found.result === Res.SUCCESS || found.result === Res.NO_VDI || found.result === Res.NO_TAG;
  if (!isKnown) return { result: found.result, vdi: 0 };
  return vdi === null ? { result: Res.FULL_VDI, vdi: 0 } : { result: Res.SUCCESS, vdi };
}

/** Makes the current image one that is not written any more; its header, or the result that says why not. */
function* endCurrent(current: number, now: bigint): Script<InodeHead | number> {
  const head = yield* readHead(current);
  if (typeof head === 'number') return toldAs(head, Res.BASE_VDI_READ);
  const written = yield* writeHead(current, { ...head, snapCtime: now });
  return written === Res.SUCCESS ? head : toldAs(written, Res.BASE_VDI_WRITE);
}

interface Base {
  readonly result: number;
  readonly table: Uint8Array;
  readonly snapId: number;
}

const failedBase = (result: number): Base => ({ result, table: new Uint8Array(0), snapId: 0 });

/** Enters a child into the base, and takes over its table of blocks. */
function* branchFrom(base: number, current: number, vdi: number, isSnapshot: boolean, now: bigint): Script<Base> {
  if (base === 0) return { result: Res.SUCCESS, table: new Uint8Array(4 * DATA_OBJECTS_MAX), snapId: 1 };
  const isTree = isSnapshot && base !== current;
  const ended = isTree ? yield* endCurrent(current, now) : null;
  if (typeof ended === 'number') return failedBase(ended);
  const whole = yield* readInode(base);
  const head = readInodeHead(whole.octets);
  if (!head.ok) return failedBase(toldAs(whole.result, Res.BASE_VDI_READ));
  const parent = withChild(head.value, vdi);
  if (parent === null) return failedBase(Res.NO_BASE_VDI);
  const isEnding = isSnapshot && !isTree;
  const written = yield* writeHead(base, isEnding ? { ...parent, snapCtime: now } : parent);
  if (written !== Res.SUCCESS) return failedBase(toldAs(written, Res.BASE_VDI_WRITE));
  const before = ended ?? head.value;
  const table = whole.octets.subarray(INODE_HEAD_OCTETS);
  return { result: Res.SUCCESS, table, snapId: isSnapshot ? before.snapId + 1 : 1 };
}

export function* createImage(image: NewImage): Script<Created> {
  const found = yield* lookUp(image.asked);
  const copies = yield* act(({ state }) => (image.copies === 0 ? state.cluster.copies : image.copies));
  const id = idFor(found, image);
  if (id.result !== Res.SUCCESS) return { result: id.result, vdi: 0, copies };
  const { baseVdi, isSnapshot, vdiSize } = image;
  const current = isSnapshot ? found.vdi : 0;
  const name = utf8Text(image.asked.name);
  const now = yield* act((sheep) => {
    const what = isSnapshot ? 'snapshot' : 'vdi';
    const bases = `base ${baseVdi.toString(16)}, cur ${current.toString(16)}`;
    const sizes = `size ${vdiSize}, vid ${id.vdi.toString(16)}, ${bases}`;
    say(sheep, 'add_vdi(321)', `creating new ${what} ${name}: ${sizes}`, 'info');
    if (image.copies === 0) say(sheep, 'add_vdi(327)', `using default replication level of ${copies} copies`);
    return sheepTime(wallMicros(sheep));
  });
  const base = yield* branchFrom(baseVdi, current, id.vdi, isSnapshot, now);
  if (base.result !== Res.SUCCESS) return { result: base.result, vdi: 0, copies };
  const made = newInodeHead({
    name,
    tag: '',
    ctime: now,
    vdiSize,
    copies,
    snapId: base.snapId,
    vdiId: id.vdi,
    parentVdiId: baseVdi,
  });
  const head = { ...made, name: image.asked.name };
  const result = yield* createInode(id.vdi, head, base.table);
  return { result, vdi: result === Res.SUCCESS ? id.vdi : 0, copies };
}
