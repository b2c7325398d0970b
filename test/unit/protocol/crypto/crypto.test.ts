// The security layers: the cipher's test vector, every suite there and back, and nothing but the right key opens.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../../protocol/base/bytes.ts';
import { createKeyring } from '../../../../protocol/crypto/keyring.ts';
import { LegacyKey } from '../../../../protocol/crypto/legacy.ts';
import { nobleProvider } from '../../../../protocol/crypto/provider.ts';
import { Sober128 } from '../../../../protocol/crypto/sober128.ts';
import { suitesOf } from '../../../../protocol/crypto/suite.ts';
import { nodeProvider } from '../../../../main/node/crypto/node-provider.ts';

const count = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 255);
const KEY = count(128);
const SALT = count(16);
const MERGE = concatBytes([fromHex('020022ff02000000') ?? KEY, new Uint8Array(74)]);
const KNET = concatBytes([
  fromHex('01000001000000050000010100 00'.replace(' ', '')) ?? KEY,
  fromHex('70c00305000200000000000000010000007500000000000000') ?? KEY,
]);
const MARKER = Uint8Array.of(0xfe, 0xfe, 0, 0);

describe('SOBER-128', () => {
  it('gives the keystream of the specification (appendix A)', () => {
    const sober = new Sober128(KEY);
    sober.start(SALT);
    expect(toHex(sober.apply(new Uint8Array(48)))).toBe(
      '18a3cdc6b2622c8cb8061e5a9840578c7f1a39ae41172b6ef13b8ded10d989d9aff6969cc5c78cb836168ceb9e2b2c45',
    );
  });
});

describe('Corosync 1', () => {
  it('seals the datagram of the specification (appendix A) octet for octet', () => {
    const sealed = new LegacyKey(KEY, nobleProvider).seal(MERGE, SALT);
    expect(toHex(sealed)).toBe(
      '51cf184f52998b35f84fc32955dea45f024fa4a2000102030405060708090a0b0c0d0e0f77ef081815907252e041015d667fab42' +
        'a35e42d47f7b49103bb3cbc7a058ea7afb95a43b128f6548e24137a371fc5ef1384e637d7daa25a404a3a5e2581483d28660b093' +
        'f4fb419b7bb700d80bb48a92fe5300',
    );
  });

  it.each(['sober128-sha1', 'nss-aes128-sha1'] as const)('%s there and back', (security) => {
    const sealed = new LegacyKey(KEY, nobleProvider).seal(MERGE, SALT, security);
    const ring = createKeyring([
      { name: 'wrong', bytes: count(128).reverse() },
      { name: 'right', bytes: KEY },
    ]);
    expect(ring.openLegacy(sealed)).toEqual({ security, keyIndex: 1, clear: MERGE, authentic: true });
  });

  it('opens what OpenAIS peers send, without the type octet', () => {
    const sealed = new LegacyKey(KEY, nobleProvider).seal(MERGE, SALT).slice(0, -1);
    expect(createKeyring([{ name: 'key', bytes: KEY }]).openLegacy(sealed)?.clear).toEqual(MERGE);
  });
});

describe.each([
  ['pure', nobleProvider],
  ['node:crypto', nodeProvider],
])('suites of Corosync 2 and knet, %s', (_name, provider) => {
  const suites = suitesOf(KEY, provider);
  it('every one there and back, with both openers', () => {
    for (const suite of suites) {
      const ring = createKeyring([{ name: 'key', bytes: KEY }], provider);
      expect(ring.openModern(suite.seal(MERGE, SALT, MARKER))?.clear).toEqual(MERGE);
      const opened = ring.openKnet(suite.seal(KNET, SALT, new Uint8Array()));
      expect(opened?.clear).toEqual(KNET);
      expect(opened?.authentic).toBe(suite.hasHash ? true : null);
    }
  });

  it('no other key and no changed octet opens one with a hash', () => {
    const hashed = suites.filter(({ hasHash }) => hasHash);
    fc.assert(
      fc.property(fc.constantFrom(...hashed), fc.nat(), fc.integer({ min: 1, max: 255 }), (suite, at, by) => {
        const sealed = suite.seal(KNET, SALT, new Uint8Array());
        expect(createKeyring([{ name: 'other', bytes: count(200) }], provider).openKnet(sealed)).toBeNull();
        const changed = sealed.slice();
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ by;
        const opened = createKeyring([{ name: 'key', bytes: KEY }], provider).openKnet(changed);
        expect(opened === null || opened.authentic === null).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('any octets', () => {
  it('of any length are refused without harm', () => {
    const ring = createKeyring([
      { name: 'short', bytes: count(5) },
      { name: 'key', bytes: KEY },
    ]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        ring.openLegacy(bytes);
        ring.openModern(bytes);
        ring.openKnet(bytes);
      }),
      { numRuns: 300 },
    );
  });
});
