// Known answers for the primitives: HMACs of RFC 2202 and 4231, AES-CBC of SP 800-38A, triple DES of SP 800-67.
import { describe, expect, it } from 'vitest';
import { asciiBytes, fromHex, toHex } from '../../../../protocol/base/bytes.ts';
import { TripleDes } from '../../../../protocol/crypto/des.ts';
import { withoutPadding } from '../../../../protocol/crypto/padding.ts';
import { nobleProvider, type HashName } from '../../../../protocol/crypto/provider.ts';
import { Sober128 } from '../../../../protocol/crypto/sober128.ts';
import { nodeProvider } from '../../../../main/node/crypto/node-provider.ts';

const octets = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (bytes === null) throw new Error(`${hex} is not hexadecimal`);
  return bytes;
};

/** Key "Jefe", message "what do ya want for nothing?". */
const HMACS: { readonly [K in HashName]: string } = {
  md5: '750c783e6ab0b503eaa86e310a5db738',
  sha1: 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
  sha256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  sha384: 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  sha512:
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
    '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
};
const HASHES = Object.keys(HMACS) as HashName[];

const IV = '000102030405060708090a0b0c0d0e0f';
const TEXT = '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51';
/** Key and the ciphertext of the first two blocks. */
const AES_CBC = [
  ['2b7e151628aed2a6abf7158809cf4f3c', '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2'],
  [
    '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b',
    '4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a',
  ],
  [
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d',
  ],
] as const;

describe.each([
  ['pure', nobleProvider],
  ['node:crypto', nodeProvider],
] as const)('%s', (_name, provider) => {
  it.each(HASHES)('HMAC of %s, message after message', (hash) => {
    const hmac = provider.hmac(hash, asciiBytes('Jefe'));
    const message = asciiBytes('what do ya want for nothing?');
    expect([toHex(hmac(message)), toHex(hmac(message))]).toEqual([HMACS[hash], HMACS[hash]]);
  });

  it('HMAC with a key longer than a block (RFC 4231, test case 6)', () => {
    const hmac = provider.hmac('sha256', new Uint8Array(131).fill(0xaa));
    expect(toHex(hmac(asciiBytes('Test Using Larger Than Block-Size Key - Hash Key First')))).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });

  it.each(AES_CBC)('AES-CBC with key %s', (key, ciphertext) => {
    const sealed = provider.aesCbcEncrypt(octets(key), octets(IV), octets(TEXT));
    expect(toHex(sealed.subarray(0, 32))).toBe(ciphertext);
    expect(sealed.length).toBe(48);
    expect(toHex(provider.aesCbcDecrypt(octets(key), octets(IV), sealed) ?? new Uint8Array())).toBe(TEXT);
  });

  it('AES-CBC gives null for wrong padding and wrong lengths', () => {
    const [key, ciphertext] = AES_CBC[0];
    const open = (hex: string) => provider.aesCbcDecrypt(octets(key), octets(IV), octets(hex));
    expect([ciphertext, '', '00', ciphertext.slice(2)].map(open)).toEqual([null, null, null, null]);
  });
});

describe('triple DES', () => {
  it('seals the blocks of SP 800-67 (appendix B)', () => {
    const des = new TripleDes(octets('0123456789abcdef23456789abcdef01456789abcdef0123'));
    const text = asciiBytes('The qufck brown fox jump');
    const blocks = [0, 8, 16].map((at) =>
      toHex(des.cbcEncrypt(new Uint8Array(8), text.subarray(at, at + 8)).slice(0, 8)),
    );
    expect(blocks).toEqual(['a826fd8ce53b855f', 'cce21c8112256fe6', '68d5c05dd9b6b900']);
  });

  it('gives null for wrong padding and wrong lengths', () => {
    const des = new TripleDes(new Uint8Array(24));
    const iv = new Uint8Array(8);
    const sealed = des.cbcEncrypt(iv, new Uint8Array(8));
    expect([0, 7, 8].map((length) => des.cbcDecrypt(iv, sealed.slice(0, length)))).toEqual([null, null, null]);
    expect(des.cbcDecrypt(iv.subarray(1), sealed)).toBeNull();
  });
});

describe('padding', () => {
  it.each([
    ['01', ''],
    ['aa0202', 'aa'],
    ['0404040404', '04'],
  ])('of %s is taken off', (padded, text) => {
    expect(toHex(withoutPadding(octets(padded), 16) ?? octets('ff'))).toBe(text);
  });

  it.each(['', '00', '0302', '05050505', '11'.repeat(17)])('of %j is none', (padded) => {
    expect(withoutPadding(octets(padded), 16)).toBeNull();
  });
});

describe('SOBER-128', () => {
  const key = Uint8Array.from({ length: 128 }, (_, i) => i);
  const stream = (sober: Sober128, length: number) => {
    sober.start(key.subarray(0, 16));
    return toHex(sober.apply(new Uint8Array(length)));
  };

  it('gives the beginning of one keystream for every length, however long', () => {
    const sober = new Sober128(key);
    const long = stream(sober, 5000);
    for (const length of [0, 1, 2, 3, 4, 5, 959, 1021, 4999])
      expect(stream(sober, length)).toBe(long.slice(0, 2 * length));
    expect(new Set(long.match(/.{32}/g)).size).toBe(312);
  });

  it('forgets the key before when it loads another', () => {
    const sober = new Sober128(new Uint8Array(16));
    stream(sober, 333);
    sober.load(key);
    expect(stream(sober, 64)).toBe(stream(new Sober128(key), 64));
  });
});
