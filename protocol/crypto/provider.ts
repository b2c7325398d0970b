// The primitives that the security layers stand on, as an interface: pure ones from @noble here, faster ones may be
// injected by a host. Synchronous. Not SOBER-128 and not triple DES, which are ours and always pure.
import { cbc, unsafe } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { withoutPadding } from './padding.ts';

/** Octets of each hash's HMAC. */
export const HASHES = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
export type HashName = keyof typeof HASHES;

/** Makes the HMAC of many messages with one key. */
export type Hmac = (message: Uint8Array) => Uint8Array;

/** Keys are borrowed: whoever gives one does not change it afterwards. */
export interface CryptoProvider {
  hmac(hash: HashName, key: Uint8Array): Hmac;
  /** AES-CBC with PKCS#7 padding, key of 16, 24 or 32 octets, iv of 16; null where the padding or a length is wrong. */
  aesCbcDecrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | null;
  aesCbcEncrypt(key: Uint8Array, iv: Uint8Array, text: Uint8Array): Uint8Array;
}

const NOBLE_HASHES = { md5, sha1, sha256, sha384, sha512 };
export const AES_BLOCK = 16;

export const nobleProvider: CryptoProvider = {
  hmac(hash, key) {
    // The inner and outer states of the key are made once and copied for each message.
    const keyed = hmac.create(NOBLE_HASHES[hash] as typeof sha256, key);
    const own = keyed.clone();
    return (message) => keyed._cloneInto(own).update(message).digest();
  },
  aesCbcDecrypt(key, iv, ciphertext) {
    if (ciphertext.length === 0 || ciphertext.length % AES_BLOCK !== 0 || iv.length !== AES_BLOCK) return null;
    return withoutPadding(chained(expanded(key), iv, ciphertext), AES_BLOCK);
  },
  aesCbcEncrypt: (key, iv, text) => cbc(key, iv).encrypt(text),
};

/** Keys made ready for decryption: that takes longer than the few blocks of a token. */
const expandedKeys = new WeakMap<Uint8Array, Uint32Array>();

function expanded(key: Uint8Array): Uint32Array {
  let words = expandedKeys.get(key);
  if (words === undefined) {
    words = unsafe.expandKeyDecLE(key);
    expandedKeys.set(key, words);
  }
  return words;
}

const word = (b: Uint8Array, at: number): number =>
  b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24);

function putWord(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
  b[at + 1] = value >>> 8;
  b[at + 2] = value >>> 16;
  b[at + 3] = value >>> 24;
}

/** Decrypts whole blocks, each mixed with the one before it (CBC). */
function chained(key: Uint32Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const clear = new Uint8Array(ciphertext.length);
  let [a, b, c, d] = [word(iv, 0), word(iv, 4), word(iv, 8), word(iv, 12)];
  for (let at = 0; at < ciphertext.length; at += AES_BLOCK) {
    const [e, f] = [word(ciphertext, at), word(ciphertext, at + 4)];
    const [g, h] = [word(ciphertext, at + 8), word(ciphertext, at + 12)];
    const { s0, s1, s2, s3 } = unsafe.decrypt(key, e, f, g, h);
    putWord(clear, at, s0 ^ a);
    putWord(clear, at + 4, s1 ^ b);
    putWord(clear, at + 8, s2 ^ c);
    putWord(clear, at + 12, s3 ^ d);
    [a, b, c, d] = [e, f, g, h];
  }
  return clear;
}
