// Triple DES in CBC mode (FIPS 46-3, SP 800-67), which Corosync 2 offers beside AES. Only that: no single DES, no other
// mode, no authentication.
import { withoutPadding } from './padding.ts';

export const TRIPLE_DES_KEY = 24;
export const DES_BLOCK = 8;
const DES_KEY = 8;
const ROUNDS = 16;
const BOXES = 8;
/** Words of one round key: six bits for each box. */
const ROUND_KEY = BOXES;

/** The substitution boxes, four rows each, a hexadecimal digit per entry. */
const SUBSTITUTION = [
  ['e4d12fb83a6c5907', '0f74e2d1a6cb9538', '41e8d62bfc973a50', 'fc8249175b3ea06d'],
  ['f18e6b34972dc05a', '3d47f28ec01a69b5', '0e7ba4d158c6932f', 'd8a13f42b67c05e9'],
  ['a09e63f51dc7b428', 'd709346a285ecbf1', 'd6498f30b12c5ae7', '1ad069874fe3b52c'],
  ['7de3069a1285bc4f', 'd8b56f03472c1ae9', 'a690cb7df13e5284', '3f06a1d8945bc72e'],
  ['2c417ab6853fd0e9', 'eb2c47d150fa3986', '421bad78f9c5630e', 'b8c71e2d6f09a453'],
  ['c1af92680d34e75b', 'af427c9561de0b38', '9ef528c3704a1db6', '432c95fabe17608d'],
  ['4b2ef08d3c975a61', 'd0b7491ae35c2f86', '14bdc37eaf680592', '6bd814a7950fe23c'],
  ['d2846fb1a93e50c7', '1fd8a374c56b0e92', '7b419ce206adf358', '21e74a8dfc90356b'],
] as const;
// Bit positions count from 1 at the most significant bit, as the standard does.
const PERMUTATION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
const KEY_CHOICE = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
  47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
const ROUND_CHOICE = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const HALF_KEY = 28;
/** How far both halves of the key are turned before each round. */
const TURNS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

function permuted(word: number): number {
  let out = 0;
  for (const [at, from] of PERMUTATION.entries()) out |= ((word >>> (32 - from)) & 1) << (31 - at);
  return out;
}

/** Each box with the permutation behind it already done: 64 words per box. */
const BOX = Int32Array.from({ length: BOXES * 64 }, (_, i) => {
  const box = i >>> 6;
  const row = ((i >>> 4) & 2) | (i & 1);
  const digit = SUBSTITUTION[box]?.[row]?.[(i >>> 1) & 15] ?? '0';
  return permuted(parseInt(digit, 16) << (28 - 4 * box));
});

/** The sixteen round keys of one DES key of 8 octets, in the order of encryption. */
function roundKeys(key: Uint8Array): readonly Uint8Array[] {
  const bits = KEY_CHOICE.map((from) => ((key[(from - 1) >>> 3] ?? 0) >>> (7 - ((from - 1) & 7))) & 1);
  let turned = 0;
  return TURNS.map((turn) => {
    turned += turn;
    const out = new Uint8Array(ROUND_KEY);
    for (const [at, from] of ROUND_CHOICE.entries()) {
      const half = from > HALF_KEY ? HALF_KEY : 0;
      const bit = bits[half + ((from - 1 - half + turned) % HALF_KEY)] ?? 0;
      const box = Math.floor(at / 6);
      out[box] = out[box]! | (bit << (5 - (at % 6)));
    }
    return out;
  });
}

