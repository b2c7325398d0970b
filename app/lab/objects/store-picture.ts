// What lies in the stores of a lab as one picture, from what was read of their files, on a disk or in memory. What
// cannot be read of a file is left out. Pure.
import { utf8Text } from '../../../protocol/base/bytes.ts';
import { readConfig } from '../../../protocol/sheep/engine/store/config-file.ts';
import { readEpochFile } from '../../../protocol/sheep/engine/store/epoch-file.ts';
import { epochOfFolder, epochOfName, oidOfName } from '../../../protocol/sheep/engine/store/paths.ts';
import { readInodeHead } from '../../../protocol/sheep/image/inode.ts';
import { addrOctets, entryText, nodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { readObjectId } from '../../../protocol/sheep/object-id.ts';
import type { LabNodeSpec } from '../cluster.ts';
import type { LabObjects } from '../lab-view.ts';

/** Objects of one store that are told of. */
export const STORE_OBJECTS_MAX = 20_000;
export const EPOCHS_MAX = 1000;
const VDIS_MAX = 1000;

type Epoch = LabObjects['epochs'][number];
type Vdi = LabObjects['vdis'][number];
export type StoredObject = LabObjects['stores'][number]['objects'][number];

/** What was read of one store. */
export interface StoreFiles {
  readonly spec: LabNodeSpec;
  readonly freeOctets: number;
  readonly objects: readonly StoredObject[];
  /** Null where there is none. */
  readonly config: Uint8Array | null;
  readonly epochs: readonly { readonly name: string; readonly octets: Uint8Array }[];
  /** First octets of the inodes among the objects. */
  readonly inodes: readonly Uint8Array[];
}

/** The objects among files of obj/, by FOLDER and NAME: of one with several, the newest. */
export function storedObjects(
  files: Iterable<{ readonly folder: string; readonly name: string; readonly octets: number }>,
): readonly StoredObject[] {
  const found = new Map<string, StoredObject>();
  for (const { folder, name, octets } of files) {
    const epoch = epochOfFolder(folder);
    if (epoch === null || oidOfName(name) === null) continue;
    const known = found.get(name);
    if (known === undefined && found.size >= STORE_OBJECTS_MAX) continue;
    if (known === undefined || known.epoch < epoch) found.set(name, { oid: name, octets, epoch });
  }
  return [...found.values()].sort((a, b) => (a.oid < b.oid ? -1 : 1));
}

export const isInode = (oid: string): boolean => readObjectId(BigInt(`0x${oid}`)).kind === 'vdi';

/** The image of an inode; null for a deleted one. */
function vdiOf(head: Uint8Array): Vdi | null {
  const inode = readInodeHead(head);
  if (!inode.ok) return null;
  const { name, vdiId, vdiSize, nrCopies } = inode.value;
  const text = utf8Text(name);
  return text === '' ? null : { vid: vdiId, name: text, sizeOctets: Number(vdiSize), copies: nrCopies };
}

function addEpochs({ epochs }: StoreFiles, into: Map<number, Epoch>): void {
  for (const { name, octets } of epochs) {
    const epoch = epochOfName(name);
    const log = epoch === null || into.size >= EPOCHS_MAX ? null : readEpochFile(octets);
    if (epoch === null || log === null || !log.ok) continue;
    const members = log.value.entries.map(entryText);
    const atMs = Number(log.value.time) * 1000;
    const known = into.get(epoch);
    if (known === undefined || atMs < known.atMs) into.set(epoch, { epoch, atMs, members });
  }
}

function addVdis({ inodes }: StoreFiles, into: Map<number, Vdi>): void {
  for (const head of inodes) {
    const vdi = into.size >= VDIS_MAX ? null : vdiOf(head);
    if (vdi !== null && !into.has(vdi.vid)) into.set(vdi.vid, vdi);
  }
}

function copiesOf({ config }: StoreFiles): number {
  const read = config === null ? null : readConfig(config);
  return read !== null && read.ok ? (read.value?.copies ?? 0) : 0;
}

/** Null where there is no store. */
export function storePicture(stores: readonly StoreFiles[]): LabObjects | null {
  if (stores.length === 0) return null;
  const epochs = new Map<number, Epoch>();
  const vdis = new Map<number, Vdi>();
  for (const store of stores) {
    addEpochs(store, epochs);
    addVdis(store, vdis);
  }
  return {
    copies: Math.max(...stores.map(copiesOf)),
    epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
    vdis: [...vdis.values()].sort((a, b) => a.vid - b.vid),
    stores: stores.map(({ spec, objects, freeOctets }) => ({
      node: spec.number,
      zone: nodeEntry(addrOctets(spec.ip) ?? new Uint8Array(16)).zone,
      usedOctets: objects.reduce((sum, { octets }) => sum + octets, 0),
      freeOctets,
      objects,
    })),
  };
}
