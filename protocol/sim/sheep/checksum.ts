// CRC-32 as zip and Ethernet have it: what a notebook writes in the place of octets, so that two runs, or what was
// written and what is read, can be told apart.
import { utf8Text } from '../../base/bytes.ts';

const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let word = i;
  for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ POLYNOMIAL : word >>> 1;
  return word >>> 0;
});

export class Checksum {
  #word: number;

  /** Goes on from the checksum of what came before. */
  constructor(before = 0) {
    this.#word = ~before >>> 0;
  }

  feed(octets: Uint8Array): this {
    let word = this.#word;
    for (let i = 0; i < octets.length; i++) word = (TABLE[(word ^ octets[i]!) & 255]! ^ (word >>> 8)) >>> 0;
    this.#word = word;
    return this;
  }

  get value(): number {
    return ~this.#word >>> 0;
  }
}

/** Octets of a text that is shown as one; more, or what is no text, is counted. */
const TEXT_OCTETS_MAX = 256 * 1024;

/** Octets as a person reads them: a text, or how many there are and their checksum. */
export function octetsShown(octets: Uint8Array): string {
  if (octets.length <= TEXT_OCTETS_MAX && !octets.includes(0)) return utf8Text(octets);
  return `${octets.length} octets, checksum ${checksumText(new Checksum().feed(octets).value)}\n`;
}

/** Eight hex digits. */
export function checksumText(value: number): string {
  return value.toString(16).padStart(8, '0');
}
