// Security of Corosync 1: HMAC-SHA1 (20) | salt (16) | ciphertext | crypto type (1), by SOBER128 or NSS
// (specs/totem.md 1.9). Opens and seals; which key fits is asked in keyring.ts.
import { bytesEqual, concatBytes } from '../base/bytes.ts';
import type { CryptoProvider, Hmac } from './provider.ts';
import { Sober128 } from './sober128.ts';

const DIGEST = 20;
const SALT = 16;
const HEADER = DIGEST + SALT;
/** Keystream octets that give the three keys of a datagram. */
const DERIVED = 48;
const NSS_KEY = 32;
const CRYPTO_SOBER = 0;
const CRYPTO_NSS = 1;
const NOTHING = new Uint8Array(DERIVED);

export type LegacySecurity = 'sober128-sha1' | 'nss-aes128-sha1';
export interface LegacyOpened {
  readonly security: LegacySecurity;
  readonly clear: Uint8Array;
}

/** One key of Corosync 1: the whole authkey file, or a text padded to a multiple of 4 as cman's key was. */
export class LegacyKey {
  private readonly sober: Sober128 | null;
  private readonly nssKey: Uint8Array;
  private readonly nssHmac: Hmac;
  private readonly provider: CryptoProvider;

  constructor(key: Uint8Array, provider: CryptoProvider) {
    this.provider = provider;
    // A text of any length was used with NULs up to (strlen + 4) & ~3.
    const padded = key.length % 4 === 0 ? key : concatBytes([key, new Uint8Array(4 - (key.length % 4))]);
    this.sober = padded.length === 0 ? null : new Sober128(padded);
    this.nssKey = concatBytes([key, new Uint8Array(NSS_KEY)]).subarray(0, NSS_KEY);
    this.nssHmac = provider.hmac('sha1', this.nssKey);
  }

  open(datagram: Uint8Array): LegacyOpened | null {
    if (datagram.length <= HEADER) return null;
    const type = datagram[datagram.length - 1];
    const body = datagram.subarray(0, datagram.length - 1);
    const clear = type === CRYPTO_SOBER ? this.openSober(body) : type === CRYPTO_NSS ? this.openNss(body) : null;
    if (clear !== null) return { security: type === CRYPTO_NSS ? 'nss-aes128-sha1' : 'sober128-sha1', clear };
    // Peers of OpenAIS leave the type octet out.
    const whole = this.openSober(datagram);
    return whole === null ? null : { security: 'sober128-sha1', clear: whole };
  }

  private derive(salt: Uint8Array): {
    readonly iv: Uint8Array;
    readonly cipherKey: Uint8Array;
    readonly hmacKey: Uint8Array;
  } {
    const sober = this.sober as Sober128;
    sober.start(salt);
    const stream = sober.apply(NOTHING);
    return { iv: stream.subarray(0, 16), cipherKey: stream.subarray(16, 32), hmacKey: stream.subarray(32, DERIVED) };
  }

  private openSober(body: Uint8Array): Uint8Array | null {
    if (this.sober === null || body.length < HEADER) return null;
    const { iv, cipherKey, hmacKey } = this.derive(body.subarray(DIGEST, HEADER));
    const digest = this.provider.hmac('sha1', hmacKey)(body.subarray(DIGEST));
    if (!bytesEqual(digest, body.subarray(0, DIGEST))) return null;
    const cipher = new Sober128(cipherKey);
    cipher.start(iv);
    return cipher.apply(body.subarray(HEADER));
  }

  private openNss(body: Uint8Array): Uint8Array | null {
    const digest = this.nssHmac(body.subarray(DIGEST));
    if (!bytesEqual(digest, body.subarray(0, DIGEST))) return null;
    return this.provider.aesCbcDecrypt(this.nssKey, body.subarray(DIGEST, HEADER), body.subarray(HEADER));
  }

  seal(clear: Uint8Array, salt: Uint8Array, security: LegacySecurity = 'sober128-sha1'): Uint8Array {
    if (security === 'nss-aes128-sha1') {
      const ciphertext = this.provider.aesCbcEncrypt(this.nssKey, salt, clear);
      const signed = concatBytes([salt, ciphertext]);
      return concatBytes([this.nssHmac(signed), signed, Uint8Array.of(CRYPTO_NSS)]);
    }
    const { iv, cipherKey, hmacKey } = this.derive(salt);
    const cipher = new Sober128(cipherKey);
    cipher.start(iv);
    const signed = concatBytes([salt, cipher.apply(clear)]);
    return concatBytes([this.provider.hmac('sha1', hmacKey)(signed), signed, Uint8Array.of(CRYPTO_SOBER)]);
  }
}
