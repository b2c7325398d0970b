// Whole readings of joins and commit tokens, kept while the same octets come again: who gathers says the same every
// 50 ms, and each copy to another destination is the same again. What a reading is, is its owner's. Bounded by its
// places, each with one message.
import { viewOf } from '../../../../protocol/base/bytes.ts';
import type { Dialect } from '../../../../protocol/totem/dialect.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';

/** Messages that are kept; a power of two. */
const PLACES_MAX = 1024;
/** Longer messages are read anew each time. */
const OCTETS_MAX = 4096;
/** Octets that are looked at together. */
const WORD = 4;
/** FNV-1a of 32 bits, over words. */
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

interface Memo<Reading> {
  readonly view: DataView;
  readonly dialect: Dialect;
  readonly reading: Reading;
}

export class DecodeMemo<Reading> {
  private readonly places = Array.from<Memo<Reading> | undefined>({ length: PLACES_MAX });
  private readonly decode: (octets: Uint8Array, dialect: Dialect) => Reading | null;

  /** `decode`: reads the octets of one message, which it may keep; null where it cannot. */
  constructor(decode: (octets: Uint8Array, dialect: Dialect) => Reading | null) {
    this.decode = decode;
  }

  /** The message as read, null where it cannot be. What is returned may be kept. */
  read({ bytes, view, at, end, dialect }: IndexedMessage): Reading | null {
    if (dialect === null) return null;
    const length = end - at;
    if (length > OCTETS_MAX) return this.decode(bytes.slice(at, end), dialect);
    let hash = FNV_START;
    let i = at;
    for (; i + WORD <= end; i += WORD) hash = Math.imul(hash ^ view.getUint32(i), FNV_PRIME);
    for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
    // Two messages of one hash that come in turns both have a place: the latest in front.
    const front = (hash ^ (hash >>> 16)) & (PLACES_MAX - 2);
    const first = this.places[front];
    if (first?.dialect === dialect && isEqual(first.view, view, at, length)) return first.reading;
    const second = this.places[front + 1];
    if (second?.dialect === dialect && isEqual(second.view, view, at, length)) return second.reading;
    const octets = bytes.slice(at, end);
    const reading = this.decode(octets, dialect);
    if (reading === null) return null;
    this.places[front + 1] = first;
    this.places[front] = { view: viewOf(octets), dialect, reading };
    return reading;
  }
}

function isEqual(kept: DataView, view: DataView, at: number, length: number): boolean {
  if (kept.byteLength !== length) return false;
  let i = 0;
  for (; i + WORD <= length; i += WORD) if (kept.getUint32(i) !== view.getUint32(at + i)) return false;
  for (; i < length; i++) if (kept.getUint8(i) !== view.getUint8(at + i)) return false;
  return true;
}
