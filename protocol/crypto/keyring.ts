// The keys of a session, tried on what cannot be read: several keys, every security that Corosync has, the one that
// fitted last first. Keys stay here; nothing hands them out.
import { recogniseStart, Start, looksLikeSrp } from '../totem/recognise.ts';
import { COROSYNC_2 } from '../totem/dialect.ts';
import { keyFileReadings, LegacyKey, legacyReadings, type LegacySecurity } from './legacy.ts';
import { nobleProvider, type CryptoProvider } from './provider.ts';
import { keyedHashes, type CipherName, type HashPlace, type KeyedHash, type SuiteName } from './suite.ts';

/** Keys of one session; further ones are left out. */
export const KEYS_MAX = 16;
/** Octets of a key file that are used; real ones have 128 to 4096. */
export const KEY_OCTETS_MAX = 65_536;
/** Octets that Corosync 2 puts in clear before everything. */
const MARKER = 4;
/** Codes in the marker of Corosync 2.0 and 2.1: up to 4 for a cipher, up to 5 for a hash. */
const CIPHER_CODE_MAX = 4;
const HASH_CODE_MAX = 5;
const MODERN_CIPHERS: readonly CipherName[] = ['aes256', 'aes128', 'aes192', '3des', 'none'];
const KNET_CIPHERS: readonly CipherName[] = ['aes256', 'aes128', 'aes192', 'none'];
/** Octets that a hash in clear adds behind a message: md5, sha1, sha256, sha384, sha512. */
export const hashTrailerLengths: readonly number[] = [16, 20, 32, 48, 64];

