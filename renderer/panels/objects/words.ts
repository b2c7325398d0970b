// What the store's panels say: sizes, ids taken apart, steps of a walk. Pure.
import type { StoreMap, StoreNode, StoreObject } from '../../../app/lab/objects/store-map.ts';
import { differenceOf } from '../../../app/lab/objects/store-map.ts';
import { readObjectId, type ObjectKind } from '../../../protocol/sheep/object-id.ts';
import type { Walk, WalkStep } from '../../../protocol/sheep/placement/walk.ts';

const UNITS = ['octets', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "12.0 MiB". */
export function sizeText(octets: number): string {
  let value = octets;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

export const hashText = (hash: bigint): string => hash.toString(16).padStart(16, '0');

/** Names of nodes by their places; "none" for none. */
export function namesOf(nodes: readonly StoreNode[], places: readonly number[]): string {
  return places.length === 0 ? 'none' : places.map((place) => nodes[place]?.name ?? '?').join(', ');
}

export interface IdPart {
  readonly digits: string;
  readonly word: string;
  readonly says: string;
}

const KINDS: Readonly<Record<ObjectKind, string>> = {
  data: 'data: 4 MiB of an image',
  vdi: 'vdi: the inode of an image',
  vmstate: 'vmstate: memory of a machine',
  attr: 'attribute of an image',
};

/** The 16 digits of an id as type, reserved bits, image and index (specs/sheepdog.md 1.1). */
export function idParts({ oid, id }: Pick<StoreObject, 'oid' | 'id'>, vdiName: string | null): readonly IdPart[] {
  const { kind, vdi, index } = readObjectId(id);
  const named = vdiName === null ? '' : `, ${vdiName}`;
  return [
    { digits: oid.slice(0, 1), word: 'type', says: KINDS[kind] },
    { digits: oid.slice(1, 2), word: 'reserved', says: 'always 0' },
    { digits: oid.slice(2, 8), word: 'vdi', says: `image ${vdi.toString(16)}${named}` },
    {
      digits: oid.slice(8),
      word: 'index',
      says: kind === 'data' ? `block ${index}: octets from ${sizeText(index * 4_194_304)} on` : String(index),
    },
  ];
}

/** One step of the walk in words. */
export function stepText(step: WalkStep, { nodes, places }: Pick<StoreMap, 'nodes' | 'places'>): string {
  const name = nodes[places[step.node] ?? -1]?.name ?? '?';
  if (step.verdict === 'same-node') return `${name} again: has a copy already`;
  if (step.verdict === 'same-zone') return `${name}: its zone has a copy already`;
  return `copy ${(step.copy ?? 0) + 1} on ${name}`;
}

/** How the walk begins. */
export function startText(walk: Walk): string {
  return walk.isWrapped
    ? 'no virtual node is at or behind the hash: the walk begins at the first of all'
    : 'the first virtual node at or behind the hash';
}

export interface StoreCounts {
  /** Copies that are where they should be, that lack, and that lie where they should not. */
  readonly right: number;
  readonly missing: number;
  readonly stray: number;
  /** Objects of which only older epochs have copies. */
  readonly old: number;
}

export function countsOf({ objects }: StoreMap): StoreCounts {
  let [right, missing, stray, old] = [0, 0, 0, 0];
  for (const object of objects) {
    const difference = differenceOf(object);
    if (difference?.isOld === true) old++;
    else {
      missing += difference?.missing.length ?? 0;
      stray += difference?.stray.length ?? 0;
      right += object.wanted.length - (difference?.missing.length ?? 0);
    }
  }
  return { right, missing, stray, old };
}

/** What an object lacks or has too much of; "as placed" where nothing. */
export function stateText(object: StoreObject, nodes: readonly StoreNode[]): string {
  if (object.held === null) return 'disks are not known';
  const difference = differenceOf(object);
  if (difference === null) return 'as placed';
  if (difference.isOld) return 'only copies of an older epoch';
  const parts = [
    difference.missing.length > 0 ? `missing on ${namesOf(nodes, difference.missing)}` : '',
    difference.stray.length > 0 ? `left over on ${namesOf(nodes, difference.stray)}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
