// What lies in the stores of a lab's sheep, read from their folders as they are: epochs, images, objects. A file that
// is just being written, or that cannot be read, is seen at the next look.
import { open, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabNodeSpec } from '../../../../app/lab/cluster.ts';
import type { LabObjects } from '../../../../app/lab/lab-view.ts';
import { utf8Text } from '../../../../protocol/base/bytes.ts';
import { readConfig } from '../../../../protocol/sheep/engine/store/config-file.ts';
import { readEpochFile } from '../../../../protocol/sheep/engine/store/epoch-file.ts';
import {
  CONFIG_PATH,
  EPOCH_FOLDER,
  epochOfFolder,
  epochOfName,
  OBJECT_FOLDER,
  oidOfName,
} from '../../../../protocol/sheep/engine/store/paths.ts';
import { INODE_HEAD_OCTETS, readInodeHead } from '../../../../protocol/sheep/image/inode.ts';
import { addrOctets, entryText, nodeEntry } from '../../../../protocol/sheep/node-entry.ts';
import { objectIdText, readObjectId } from '../../../../protocol/sheep/object-id.ts';

/** Objects of one store that are told of. */
export const STORE_OBJECTS_MAX = 20_000;
const EPOCHS_MAX = 1000;
const VDIS_MAX = 1000;

export interface StoreFolder {
  readonly spec: LabNodeSpec;
  /** The node's folder; its store is in it. */
  readonly folder: string;
}

type Store = LabObjects['stores'][number];
type Epoch = LabObjects['epochs'][number];
type Vdi = LabObjects['vdis'][number];

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function objectsOf(store: string): Promise<Store['objects']> {
  const found = new Map<string, Store['objects'][number]>();
  const folders = [...(await names(join(store, OBJECT_FOLDER)))].sort();
  for (const folder of folders) {
    const epoch = epochOfFolder(folder);
    if (epoch === null) continue;
    for (const name of await names(join(store, OBJECT_FOLDER, folder))) {
      if (oidOfName(name) === null || found.size >= STORE_OBJECTS_MAX) continue;
      const there = await stat(join(store, OBJECT_FOLDER, folder, name)).catch(() => null);
      if (there !== null) found.set(name, { oid: name, octets: there.blocks * 512, epoch });
    }
  }
  return [...found.values()].sort((a, b) => (a.oid < b.oid ? -1 : 1));
}

async function storeOf({ spec, folder }: StoreFolder): Promise<Store> {
  const store = join(folder, 'store');
  const objects = await objectsOf(store);
  const space = await statfs(store).catch(() => null);
  const entry = nodeEntry(addrOctets(spec.ip) ?? new Uint8Array(16));
  return {
    node: spec.number,
    zone: entry.zone,
    usedOctets: objects.reduce((sum, { octets }) => sum + octets, 0),
    freeOctets: space === null ? 0 : space.bavail * space.bsize,
    objects,
  };
}

async function epochsOf(store: string, into: Map<number, Epoch>): Promise<void> {
  for (const name of await names(join(store, EPOCH_FOLDER))) {
    const epoch = epochOfName(name);
    if (epoch === null || into.size >= EPOCHS_MAX) continue;
    const path = join(store, EPOCH_FOLDER, name);
    const octets = await readFile(path).catch(() => null);
    const log = octets === null ? null : readEpochFile(new Uint8Array(octets));
    if (log === null || !log.ok) continue;
    const members = log.value.entries.map(entryText);
    const atMs = Number(log.value.time) * 1000;
    const known = into.get(epoch);
    if (known === undefined || atMs < known.atMs) into.set(epoch, { epoch, atMs, members });
  }
}

/** The image of a vdi object, by the head of its inode; null for a deleted one. */
async function vdiOf(path: string): Promise<Vdi | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const head = new Uint8Array(INODE_HEAD_OCTETS);
    await file.read(head, 0, head.length, 0);
    const inode = readInodeHead(head);
    if (!inode.ok) return null;
    const { name, vdiId, vdiSize, nrCopies } = inode.value;
    const text = utf8Text(name);
    return text === '' ? null : { vid: vdiId, name: text, sizeOctets: Number(vdiSize), copies: nrCopies };
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

async function vdisOf(folder: string, objects: Store['objects'], into: Map<number, Vdi>): Promise<void> {
  for (const { oid, epoch } of objects) {
    const { kind, vdi } = readObjectId(BigInt(`0x${oid}`));
    if (kind !== 'vdi' || into.has(vdi) || into.size >= VDIS_MAX) continue;
    const where = join(folder, 'store', OBJECT_FOLDER, epoch.toString(16).padStart(8, '0'));
    const found = await vdiOf(join(where, objectIdText(BigInt(`0x${oid}`))));
    if (found !== null) into.set(vdi, found);
  }
}

async function copiesOf(store: string): Promise<number> {
  const octets = await readFile(join(store, CONFIG_PATH)).catch(() => null);
  const config = octets === null ? null : readConfig(new Uint8Array(octets));
  return config !== null && config.ok ? (config.value?.copies ?? 0) : 0;
}

/** The stores of all nodes as they are now; null while there is none. */
export async function lookAtStores(folders: readonly StoreFolder[]): Promise<LabObjects | null> {
  const epochs = new Map<number, Epoch>();
  const vdis = new Map<number, Vdi>();
  const stores: Store[] = [];
  let copies = 0;
  for (const folder of folders) {
    const path = join(folder.folder, 'store');
    if ((await stat(path).catch(() => null)) === null) continue;
    const store = await storeOf(folder);
    stores.push(store);
    copies = Math.max(copies, await copiesOf(path));
    await epochsOf(path, epochs);
    await vdisOf(folder.folder, store.objects, vdis);
  }
  if (stores.length === 0) return null;
  return {
    copies,
    epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
    vdis: [...vdis.values()].sort((a, b) => a.vid - b.vid),
    stores,
  };
}
