// Attributes of images: found, made, changed, deleted (specs/sheepdog.md 1.3). What a client reads of them it reads as
// an object.
import { bytesEqual, utf8Text } from '../../../base/bytes.ts';
import {
  ATTRIBUTE_HEAD_OCTETS,
  ATTRIBUTE_OCTETS,
  attributeIdOf,
  AttributeHead,
  readAttributeHead,
} from '../../image/attribute.ts';
import { vdiIdOf } from '../../image/vdi-bitmap.ts';
import { objectIdOf } from '../../object-id.ts';
import { FLAG_CREAT, FLAG_DEL, FLAG_EXCL, Op, Res } from '../../operations.ts';
import { encode } from '../../../wire/layout.ts';
import { SHEEP_LITTLE_ENDIAN } from '../../node-entry.ts';
import { act, type Script } from '../kernel.ts';
import { readPart, writePart } from './inodes.ts';
import { imageName, lookUp } from './lookup.ts';

/** Attributes that may hash to the same number before one is given up. */
const PROBES_MAX = 65_536;

interface AttributeAnswer {
  readonly result: number;
  /** The hash of the image's name: attributes outlive snapshots. */
  readonly vdi: number;
  readonly attr: number;
  readonly copies: number;
}

function isSame(a: AttributeHead, b: AttributeHead): boolean {
  const isNamed = bytesEqual(a.name, b.name) && bytesEqual(a.tag, b.tag) && bytesEqual(a.key, b.key);
  return isNamed && a.snapId === b.snapId;
}

/** The attribute's place: where it is, or where it would be. */
function* place(asked: AttributeHead, vdi: number): Script<{ readonly attr: number; readonly result: number }> {
  const first = attributeIdOf(asked);
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const attr = (first + probe) >>> 0;
    const read = yield* readPart(objectIdOf({ kind: 'attr', vdi, index: attr }), 0, ATTRIBUTE_HEAD_OCTETS);
    if (read.result !== Res.SUCCESS) return { attr, result: read.result };
    const head = readAttributeHead(read.octets);
    if (head.ok && isSame(head.value, asked)) return { attr, result: Res.SUCCESS };
  }
  return { attr: first, result: Res.FULL_VDI };
}

/** The octets to store: as the client sent them, with the image's creation time. */
function withCtime(octets: Uint8Array, head: AttributeHead, ctime: bigint): Uint8Array {
  const whole = octets.slice(0, ATTRIBUTE_OCTETS);
  whole.set(encode(AttributeHead, { ...head, ctime }, SHEEP_LITTLE_ENDIAN));
  return whole;
}

/** Finds an attribute; makes, changes or deletes it where the flags say so. */
export function* operateAttribute(flags: number, octets: Uint8Array): Script<AttributeAnswer> {
  const copies = yield* act(({ state }) => state.cluster.copies);
  const asked = readAttributeHead(octets);
  if (!asked.ok || octets.length < ATTRIBUTE_OCTETS) return { result: Res.INVALID_PARMS, vdi: 0, attr: 0, copies };
  const { name, snapId } = asked.value;
  const vdi = vdiIdOf(utf8Text(name));
  const image = yield* lookUp(imageName(octets, snapId));
  if (image.head === null) return { result: image.result, vdi: 0, attr: 0, copies };
  const { attr, result } = yield* place(asked.value, vdi);
  const told = { vdi, attr, copies };
  const oid = objectIdOf({ kind: 'attr', vdi, index: attr });
  const isThere = result === Res.SUCCESS;
  if (!isThere && result !== Res.NO_OBJ) return { ...told, result };
  if (isThere && (flags & FLAG_DEL) !== 0) {
    const written = { offset: 0, parts: [new Uint8Array(1)], copies };
    return { ...told, result: yield* writePart(Op.WRITE_OBJ, oid, written) };
  }
  if ((flags & FLAG_CREAT) === 0) return { ...told, result };
  if (isThere && (flags & FLAG_EXCL) !== 0) return { ...told, result: Res.VDI_EXIST };
  const written = { offset: 0, parts: [withCtime(octets, asked.value, image.head.ctime)], copies };
  const opcode = isThere ? Op.WRITE_OBJ : Op.CREATE_AND_WRITE_OBJ;
  return { ...told, result: yield* writePart(opcode, oid, written) };
}
