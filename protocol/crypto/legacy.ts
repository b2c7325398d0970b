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
/** Octets of the key file that Corosync 1 and 2 read, though corosync-keygen of Corosync 3 writes 256. */
const KEY_FILE = 128;
const WORD = 4;
const NEWLINE = 0x0a;

export type LegacySecurity = 'sober128-sha1' | 'nss-aes128-sha1';
export interface LegacyOpened {
  readonly security: LegacySecurity;
  readonly clear: Uint8Array;
}

/** The key files that Corosync 1 and 2 may have made of this one: itself, and its beginning where it is longer. */
export function keyFileReadings(key: Uint8Array): readonly Uint8Array[] {
  return key.length > KEY_FILE ? [key, key.subarray(0, KEY_FILE)] : [key];
}

/**
 * The keys of Corosync 1 that a key file may stand for. A text, as cman handed it over, was used with NULs up to
 * (strlen + 4) & ~3 octets; a file with such a text may end in a newline that is no part of it.
 */
export function legacyReadings(key: Uint8Array): readonly Uint8Array[] {
  if (key.length >= KEY_FILE && key.length % WORD === 0) return keyFileReadings(key);
  const asText = (text: Uint8Array): Uint8Array => concatBytes([text, new Uint8Array(WORD - (text.length % WORD))]);
  const readings = [asText(key)];
  if (key.length % WORD === 0) readings.unshift(key);
  if (key.length > 1 && key[key.length - 1] === NEWLINE) readings.push(asText(key.subarray(0, -1)));
  if (key.length > KEY_FILE) readings.push(key.subarray(0, KEY_FILE));
  return readings.filter(({ length }) => length > 0);
}

interface Derived {
  readonly iv: Uint8Array;
  readonly cipherKey: Uint8Array;
  readonly hmacKey: Uint8Array;
}

/** One key of Corosync 1, a multiple of 4 octets long and not empty. */
export class LegacyKey {
  private readonly sober: Sober128;
  /** Loaded with another key for every datagram. */
  private readonly cipher = new Sober128(NOTHING);
  private readonly nssKey: Uint8Array;
  private readonly nssHmac: Hmac;
  private readonly provider: CryptoProvider;

  constructor(key: Uint8Array, provider: CryptoProvider) {
    this.provider = provider;
    this.sober = new Sober128(key);
    this.nssKey = concatBytes([key, new Uint8Array(NSS_KEY)]).slice(0, NSS_KEY);
    this.nssHmac = provider.hmac('sha1', this.nssKey);
  }

  /** Opens a datagram in the order in which a receiver does; null where no hash fits. */
  open(datagram: Uint8Array): LegacyOpened | null {
    if (datagram.length <= HEADER) return null;
    const type = datagram[datagram.length - 1];
    const body = datagram.subarray(0, datagram.length - 1);
    if (type === CRYPTO_NSS) {
      const clear = this.openNss(body);
      if (clear !== null) return { security: 'nss-aes128-sha1', clear };
    }
    const keys = this.derive(datagram.subarray(DIGEST, HEADER));
    const hmac = this.provider.hmac('sha1', keys.hmacKey);
    // Peers of OpenAIS leave the type octet out.
    const clear =
      (type === CRYPTO_SOBER ? this.openSober(body, keys, hmac) : null) ?? this.openSober(datagram, keys, hmac);
    return clear === null ? null : { security: 'sober128-sha1', clear };
  }

  private derive(salt: Uint8Array): Derived {
    this.sober.start(salt);
    const stream = this.sober.apply(NOTHING);
    return { iv: stream.subarray(0, 16), cipherKey: stream.subarray(16, 32), hmacKey: stream.subarray(32, DERIVED) };
  }

  private applySober({ cipherKey, iv }: Derived, bytes: Uint8Array): Uint8Array {
    this.cipher.load(cipherKey);
    this.cipher.start(iv);
    return this.cipher.apply(bytes);
  }

  private openSober(body: Uint8Array, keys: Derived, hmac: Hmac): Uint8Array | null {
    if (body.length <= HEADER) return null;
    if (!bytesEqual(hmac(body.subarray(DIGEST)), body.subarray(0, DIGEST))) return null;
    return this.applySober(keys, body.subarray(HEADER));
  }

  private openNss(body: Uint8Array): Uint8Array | null {
    if (body.length <= HEADER) return null;
    if (!bytesEqual(this.nssHmac(body.subarray(DIGEST)), body.subarray(0, DIGEST))) return null;
    const clear = this.provider.aesCbcDecrypt(this.nssKey, body.subarray(DIGEST, HEADER), body.subarray(HEADER));
    return clear === null || clear.length === 0 ? null : clear;
  }

  /** The datagram of a message, with its crypto type unless the sender is an OpenAIS peer. Salt: 16 octets. */
  seal(clear: Uint8Array, salt: Uint8Array, security: LegacySecurity = 'sober128-sha1', hasType = true): Uint8Array {
    if (security === 'nss-aes128-sha1') {
      const signed = concatBytes([salt, this.provider.aesCbcEncrypt(this.nssKey, salt, clear)]);
      return concatBytes([this.nssHmac(signed), signed, Uint8Array.of(CRYPTO_NSS)]);
    }
    const keys = this.derive(salt);
    const signed = concatBytes([salt, this.applySober(keys, clear)]);
    const type = hasType ? [Uint8Array.of(CRYPTO_SOBER)] : [];
    return concatBytes([this.provider.hmac('sha1', keys.hmacKey)(signed), signed, ...type]);
  }
}
