// Attributes of images: small values under keys, one object each (specs/sheepdog.md 1.3).
import { viewOf } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { bytes, decode, encode, struct, u32, u64, type Infer, type LayoutProblem } from '../../wire/layout.ts';
import { SHEEP_LITTLE_ENDIAN } from '../node-entry.ts';
import { Fnv } from '../placement/fnv.ts';
import { NAME_OCTETS, padded, TAG_OCTETS } from './inode.ts';

const KEY_OCTETS = 256;
/** Octets of an attribute's value at most. */
export const ATTRIBUTE_VALUE_MAX = 65_536;

export const AttributeHead = struct('sheepdog_vdi_attr', {
  name: bytes(NAME_OCTETS, 'name of the image; empty where the attribute was deleted'),
  tag: bytes(TAG_OCTETS, 'tag of the snapshot'),
  ctime: u64('creation time of the image'),
  snapId: u32('snapshot; 0 of the current image'),
  valueLen: u32('octets of the value'),
  key: bytes(KEY_OCTETS, 'key'),
});
export type AttributeHead = Infer<typeof AttributeHead>;
export const ATTRIBUTE_HEAD_OCTETS = AttributeHead.fixedSize;
export const ATTRIBUTE_OCTETS = ATTRIBUTE_HEAD_OCTETS + ATTRIBUTE_VALUE_MAX;

export interface AttributeName {
  readonly name: string;
  readonly tag: string;
  readonly snapId: number;
  readonly key: string;
}

/** A whole attribute object; a value that is too long is cut. */
export function writeAttribute(of: AttributeName, ctime: bigint, value: Uint8Array): Uint8Array {
  const octets = new Uint8Array(ATTRIBUTE_OCTETS);
  const kept = value.subarray(0, ATTRIBUTE_VALUE_MAX);
  const head: AttributeHead = {
    name: padded(of.name, NAME_OCTETS),
    tag: padded(of.tag, TAG_OCTETS),
    ctime,
    snapId: of.snapId,
    valueLen: kept.length,
    key: padded(of.key, KEY_OCTETS),
  };
  octets.set(encode(AttributeHead, head, SHEEP_LITTLE_ENDIAN));
  octets.set(kept, ATTRIBUTE_HEAD_OCTETS);
  return octets;
}

/** Reads the head at the start of these octets. Never throws. */
export function readAttributeHead(octets: Uint8Array): Result<AttributeHead, LayoutProblem> {
  const read = decode(AttributeHead, viewOf(octets), 0, octets.length, SHEEP_LITTLE_ENDIAN);
  return read.ok ? ok(read.value.value) : fail(read.problem);
}

/** The value of an attribute object. */
export function attributeValue(octets: Uint8Array, head: AttributeHead): Uint8Array {
  const length = Math.min(head.valueLen, ATTRIBUTE_VALUE_MAX);
  return octets.subarray(ATTRIBUTE_HEAD_OCTETS, ATTRIBUTE_HEAD_OCTETS + length);
}

/** Number of an attribute among those of its image: the low half of a hash over name, tag, snapshot and key. */
export function attributeIdOf({ name, tag, snapId, key }: Omit<AttributeHead, 'ctime' | 'valueLen'>): number {
  const snap = [snapId & 255, (snapId >>> 8) & 255, (snapId >>> 16) & 255, snapId >>> 24];
  return new Fnv().feedAll(name).feedAll(tag).feedAll(snap).feedAll(key).low();
}
