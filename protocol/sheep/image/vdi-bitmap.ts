// Which vdi ids are taken: the bitmap that every sheep keeps, and the ids under which an image of a name may be found
// (specs/sheepdog.md 1.4). Knows no inodes.
import { utf8Bytes } from '../../base/bytes.ts';
import { fnv1a } from '../placement/fnv.ts';

/** Images of a store, deleted ones and snapshots included. */
export const VDIS_MAX = 2 ** 24;
/** Octets of the bitmap. */
export const VDI_BITMAP_OCTETS = VDIS_MAX / 8;

/** The id that a name hashes to: the first one tried. */
export function vdiIdOf(name: string): number {
  return Number(fnv1a(utf8Bytes(name)) & 0xff_ffffn);
}

export function isVdiTaken(bitmap: Uint8Array, vdi: number): boolean {
  return (bitmap[vdi >>> 3]! & (1 << (vdi & 7))) !== 0;
}

export function takeVdi(bitmap: Uint8Array, vdi: number): void {
  bitmap[vdi >>> 3]! |= 1 << (vdi & 7);
}

/** Adds what another sheep's bitmap has. */
export function mergeBitmap(bitmap: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < bitmap.length; i++) bitmap[i]! |= other[i] ?? 0;
}

/** The ids that are taken, ascending. */
export function takenVdis(bitmap: Uint8Array): readonly number[] {
  const taken: number[] = [];
  // Nearly all of it is zeros: looked at a word at a time.
  const octets = bitmap.byteOffset % 4 === 0 ? bitmap : bitmap.slice();
  const words = new Uint32Array(octets.buffer, octets.byteOffset, octets.length >>> 2);
  for (let word = 0; word < words.length; word++) {
    if (words[word] === 0) continue;
    for (let bit = 0; bit < 32; bit++) if (isVdiTaken(octets, 32 * word + bit)) taken.push(32 * word + bit);
  }
  return taken;
}

export interface VdiRun {
  /** Taken ids from the name's own on, the newest first. */
  readonly newestFirst: readonly number[];
  /** The first free id behind them; null where all are taken. */
  readonly free: number | null;
}

/** The run of taken ids that starts at an id, over the end of the numbers where need be. */
export function vdiRun(bitmap: Uint8Array, start: number): VdiRun {
  const run: number[] = [];
  for (let i = 0; i < VDIS_MAX; i++) {
    const vdi = (start + i) % VDIS_MAX;
    if (!isVdiTaken(bitmap, vdi)) return { newestFirst: run.reverse(), free: vdi };
    run.push(vdi);
  }
  return { newestFirst: run.reverse(), free: null };
}
