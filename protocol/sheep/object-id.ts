// Object ids of the sheepdog store: 64 bits that say what an object is, of which image, and its place in it.
// Knows neither placement nor content.

export type ObjectKind = 'data' | 'vdi' | 'vmstate' | 'attr';

export interface ObjectId {
  readonly kind: ObjectKind;
  /** Number of the image, 24 bits; of an attribute the hash of the image's name. */
  readonly vdi: number;
  /** Data: number of the 4 MiB block; vmstate: number of the part; attribute: hash of its key; vdi: 0. */
  readonly index: number;
}

const KIND_BITS: readonly (readonly [bigint, ObjectKind])[] = [
  [1n << 63n, 'vdi'],
  [1n << 62n, 'vmstate'],
  [1n << 61n, 'attr'],
];

/** Takes an object id apart (specs/sheepdog.md 1.1). The reserved bits are not looked at. */
export function readObjectId(oid: bigint): ObjectId {
  const kind = KIND_BITS.find(([bit]) => (oid & bit) !== 0n)?.[1] ?? 'data';
  return { kind, vdi: Number((oid >> 32n) & 0xff_ffffn), index: Number(oid & 0xffff_ffffn) };
}

/** The id of an object; the inverse of readObjectId for ids without reserved bits. */
export function objectIdOf({ kind, vdi, index }: ObjectId): bigint {
  const bit = KIND_BITS.find(([, name]) => name === kind)?.[0] ?? 0n;
  return bit | (BigInt(vdi & 0xff_ffff) << 32n) | BigInt(index >>> 0);
}

/** 16 lower-case hex digits, as the store names its files. */
export function objectIdText(oid: bigint): string {
  return oid.toString(16).padStart(16, '0');
}
