// Images in a sheepdog store, as qemu's block driver makes, writes and reads them: the inode first, objects as they are
// written, then their entries in the inode (specs/sheepdog.md 5.4).
import { nameAndTag } from '../../../protocol/collie/images.ts';
import {
  blockCount,
  blockEntryAt,
  DATA_OBJECT_OCTETS,
  IMAGE_OCTETS_MAX,
  INODE_HEAD_OCTETS,
  isSnapshot,
  NAME_OCTETS,
  padded,
  readInodeHead,
  type InodeHead,
} from '../../../protocol/sheep/image/inode.ts';
import { objectIdOf } from '../../../protocol/sheep/object-id.ts';
import { FLAG_WEAK_CONSISTENCY, FLAG_WRITE, Op, Res, resultText } from '../../../protocol/sheep/operations.ts';
import { numberField } from '../../../protocol/sheep/tcp-headers.ts';
import type { ImageSource, ImageTarget } from './image-copy.ts';
import { imageText, type ImageName } from './image-name.ts';
import { resultOf, StoreTrouble, tableEntries, vdiOf, type StoreClient } from './store-client.ts';
import { extentsOf } from './zeros.ts';

/** Zeros inside an object that are worth a request of their own to leave out. */
const GAP_MIN = 256 * 1024;
/** Objects whose entries are written into the inode together. */
const ENTRIES_TOGETHER = 32;
/** Of an entry of an inode. */
const ENTRY_OCTETS = 4;

const inodeOf = (vdi: number): bigint => objectIdOf({ kind: 'vdi', vdi, index: 0 });
const dataOf = (vdi: number, index: number): bigint => objectIdOf({ kind: 'data', vdi, index });

const MEANS: Readonly<Record<number, string>> = {
  [Res.WAIT_FOR_FORMAT]: 'the cluster is not formatted yet: collie cluster format does that',
  [Res.NOT_FORMATTED]: 'the cluster is not formatted yet: collie cluster format does that',
  [Res.WAIT_FOR_JOIN]: 'the cluster waits for its other nodes: start their sheep',
  [Res.HALT]: 'the cluster has halted: fewer nodes live than it has copies',
  [Res.NO_SPACE]: 'the store is full: a disk has no space for new objects',
  [Res.SHUTDOWN]: 'the cluster is shutting down',
  [Res.FULL_VDI]: 'the store has as many images as it can have',
};

/** A refusal in a sentence. */
function refused(what: string, name: ImageName, result: number): StoreTrouble {
  const text = imageText(name);
  if (result === Res.VDI_EXIST)
    return new StoreTrouble(`${text} exists already: choose another name, or collie vdi delete ${name.name} first`);
  if (result === Res.NO_VDI)
    return new StoreTrouble(`there is no image ${text}: collie vdi list tells which there are`);
  if (result === Res.NO_TAG)
    return new StoreTrouble(`there is no snapshot ${text}: collie vdi list tells which there are`);
  return new StoreTrouble(`${text} cannot be ${what}: ${MEANS[result] ?? resultText(result)}`);
}

export interface StoreImage {
  readonly vdi: number;
  readonly head: InodeHead;
  /** Per block the image whose object it is; 0 for none. */
  readonly owners: Uint32Array;
}

/** Finds an image or snapshot and reads its inode. Throws StoreTrouble. */
export async function findImage(client: StoreClient, name: ImageName): Promise<StoreImage> {
  const { id, tag } = name.snapshot;
  const asked = await client.ask(Op.GET_VDI_INFO, { snapid: id, protoVer: 1, flags: FLAG_WRITE, dataLength: 512 }, [
    nameAndTag(name.name, tag),
  ]);
  if (resultOf(asked) !== Res.SUCCESS) throw refused('opened', name, resultOf(asked));
  const vdi = vdiOf(asked);
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const flags = FLAG_WEAK_CONSISTENCY;
    const oid = inodeOf(vdi);
    const response = await client.ask(Op.READ_OBJ, { oid, offset: BigInt(offset), dataLength: length, flags }, [], {
      oid,
    });
    if (resultOf(response) !== Res.SUCCESS) throw refused('opened', name, resultOf(response));
    return response.data;
  };
  const head = readInodeHead(await read(0, INODE_HEAD_OCTETS));
  if (!head.ok) throw new StoreTrouble(`${imageText(name)} cannot be opened: its inode is damaged`);
  const count = blockCount(head.value.vdiSize);
  const owners = count === 0 ? new Uint32Array(0) : tableEntries(await read(blockEntryAt(0), 4 * count));
  return { vdi, head: head.value, owners };
}

export interface CreatedImage {
  readonly vdi: number;
  readonly copies: number;
  readonly blocks: number;
}

/** Makes an image; on the base of a snapshot where one is given. Throws StoreTrouble. */
export async function createImage(
  client: StoreClient,
  name: ImageName,
  octets: number,
  base: StoreImage | null = null,
): Promise<CreatedImage> {
  if (octets > IMAGE_OCTETS_MAX) throw new StoreTrouble(`an image has up to 4 TiB: ${octets} octets are too many`);
  if (base !== null && !isSnapshot(base.head))
    throw new StoreTrouble('only a snapshot can be a base: collie vdi snapshot makes one');
  const fields = { vdiSize: BigInt(octets), baseVdiId: base?.vdi ?? 0, flags: FLAG_WRITE, dataLength: NAME_OCTETS };
  const made = await client.ask(Op.NEW_VDI, fields, [padded(name.name, NAME_OCTETS)], { isOnce: true });
  if (resultOf(made) !== Res.SUCCESS) throw refused('made', name, resultOf(made));
  return { vdi: vdiOf(made), copies: numberField(made.header, 'copies'), blocks: blockCount(BigInt(octets)) };
}

