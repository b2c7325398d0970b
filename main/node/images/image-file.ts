// Raw images in files: read block by block; written sparse, under another name until they are whole.
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DATA_OBJECT_OCTETS } from '../../../protocol/sheep/image/inode.ts';
import { codeOf } from '../cluster/node-problem.ts';
import type { ImageSource, ImageTarget } from './image-copy.ts';
import { extentsOf } from './zeros.ts';

/** A file cannot be read or written, or is no raw image: one sentence. */
export class FileTrouble extends Error {}

/** First octets of formats that are not raw. */
const MAGICS: readonly (readonly [format: string, magic: string])[] = [
  ['qcow2', 'QFI\u00fb'],
  ['qed', 'QED\0'],
  ['vmdk', 'KDMV'],
  ['vmdk', '# Disk DescriptorFile'],
  ['vhdx', 'vhdxfile'],
  ['vdi', '<<< Oracle VM'],
  ['vpc', 'conectix'],
];

const SAYS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a folder',
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'your quota is used up',
  EROFS: 'its file system is read-only',
  EFBIG: 'it would be larger than its file system allows',
};

export function fileTrouble(path: string, error: unknown): FileTrouble {
  const code = codeOf(error);
  return new FileTrouble(`${path}: ${SAYS[code] ?? code}`);
}

async function kindOf(
  path: string,
): Promise<{ readonly isFile: boolean; readonly octets: number; readonly used: number } | null> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new FileTrouble(`${path} is a folder`);
    return { isFile: found.isFile(), octets: found.size, used: found.blocks * 512 };
  } catch (error) {
    if (error instanceof FileTrouble) throw error;
    if (codeOf(error) === 'ENOENT') return null;
    throw fileTrouble(path, error);
  }
}

export interface FileImage {
  readonly octets: number;
  /** On its disk. */
  readonly used: number;
  /** Of what it begins with; raw where that tells nothing. */
  readonly format: string;
}

/** Throws FileTrouble where there is no regular file. */
export async function fileImage(path: string): Promise<FileImage> {
  const found = await kindOf(path);
  if (found === null) throw new FileTrouble(`${path}: there is no such file`);
  if (!found.isFile) throw new FileTrouble(`${path} is no regular file`);
  try {
    const file = await open(path, 'r');
    try {
      const start = Buffer.alloc(32);
      await file.read(start, 0, start.length, 0);
      const text = start.toString('latin1');
      const format = MAGICS.find(([, magic]) => text.startsWith(magic))?.[0] ?? 'raw';
      return { octets: found.octets, used: found.used, format };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileTrouble(path, error);
  }
}

/** Opens a raw image. `isSurelyRaw`: whatever it begins with. */
export async function openFileSource(path: string, isSurelyRaw: boolean): Promise<ImageSource> {
  const { octets, format } = await fileImage(path);
  if (format !== 'raw' && !isSurelyRaw)
    throw new FileTrouble(
      `${path} is a ${format} image and only raw ones are read here: qemu-img convert -O raw makes one of it`,
    );
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw fileTrouble(path, error);
  }
  return {
    octets,
    async read(block, into) {
      const at = block * DATA_OBJECT_OCTETS;
      const length = Math.min(DATA_OBJECT_OCTETS, octets - at);
      try {
        for (let have = 0; have < length;) {
          const { bytesRead } = await file.read(into, have, length - have, at + have);
          if (bytesRead === 0) throw new FileTrouble(`${path} became shorter while it was read`);
          have += bytesRead;
        }
      } catch (error) {
        if (error instanceof FileTrouble) throw error;
        throw fileTrouble(path, error);
      }
      return length;
    },
    close: () => file.close(),
  };
}

async function writeAll(file: FileHandle, octets: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < octets.length;) {
    const { bytesWritten } = await file.write(octets, done, octets.length - done, at + done);
    done += bytesWritten;
  }
}

/** Makes a file of that many octets, in the place of one of that name once it is whole. */
export async function openFileTarget(path: string, octets: number): Promise<ImageTarget> {
  const found = await kindOf(path);
  if (found !== null && !found.isFile) throw new FileTrouble(`${path} is no regular file`);
  const part = join(dirname(path), `.${path.split('/').at(-1) ?? ''}.${process.pid}.part`);
  let file: FileHandle;
  try {
    file = await open(part, 'wx', 0o644);
    await file.truncate(octets);
  } catch (error) {
    throw fileTrouble(path, error);
  }
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    async write(block, data) {
      try {
        for (const { from, to } of extentsOf(data, 0))
          await writeAll(file, data.subarray(from, to), block * DATA_OBJECT_OCTETS + from);
      } catch (error) {
        throw fileTrouble(path, error);
      }
    },
    async finish() {
      try {
        await close();
        await rename(part, path);
      } catch (error) {
        throw fileTrouble(path, error);
      }
    },
    async abandon() {
      await close();
      await rm(part, { force: true });
      return null;
    },
  };
}

/** Makes a sparse file of that many octets. */
export async function createFile(path: string, octets: number): Promise<void> {
  const target = await openFileTarget(path, octets);
  await target.finish();
}
