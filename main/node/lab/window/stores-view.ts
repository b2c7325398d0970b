// What lies in the stores of a lab's sheep, read from their folders as they are: epochs, images, objects. A file that
// is just being written, or that cannot be read, is seen at the next look.
import { open, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabNodeSpec } from '../../../../app/lab/cluster.ts';
import type { LabObjects } from '../../../../app/lab/lab-view.ts';
import {
  EPOCHS_MAX,
  isInode,
  storedObjects,
  storePicture,
  type StoredObject,
  type StoreFiles,
} from '../../../../app/lab/objects/store-picture.ts';
import { CONFIG_PATH, EPOCH_FOLDER, objectPath, OBJECT_FOLDER } from '../../../../protocol/sheep/engine/store/paths.ts';
import { INODE_HEAD_OCTETS } from '../../../../protocol/sheep/image/inode.ts';

export interface StoreFolder {
  readonly spec: LabNodeSpec;
  /** The node's folder; its store is in it. */
  readonly folder: string;
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function objectsOf(store: string): Promise<readonly StoredObject[]> {
  const files: { readonly folder: string; readonly name: string; readonly octets: number }[] = [];
  for (const folder of await names(join(store, OBJECT_FOLDER)))
    for (const name of await names(join(store, OBJECT_FOLDER, folder))) {
      const there = await stat(join(store, OBJECT_FOLDER, folder, name)).catch(() => null);
      if (there !== null) files.push({ folder, name, octets: there.blocks * 512 });
    }
  return storedObjects(files);
}

async function epochsOf(store: string): Promise<StoreFiles['epochs']> {
  const found: StoreFiles['epochs'][number][] = [];
  for (const name of (await names(join(store, EPOCH_FOLDER))).slice(0, EPOCHS_MAX)) {
    const octets = await readFile(join(store, EPOCH_FOLDER, name)).catch(() => null);
    if (octets !== null) found.push({ name, octets: new Uint8Array(octets) });
  }
  return found;
}

/** The first octets of an inode; null where it cannot be read. */
async function headOf(path: string): Promise<Uint8Array | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const head = new Uint8Array(INODE_HEAD_OCTETS);
    await file.read(head, 0, head.length, 0);
    return head;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

async function filesOf({ spec, folder }: StoreFolder): Promise<StoreFiles> {
  const store = join(folder, 'store');
  const objects = await objectsOf(store);
  const inodes: Uint8Array[] = [];
  for (const { oid, epoch } of objects) {
    const head = isInode(oid) ? await headOf(join(store, objectPath(epoch, BigInt(`0x${oid}`)))) : null;
    if (head !== null) inodes.push(head);
  }
  const space = await statfs(store).catch(() => null);
  const config = await readFile(join(store, CONFIG_PATH)).catch(() => null);
  return {
    spec,
    freeOctets: space === null ? 0 : space.bavail * space.bsize,
    objects,
    config: config === null ? null : new Uint8Array(config),
    epochs: await epochsOf(store),
    inodes,
  };
}

/** The stores of all nodes as they are now; null while there is none. */
export async function lookAtStores(folders: readonly StoreFolder[]): Promise<LabObjects | null> {
  const stores: StoreFiles[] = [];
  for (const folder of folders)
    if ((await stat(join(folder.folder, 'store')).catch(() => null)) !== null) stores.push(await filesOf(folder));
  return storePicture(stores);
}
