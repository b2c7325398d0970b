// Whole readings of joins and commit tokens, kept while the same octets come again: who gathers says the same every
// 50 ms, and each copy to another destination is the same again. What a reading is, is its owner's. Bounded by its
// places, each with one message.
import type { Dialect } from '../../../../protocol/totem/dialect.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';

/** Messages that are kept; a power of two. */
const PLACES_MAX = 1024;
/** Longer messages are read anew each time. */
const OCTETS_MAX = 4096;
/** FNV-1a of 32 bits. */
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

interface Memo<Reading> {
  readonly octets: Uint8Array;
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
  read({ bytes, at, end, dialect }: IndexedMessage): Reading | null {
    if (dialect === null) return null;
    const length = end - at;
    if (length > OCTETS_MAX) return this.decode(bytes.slice(at, end), dialect);
    let hash = FNV_START;
    for (let i = at; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
    // Two messages of one hash that come in turns both have a place: the latest in front.
    const front = (hash ^ (hash >>> 16)) & (PLACES_MAX - 2);
    const first = this.places[front];
    if (first?.dialect === dialect && isEqual(first.octets, bytes, at, length)) return first.reading;
    const second = this.places[front + 1];
    if (second?.dialect === dialect && isEqual(second.octets, bytes, at, length)) return second.reading;
    const octets = bytes.slice(at, end);
    const reading = this.decode(octets, dialect);
    if (reading === null) return null;
    this.places[front + 1] = first;
    this.places[front] = { octets, dialect, reading };
    return reading;
  }
}

function isEqual(octets: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (octets.length !== length) return false;
  for (let i = 0; i < length; i++) if (octets[i] !== bytes[at + i]) return false;
  return true;
}
