// Seals messages as nodes of each generation do: for tests and for simulated nodes. Opening is in keyring.ts. The salt
// comes from the caller, since nothing random lives here.
import { concatBytes } from '../base/bytes.ts';
import { LegacyKey, type LegacySecurity } from './legacy.ts';
import { nobleProvider, type CryptoProvider } from './provider.ts';
import { keyedCipher, type CipherName, type SuiteHash, type SuiteName } from './suite.ts';

/** Forms of the header of Corosync 2: the marker of 2.3, that of 2.2, or the codes of 2.0 with the hash in front. */
export type ModernForm = 'corosync-2.3' | 'corosync-2.2' | 'corosync-2.0';

const CIPHER_CODES: readonly CipherName[] = ['none', 'aes256', 'aes192', 'aes128', '3des'];
const HASH_CODES: readonly SuiteHash[] = ['none', 'md5', 'sha1', 'sha256', 'sha384', 'sha512'];

export interface SealOptions {
  readonly provider?: CryptoProvider;
}

function namesOf(suite: SuiteName): readonly [CipherName, SuiteHash] {
  const [cipher, hash] = suite.split('-') as [CipherName, SuiteHash];
  return [cipher, hash];
}

/** Salt and ciphertext, or the message itself; null where the key is too short for the cipher. */
function sealedText(
  message: Uint8Array,
  key: Uint8Array,
  salt: Uint8Array,
  cipher: CipherName,
  provider: CryptoProvider,
): Uint8Array | null {
  const keyed = keyedCipher(cipher, key, provider);
  if (keyed === null) return null;
  return cipher === 'none' ? message : concatBytes([salt, keyed.seal(salt, message)]);
}

/**
 * The datagram of Corosync 1 (specs/totem.md 1.9). Key: not empty and a multiple of 4 octets, else null. Salt: 16
 * octets. hasType false: as an OpenAIS peer sends it.
 */
export function sealLegacy(
  message: Uint8Array,
  key: Uint8Array,
  salt: Uint8Array,
  security: LegacySecurity = 'sober128-sha1',
  { provider = nobleProvider, hasType = true }: SealOptions & { readonly hasType?: boolean } = {},
): Uint8Array | null {
  if (key.length === 0 || key.length % 4 !== 0) return null;
  return new LegacyKey(key, provider).seal(message, salt, security, hasType);
}

/** The datagram of Corosync 2 with its marker (specs/totem.md 1.10). Salt: 16 octets. Null where the key is short. */
export function sealModern(
  message: Uint8Array,
  key: Uint8Array,
  salt: Uint8Array,
  suite: SuiteName,
  { provider = nobleProvider, form = 'corosync-2.3' }: SealOptions & { readonly form?: ModernForm } = {},
): Uint8Array | null {
  const [cipher, hash] = namesOf(suite);
  const text = sealedText(message, key, salt, cipher, provider);
  if (text === null) return null;
  // Up to 2.2 the key was left out of the hash (CVE-2013-0250).
  const hmacKey = form === 'corosync-2.3' ? key : new Uint8Array();
  const hmac = hash === 'none' ? () => new Uint8Array() : provider.hmac(hash, hmacKey);
  if (form === 'corosync-2.0') {
    const codes = Uint8Array.of(CIPHER_CODES.indexOf(cipher), HASH_CODES.indexOf(hash), 0, 0);
    return concatBytes([codes, hmac(text), text]);
  }
  const marker = form === 'corosync-2.3' ? 0xfe : 0xff;
  const signed = concatBytes([Uint8Array.of(marker, marker, 0, 0), text]);
  return concatBytes([signed, hmac(signed)]);
}

/** The datagram of knet (specs/totem.md 1.11). Salt: 16 octets. Null where the key is too short. */
export function sealKnet(
  packet: Uint8Array,
  key: Uint8Array,
  salt: Uint8Array,
  suite: SuiteName,
  { provider = nobleProvider }: SealOptions = {},
): Uint8Array | null {
  const [cipher, hash] = namesOf(suite);
  const signed = sealedText(packet, key, salt, cipher, provider);
  if (signed === null || hash === 'none') return signed;
  return concatBytes([signed, provider.hmac(hash, key)(signed)]);
}
