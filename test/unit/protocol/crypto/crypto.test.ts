// The security layers: the vectors of the specification, every suite there and back, and how a keyring chooses.
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../../protocol/base/bytes.ts';
import { createKeyring, hashTrailerLengths, type Security } from '../../../../protocol/crypto/keyring.ts';
import { HASHES, nobleProvider, type CryptoProvider } from '../../../../protocol/crypto/provider.ts';
import { sealKnet, sealLegacy, sealModern, type ModernForm } from '../../../../protocol/crypto/seal.ts';
import { Sober128 } from '../../../../protocol/crypto/sober128.ts';
import { CIPHERS, type SuiteName } from '../../../../protocol/crypto/suite.ts';
import { nodeProvider } from '../../../../main/node/crypto/node-provider.ts';

const count = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i & 255);
const KEY = count(128);
const SALT = count(16);
const MERGE = concatBytes([fromHex('020022ff02000000') ?? KEY, new Uint8Array(74)]);
const KNET = concatBytes([
  fromHex('01000001000000050000010100 00'.replace(' ', '')) ?? KEY,
  fromHex('70c00305000200000000000000010000007500000000000000') ?? KEY,
]);

/** Version, datagram, the part of the key file that aes256 takes; with random salts of a laboratory ring. */
const OLD_TOKENS = [
  [
    '2.0.3',
    '010200007b9edf2e56bb54ee3950be7f0136fa48efc833c05fa3eb5e1d20d319979701eb1247b7ffe394ce45c3315649' +
      '32e8befe571c31337d8b115f8ddc06809a0d233ffb82d1ddf776a3faf344065d6aac9e901e2176b00908cb48066d0a96' +
      '3a0dccbd796d6ca01cbf8b18c56f1a3f16934f33dc85952b',
    '540e0406ad6f7d25ade0485b072bddb06c01d36e29a6102288db23e7f8876306',
  ],
  [
    '2.2.0',
    'ffff0000d3a5bfbd07dc6a88312525e0bad97ec2db7199d55a0f61ab4124424cb6e59ddede2c1adceb4eba68b06d05b9' +
      '62c48750d5246704b8f573d00f6f3567041beb3eec96f0a6f1cdce542cc63bde8fa46315a934b0bf1d07fc130206ca29' +
      'bc5a6e213f926d99fd3d8beb89870680aecc6483025eb25d',
    'e4da7dd9214b8bd30327667965af96b5a67b5b4b91dce73e20e300e776b896a2',
  ],
] as const;

describe('SOBER-128', () => {
  it('gives the keystream of the specification (appendix A)', () => {
    const sober = new Sober128(KEY);
    sober.start(SALT);
    expect(toHex(sober.apply(new Uint8Array(48)))).toBe(
      '18a3cdc6b2622c8cb8061e5a9840578c7f1a39ae41172b6ef13b8ded10d989d9aff6969cc5c78cb836168ceb9e2b2c45',
    );
  });
});

/** What a seal function gave; it gives null only for keys that do not fit it. */
function sealed(datagram: Uint8Array | null): Uint8Array {
  if (datagram === null) throw new Error('was not sealed');
  return datagram;
}

const ringOf = (keys: readonly Uint8Array[], provider?: CryptoProvider) =>
  createKeyring(
    keys.map((bytes, i) => ({ name: `key ${i}`, bytes })),
    provider,
  );

const names = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];
const SUITES = names(CIPHERS).flatMap((cipher) =>
  [...names(HASHES), 'none' as const].map((hash): SuiteName => `${cipher}-${hash}`),
);
const OPENABLE = SUITES.filter((suite) => suite !== 'none-none');
const proof = (security: Security) => (security.endsWith('-none') ? null : true);

