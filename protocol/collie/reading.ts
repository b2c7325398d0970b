// collie vdi object, setattr, getattr, read, write: where an image's octets are, what is noted beside it, and the
// octets themselves.
import {
  ATTRIBUTE_OCTETS,
  ATTRIBUTE_VALUE_MAX,
  attributeValue,
  readAttributeHead,
  writeAttribute,
} from '../sheep/image/attribute.ts';
import { concatBytes, utf8Bytes } from '../base/bytes.ts';
import {
  blockEntry,
  blockEntryAt,
  DATA_OBJECT_OCTETS,
  DATA_OBJECTS_MAX,
  INODE_HEAD_OCTETS,
  INODE_OCTETS,
  readBlockEntry,
} from '../sheep/image/inode.ts';
import { entryText } from '../sheep/node-entry.ts';
import { objectIdOf } from '../sheep/object-id.ts';
import { FLAG_CREAT, FLAG_DEL, FLAG_EXCL, Op, Res, resultText } from '../sheep/operations.ts';
import { numberField } from '../sheep/tcp-headers.ts';
import { everyImage, inodeOid, isChosen, NO_SNAPSHOT, openWhole, snapshotChoice, type OpenImage } from './images.ts';
import { ask, readCopy, readObject, resultOf, stop, writeObject, type Session } from './session.ts';
import { Exit, printOctets, readInput, type CollieScript, type Response } from './script.ts';
import { err, out, parseSize } from './text.ts';

const SECTOR = 512;
/** What collie reads of an inode to find a block's entry: as many octets as a data object has. */
const ENTRIES_READ = DATA_OBJECT_OCTETS;

function* tellCopy(host: string, response: Response): CollieScript<void> {
  const result = resultOf(response);
  const copies = numberField(response.header, 'copies');
  if (result === Res.SUCCESS) yield* out(`${host} has the object (should be ${copies} copies)\n`);
  else if (result === Res.NO_OBJ) yield* out(`${host} doesn't have the object\n`);
  else if (result === Res.OLD_NODE_VER || result === Res.NEW_NODE_VER)
    yield* out('The node list has changed: please try again\n');
  else yield* out(`${host}: hit an unexpected error (${result})\n`);
}

/** Asks every node for its own copy, and says what each answers. */
function* tellCopies(session: Session, oid: bigint, length: number): CollieScript<void> {
  for (const entry of session.nodes) {
    const response = yield* readCopy(session, entry, oid, length);
    if (response !== null) yield* tellCopy(entryText(entry), response);
  }
}

/** The image whose block this is, as the last node says that has the inode; 0 where it is not allocated. */
function* ownerOf(session: Session, vdi: number, index: number): CollieScript<number> {
  let owner = 0;
  for (const entry of session.nodes) {
    const response = yield* readCopy(session, entry, inodeOid(vdi), ENTRIES_READ);
    if (response === null || resultOf(response) !== Res.SUCCESS) continue;
    const table = response.data.subarray(INODE_HEAD_OCTETS);
    if (4 * index + 4 <= table.length) owner = readBlockEntry(table, index);
  }
  return owner;
}

/** `collie vdi object`. */
export function* vdiObject(
  session: Session,
  name: string,
  snapshot: string | null,
  indexWord: string | null,
): CollieScript<number> {
  const index = indexWord === null ? null : Number.parseInt(indexWord, 10);
  const chosen = snapshotChoice(snapshot);
  const images = yield* everyImage(session);
  const found = images.find(({ head }) => head !== null && isChosen(head, name, chosen));
  if (found === undefined) return yield* stop(Exit.MISSING, 'VDI not found');
  const vdi = found.vdi.toString(16);
  const count = session.nodes.length;
  if (index === null || Number.isNaN(index)) {
    yield* out(`Looking for the inode object 0x${vdi} with ${count} nodes\n\n`);
    yield* tellCopies(session, inodeOid(found.vdi), INODE_OCTETS);
    return Exit.OK;
  }
  if (index < 0 || index >= DATA_OBJECTS_MAX) {
    yield* out('The offset is too large!\n');
    return Exit.FAILURE;
  }
  const owner = yield* ownerOf(session, found.vdi, index);
  if (owner === 0) {
    yield* out(`The inode object 0x${vdi} idx ${index} is not allocated\n`);
    return Exit.OK;
  }
  const oid = objectIdOf({ kind: 'data', vdi: owner, index });
  yield* out(
    `Looking for the object 0x${oid.toString(16)} (the inode vid 0x${vdi} idx ${index}) with ${count} nodes\n\n`,
  );
  yield* tellCopies(session, oid, DATA_OBJECT_OCTETS);
  return Exit.OK;
}

