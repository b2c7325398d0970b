// Images as a client sees them: all of a store, by the bitmap of taken ids and the inode of each; and one opened by its
// name.
import { takenVdis, VDI_BITMAP_OCTETS } from '../sheep/image/vdi-bitmap.ts';
import {
  blockCount,
  blockEntryAt,
  INODE_HEAD_OCTETS,
  INODE_OCTETS,
  isDeleted,
  isSnapshot,
  NAME_OCTETS,
  padded,
  readBlockEntry,
  readInodeHead,
  TAG_OCTETS,
  type InodeHead,
} from '../sheep/image/inode.ts';
import { objectIdOf, objectIdText } from '../sheep/object-id.ts';
import { Op, Res, resultText } from '../sheep/operations.ts';
import { concatBytes, utf8Text } from '../base/bytes.ts';
import { numberField } from '../sheep/tcp-headers.ts';
import { ask, readObject, resultOf, stop, type Session } from './session.ts';
import { Exit, type CollieScript } from './script.ts';
import { err } from './text.ts';

export interface Image {
  readonly vdi: number;
  /** Null where it could not be read, which has then been said. */
  readonly head: InodeHead | null;
}

export function inodeOid(vdi: number): bigint {
  return objectIdOf({ kind: 'vdi', vdi, index: 0 });
}

/** The header of an image's inode; null where it cannot be read. */
export function* readHead(session: Session, vdi: number): CollieScript<InodeHead | null> {
  const oid = inodeOid(vdi);
  const response = yield* readObject(session, oid, 0, INODE_HEAD_OCTETS);
  const result = resultOf(response);
  const head = result === Res.SUCCESS ? readInodeHead(response.data) : null;
  if (head?.ok === true) return head.value;
  yield* err(`Failed to read object ${objectIdText(oid)} ${resultText(result)}\nFailed to read inode header\n`);
  return null;
}

function* bitmapOf(session: Session): CollieScript<readonly number[]> {
  const response = yield* ask(session, Op.READ_VDIS, { dataLength: VDI_BITMAP_OCTETS, epoch: session.epoch });
  const result = resultOf(response);
  if (result !== Res.SUCCESS) return yield* stop(Exit.SYSFAIL, resultText(result));
  return takenVdis(response.data);
}

/** Does something with every image that there is or was, by ascending id, as soon as it is read. */
export function* eachImage(session: Session, take: (image: Image) => CollieScript<void>): CollieScript<void> {
  for (const vdi of yield* bitmapOf(session)) yield* take({ vdi, head: yield* readHead(session, vdi) });
}

/** Every image that there is or was, by ascending id. */
export function* everyImage(session: Session): CollieScript<readonly Image[]> {
  const images: Image[] = [];
  for (const vdi of yield* bitmapOf(session)) images.push({ vdi, head: yield* readHead(session, vdi) });
  return images;
}

export interface Usage {
  /** Blocks that are the image's own, and those that it shares with an ancestor. */
  readonly own: number;
  readonly shared: number;
}

/** Counts the blocks of an image. */
export function* usageOf(session: Session, vdi: number, head: InodeHead): CollieScript<Usage> {
  const length = 4 * blockCount(head.vdiSize);
  if (length === 0) return { own: 0, shared: 0 };
  const response = yield* readObject(session, inodeOid(vdi), blockEntryAt(0), length);
  const table = resultOf(response) === Res.SUCCESS ? response.data : new Uint8Array(0);
  let [own, shared] = [0, 0];
  for (let index = 0; 4 * index + 4 <= table.length; index++) {
    const owner = readBlockEntry(table, index);
    if (owner === vdi) own++;
    else if (owner !== 0) shared++;
  }
  return { own, shared };
}

export function nameOf({ name }: InodeHead): string {
  return utf8Text(name);
}

/** `-s` as typed: digits are a snapshot's number, anything else a tag. */
export interface SnapshotChoice {
  readonly id: number;
  readonly tag: string;
}

export function snapshotChoice(text: string | null): SnapshotChoice {
  const digits = /^\d+/.exec(text ?? '')?.[0];
  return digits === undefined ? { id: 0, tag: text ?? '' } : { id: Number(digits) >>> 0, tag: '' };
}

/** The image of a name: the current one, or the snapshot chosen. */
export function isChosen(head: InodeHead, name: string, { id, tag }: SnapshotChoice): boolean {
  if (isDeleted(head) || nameOf(head) !== name) return false;
  if (id !== 0) return head.snapId === id;
  return tag === '' ? !isSnapshot(head) : utf8Text(head.tag) === tag;
}

export const NO_SNAPSHOT: SnapshotChoice = { id: 0, tag: '' };

export interface OpenImage {
  readonly vdi: number;
  readonly head: InodeHead;
  /** Entries of its blocks; empty where only the header was read. */
  readonly table: Uint8Array;
}

/** Name and tag as requests carry them. */
export function nameAndTag(name: string, tag: string): Uint8Array {
  return concatBytes([padded(name, NAME_OCTETS), padded(tag, TAG_OCTETS)]);
}

/** Opens an image and reads its inode, as much of it as asked for. */
function* open(session: Session, name: string, chosen: SnapshotChoice, length: number): CollieScript<OpenImage> {
  const fields = { snapid: chosen.id, protoVer: 1 };
  const response = yield* ask(session, Op.LOCK_VDI, fields, [nameAndTag(name, chosen.tag)]);
  const result = resultOf(response);
  if (result !== Res.SUCCESS)
    return yield* stop(
      Exit.FAILURE,
      `Cannot get VDI info for ${name} ${chosen.id} ${chosen.tag}: ${resultText(result)}`,
      `Failed to open VDI ${name}`,
    );
  const vdi = numberField(response.header, 'vdiId');
  const read = yield* readObject(session, inodeOid(vdi), 0, length);
  const head = resultOf(read) === Res.SUCCESS ? readInodeHead(read.data) : null;
  if (head?.ok !== true)
    return yield* stop(Exit.FAILURE, `Failed to read an inode header: ${resultText(resultOf(read))}`);
  return { vdi, head: head.value, table: read.data.subarray(INODE_HEAD_OCTETS) };
}

export function* openHead(session: Session, name: string, chosen: SnapshotChoice): CollieScript<OpenImage> {
  return yield* open(session, name, chosen, INODE_HEAD_OCTETS);
}

export function* openWhole(session: Session, name: string, chosen: SnapshotChoice): CollieScript<OpenImage> {
  return yield* open(session, name, chosen, INODE_OCTETS);
}
