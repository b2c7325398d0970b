// Whole readings of joins and commit tokens, kept while the same octets come again: who gathers says the same every
// 50 ms. Bounded by its places, each with one message.
import { decodeTotem, type DecodedTotem } from '../../../../protocol/totem/decode.ts';
import type { Dialect } from '../../../../protocol/totem/dialect.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';

/** Messages that are kept; a power of two. */
export const MEMO_PLACES_MAX = 1024;
/** Longer messages are read anew each time. */
const MEMO_OCTETS_MAX = 4096;
/** FNV-1a of 32 bits. */
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

interface Memo {
  readonly octets: Uint8Array;
  readonly dialect: Dialect;
  readonly decoded: DecodedTotem;
}

export class DecodeMemo {
  private readonly places: (Memo | undefined)[] = [];

  /** The message, null where it cannot be read. What is returned may be kept. */
  read({ bytes, at, end, dialect }: IndexedMessage): DecodedTotem | null {
    if (dialect === null) return null;
    const length = end - at;
    if (length > MEMO_OCTETS_MAX) return decoded(bytes.slice(at, end), dialect);
    let hash = FNV_START;
    for (let i = at; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
    const place = hash & (MEMO_PLACES_MAX - 1);
    const known = this.places[place];
    if (known !== undefined && known.dialect === dialect && isEqual(known.octets, bytes, at, length))
      return known.decoded;
    const octets = bytes.slice(at, end);
    const fresh = decoded(octets, dialect);
    if (fresh !== null) this.places[place] = { octets, dialect, decoded: fresh };
    return fresh;
  }
}

function decoded(octets: Uint8Array, dialect: Dialect): DecodedTotem | null {
  const result = decodeTotem(octets, 0, octets.length, dialect);
  return result.ok ? result.value : null;
}

function isEqual(octets: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (octets.length !== length) return false;
  for (let i = 0; i < length; i++) if (octets[i] !== bytes[at + i]) return false;
  return true;
}
