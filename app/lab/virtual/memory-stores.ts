// What lies in the stores of a virtual lab, read from the disks in its memory.
import { CONFIG_PATH, EPOCH_FOLDER, OBJECT_FOLDER, objectPath } from '../../../protocol/sheep/engine/store/paths.ts';
import { INODE_HEAD_OCTETS } from '../../../protocol/sheep/image/inode.ts';
import type { MemoryDisk } from '../../../protocol/sim/sheep/memory-disk.ts';
import type { LabNodeSpec } from '../cluster.ts';
import { isInode, storedObjects, type StoreFiles } from '../objects/store-picture.ts';

function freeOf(disk: MemoryDisk): number {
  const space = disk.carryOut({ op: 'space' });
  return space.ok ? Number(space.free) : 0;
}

/** Null where no sheep has been: there is no store. */
export function storeFiles(spec: LabNodeSpec, disk: MemoryDisk, isFull: boolean): StoreFiles | null {
  const paths = disk.paths();
  if (paths.length === 0) return null;
  const objects = storedObjects(
    paths.flatMap((path) => {
      const [root, folder = '', name = ''] = path.split('/');
      return root === OBJECT_FOLDER ? [{ folder, name, octets: disk.allocated(path) }] : [];
    }),
  );
  const within = `${EPOCH_FOLDER}/`;
  return {
    spec,
    freeOctets: isFull ? 0 : freeOf(disk),
    objects,
    config: disk.octets(CONFIG_PATH),
    epochs: paths.flatMap((path) =>
      path.startsWith(within)
        ? [{ name: path.slice(within.length), octets: disk.octets(path) ?? new Uint8Array() }]
        : [],
    ),
    inodes: objects.flatMap(({ oid, epoch }) => {
      if (!isInode(oid)) return [];
      const path = objectPath(epoch, BigInt(`0x${oid}`));
      const head = disk.carryOut({ op: 'read', path, offset: 0, length: INODE_HEAD_OCTETS });
      return head.ok ? [head.octets] : [];
    }),
  };
}
