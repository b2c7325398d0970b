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

/** The ids that are taken, ascending. */
export function takenVdis(bitmap: Uint8Array): readonly number[] {
  const taken: number[] = [];
  // Nearly all of it is zeros: looked at eight words at a time.
  const octets = bitmap.byteOffset % 4 === 0 ? bitmap : bitmap.slice();
  const w = new Uint32Array(octets.buffer, octets.byteOffset, octets.length >>> 2);
  for (let at = 0; at < w.length; at += 8) {
    const first = w[at]! | w[at + 1]! | w[at + 2]! | w[at + 3]!;
    if ((first | w[at + 4]! | w[at + 5]! | w[at + 6]! | w[at + 7]!) === 0) continue;
    const end = Math.min(at + 8, w.length) * 32;
    for (let vdi = at * 32; vdi < end; vdi++) if (isVdiTaken(octets, vdi)) taken.push(vdi);
  }
  return taken;
}

/** Adds what another sheep's bitmap has. */
export function mergeBitmap(bitmap: Uint8Array, other: Uint8Array): void {
  for (const vdi of takenVdis(other)) if (vdi >>> 3 < bitmap.length) takeVdi(bitmap, vdi);
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