/** Standard input until its end, or until there is more than there is room for. */
function* readAll(room: number): CollieScript<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let have = 0; have < room;) {
    const part = yield* readInput(room - have);
    if (part.length === 0) break;
    parts.push(part);
    have += part.length;
  }
  return concatBytes(parts);
}

interface AttributeChange {
  readonly isDeleting: boolean;
  readonly isExclusive: boolean;
}

/** `collie vdi setattr`. */
export function* vdiSetattr(session: Session, words: readonly string[], change: AttributeChange): CollieScript<number> {
  const [name = '', key, valueWord] = words;
  if (key === undefined) return yield* stop(Exit.USAGE, 'Please specify the attribute key');
  const { isDeleting, isExclusive } = change;
  const isGiven = valueWord !== undefined || isDeleting;
  const value = isGiven ? utf8Bytes(valueWord ?? '') : yield* readAll(ATTRIBUTE_VALUE_MAX);
  const flags = isDeleting ? FLAG_DEL : FLAG_CREAT | (isExclusive ? FLAG_EXCL : 0);
  const octets = writeAttribute({ name, tag: '', snapId: 0, key }, 0n, value);
  const result = resultOf(yield* ask(session, Op.GET_VDI_ATTR, { flags, protoVer: 1 }, [octets]));
  if (result === Res.SUCCESS) return Exit.OK;
  if (result === Res.VDI_EXIST) return yield* stop(Exit.EXISTS, `The attribute '${key}' already exists`);
  if (result === Res.NO_OBJ) return yield* stop(Exit.MISSING, `Attribute '${key}' not found`);
  if (result === Res.NO_VDI) return yield* stop(Exit.MISSING, 'VDI not found');
  return yield* stop(Exit.FAILURE, `Failed to set the attribute '${key}': ${resultText(result)}`);
}

/** `collie vdi getattr`. */
export function* vdiGetattr(session: Session, words: readonly string[]): CollieScript<number> {
  const [name = '', key] = words;
  if (key === undefined) return yield* stop(Exit.USAGE, 'Please specify the attribute key');
  const octets = writeAttribute({ name, tag: '', snapId: 0, key }, 0n, new Uint8Array(0));
  const response = yield* ask(session, Op.GET_VDI_ATTR, { protoVer: 1 }, [octets]);
  const result = resultOf(response);
  if (result === Res.NO_OBJ) return yield* stop(Exit.MISSING, `Attribute '${key}' not found`);
  if (result === Res.NO_VDI) return yield* stop(Exit.MISSING, 'VDI not found');
  if (result !== Res.SUCCESS) return yield* stop(Exit.MISSING, `Failed to find attribute oid: ${resultText(result)}`);
  const [vdi, index] = [numberField(response.header, 'vdiId'), numberField(response.header, 'attrId')];
  const read = yield* readObject(session, objectIdOf({ kind: 'attr', vdi, index }), 0, ATTRIBUTE_OCTETS);
  const head = resultOf(read) === Res.SUCCESS ? readAttributeHead(read.data) : null;
  if (head?.ok !== true)
    return yield* stop(Exit.MISSING, `Failed to find attribute oid: ${resultText(resultOf(read))}`);
  yield* printOctets('stdout', attributeValue(read.data, head.value));
  return Exit.OK;
}

interface Extent {
  readonly offset: number;
  /** Null: to the end of the image. */
  readonly length: number | null;
}

