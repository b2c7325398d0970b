// SOBER-128, the stream cipher of Corosync 1's secauth (specs/totem.md appendix A). The keystream only; what is made
// of it is in legacy.ts.
import { SBOX } from './sober128-sbox.ts';

const WORDS = 17;
const FOLD = 4;
const KEY_POSITION = 15;
const INITIAL_KONST = 0x6996c53a;
const POLYNOMIAL = 0x14d;
/** Words of the sliding register: it shifts by moving its start, and is copied back where the room ends. */
const ROOM = WORDS + 239;
/** Steps after which a key is taken as it is; one in 256 steps fails, so no real key comes near. */
const KONST_STEPS_MAX = 4096;

function times(a: number, b: number): number {
  let product = 0;
  for (let x = a, y = b; y !== 0; y >>= 1) {
    if ((y & 1) !== 0) product ^= x;
    x = (x << 1) ^ ((x & 0x80) !== 0 ? POLYNOMIAL : 0);
  }
  return product;
}

// Signed words throughout: the engine keeps them as small integers, and the arithmetic modulo 2^32 is the same.
const MULT = Int32Array.from(
  { length: 256 },
  (_, i) => (times(i, 0xd0) << 24) | (times(i, 0x2b) << 16) | (times(i, 0x43) << 8) | times(i, 0x67),
);
const NONLINEAR = new Int32Array(SBOX);

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** A cipher with its key loaded; each message loads its own initial value. Key and value: multiples of 4 octets. */
export class Sober128 {
  private readonly r = new Int32Array(ROOM);
  private base = 0;
  /** The register after the key was loaded. */
  private readonly keyed = new Int32Array(WORDS);
  private konst = INITIAL_KONST;

  constructor(key: Uint8Array) {
    this.load(key);
  }

  /** Loads another key in place of the one before. */
  load(key: Uint8Array): void {
    const { r } = this;
    this.base = 0;
    this.konst = INITIAL_KONST;
    r[0] = r[1] = 1;
    for (let i = 2; i < WORDS; i++) r[i] = r[i - 1]! + r[i - 2]!;
    this.absorb(key);
    let konst = 0;
    for (let steps = 0; konst >>> 24 === 0 && steps < KONST_STEPS_MAX; steps++) {
      this.step();
      konst = this.nonlinear();
    }
    this.konst = konst;
    this.keyed.set(r.subarray(this.base, this.base + WORDS));
  }

  private step(): void {
    const { r } = this;
    if (this.base + WORDS === ROOM) {
      r.copyWithin(0, this.base, ROOM);
      this.base = 0;
    }
    const at = this.base++;
    const first = r[at]!;
    r[at + WORDS] = r[at + 15]! ^ r[at + 4]! ^ (first << 8) ^ MULT[first >>> 24]!;
  }

  private nonlinear(): number {
    const { r, base } = this;
    let t = (r[base]! + r[base + 16]!) | 0;
    t ^= NONLINEAR[t >>> 24]!;
    t = (t >>> 8) | (t << 24);
    t = (((t + r[base + 1]!) ^ this.konst) + r[base + 6]!) | 0;
    t ^= NONLINEAR[t >>> 24]!;
    return (t + r[base + 13]!) | 0;
  }

  private add(word: number): void {
    const at = this.base + KEY_POSITION;
    this.r[at] = this.r[at]! + word;
  }

  private mix(): void {
    this.step();
    const at = this.base + FOLD;
    this.r[at] = this.r[at]! ^ this.nonlinear();
  }

  private absorb(bytes: Uint8Array): void {
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      this.add(wordAt(bytes, at));
      this.mix();
    }
    this.add(bytes.length);
    for (let i = 0; i < WORDS; i++) this.mix();
  }

  /** Starts the keystream of a message. */
  start(iv: Uint8Array): void {
    this.base = 0;
    this.r.set(this.keyed);
    this.absorb(iv);
  }

  /** The keystream from its start, laid over `bytes` by XOR, in a new array. Call once per start(). */
  apply(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length);
    const whole = bytes.length & ~3;
    for (let at = 0; at < whole; at += 4) {
      this.step();
      const word = this.nonlinear();
      out[at] = bytes[at]! ^ word;
      out[at + 1] = bytes[at + 1]! ^ (word >>> 8);
      out[at + 2] = bytes[at + 2]! ^ (word >>> 16);
      out[at + 3] = bytes[at + 3]! ^ (word >>> 24);
    }
    if (whole === bytes.length) return out;
    this.step();
    const word = this.nonlinear();
    for (let at = whole; at < bytes.length; at++) out[at] = bytes[at]! ^ (word >>> (8 * (at - whole)));
    return out;
  }
}