function joined(rounds: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(rounds.length * ROUND_KEY);
  for (const [at, round] of rounds.entries()) out.set(round, at * ROUND_KEY);
  return out;
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/**
 * The initial permutation as exchanges of bits between the two words: from the word at `from`, moved by `shift`, where
 * `mask` says. The final permutation is the same backwards.
 */
const EXCHANGES = [
  { from: 0, shift: 4, mask: 0x0f0f0f0f },
  { from: 0, shift: 16, mask: 0x0000ffff },
  { from: 1, shift: 2, mask: 0x33333333 },
  { from: 1, shift: 8, mask: 0x00ff00ff },
  { from: 0, shift: 1, mask: 0x55555555 },
] as const;
const EXCHANGES_BACK = EXCHANGES.toReversed();

function exchange(block: Int32Array, exchanges: typeof EXCHANGES_BACK | typeof EXCHANGES): void {
  for (const { from, shift, mask } of exchanges) {
    const to = 1 - from;
    const bits = ((block[from]! >>> shift) ^ block[to]!) & mask;
    block[to] = block[to]! ^ bits;
    block[from] = block[from]! ^ (bits << shift);
  }
}

/** Runs the block of two words through all 48 rounds, in place. */
function runBlock(block: Int32Array, schedule: Uint8Array): void {
  exchange(block, EXCHANGES);
  let l = block[0]!;
  let r = block[1]!;
  for (let at = 0; at < schedule.length;) {
    for (let round = 0; round < ROUNDS; round++) {
      let f = l;
      for (let box = 0; box < BOXES; box++, at++) {
        // Six bits of the right half: the four of this box, and one neighbour on each side.
        const turn = (4 * box + 5) & 31;
        const six = (((r << turn) | (r >>> (32 - turn))) & 0x3f) ^ schedule[at]!;
        f ^= BOX[(box << 6) | six]!;
      }
      l = r;
      r = f;
    }
    // The halves are not exchanged after the last round of each pass.
    const last = l;
    l = r;
    r = last;
  }
  block[0] = l;
  block[1] = r;
  exchange(block, EXCHANGES_BACK);
}

/** Triple DES (encrypt, decrypt, encrypt) with a key of 24 octets. Initial values have 8 octets; more are left out. */
export class TripleDes {
  private readonly sealing: Uint8Array;
  private readonly opening: Uint8Array;

  constructor(key: Uint8Array) {
    const [a = [], b = [], c = []] = [0, 1, 2].map((i) => roundKeys(key.subarray(DES_KEY * i, DES_KEY * (i + 1))));
    this.sealing = joined([...a, ...[...b].reverse(), ...c]);
    this.opening = joined([...[...c].reverse(), ...b, ...[...a].reverse()]);
  }

  /** CBC with PKCS#7 padding; null where a length or the padding is wrong. */
  cbcDecrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
    if (ciphertext.length === 0 || ciphertext.length % DES_BLOCK !== 0 || iv.length < DES_BLOCK) return null;
    const out = new Uint8Array(ciphertext.length);
    const block = new Int32Array(2);
    let left = wordAt(iv, 0);
    let right = wordAt(iv, 4);
    for (let at = 0; at < ciphertext.length; at += DES_BLOCK) {
      const nextLeft = (block[0] = wordAt(ciphertext, at));
      const nextRight = (block[1] = wordAt(ciphertext, at + 4));
      runBlock(block, this.opening);
      putWord(out, at, block[0]! ^ left);
      putWord(out, at + 4, block[1]! ^ right);
      left = nextLeft;
      right = nextRight;
    }
    return withoutPadding(out, DES_BLOCK);
  }

  /** CBC with PKCS#7 padding. */
  cbcEncrypt(iv: Uint8Array, text: Uint8Array): Uint8Array {
    const pad = DES_BLOCK - (text.length % DES_BLOCK);
    const out = new Uint8Array(text.length + pad).fill(pad);
    out.set(text);
    const block = Int32Array.of(wordAt(iv, 0), wordAt(iv, 4));
    for (let at = 0; at < out.length; at += DES_BLOCK) {
      block[0] = block[0]! ^ wordAt(out, at);
      block[1] = block[1]! ^ wordAt(out, at + 4);
      runBlock(block, this.sealing);
      putWord(out, at, block[0]!);
      putWord(out, at + 4, block[1]!);
    }
    return out;
  }
}
