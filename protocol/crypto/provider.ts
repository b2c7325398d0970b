// The primitives that the security layers stand on, as an interface: pure ones from @noble here, faster ones may be
// injected by a host. Synchronous. Not SOBER-128 and not triple DES, which are ours and always pure.
import { cbc } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { withoutPadding } from './padding.ts';

/** Octets of each hash's HMAC. */
export const HASHES = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
export type HashName = keyof typeof HASHES;

/** Makes the HMAC of many messages with one key. */
export type Hmac = (message: Uint8Array) => Uint8Array;

/** Keys are borrowed: whoever makes an Hmac does not change its key afterwards. */
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
    return (message) => keyed.clone().update(message).digest();
  },
  aesCbcDecrypt(key, iv, ciphertext) {
    if (ciphertext.length === 0 || ciphertext.length % AES_BLOCK !== 0) return null;
    const padded = cbc(key, iv, { disablePadding: true }).decrypt(ciphertext);
    return withoutPadding(padded, AES_BLOCK);
  },
  aesCbcEncrypt: (key, iv, text) => cbc(key, iv).encrypt(text),
};
