// SOBER-128, the stream cipher of Corosync 1's secauth (specs/totem.md appendix A). The keystream only; what is made
// of it is in legacy.ts.
import { SBOX } from './sober128-sbox.ts';

const WORDS = 17;
const FOLD = 4;
const KEY_POSITION = 15;
const INITIAL_KONST = 0x6996c53a;
const POLYNOMIAL = 0x14d;

function times(a: number, b: number): number {
  let product = 0;
  for (let x = a, y = b; y !== 0; y >>= 1) {
    if ((y & 1) !== 0) product ^= x;
    x = (x << 1) ^ ((x & 0x80) !== 0 ? POLYNOMIAL : 0);
  }
  return product;
}

const MULT = Uint32Array.from(
  { length: 256 },
  (_, i) => ((times(i, 0xd0) << 24) | (times(i, 0x2b) << 16) | (times(i, 0x43) << 8) | times(i, 0x67)) >>> 0,
);

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** A cipher with its key loaded; each message loads its own initial value. Key and value: multiples of 4 octets. */
export class Sober128 {
  private readonly r = new Uint32Array(WORDS);
  /** The register after the key was loaded. */
  private readonly keyed = new Uint32Array(WORDS);
  private konst = INITIAL_KONST;

  constructor(key: Uint8Array) {
    const { r } = this;
    r[0] = r[1] = 1;
    for (let i = 2; i < WORDS; i++) r[i] = r[i - 1]! + r[i - 2]!;
    this.absorb(key);
    let konst = 0;
    do {
      this.step();
      konst = this.nonlinear();
    } while (konst >>> 24 === 0);
    this.konst = konst;
    this.keyed.set(r);
  }

  private step(): void {
    const { r } = this;
    const first = r[0]!;
    const next = r[15]! ^ r[4]! ^ (first << 8) ^ MULT[first >>> 24]!;
    r.copyWithin(0, 1);
    r[WORDS - 1] = next;
  }

  private nonlinear(): number {
    const { r } = this;
    let t = (r[0]! + r[16]!) >>> 0;
    t = (t ^ SBOX[t >>> 24]!) >>> 0;
    t = ((t >>> 8) | (t << 24)) >>> 0;
    t = (((((t + r[1]!) >>> 0) ^ this.konst) >>> 0) + r[6]!) >>> 0;
    t = (t ^ SBOX[t >>> 24]!) >>> 0;
    return (t + r[13]!) >>> 0;
  }

  private mix(): void {
    this.step();
    this.r[FOLD] = this.r[FOLD]! ^ this.nonlinear();
  }

  private absorb(bytes: Uint8Array): void {
    const { r } = this;
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      r[KEY_POSITION] = r[KEY_POSITION]! + wordAt(bytes, at);
      this.mix();
    }
    r[KEY_POSITION] = r[KEY_POSITION]! + bytes.length;
    for (let i = 0; i < WORDS; i++) this.mix();
  }

  /** Starts the keystream of a message. */
  start(iv: Uint8Array): void {
    this.r.set(this.keyed);
    this.absorb(iv);
  }

  /** The next octets of the keystream, laid over `bytes` by XOR. Call once per start(). */
  apply(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length);
    for (let at = 0; at < bytes.length; at += 4) {
      this.step();
      const word = this.nonlinear();
      for (let k = 0; k < 4 && at + k < bytes.length; k++) out[at + k] = bytes[at + k]! ^ ((word >>> (8 * k)) & 0xff);
    }
    return out;
  }
}
