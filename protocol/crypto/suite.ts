// The security of Corosync 2 and of knet: AES-CBC with a salt before the text and an HMAC behind it, in any pairing
// (specs/totem.md 1.10, 1.11). One suite is one cipher and one hash with one key.
import { bytesEqual, concatBytes } from '../base/bytes.ts';
import { HASHES, type CryptoProvider, type HashName, type Hmac } from './provider.ts';

export const CIPHERS = { none: 0, aes256: 32, aes192: 24, aes128: 16 } as const;
export type CipherName = keyof typeof CIPHERS;
export type SuiteName = `${CipherName}-${HashName | 'none'}`;

const SALT = 16;
const AES_BLOCK = 16;

export class Suite {
  readonly name: SuiteName;
  readonly hasHash: boolean;
  private readonly provider: CryptoProvider;
  private readonly cipherKey: Uint8Array | null;
  private readonly hmac: Hmac | null;
  private readonly hashOctets: number;

  constructor(key: Uint8Array, cipher: CipherName, hash: HashName | 'none', provider: CryptoProvider) {
    this.name = `${cipher}-${hash}`;
    this.provider = provider;
    // A key file shorter than the cipher wants cannot belong to it: such a suite opens nothing.
    this.cipherKey = cipher === 'none' ? null : key.slice(0, CIPHERS[cipher]);
    this.hmac = hash === 'none' ? null : provider.hmac(hash, key);
    this.hashOctets = hash === 'none' ? 0 : HASHES[hash];
    this.hasHash = hash !== 'none';
  }

  /** Opens datagram[prefix …]; the prefix is in clear but signed with the rest. Null where hash or padding is wrong. */
  open(datagram: Uint8Array, prefix: number): Uint8Array | null {
    const end = datagram.length - this.hashOctets;
    const salt = this.cipherKey === null ? 0 : SALT;
    const textOctets = end - prefix - salt;
    if (textOctets <= 0 || (this.cipherKey !== null && textOctets % AES_BLOCK !== 0)) return null;
    if (this.hmac !== null && !bytesEqual(this.hmac(datagram.subarray(0, end)), datagram.subarray(end))) return null;
    if (this.cipherKey === null) return datagram.subarray(prefix, end);
    const iv = datagram.subarray(prefix, prefix + SALT);
    return this.provider.aesCbcDecrypt(this.cipherKey, iv, datagram.subarray(prefix + SALT, end));
  }

  seal(clear: Uint8Array, salt: Uint8Array, prefix: Uint8Array): Uint8Array {
    const text = this.cipherKey === null ? [clear] : [salt, this.provider.aesCbcEncrypt(this.cipherKey, salt, clear)];
    const signed = concatBytes([prefix, ...text]);
    return this.hmac === null ? signed : concatBytes([signed, this.hmac(signed)]);
  }
}

/** Every suite that a key may be used in, likely ones first. */
export function suitesOf(key: Uint8Array, provider: CryptoProvider): readonly Suite[] {
  const hashes: readonly (HashName | 'none')[] = ['sha256', 'sha1', 'sha512', 'sha384', 'md5', 'none'];
  const ciphers: readonly CipherName[] = ['aes256', 'aes128', 'aes192', 'none'];
  return ciphers.flatMap((cipher) =>
    hashes
      .filter((hash) => !(cipher === 'none' && hash === 'none') && key.length >= CIPHERS[cipher])
      .map((hash) => new Suite(key, cipher, hash, provider)),
  );
}
