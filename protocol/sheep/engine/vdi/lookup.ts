// Finds an image by its name, its tag or the number of its snapshot (specs/sheepdog.md 1.4).
import { isDeleted, NAME_OCTETS, TAG_OCTETS, type InodeHead } from '../../image/inode.ts';
import { vdiIdOf, vdiRun } from '../../image/vdi-bitmap.ts';
import { Res } from '../../operations.ts';
import { bytesEqual, utf8Text } from '../../../base/bytes.ts';
import { act, type Script } from '../kernel.ts';
import { say } from '../log.ts';
import { readHead } from './inodes.ts';

export interface ImageName {
  /** NUL-padded octets as the client sent them. */
  readonly name: Uint8Array;
  readonly tag: Uint8Array;
  /** 0: any, so the newest. */
  readonly snapId: number;
}

/** The name, and the tag behind it, in the data of a request. */
export function imageName(octets: Uint8Array, snapId: number): ImageName {
  const field = (from: number, length: number): Uint8Array => {
    const padded = new Uint8Array(length);
    padded.set(octets.subarray(from, from + length));
    return padded;
  };
  return { name: field(0, NAME_OCTETS), tag: field(NAME_OCTETS, TAG_OCTETS), snapId };
}

export interface Found {
  readonly result: number;
  readonly vdi: number;
  readonly head: InodeHead | null;
  /** The id of a deleted image of this name's run, which a new one may have; null where there is none. */
  readonly reusable: number | null;
  /** The first free id; null where there is none. */
  readonly free: number | null;
  /** The newest image of the name, whatever its tag. */
  readonly newest: number | null;
}

function lengthOfText(octets: Uint8Array): number {
  const end = octets.indexOf(0);
  return end < 0 ? octets.length : end;
}

/** 0.3.0 compares as many octets as the stored name has, so that an image `a` is found for `ab`. */
function isNamed(stored: Uint8Array, asked: Uint8Array, isWhole: boolean): boolean {
  const length = lengthOfText(stored);
  if (isWhole && length !== lengthOfText(asked)) return false;
  return bytesEqual(stored.subarray(0, length), asked.subarray(0, length));
}

function isMatching(head: InodeHead, { tag, snapId }: ImageName): boolean {
  const isTagged =
    tag[0] === 0 || bytesEqual(head.tag.subarray(0, lengthOfText(tag)), tag.subarray(0, lengthOfText(tag)));
  return isTagged && (snapId === 0 || head.snapId === snapId);
}

/** Reads the headers of the ids where the image may be, the newest first, until one is the one that was asked for. */
export function* lookUp(asked: ImageName): Script<Found> {
  const text = utf8Text(asked.name);
  const start = vdiIdOf(text);
  const { newestFirst, free } = yield* act((sheep) => {
    say(sheep, 'do_lookup_vdi(234)', `looking for ${text} (${start.toString(16)})`);
    return vdiRun(sheep.state.store.bitmap, start);
  });
  const isWhole = yield* act(({ policy }) => policy.names === 'whole');
  let reusable: number | null = null;
  let newest: number | null = null;
  const none = { vdi: 0, head: null };
  for (const vdi of newestFirst) {
    const head = yield* readHead(vdi);
    if (typeof head === 'number') return { ...none, result: head, reusable, free, newest };
    if (isDeleted(head)) reusable = vdi;
    else if (isNamed(head.name, asked.name, isWhole)) {
      newest ??= vdi;
      if (isMatching(head, asked)) return { result: Res.SUCCESS, vdi, head, reusable, free, newest };
    }
  }
  const result = newest === null ? Res.NO_VDI : Res.NO_TAG;
  return { ...none, result, reusable, free, newest };
}
