// Copies an image from where it is to where it shall be, block by block, several at a time. What stands at either end,
// a file or a store, is image-file.ts and store-image.ts.
import { DATA_OBJECT_OCTETS } from '../../../protocol/sheep/image/inode.ts';

export interface ImageSource {
  readonly octets: number;
  /** Fills the buffer with a block; the octets that it has, 0 for a block of zeros. */
  read(block: number, into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

export interface ImageTarget {
  /** Keeps a block; what is zeros of it need not be written. */
  write(block: number, octets: Uint8Array): Promise<void>;
  /** All blocks are there. */
  finish(): Promise<void>;
  /** It is not going to be whole: leaves nothing of it. A sentence where something is left. */
  abandon(): Promise<string | null>;
}

export interface CopyHooks {
  /** Octets of the image that are done, zeros included. */
  readonly at: (octets: number) => void;
  readonly signal: AbortSignal;
}

/** The copy was stopped on request. */
export class Stopped extends Error {}

/** Blocks under way at once: four for each of three nodes, so that none of them waits for the next. */
const BLOCKS_AT_ONCE = 12;

/** Copies all; throws what went wrong, or Stopped, after the target is abandoned. Closes the source. */
export async function copyImage(source: ImageSource, target: ImageTarget, hooks: CopyHooks): Promise<void> {
  const blocks = Math.ceil(source.octets / DATA_OBJECT_OCTETS);
  let next = 0;
  let done = 0;
  let isBroken = false;
  const worker = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafeSlow(DATA_OBJECT_OCTETS);
    while (next < blocks && !isBroken) {
      if (hooks.signal.aborted) throw new Stopped('stopped');
      const block = next++;
      const length = await source.read(block, buffer);
      if (length > 0) await target.write(block, buffer.subarray(0, length));
      done += Math.min(DATA_OBJECT_OCTETS, source.octets - block * DATA_OBJECT_OCTETS);
      hooks.at(done);
    }
  };
  const workers = Array.from({ length: Math.min(BLOCKS_AT_ONCE, blocks) }, () =>
    worker().catch((error: unknown) => {
      isBroken = true;
      throw error;
    }),
  );
  try {
    const ends = await Promise.allSettled(workers);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (hooks.signal.aborted) throw new Stopped('stopped');
    await target.finish();
  } catch (error) {
    const left = await target.abandon();
    if (left !== null && error instanceof Error) error.message += `; ${left}`;
    throw error;
  } finally {
    await source.close();
  }
}
