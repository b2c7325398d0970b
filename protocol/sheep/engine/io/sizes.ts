// How many octets an object has, by its kind.
import { ATTRIBUTE_OCTETS } from '../../image/attribute.ts';
import { DATA_OBJECT_OCTETS, INODE_OCTETS } from '../../image/inode.ts';
import { readObjectId } from '../../object-id.ts';

export function objectOctets(oid: bigint): number {
  const { kind } = readObjectId(oid);
  if (kind === 'vdi') return INODE_OCTETS;
  return kind === 'attr' ? ATTRIBUTE_OCTETS : DATA_OBJECT_OCTETS;
}