export interface Key {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Security = 'none' | LegacySecurity | SuiteName;

export interface Opened {
  readonly security: Security;
  /** Index in the keys that the keyring was made of. */
  readonly keyIndex: number;
  /** 1.x and 2.x: the SRP message. knet: the knet packet. May be a view of the datagram. */
  readonly clear: Uint8Array;
  /** True where a hash proved it, null where the security has none. */
  readonly authentic: true | null;
}

export interface Keyring {
  /** A datagram of Corosync 1 without recognisable start. */
  openLegacy(datagram: Uint8Array): Opened | null;
  /** A datagram of Corosync 2 with its marker: FE FE (2.3, 2.4), FF FF (2.2), codes of cipher and hash (2.0, 2.1). */
  openModern(datagram: Uint8Array): Opened | null;
  /** A knet datagram. */
  openKnet(datagram: Uint8Array): Opened | null;
}

type Place = readonly [prefix: number, place: HashPlace];
const KNET_PLACES: readonly Place[] = [[0, 'behind']];
const MODERN_PLACES: readonly Place[] = [[MARKER, 'behind']];
// As nodes of 2.2 (behind) and 2.0 (before) were seen to send.
const OLD_PLACES: readonly Place[] = [
  [MARKER, 'behind'],
  [MARKER, 'before'],
];
const NO_PLACES: readonly Place[] = [];

/** How a datagram of Corosync 2.3 and later may be laid out, by its marker. */
function modernPlaces([cipher, hash, pad0, pad1]: Uint8Array): readonly Place[] {
  return cipher === 0xfe && hash === 0xfe && pad0 === 0 && pad1 === 0 ? MODERN_PLACES : NO_PLACES;
}

/** The same of Corosync 2.0 to 2.2. */
function oldPlaces([cipher = 0, hash = 0, pad0, pad1]: Uint8Array): readonly Place[] {
  if (pad0 !== 0 || pad1 !== 0) return NO_PLACES;
  const isOld = (cipher === 0xff && hash === 0xff) || (cipher <= CIPHER_CODE_MAX && hash <= HASH_CODE_MAX);
  return isOld ? OLD_PLACES : NO_PLACES;
}

/**
 * Tries keys under each hash in turn, the one that fitted last first. Without a hash only padding and the text's look
 * speak for a key: that is asked last, and not of a key that has been seen under a hash, since a damaged datagram
 * would pass for one without.
 */
function suiteOpener(
  hashes: readonly KeyedHash[],
  placesOf: (datagram: Uint8Array) => readonly Place[],
  proves: (clear: Uint8Array) => boolean,
) {
  const order = hashes.filter(({ hash }) => hash !== 'none');
  let hashless = hashes.filter(({ hash }) => hash === 'none');
  let lastIndex = -1;
  return (datagram: Uint8Array): Opened | null => {
    const places = placesOf(datagram);
    for (const [prefix, place] of places)
      for (let at = 0; at < order.length; at++) {
        const keyed = order[at] as KeyedHash;
        const opened = keyed.open(datagram, prefix, place, proves);
        if (opened === null) continue;
        const { keyIndex } = keyed;
        if (at > 0) order.unshift(...order.splice(at, 1));
        if (keyIndex !== lastIndex) hashless = hashless.filter((other) => other.keyIndex !== keyIndex);
        lastIndex = keyIndex;
        const isProved = keyed.isKeyed || !opened.name.startsWith('none-');
        return { security: opened.name, keyIndex, clear: opened.clear, authentic: isProved ? true : null };
      }
    const [prefix] = places[0] ?? [];
    if (prefix === undefined) return null;
    for (const keyed of hashless) {
      const opened = keyed.open(datagram, prefix, 'behind', proves);
      if (opened !== null)
        return { security: opened.name, keyIndex: keyed.keyIndex, clear: opened.clear, authentic: null };
    }
    return null;
  };
}

function legacyOpener(keys: readonly Uint8Array[], provider: CryptoProvider) {
  const order = keys.flatMap((key, keyIndex) =>
    legacyReadings(key).map((reading) => ({ keyIndex, key: new LegacyKey(reading, provider) })),
  );
  return (datagram: Uint8Array): Opened | null => {
    for (let at = 0; at < order.length; at++) {
      const { key, keyIndex } = order[at] as (typeof order)[number];
      const opened = key.open(datagram);
      if (opened === null) continue;
      if (at > 0) order.unshift(...order.splice(at, 1));
      return { ...opened, keyIndex, authentic: true };
    }
    return null;
  };
}

const isKnet = (clear: Uint8Array): boolean => recogniseStart(clear, 0, clear.length) === Start.KNET;
const isModern = (clear: Uint8Array): boolean => looksLikeSrp(clear, COROSYNC_2);
const knetPlaces = (): readonly Place[] => KNET_PLACES;

/**
 * A keyring of at most KEYS_MAX keys, copied. Opening never throws: null says that no key fits. What fits nothing costs
 * one HMAC for each key and hash.
 */
export function createKeyring(keys: readonly Key[], provider: CryptoProvider = nobleProvider): Keyring {
  const used = keys.slice(0, KEYS_MAX).map(({ bytes }) => bytes.slice(0, KEY_OCTETS_MAX));
  const hashesOf = (
    readings: (key: Uint8Array) => readonly Uint8Array[],
    ciphers: readonly CipherName[],
    isKeyed = true,
  ): readonly KeyedHash[] =>
    used.flatMap((key, keyIndex) => {
      const hashes = (reading: Uint8Array) => keyedHashes(reading, keyIndex, ciphers, provider, isKeyed);
      return key.length === 0 ? [] : readings(key).flatMap(hashes);
    });
  const modern = hashesOf(keyFileReadings, MODERN_CIPHERS);
  const unkeyed = hashesOf(keyFileReadings, MODERN_CIPHERS, false);
  const openModern = suiteOpener(modern, modernPlaces, isModern);
  const openOld = suiteOpener([...unkeyed, ...modern], oldPlaces, isModern);
  return {
    openModern: (datagram) => openModern(datagram) ?? openOld(datagram),
    openKnet: suiteOpener(
      hashesOf((key) => [key], KNET_CIPHERS),
      knetPlaces,
      isKnet,
    ),
    openLegacy: legacyOpener(used, provider),
  };
}
