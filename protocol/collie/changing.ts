// collie vdi create, snapshot, clone, delete, resize.
import {
  blockCount,
  blockEntry,
  blockEntryAt,
  DATA_OBJECT_OCTETS,
  IMAGE_OCTETS_MAX,
  INODE_HEAD_OCTETS,
  INODE_OCTETS,
  NAME_OCTETS,
  padded,
  readBlockEntry,
  readInodeHead,
  TAG_OCTETS,
  writeInodeHead,
} from '../sheep/image/inode.ts';
import { objectIdOf } from '../sheep/object-id.ts';
import { Op, Res, resultText } from '../sheep/operations.ts';
import { numberField } from '../sheep/tcp-headers.ts';
import { inodeOid, nameAndTag, NO_SNAPSHOT, openHead, openWhole, snapshotChoice, type OpenImage } from './images.ts';
import { ask, readObject, resultOf, stop, writeObject, type Session } from './session.ts';
import { Exit, type CollieScript } from './script.ts';
import { parseSize } from './text.ts';

const UNITS = 'You may use k, M, G or T suffixes for kilobytes, megabytes, gigabytes and terabytes.';
const TAG_AT = NAME_OCTETS;

/** A size that was typed; ends the command where it is none, or too large. */
function* wantedSize(text: string, tooLarge: string): CollieScript<number> {
  const size = parseSize(text);
  if (size === null) return yield* stop(Exit.USAGE, `Invalid size '${text}'`, UNITS);
  return size > IMAGE_OCTETS_MAX ? yield* stop(Exit.USAGE, tooLarge) : size;
}

interface NewImage {
  readonly name: string;
  readonly size: bigint;
  readonly base: number;
  readonly isSnapshot: boolean;
}

/** Has an image made; its id. */
function* makeImage(session: Session, { name, size, base, isSnapshot }: NewImage): CollieScript<number> {
  const fields = { vdiSize: size, baseVdiId: base, snapid: isSnapshot ? 1 : 0 };
  const response = yield* ask(session, Op.NEW_VDI, fields, [padded(name, NAME_OCTETS)]);
  const result = resultOf(response);
  if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Failed to create VDI ${name}: ${resultText(result)}`);
  return numberField(response.header, 'vdiId');
}

/** Allocates every block: zeros, or what the base has there. */
function* preallocate(session: Session, vdi: number, from: OpenImage | null): CollieScript<number> {
  const inode = yield* readInode(session, vdi);
  const copies = inode.head.nrCopies;
  for (let index = 0; index < blockCount(inode.head.vdiSize); index++) {
    const owner = from === null ? 0 : readBlockEntry(from.table, index);
    const octets = owner === 0 ? new Uint8Array(DATA_OBJECT_OCTETS) : yield* readBlock(session, owner, index);
    const oid = objectIdOf({ kind: 'data', vdi, index });
    const made = yield* writeObject(session, { oid, offset: 0, octets, copies, isNew: true });
    if (made !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Failed to write object: ${resultText(made)}`);
    const entry = { oid: inodeOid(vdi), offset: blockEntryAt(index), octets: blockEntry(vdi), copies };
    const entered = yield* writeObject(session, entry);
    if (entered !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Failed to update the inode: ${resultText(entered)}`);
  }
  return Exit.OK;
}

function* readInode(session: Session, vdi: number): CollieScript<OpenImage> {
  const read = yield* readObject(session, inodeOid(vdi), 0, INODE_OCTETS);
  const head = resultOf(read) === Res.SUCCESS ? readInodeHead(read.data) : null;
  if (head?.ok !== true) return yield* stop(Exit.FAILURE, 'Failed to read the inode');
  return { vdi, head: head.value, table: read.data.subarray(INODE_HEAD_OCTETS) };
}

function* readBlock(session: Session, owner: number, index: number): CollieScript<Uint8Array> {
  const read = yield* readObject(session, objectIdOf({ kind: 'data', vdi: owner, index }), 0, DATA_OBJECT_OCTETS);
  const result = resultOf(read);
  return result === Res.SUCCESS ? read.data : yield* stop(Exit.FAILURE, `Failed to read object: ${resultText(result)}`);
}

/** `collie vdi create`. */
export function* vdiCreate(session: Session, words: readonly string[], isPreallocated: boolean): CollieScript<number> {
  const [name = '', sizeWord] = words;
  if (sizeWord === undefined) return yield* stop(Exit.USAGE, 'Please specify the VDI size');
  const size = BigInt(yield* wantedSize(sizeWord, 'VDI size is too large'));
  const vdi = yield* makeImage(session, { name, size, base: 0, isSnapshot: false });
  return isPreallocated ? yield* preallocate(session, vdi, null) : Exit.OK;
}

/** `collie vdi snapshot`. */
export function* vdiSnapshot(session: Session, name: string, snapshot: string | null): CollieScript<number> {
  const { id, tag } = snapshotChoice(snapshot);
  if (id !== 0) return yield* stop(Exit.USAGE, 'Please specify a non-integer value for a snapshot tag name');
  const { vdi, head } = yield* openHead(session, name, NO_SNAPSHOT);
  if (tag !== '') {
    const write = { oid: inodeOid(vdi), offset: TAG_AT, octets: padded(tag, TAG_OCTETS), copies: head.nrCopies };
    const result = yield* writeObject(session, write);
    if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Failed to write the tag: ${resultText(result)}`);
  }
  yield* makeImage(session, { name, size: head.vdiSize, base: vdi, isSnapshot: true });
  return Exit.OK;
}