/** Offset and length as typed, in whole sectors. */
function* extentOf(words: readonly string[], what: 'Read' | 'Write'): CollieScript<Extent> {
  const [, offsetWord, lengthWord] = words;
  const size = function* (text: string): CollieScript<number> {
    const units = 'You may use k, M, G or T suffixes for kilobytes, megabytes, gigabytes and terabytes.';
    return parseSize(text) ?? (yield* stop(Exit.USAGE, `Invalid size '${text}'`, units));
  };
  const offset = offsetWord === undefined ? 0 : yield* size(offsetWord);
  if (offset % SECTOR !== 0) return yield* stop(Exit.USAGE, `${what} offset must be block-aligned`);
  const length = lengthWord === undefined ? null : yield* size(lengthWord);
  if (length !== null && length % SECTOR !== 0) return yield* stop(Exit.USAGE, `${what} length must be block-aligned`);
  return { offset, length };
}

function* endOf({ head }: OpenImage, { offset, length }: Extent, what: 'Read' | 'Write'): CollieScript<number> {
  const size = Number(head.vdiSize);
  if (offset > size) return yield* stop(Exit.FAILURE, `${what} offset is beyond the end of the VDI`);
  return length === null ? size : Math.min(size, offset + length);
}

/** `collie vdi read`: to standard output. */
export function* vdiRead(session: Session, words: readonly string[], snapshot: string | null): CollieScript<number> {
  const extent = yield* extentOf(words, 'Read');
  const image = yield* openWhole(session, words[0] ?? '', snapshotChoice(snapshot));
  const end = yield* endOf(image, extent, 'Read');
  for (let at = extent.offset; at < end;) {
    const index = Math.floor(at / DATA_OBJECT_OCTETS);
    const within = at % DATA_OBJECT_OCTETS;
    const length = Math.min(end - at, DATA_OBJECT_OCTETS - within);
    const owner = readBlockEntry(image.table, index);
    let octets = new Uint8Array(owner === 0 ? length : 0);
    if (owner !== 0) {
      const read = yield* readObject(session, objectIdOf({ kind: 'data', vdi: owner, index }), within, length);
      const result = resultOf(read);
      if (result !== Res.SUCCESS) return yield* stop(Exit.FAILURE, `Failed to read VDI: ${resultText(result)}`);
      octets = read.data.slice();
    }
    yield* printOctets('stdout', octets);
    at += length;
  }
  return Exit.OK;
}

/** Writes into one block, and enters it into the inode where it is new to the image. */
function* writeBlock(
  session: Session,
  { vdi, head }: OpenImage,
  index: number,
  offset: number,
  octets: Uint8Array,
  owner: number,
): CollieScript<number> {
  const copies = head.nrCopies;
  const oid = objectIdOf({ kind: 'data', vdi, index });
  const isNew = owner !== vdi;
  const cowOid = isNew && owner !== 0 ? objectIdOf({ kind: 'data', vdi: owner, index }) : 0n;
  const written = yield* writeObject(session, { oid, offset, octets, copies, isNew, cowOid });
  if (written !== Res.SUCCESS || !isNew) return written;
  const entry = { oid: inodeOid(vdi), offset: blockEntryAt(index), octets: blockEntry(vdi), copies };
  return yield* writeObject(session, entry);
}

/** Standard input until so many octets are there, or it ends. */
function* readExactly(length: number): CollieScript<Uint8Array> {
  return yield* readAll(length);
}

/** `collie vdi write`: from standard input. */
export function* vdiWrite(session: Session, words: readonly string[]): CollieScript<number> {
  const extent = yield* extentOf(words, 'Write');
  const image = yield* openWhole(session, words[0] ?? '', NO_SNAPSHOT);
  const end = yield* endOf(image, extent, 'Write');
  for (let at = extent.offset; at < end;) {
    const index = Math.floor(at / DATA_OBJECT_OCTETS);
    const within = at % DATA_OBJECT_OCTETS;
    const octets = yield* readExactly(Math.min(end - at, DATA_OBJECT_OCTETS - within));
    if (octets.length === 0) break;
    const result = yield* writeBlock(session, image, index, within, octets, readBlockEntry(image.table, index));
    if (result !== Res.SUCCESS) {
      yield* err(`Failed to write VDI: ${resultText(result)}\n`);
      return Exit.FAILURE;
    }
    at += octets.length;
  }
  return Exit.OK;
}
