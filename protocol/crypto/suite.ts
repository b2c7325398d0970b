// The security of Corosync 2 and of knet: a cipher in CBC mode with a salt before the text, and an HMAC behind it or
// before it, in any pairing (specs/totem.md 1.10, 1.11). Which key fits is asked in keyring.ts.
import { bytesEqual } from '../base/bytes.ts';
import { DES_BLOCK, TRIPLE_DES_KEY, TripleDes } from './des.ts';
import { AES_BLOCK, HASHES, type CryptoProvider, type HashName, type Hmac } from './provider.ts';

/** Octets of each cipher's key: the first ones of the key file. */
export const CIPHERS = { none: 0, aes256: 32, aes192: 24, aes128: 16, '3des': TRIPLE_DES_KEY } as const;
export type CipherName = keyof typeof CIPHERS;
export type SuiteHash = HashName | 'none';
export type SuiteName = `${CipherName}-${SuiteHash}`;

/** Random octets before every ciphertext; of them the cipher takes as initial value what it needs. */
export const SUITE_SALT = 16;

/** A cipher with its key. Its sealed text is salt and ciphertext, or for none the text itself. */
export interface KeyedCipher {
  readonly name: CipherName;
  /** Null where length or padding is wrong. */
  open(sealed: Uint8Array): Uint8Array | null;
  /** The ciphertext without its salt. */
  seal(salt: Uint8Array, text: Uint8Array): Uint8Array;
}

/** A cipher with the key that it takes from a key file; null where the file is too short for it. */
export function keyedCipher(name: CipherName, keyFile: Uint8Array, provider: CryptoProvider): KeyedCipher | null {
  if (keyFile.length < CIPHERS[name]) return null;
  if (name === 'none') return { name, open: (sealed) => sealed, seal: (_, text) => text };
  const key = keyFile.slice(0, CIPHERS[name]);
  const { block, decrypt, encrypt } = blockCipher(name, key, provider);
  return {
    name,
    open(sealed) {
      const octets = sealed.length - SUITE_SALT;
      if (octets < block || octets % block !== 0) return null;
      return decrypt(sealed.subarray(0, SUITE_SALT), sealed.subarray(SUITE_SALT));
    },
    seal: encrypt,
  };
}

function blockCipher(name: CipherName, key: Uint8Array, provider: CryptoProvider) {
  if (name === '3des') {
    const des = new TripleDes(key);
    return {
      block: DES_BLOCK,
      decrypt: (iv: Uint8Array, ciphertext: Uint8Array) => des.cbcDecrypt(iv, ciphertext),
      encrypt: (iv: Uint8Array, text: Uint8Array) => des.cbcEncrypt(iv, text),
    };
  }
  return {
    block: AES_BLOCK,
    decrypt: (iv: Uint8Array, ciphertext: Uint8Array) => provider.aesCbcDecrypt(key, iv, ciphertext),
    encrypt: (iv: Uint8Array, text: Uint8Array) => provider.aesCbcEncrypt(key, iv, text),
  };
}

/**
 * Where the hash stands and what it covers. behind: at the end, over everything before it. before: right behind the
 * prefix, over everything that follows it.
 */
export type HashPlace = 'behind' | 'before';

export interface SuiteOpened {
  readonly name: SuiteName;
  readonly clear: Uint8Array;
}

/** One key file under one hash, or under none, with any of several ciphers. */
export class KeyedHash {
  readonly hash: SuiteHash;
  readonly keyIndex: number;
  /** False where the hash is made without the key, so that it proves nothing of who made it. */
  readonly isKeyed: boolean;
  private readonly hmac: Hmac | null;
  private readonly octets: number;
  /** Which one was used is not said on the wire; the one that fitted last comes first. */
  private readonly ciphers: KeyedCipher[];

  constructor(
    keyFile: Uint8Array,
    keyIndex: number,
    hash: SuiteHash,
    ciphers: readonly KeyedCipher[],
    provider: CryptoProvider,
    isKeyed = true,
  ) {
    this.hash = hash;
    this.keyIndex = keyIndex;
    this.isKeyed = isKeyed && hash !== 'none';
    this.hmac = hash === 'none' ? null : provider.hmac(hash, isKeyed ? keyFile : NO_KEY);
    this.octets = hash === 'none' ? 0 : HASHES[hash];
    this.ciphers = ciphers.filter(({ name }) => hash !== 'none' || name !== 'none');
  }

  /**
   * Opens datagram[prefix …]. `proves` tells a real text from a wrongly decrypted one: a hash says that the key is
   * right but not which cipher, and padding alone fits one wrong text in 256.
   */
  open(
    datagram: Uint8Array,
    prefix: number,
    place: HashPlace,
    proves: (clear: Uint8Array) => boolean,
  ): SuiteOpened | null {
    const sealed = this.sealedText(datagram, prefix, place);
    if (sealed === null) return null;
    let unproved: SuiteOpened | null = null;
    for (let at = 0; at < this.ciphers.length; at++) {
      const cipher = this.ciphers[at] as KeyedCipher;
      const clear = cipher.open(sealed);
      if (clear === null || clear.length === 0) continue;
      const opened: SuiteOpened = { name: `${cipher.name}-${this.hash}`, clear };
      if (!proves(clear)) unproved ??= opened;
      else {
        if (at > 0) this.ciphers.unshift(...this.ciphers.splice(at, 1));
        return opened;
      }
    }
    // A member that knows the key may still send what nobody can read.
    return this.isKeyed ? unproved : null;
  }

  /** What the hash proves without the prefix, null where it proves nothing. */
  private sealedText(datagram: Uint8Array, prefix: number, place: HashPlace): Uint8Array | null {
    const { hmac, octets } = this;
    if (datagram.length <= prefix + octets) return null;
    if (hmac === null) return datagram.subarray(prefix);
    const end = datagram.length - octets;
    if (place === 'behind') {
      const digest = hmac(datagram.subarray(0, end));
      return bytesEqual(digest, datagram.subarray(end)) ? datagram.subarray(prefix, end) : null;
    }
    const text = datagram.subarray(prefix + octets);
    return bytesEqual(hmac(text), datagram.subarray(prefix, prefix + octets)) ? text : null;
  }
}

/** The key that Corosync 2.0 to 2.2 make their hashes with, instead of the key file (CVE-2013-0250). */
const NO_KEY = new Uint8Array();

/** Likely ones first. */
const HASH_ORDER: readonly SuiteHash[] = ['sha256', 'sha1', 'sha512', 'sha384', 'md5', 'none'];

/**
 * A key file under every hash, each with every one of the ciphers that the file is long enough for. isKeyed false: the
 * hashes are made without the key.
 */
export function keyedHashes(
  keyFile: Uint8Array,
  keyIndex: number,
  cipherNames: readonly CipherName[],
  provider: CryptoProvider,
  isKeyed = true,
): readonly KeyedHash[] {
  const ciphers = cipherNames.flatMap((name) => keyedCipher(name, keyFile, provider) ?? []);
  return HASH_ORDER.filter((hash) => isKeyed || hash !== 'none').map(
    (hash) => new KeyedHash(keyFile, keyIndex, hash, ciphers, provider, isKeyed),
  );
}