/** An image of a store to read. Blocks that it does not have are zeros. */
export function storeSource(client: StoreClient, name: ImageName, { head, owners }: StoreImage): ImageSource {
  const octets = Number(head.vdiSize);
  return {
    octets,
    async read(block, into) {
      const owner = owners[block] ?? 0;
      if (owner === 0) return 0;
      const oid = dataOf(owner, block);
      const length = Math.min(DATA_OBJECT_OCTETS, octets - block * DATA_OBJECT_OCTETS);
      const fields = { oid, offset: 0n, dataLength: length, flags: FLAG_WEAK_CONSISTENCY };
      const response = await client.ask(Op.READ_OBJ, fields, [], { oid, into });
      if (resultOf(response) !== Res.SUCCESS) throw refused('read', name, resultOf(response));
      if (response.data.length !== length)
        throw new StoreTrouble(`${imageText(name)} cannot be read: an object is too short`);
      if (response.data.buffer !== into.buffer) into.set(response.data);
      return length;
    },
    close: () => Promise.resolve(),
  };
}

class StoreTarget implements ImageTarget {
  private readonly client: StoreClient;
  private readonly name: ImageName;
  private readonly image: CreatedImage;
  /** Entries of the inode for what is written, as they stand in it: 32-bit numbers, little-endian. */
  private readonly entries: DataView;
  /** Blocks that are written and not yet in the inode. */
  private readonly unlisted = new Set<number>();
  private listing: Promise<void> = Promise.resolve();
  private trouble: unknown = null;

  constructor(client: StoreClient, name: ImageName, image: CreatedImage) {
    this.client = client;
    this.name = name;
    this.image = image;
    this.entries = new DataView(new ArrayBuffer(ENTRY_OCTETS * image.blocks));
  }

  async write(block: number, octets: Uint8Array): Promise<void> {
    if (this.trouble !== null) throw this.trouble;
    const oid = dataOf(this.image.vdi, block);
    let opcode: number = Op.CREATE_AND_WRITE_OBJ;
    for (const { from, to } of extentsOf(octets, GAP_MIN)) {
      await this.put(opcode, oid, from, octets.subarray(from, to));
      opcode = Op.WRITE_OBJ;
    }
    if (opcode === Op.CREATE_AND_WRITE_OBJ) return;
    this.entries.setUint32(ENTRY_OCTETS * block, this.image.vdi, true);
    this.unlisted.add(block);
    if (this.unlisted.size >= ENTRIES_TOGETHER) this.list();
  }

  private async put(opcode: number, oid: bigint, offset: number, octets: Uint8Array): Promise<void> {
    const { copies } = this.image;
    const fields = { oid, copies, offset: BigInt(offset), flags: FLAG_WRITE, dataLength: octets.length };
    const response = await this.client.ask(opcode, fields, [octets], { oid });
    if (resultOf(response) !== Res.SUCCESS) throw refused('written', this.name, resultOf(response));
  }

  /**
   * Enters what is written into the inode. One write from the first of the blocks to the last, over what is between
   * them too: blocks end out of their order, and a write of an inode costs each of its copies a journal.
   */
  private list(): void {
    const blocks = [...this.unlisted].sort((a, b) => a - b);
    const [first, last] = [blocks[0], blocks.at(-1)];
    this.unlisted.clear();
    if (first === undefined || last === undefined) return;
    this.listing = this.listing
      .then(() => {
        const { buffer } = this.entries;
        const entries = new Uint8Array(buffer, ENTRY_OCTETS * first, ENTRY_OCTETS * (last - first + 1)).slice();
        return this.put(Op.WRITE_OBJ, inodeOf(this.image.vdi), blockEntryAt(first), entries);
      })
      .catch((error: unknown) => {
        this.trouble ??= error;
      });
  }

  async finish(): Promise<void> {
    this.list();
    await this.listing;
    if (this.trouble !== null) throw this.trouble;
  }

  async abandon(): Promise<string | null> {
    const { name } = this.name;
    const isUnfinished = `${name} is left unfinished: collie vdi delete ${name} removes it`;
    try {
      // What is not in its inode would not be deleted with it.
      if (this.trouble === null) await this.finish();
      const fields = { flags: FLAG_WRITE, dataLength: 512 };
      const response = await this.client.ask(Op.DEL_VDI, fields, [nameAndTag(name, '')], { isOnce: true });
      return resultOf(response) === Res.SUCCESS ? null : isUnfinished;
    } catch (error) {
      if (error instanceof StoreTrouble) return isUnfinished;
      throw error;
    }
  }
}

/** A new image of a store to write into. Objects of zeros are not made. */
export function storeTarget(client: StoreClient, name: ImageName, image: CreatedImage): ImageTarget {
  client.begin();
  return new StoreTarget(client, name, image);
}
