// CRC-32 as zip and Ethernet have it: what a notebook writes in the place of octets, so that two runs, or what was
// written and what is read, can be told apart.

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

/** Eight hex digits. */
export function checksumText(value: number): string {
  return value.toString(16).padStart(8, '0');
}