/** `collie vdi clone`. */
export function* vdiClone(
  session: Session,
  words: readonly string[],
  snapshot: string | null,
  isPreallocated: boolean,
): CollieScript<number> {
  const [source = '', target] = words;
  if (target === undefined) return yield* stop(Exit.USAGE, 'Destination VDI name must be specified');
  const chosen = snapshotChoice(snapshot);
  if (chosen.id === 0 && chosen.tag === '')
    return yield* stop(Exit.USAGE, 'Only snapshot VDIs can be cloned', "Please specify the '-s' option");
  const from = yield* openWhole(session, source, chosen);
  const vdi = yield* makeImage(session, { name: target, size: from.head.vdiSize, base: from.vdi, isSnapshot: false });
  return isPreallocated ? yield* preallocate(session, vdi, from) : Exit.OK;
}

/** `collie vdi delete`. */
export function* vdiDelete(session: Session, name: string, snapshot: string | null): CollieScript<number> {
  const { id, tag } = snapshotChoice(snapshot);
  const fields = { snapid: id, epoch: session.epoch };
  const result = resultOf(yield* ask(session, Op.DEL_VDI, fields, [nameAndTag(name, tag)]));
  if (result === Res.SUCCESS) return Exit.OK;
  const code = result === Res.NO_VDI ? Exit.MISSING : Exit.FAILURE;
  return yield* stop(code, `Failed to delete ${name}: ${resultText(result)}`);
}

/** `collie vdi resize`. */
export function* vdiResize(session: Session, words: readonly string[]): CollieScript<number> {
  const [name = '', sizeWord] = words;
  if (sizeWord === undefined) return yield* stop(Exit.USAGE, 'Please specify the new size for the VDI');
  const size = BigInt(yield* wantedSize(sizeWord, 'New VDI size is too large'));
  const { vdi, head } = yield* openHead(session, name, NO_SNAPSHOT);
  if (size < head.vdiSize) return yield* stop(Exit.USAGE, 'Shrinking VDIs is not implemented');
  const octets = writeInodeHead({ ...head, vdiSize: size });
  const result = yield* writeObject(session, { oid: inodeOid(vdi), offset: 0, octets, copies: head.nrCopies });
  if (result !== Res.SUCCESS)
    return yield* stop(Exit.FAILURE, `Failed to update an inode header: ${resultText(result)}`);
  return Exit.OK;
}