describe('Corosync 1', () => {
  it('seals the datagram of the specification (appendix A) octet for octet', () => {
    expect(toHex(sealed(sealLegacy(MERGE, KEY, SALT)))).toBe(
      '51cf184f52998b35f84fc32955dea45f024fa4a2000102030405060708090a0b0c0d0e0f77ef081815907252e041015d667fab42' +
        'a35e42d47f7b49103bb3cbc7a058ea7afb95a43b128f6548e24137a371fc5ef1384e637d7daa25a404a3a5e2581483d28660b093' +
        'f4fb419b7bb700d80bb48a92fe5300',
    );
  });

  it.each(['sober128-sha1', 'nss-aes128-sha1'] as const)('%s there and back', (security) => {
    const datagram = sealed(sealLegacy(MERGE, KEY, SALT, security));
    const ring = ringOf([count(128).reverse(), KEY]);
    expect(ring.openLegacy(datagram)).toEqual({ security, keyIndex: 1, clear: MERGE, authentic: true });
    expect(ringOf([count(128).reverse()]).openLegacy(datagram)).toBeNull();
  });

  it('opens what OpenAIS peers send, without the type octet, whatever its last octet is', () => {
    const ring = ringOf([KEY]);
    const lasts = new Set<number>();
    for (let salt = 0; salt < 600; salt++) {
      const random = Uint8Array.from(SALT, (octet, i) => (i === 0 ? salt : i === 1 ? salt >> 8 : octet));
      const datagram = sealed(sealLegacy(MERGE, KEY, random, 'sober128-sha1', { hasType: false }));
      const last = datagram.at(-1) ?? 0;
      if (salt > 8 && last > 1) continue;
      lasts.add(last);
      expect(ring.openLegacy(datagram)?.clear).toEqual(MERGE);
    }
    expect([...lasts]).toEqual(expect.arrayContaining([0, 1]));
  });

  it.each([
    ['a', 'a\0\0\0'],
    ['abc', 'abc\0'],
    ['abcd', 'abcd\0\0\0\0'],
    ['abcd', 'abcd'],
    ['abcde', 'abcde\0\0\0'],
    ['abcde\n', 'abcde\0\0\0'],
    ['abcd\n', 'abcd\0\0\0\0'],
  ])('takes the text %j as the key that cman made of it, %j', (text, used) => {
    const octets = (chars: string) => Uint8Array.from(chars, (char) => char.charCodeAt(0));
    const datagram = sealed(sealLegacy(MERGE, octets(used), SALT));
    expect(ringOf([octets(text)]).openLegacy(datagram)?.clear).toEqual(MERGE);
  });

  it('reads the first 128 octets of a longer key file', () => {
    const long = count(256).reverse();
    const datagram = sealed(sealLegacy(MERGE, long.slice(0, 128), SALT));
    expect(ringOf([long]).openLegacy(datagram)?.clear).toEqual(MERGE);
  });

  it('seals nothing with a key that the cipher cannot load', () => {
    expect([sealLegacy(MERGE, count(6), SALT), sealLegacy(MERGE, count(0), SALT)]).toEqual([null, null]);
  });
});

describe.each([
  ['pure', nobleProvider],
  ['node:crypto', nodeProvider],
] as const)('suites of Corosync 2 and knet, %s', (_name, provider) => {
  it.each(OPENABLE)('%s there and back', (suite) => {
    const expected = { security: suite, keyIndex: 1, authentic: proof(suite) };
    const keys = [count(200).reverse(), KEY];
    const modern = sealed(sealModern(MERGE, KEY, SALT, suite, { provider }));
    expect(ringOf(keys, provider).openModern(modern)).toEqual({ ...expected, clear: MERGE });
    expect(ringOf(keys.slice(0, 1), provider).openModern(modern)).toBeNull();
    if (suite.startsWith('3des')) return;
    const knet = sealed(sealKnet(KNET, KEY, SALT, suite, { provider }));
    expect(ringOf(keys, provider).openKnet(knet)).toEqual({ ...expected, clear: KNET });
    expect(ringOf(keys.slice(0, 1), provider).openKnet(knet)).toBeNull();
  });
});

describe('forms of Corosync 2', () => {
  it.each(['corosync-2.3', 'corosync-2.2', 'corosync-2.0'] as const)('%s opens', (form: ModernForm) => {
    const ring = ringOf([KEY]);
    for (const suite of OPENABLE.filter((name) => proof(name) === true)) {
      const datagram = sealed(sealModern(MERGE, KEY, SALT, suite, { form }));
      // Up to 2.2 the hash is made without the key, and proves nothing by itself.
      const authentic = form === 'corosync-2.3' || !suite.startsWith('none-') ? true : null;
      expect(ring.openModern(datagram)).toEqual({ security: suite, keyIndex: 0, clear: MERGE, authentic });
    }
  });

  it.each(['corosync-2.2', 'corosync-2.0'] as const)('%s stays closed to a wrong key', (form: ModernForm) => {
    const ring = ringOf([count(128).reverse()]);
    for (let seed = 0; seed < 600; seed++) {
      const salt = concatBytes([Uint8Array.of(seed & 255, seed >> 8), count(14)]);
      expect(ring.openModern(sealed(sealModern(MERGE, KEY, salt, 'aes256-sha1', { form })))).toBeNull();
    }
  });

  // From a ring of two that ran Corosync 2.0.3 and 2.2.0, tokens.
  it.each(OLD_TOKENS)('opens what Corosync %s sent', (_version, hex, key) => {
    const opened = ringOf([fromHex(key) ?? KEY]).openModern(fromHex(hex) ?? KEY);
    expect(opened).toMatchObject({ security: 'aes256-sha1', authentic: true });
    expect(opened?.clear.subarray(0, 4)).toEqual(Uint8Array.of(0, 0, 0x22, 0xff));
    expect(opened?.clear).toHaveLength(70);
  });

  it('has the lengths of the specification for tokens and merge detects under aes256 and sha1', () => {
    const lengthOf = (octets: number) => sealed(sealModern(new Uint8Array(octets), KEY, SALT, 'aes256-sha1')).length;
    expect([70, 83].map(lengthOf)).toEqual([120, 136]);
  });

  it('refuses other markers and pad octets that are not 0, although they were signed', () => {
    const signed = (...marker: number[]) => {
      const text = concatBytes([Uint8Array.from(marker), MERGE]);
      return concatBytes([text, nobleProvider.hmac('sha1', KEY)(text)]);
    };
    const ring = ringOf([KEY]);
    for (const other of [
      signed(0xfe, 0xff, 0, 0),
      signed(5, 2, 0, 0),
      signed(0xfe, 0xfe, 1, 0),
      signed(0xfe, 0xfe, 0, 1),
    ])
      expect(ring.openModern(other)).toBeNull();
    expect(ring.openModern(signed(0xfe, 0xfe, 0, 0))?.clear).toEqual(MERGE);
  });

  it('takes the first 128 octets of a longer key file, too', () => {
    const long = count(256).reverse();
    const datagram = sealed(sealModern(MERGE, long.slice(0, 128), SALT, 'aes256-sha1'));
    expect(ringOf([long]).openModern(datagram)?.clear).toEqual(MERGE);
  });
});

