// The inode of an image: a header and one vdi id for each 4 MiB block (specs/sheepdog.md 1.2). Octets to values and
// back; what is done with them is the engine's.
import { utf8Bytes, utf8Text, viewOf } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { bytes, decode, encode, struct, u16, u32, u64, u8, type Infer, type LayoutProblem } from '../../wire/layout.ts';
import { SHEEP_LITTLE_ENDIAN } from '../node-entry.ts';

/** Octets of a data object, fixed. */
export const DATA_OBJECT_OCTETS = 4 * 1024 * 1024;
export const BLOCK_SIZE_SHIFT = 22;
/** Data objects of one image, hence 4 TiB. */
export const DATA_OBJECTS_MAX = 2 ** 20;
export const IMAGE_OCTETS_MAX = DATA_OBJECTS_MAX * DATA_OBJECT_OCTETS;
/** Images that may be based on one. */
export const CHILDREN_MAX = 1024;
export const NAME_OCTETS = 256;
export const TAG_OCTETS = 256;

const nameText = (octets: Uint8Array): string => utf8Text(octets);

export const InodeHead = struct('sheepdog_inode', {
  name: bytes(NAME_OCTETS, 'name of the image; empty where it was deleted', nameText),
  tag: bytes(TAG_OCTETS, 'tag of the snapshot', nameText),
  ctime: u64('creation time: seconds in the high half, nanoseconds in the low half'),
  snapCtime: u64('when it became a snapshot, in the same form; 0 of the current image'),
  vmClockNsec: u64('clock of the virtual machine'),
  vdiSize: u64('octets of the image'),
  vmStateSize: u64('octets of the state of the virtual machine'),
  copyPolicy: u16('0'),
  nrCopies: u8('copies of each object'),
  blockSizeShift: u8('22: blocks of 4 MiB'),
  snapId: u32('1 for the first version, one more for each snapshot'),
  vdiId: u32('the image itself'),
  parentVdiId: u32('image that it is based on; 0 for none'),
  childVdiId: bytes(4 * CHILDREN_MAX, 'images based on it'),
});
export type InodeHead = Infer<typeof InodeHead>;

/** Where the table of blocks starts. */
export const INODE_HEAD_OCTETS = InodeHead.fixedSize;
export const INODE_OCTETS = INODE_HEAD_OCTETS + 4 * DATA_OBJECTS_MAX;

/** Place of a block's entry in the inode. */
export function blockEntryAt(index: number): number {
  return INODE_HEAD_OCTETS + 4 * index;
}

/** Blocks that an image of this size has. */
export function blockCount(vdiSize: bigint): number {
  return Number((vdiSize + BigInt(DATA_OBJECT_OCTETS - 1)) / BigInt(DATA_OBJECT_OCTETS));
}

/** Reads the header at the start of these octets. Never throws. */
export function readInodeHead(octets: Uint8Array): Result<InodeHead, LayoutProblem> {
  const read = decode(InodeHead, viewOf(octets), 0, octets.length, SHEEP_LITTLE_ENDIAN);
  return read.ok ? ok(read.value.value) : fail(read.problem);
}

export function writeInodeHead(head: InodeHead): Uint8Array {
  return encode(InodeHead, head, SHEEP_LITTLE_ENDIAN);
}

/** The vdi id in a block's entry: 0 not allocated, the image's own, or the ancestor's whose block it shares. */
export function readBlockEntry(table: Uint8Array, index: number): number {
  return viewOf(table).getUint32(4 * index, SHEEP_LITTLE_ENDIAN);
}

export function blockEntry(vdi: number): Uint8Array {
  const entry = new Uint8Array(4);
  viewOf(entry).setUint32(0, vdi, SHEEP_LITTLE_ENDIAN);
  return entry;
}

/** NUL-padded text of a field; too long a text is cut, as sheepdog cuts it. */
export function padded(text: string, octets: number): Uint8Array {
  const field = new Uint8Array(octets);
  field.set(utf8Bytes(text).subarray(0, octets - 1));
  return field;
}

const isName = (octets: Uint8Array): boolean => octets[0] !== 0;

export function isDeleted({ name }: InodeHead): boolean {
  return !isName(name);
}

export function isSnapshot({ snapCtime }: InodeHead): boolean {
  return snapCtime !== 0n;
}

/** The images based on this one. */
export function childrenOf({ childVdiId }: InodeHead): readonly number[] {
  const ids = Array.from({ length: CHILDREN_MAX }, (_, i) => readBlockEntry(childVdiId, i));
  return ids.filter((id) => id !== 0);
}

/** The header with one more child; null where it has no room. */
export function withChild(head: InodeHead, vdi: number): InodeHead | null {
  for (let i = 0; i < CHILDREN_MAX; i++) {
    if (readBlockEntry(head.childVdiId, i) !== 0) continue;
    const childVdiId = head.childVdiId.slice();
    childVdiId.set(blockEntry(vdi), 4 * i);
    return { ...head, childVdiId };
  }
  return null;
}

/** Seconds and nanoseconds as sheepdog keeps times; microseconds since 1970 in. */
export function sheepTime(epochMicros: bigint): bigint {
  return ((epochMicros / 1_000_000n) << 32n) | ((epochMicros % 1_000_000n) * 1000n);
}

export interface NewInode {
  readonly name: string;
  readonly tag: string;
  readonly ctime: bigint;
  readonly vdiSize: bigint;
  readonly copies: number;
  readonly snapId: number;
  readonly vdiId: number;
  readonly parentVdiId: number;
}

export function newInodeHead(image: NewInode): InodeHead {
  return {
    name: padded(image.name, NAME_OCTETS),
    tag: padded(image.tag, TAG_OCTETS),
    ctime: image.ctime,
    snapCtime: 0n,
    vmClockNsec: 0n,
    vdiSize: image.vdiSize,
    vmStateSize: 0n,
    copyPolicy: 0,
    nrCopies: image.copies,
    blockSizeShift: BLOCK_SIZE_SHIFT,
    snapId: image.snapId,
    vdiId: image.vdiId,
    parentVdiId: image.parentVdiId,
    childVdiId: new Uint8Array(4 * CHILDREN_MAX),
  };
}
