// Laws of the security layers: what was sealed opens again, one changed octet or another key keeps it closed, and any
// octets of any length are refused without harm. Triple DES agrees with Node's.
import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../protocol/base/bytes.ts';
import { TripleDes } from '../../protocol/crypto/des.ts';
import { createKeyring, type Security } from '../../protocol/crypto/keyring.ts';
import { nobleProvider, type CryptoProvider } from '../../protocol/crypto/provider.ts';
import { sealKnet, sealLegacy, sealModern } from '../../protocol/crypto/seal.ts';
import type { SuiteName } from '../../protocol/crypto/suite.ts';
import { nodeProvider } from '../../main/node/crypto/node-provider.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const salt = exactly(16);
const key = fc.oneof(exactly(128), exactly(256), fc.uint8Array({ minLength: 32, maxLength: 64 }));
const provider = fc.constantFrom(nobleProvider, nodeProvider);
const rest = fc.uint8Array({ minLength: 11, maxLength: 1500 });
const hash = fc.constantFrom('md5', 'sha1', 'sha256', 'sha384', 'sha512');
const suiteOf = (...ciphers: string[]) =>
  fc.tuple(fc.constantFrom(...ciphers), hash).map((names) => names.join('-') as SuiteName);

/** A header that is recognised, then anything. */
const srp = rest.map((tail) => concatBytes([Uint8Array.of(1, 2, 0x22, 0xff), tail]));
const knet = rest.map((tail) => concatBytes([Uint8Array.of(1, 0, 0, 7, 0, 0, 1, 2, 0, 0, 1, 1, 0, 0), tail]));

type Sealed = (text: Uint8Array, key: Uint8Array, salt: Uint8Array, provider: CryptoProvider) => Uint8Array | null;
type Opener = 'openLegacy' | 'openModern' | 'openKnet';
interface Kind {
  readonly opener: Opener;
  readonly suite: Security;
  readonly texts: fc.Arbitrary<Uint8Array>;
  readonly seal: Sealed;
}

const kind: fc.Arbitrary<Kind> = fc.oneof(
  fc.constantFrom('sober128-sha1', 'nss-aes128-sha1').map((suite): Kind => {
    const seal: Sealed = (text, k, s, p) => sealLegacy(text, k, s, suite, { provider: p });
    return { opener: 'openLegacy', suite, texts: srp, seal };
  }),
  suiteOf('aes256', 'aes192', 'aes128', '3des', 'none').map((suite): Kind => {
    const seal: Sealed = (text, k, s, p) => sealModern(text, k, s, suite, { provider: p });
    return { opener: 'openModern', suite, texts: srp, seal };
  }),
  suiteOf('aes256', 'aes192', 'aes128', 'none').map((suite): Kind => {
    const seal: Sealed = (text, k, s, p) => sealKnet(text, k, s, suite, { provider: p });
    return { opener: 'openKnet', suite, texts: knet, seal };
  }),
);

/** A text sealed with a key, and what shall open it. */
const sealedCase = kind.chain(({ opener, suite, texts, seal }) =>
  fc.tuple(texts, key, salt, provider).map(([text, whole, salted, used]) => {
    // Corosync 1 loads words.
    const right = opener === 'openLegacy' ? whole.slice(0, whole.length & ~3) : whole;
    const datagram = seal(text, right, salted, used);
    if (datagram === null) throw new Error('was not sealed');
    return { opener, text, suite, datagram, key: right, provider: used };
  }),
);

const plain = (bytes: Uint8Array | undefined): readonly number[] => [...(bytes ?? [])];

describe('what was sealed', () => {
  it('opens with its key among others, and stays closed to others alone', () => {
    fc.assert(
      fc.property(sealedCase, key, ({ opener, text, suite, datagram, key: right, provider: used }, wrong) => {
        fc.pre(plain(wrong).some((octet, i) => octet !== right[i] && i < 16));
        const both = createKeyring(
          [wrong, right].map((bytes) => ({ name: '', bytes })),
          used,
        );
        const opened = both[opener](datagram);
        expect(opened).toMatchObject({ security: suite, keyIndex: 1, authentic: true });
        expect(plain(opened?.clear)).toEqual(plain(text));
        expect(createKeyring([{ name: '', bytes: wrong }], used)[opener](datagram)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('stays closed after any bit of it changed, once the key is known', () => {
    fc.assert(
      fc.property(
        sealedCase,
        fc.nat(),
        fc.nat({ max: 7 }),
        ({ opener, datagram, key: right, provider: used }, at, bit) => {
          const ring = createKeyring([{ name: '', bytes: right }], used);
          expect(ring[opener](datagram)).not.toBeNull();
          // The type octet of Corosync 1 is not covered by the hash.
          const covered = opener === 'openLegacy' ? datagram.length - 1 : datagram.length;
          const changed = datagram.slice();
          changed[at % covered] = (changed[at % covered] ?? 0) ^ (1 << bit);
          expect(ring[opener](changed)).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('stays closed where it was cut off or lengthened, once the key is known', () => {
    fc.assert(
      fc.property(sealedCase, fc.nat(), ({ opener, datagram, key: right, provider: used }, at) => {
        const ring = createKeyring([{ name: '', bytes: right }], used);
        expect(ring[opener](datagram)).not.toBeNull();
        // A datagram of Corosync 1 without its type octet is one of OpenAIS.
        const cut = at % (datagram.length - 1);
        expect(ring[opener](datagram.subarray(0, cut))).toBeNull();
        expect(ring[opener](concatBytes([datagram, Uint8Array.of(at & 255)]))).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

describe('any octets', () => {
  const starts = fc.constantFrom([], [0xfe, 0xfe, 0, 0], [0xff, 0xff, 0, 0], [1, 2, 0, 0], [1, 0, 0, 1, 0, 0]);
  it('of any length and any keys are refused without harm', () => {
    fc.assert(
      fc.property(
        starts,
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.uint8Array({ maxLength: 140 }), { maxLength: 3 }),
        provider,
        (start, bytes, keys, used) => {
          const ring = createKeyring(
            keys.map((octets) => ({ name: '', bytes: octets })),
            used,
          );
          const datagram = concatBytes([Uint8Array.from(start), bytes]);
          for (const opener of ['openLegacy', 'openModern', 'openKnet'] as const)
            expect(ring[opener](datagram)?.authentic).not.toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('triple DES', () => {
  it("seals as Node's does, and opens what it sealed", () => {
    fc.assert(
      fc.property(exactly(24), exactly(8), fc.uint8Array({ maxLength: 90 }), (desKey, iv, text) => {
        const cipher = createCipheriv('des-ede3-cbc', desKey, iv);
        const expected = concatBytes([cipher.update(text), cipher.final()]);
        const des = new TripleDes(desKey);
        const ciphertext = des.cbcEncrypt(iv, text);
        expect(plain(ciphertext)).toEqual(plain(expected));
        expect(plain(des.cbcDecrypt(iv, ciphertext) ?? undefined)).toEqual(plain(text));
      }),
    );
  });
});