describe('a keyring', () => {
  /** The pure provider, counting its work. */
  function counted() {
    const calls = { hmac: 0, aes: 0 };
    const provider: CryptoProvider = {
      ...nobleProvider,
      hmac(hash, key) {
        const made = nobleProvider.hmac(hash, key);
        return (message) => (calls.hmac++, made(message));
      },
      aesCbcDecrypt: (...args) => (calls.aes++, nobleProvider.aesCbcDecrypt(...args)),
    };
    return { calls, provider };
  }
  const wrongKeys = Array.from({ length: 5 }, (_, i) => count(128).fill(i));

  it('costs one HMAC and one decryption once it knows what fits', () => {
    const { calls, provider } = counted();
    const ring = ringOf([...wrongKeys, KEY], provider);
    const datagram = sealed(sealKnet(KNET, KEY, SALT, 'aes192-md5'));
    ring.openKnet(datagram);
    Object.assign(calls, { hmac: 0, aes: 0 });

    expect(ring.openKnet(datagram)?.keyIndex).toBe(5);
    expect(calls).toEqual({ hmac: 1, aes: 1 });
  });

  it('spends one HMAC for each key and hash, and one decryption for each key and cipher, where nothing fits', () => {
    const { calls, provider } = counted();
    const stranger = sealed(sealKnet(KNET, KEY, SALT, 'aes256-sha256'));
    expect(ringOf(wrongKeys, provider).openKnet(stranger)).toBeNull();
    expect(calls).toEqual({ hmac: 5 * wrongKeys.length, aes: 3 * wrongKeys.length });
  });

  it('tells the cipher by what the text says, since the hash is the same under each', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const varied = Uint8Array.of(seed & 255, seed >> 8);
      const salt = concatBytes([varied, count(14)]);
      const text = concatBytes([KNET, count(7), varied]);
      const suite = seed % 2 === 0 ? 'aes128-sha1' : 'none-sha1';
      const datagram = sealed(sealKnet(text, KEY, salt, suite, { provider: nodeProvider }));
      const opened = ringOf([KEY], nodeProvider).openKnet(datagram);
      if (opened?.security !== suite) throw new Error(`seed ${seed} was taken for ${opened?.security}`);
    }
  });

  it('opens what a hash proves although nobody can read it', () => {
    const strange = count(60);
    const datagram = sealed(sealModern(strange, KEY, SALT, 'aes256-sha1'));
    expect(ringOf([KEY]).openModern(datagram)?.clear).toEqual(strange);
  });

  it('does not believe in a missing hash once a key was seen with one', () => {
    const bare = sealed(sealKnet(KNET, KEY, SALT, 'aes256-none'));
    const ring = ringOf([KEY]);
    expect(ring.openKnet(bare)?.authentic).toBeNull();
    ring.openKnet(sealed(sealKnet(KNET, KEY, SALT, 'aes256-sha256')));
    expect(ring.openKnet(bare)).toBeNull();
  });

  it('keeps its own copy of the keys', () => {
    const bytes = KEY.slice();
    const ring = ringOf([bytes], nodeProvider);
    bytes.fill(0);
    expect(ring.openKnet(sealed(sealKnet(KNET, KEY, SALT, 'aes256-sha256')))?.clear).toEqual(KNET);
  });

  it('leaves ciphers out that a key is too short for, and empty keys altogether', () => {
    const short = count(20);
    const datagram = sealed(sealKnet(KNET, short, SALT, 'aes128-sha256'));
    expect(sealKnet(KNET, short, SALT, 'aes256-sha256')).toBeNull();
    expect(ringOf([new Uint8Array(), short]).openKnet(datagram)?.keyIndex).toBe(1);
  });

  it('names the lengths that hashes have', () => {
    expect(hashTrailerLengths).toEqual(Object.values(HASHES));
  });
});
