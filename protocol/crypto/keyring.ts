// The keys of a session, tried on what cannot be read: several keys, every security that Corosync has, the one that
// fitted last first. Keys stay here; nothing hands them out.
import { recogniseStart, Start, looksLikeSrp } from '../totem/recognise.ts';
import { COROSYNC_2 } from '../totem/dialect.ts';
import { LegacyKey, type LegacySecurity } from './legacy.ts';
import { nobleProvider, type CryptoProvider } from './provider.ts';
import { suitesOf, type Suite, type SuiteName } from './suite.ts';

/** Keys of one session. */
export const KEYS_MAX = 16;
/** Octets of a key file that are used; real ones have 128 to 4096. */
export const KEY_OCTETS_MAX = 65_536;
/** Octets that Corosync 2 puts in clear before everything. */
const MARKER = 4;
/** Octets that a hash in clear adds behind a message: md5, sha1, sha256, sha384, sha512. */
export const hashTrailerLengths: readonly number[] = [16, 20, 32, 48, 64];

export interface Key {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Security = 'none' | LegacySecurity | SuiteName;

export interface Opened {
  readonly security: Security;
  readonly keyIndex: number;
  /** 1.x and 2.x: the SRP message. knet: the knet packet. */
  readonly clear: Uint8Array;
  /** True where a hash proved it, null where the security has none. */
  readonly authentic: true | null;
}

export interface Keyring {
  /** A datagram of Corosync 1 without recognisable start. */
  openLegacy(datagram: Uint8Array): Opened | null;
  /** A datagram of Corosync 2.2 to 2.4, marker and all. */
  openModern(datagram: Uint8Array): Opened | null;
  /** A knet datagram. */
  openKnet(datagram: Uint8Array): Opened | null;
}

interface KeyedSuite {
  readonly suite: Suite;
  readonly keyIndex: number;
}

/** Tries suites in turn; the one that fitted last comes first. */
function suiteOpener(suites: readonly KeyedSuite[], prefix: number, proves: (clear: Uint8Array) => boolean) {
  const order = [...suites];
  return (datagram: Uint8Array): Opened | null => {
    for (const [place, { suite, keyIndex }] of order.entries()) {
      const clear = suite.open(datagram, prefix);
      if (clear === null || (!suite.hasHash && !proves(clear))) continue;
      if (place > 0) order.unshift(...order.splice(place, 1));
      return { security: suite.name, keyIndex, clear, authentic: suite.hasHash ? true : null };
    }
    return null;
  };
}

const isKnet = (clear: Uint8Array): boolean => recogniseStart(clear, 0, clear.length) === Start.KNET;
const isModern = (clear: Uint8Array): boolean => looksLikeSrp(clear, COROSYNC_2);

export function createKeyring(keys: readonly Key[], provider: CryptoProvider = nobleProvider): Keyring {
  const used = keys.slice(0, KEYS_MAX).map(({ bytes }) => bytes.slice(0, KEY_OCTETS_MAX));
  const suites = used.flatMap((key, keyIndex) => suitesOf(key, provider).map((suite) => ({ suite, keyIndex })));
  const legacy = used.map((key, keyIndex) => ({ key: new LegacyKey(key, provider), keyIndex }));
  return {
    openModern: suiteOpener(suites, MARKER, isModern),
    openKnet: suiteOpener(suites, 0, isKnet),
    openLegacy(datagram) {
      for (const [place, { key, keyIndex }] of legacy.entries()) {
        const opened = key.open(datagram);
        if (opened === null) continue;
        if (place > 0) legacy.unshift(...legacy.splice(place, 1));
        return { ...opened, keyIndex, authentic: true };
      }
      return null;
    },
  };
}
