// Placement against specs/sheepdog.md 2: hashes, rings, the table of examples, and the report of 2012.
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { asciiBytes, toHex } from '../../../../protocol/base/bytes.ts';
import { addrOctets, entryText, nodeEntry, type NodeEntry } from '../../../../protocol/sheep/node-entry.ts';
import { objectIdOf, objectIdText } from '../../../../protocol/sheep/object-id.ts';
import { fnv1a, hashOfObject } from '../../../../protocol/sheep/placement/fnv.ts';
import { baseOf, buildHashRing, holdersOf, targetsOf } from '../../../../protocol/sheep/placement/hash-ring.ts';
import { vdiIdOf } from '../../../../protocol/sheep/image/vdi-bitmap.ts';

const node = (last: number, given: Partial<NodeEntry> = {}): NodeEntry =>
  nodeEntry(addrOctets(`192.168.1.${last}`) ?? new Uint8Array(16), given);
const lastOctet = ({ addr }: NodeEntry): string => `.${addr[15]}`;
const hex = (id: bigint): string => id.toString(16).padStart(16, '0');
const ringOf = (...lasts: readonly number[]) => buildHashRing(lasts.map((last) => node(last)));
const where = (ring: ReturnType<typeof ringOf>, oid: bigint, copies: number): string =>
  holdersOf(ring, oid, copies).map(lastOctet).join(' ');

describe('hashes', () => {
  test.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('FNV-1a of "%s"', (text, hash) => {
    expect(hex(fnv1a(asciiBytes(text)))).toBe(hash);
  });

  test('FNV-1a of eight zero octets, as an object id too', () => {
    expect(hex(fnv1a(new Uint8Array(8)))).toBe('a8c7f832281a39c5');
    expect(hex(hashOfObject(0n))).toBe('a8c7f832281a39c5');
  });

  test.each([
    ['VM1', 'f77447'],
    ['vm1', 'c59887'],
    ['test', '7c2b25'],
    ['test2', 'fd3815'],
    ['vm2', 'c59a3a'],
  ])('vdi id of %s', (name, vdi) => {
    expect(vdiIdOf(name).toString(16)).toBe(vdi);
  });
});

describe('hash ring', () => {
  test('zones are the last four octets', () => {
    expect([111, 112, 114].map((last) => node(last).zone)).toEqual([1862379712, 1879156928, 1912711360]);
  });

  test.each([
    [111, ['f71cd46acf749648', 'fda0c0664eebd1a1', '022f91dd2b7ec91c']],
    [112, ['7720c4e7d8a898a7', '88191a2a7b46d835', '03d41b07e59bee17']],
    [114, ['a8f7725e13461bd9', '57ba3dbcb382d95d', '2050598886ce5b01']],
  ])('virtual nodes of .%i go on in one hash', (last, ids) => {
    const all = new Set([...ringOf(last).ids].map(hex));

    expect(ids.filter((id) => !all.has(id))).toEqual([]);
    expect([...buildHashRing([node(last, { nrVnodes: 1 })]).ids].map(hex)).toEqual([ids[0]]);
  });

  test.each([
    [[111], '2de280becff210d4dfd5455dc1564fc1ca0aefdc77f27dc0d57f9e27401e5caf'],
    [[111, 112], '9d9ad1c374edbe65626ad7a574ecf2b54adcd528e1f19e2c1a2c553ceaf5f257'],
    [[111, 112, 114], '729c92b0816c6bd54b775cae42f551b2233c6b1af332d7df2609334fe74fff0d'],
    [[111, 112, 113, 114, 115], 'abec05a4451399a18b650803ff1248d74fb95dfc6d42435e1575d123b26a930f'],
  ])('of %j has the owners of the specification', (lasts, sum) => {
    const ring = ringOf(...lasts);
    const text = [...ring.ids]
      .map((id, i) => `${hex(id)} 192.168.1${lastOctet(ring.entries[ring.owners[i] ?? 0] ?? node(0))}\n`)
      .join('');

    expect(toHex(sha256(asciiBytes(text)))).toBe(sum);
  });

  test('the order in which members are given is of no matter', () => {
    expect(ringOf(114, 111, 112)).toEqual(ringOf(111, 112, 114));
  });
});

/** specs/sheepdog.md 2.4: oid, hash, base in the ring of three, copies of 3, of 2, and of 5 nodes. */
const EXAMPLES = `
80f7744700000000 ddf3d8015f677bb9 170 .111 .112 .114 | .111 .112 | .111 .112 .114
00f7744700000000 ddf358015f66a239 170 .111 .112 .114 | .111 .112 | .111 .112 .114
00f7744700000001 4652b50929eaf9e0 55 .111 .114 .112 | .111 .112 | .115 .111 .114
00f7744700000002 df872a1d5f50d8f3 171 .112 .114 .111 | .112 .111 | .112 .114 .115
00f7744700000003 ffa16f25000e7762 190 .114 .112 .111 | .112 .111 | .114 .112 .111
00f7744700000004 380cc84f71d2c0bd 44 .111 .112 .114 | .111 .112 | .111 .113 .112
00f7744700000005 171ab556eeec5d14 19 .114 .111 .112 | .111 .112 | .113 .114 .111
00f774470000000a 68afc269ff433bbb 79 .112 .114 .111 | .112 .111 | .112 .114 .113
00f7744700000064 9866e54204b45d5d 118 .114 .112 .111 | .112 .111 | .113 .114 .112
00f7744700000557 8a360f8bb755479d 107 .111 .114 .112 | .111 .112 | .111 .114 .115
00f7744700000558 ee0a055ada025cd2 180 .114 .111 .112 | .111 .112 | .114 .111 .115
00f774470000060d ed54dab9ffc4bfde 180 .114 .111 .112 | .111 .112 | .114 .111 .115
00f774470000060f 163cf244071c759c 19 .114 .111 .112 | .111 .112 | .113 .114 .111
00f7744700000610 3f65ffa4e23b0977 49 .111 .112 .114 | .111 .112 | .111 .112 .113
00f7744700000611 7cb71a916a91645a 92 .111 .112 .114 | .111 .112 | .111 .115 .112
00f7744700000612 d7f627d2f3b3d25d 169 .111 .112 .114 | .111 .112 | .115 .113 .111
00f7744700000614 9ff7e78c705163f3 127 .112 .111 .114 | .112 .111 | .115 .112 .113
00f7744700000616 6b547fbfb7339329 82 .114 .111 .112 | .111 .112 | .113 .114 .111
00f7744700000617 8cc2aa900c3961c4 109 .111 .114 .112 | .111 .112 | .115 .111 .114
80f7744800000000 2a53986026fb4c2e 35 .112 .114 .111 | .112 .111 | .112 .114 .113`;

describe('copies', () => {
  const three = ringOf(111, 112, 114);

  test('live where the specification says', () => {
    const two = ringOf(111, 112);
    const five = ringOf(111, 112, 113, 114, 115);
    const lines = EXAMPLES.trim().split('\n');

    const ours = lines.map((line) => {
      const oid = BigInt(`0x${line.slice(0, 16)}`);
      const hash = hashOfObject(oid);
      const places = [where(three, oid, 3), where(two, oid, 2), where(five, oid, 3)].join(' | ');
      return `${objectIdText(oid)} ${hex(hash)} ${baseOf(three, hash)} ${places}`;
    });

    expect(ours).toEqual(lines);
  });

  test.each([
    ['three nodes, two copies', [111, 112, 114], 2, [1369, 1408, 1319]],
    ['three nodes, one copy', [111, 112, 114], 1, [734, 601, 713]],
    ['two nodes, one copy', [111, 112], 1, [1025, 1023]],
    ['five nodes, three copies', [111, 112, 113, 114, 115], 3, [1262, 1205, 1228, 1203, 1246]],
  ])('balance: %s', (_what, lasts, copies, shares) => {
    const ring = ringOf(...lasts);
    const counts = lasts.map(() => 0);
    for (let index = 0; index < 2048; index++)
      for (const { node: at } of targetsOf(ring, objectIdOf({ kind: 'data', vdi: 0xf77447, index }), copies))
        counts[at] = (counts[at] ?? 0) + 1;

    expect(counts).toEqual(shares);
  });

  test('are not more than there are zones, and zone 0 is one of them', () => {
    const oid = 0x80f7744700000000n;
    const sameHost = [7000, 7001, 7002].map((port) => node(111, { port }));
    const zoneless = [111, 112, 114].map((last) => node(last, { zone: 0 }));
    const zoned = [1, 2, 3].map((zone) => node(111, { port: 7000 + zone, zone }));

    expect([sameHost, zoneless, zoned].map((nodes) => holdersOf(buildHashRing(nodes), oid, 3).length)).toEqual([
      1, 1, 3,
    ]);
  });

  test('of a ring without nodes are none', () => {
    expect(targetsOf(buildHashRing([]), 1n, 3)).toEqual([]);
  });
});

describe('the report of 2012', () => {
  const three = ringOf(111, 112, 114);
  const isOn111 = (index: number, kind: 'data' | 'vdi' = 'data'): boolean =>
    where(three, objectIdOf({ kind, vdi: 0xf77447, index }), 2).includes('.111');

  test('its listing is that of .111: the objects it shows, and none of those it skips', () => {
    const shown = [0x557, 0x558, 0x559, 0x55a, 0x55b, 0x55c, 0x60d, 0x60f, 0x610, 0x611, 0x612, 0x614, 0x616, 0x617];
    const skipped = [0x60e, 0x613, 0x615];

    expect(shown.filter((index) => !isOn111(index))).toEqual([]);
    expect(skipped.filter((index) => isOn111(index))).toEqual([]);
    expect(isOn111(0, 'vdi')).toBe(true);
  });

  test('its shares of 8.4 GB are 2.8, 2.9 and 2.7', () => {
    const counts = [0, 0, 0];
    for (let index = 0; index < 2048; index++)
      for (const { node: at } of targetsOf(three, objectIdOf({ kind: 'data', vdi: 0xf77447, index }), 2))
        counts[at] = (counts[at] ?? 0) + 1;
    const shares = counts.map((count) => ((8.4 * count) / (2 * 2048)).toFixed(1));

    expect(shares).toEqual(['2.8', '2.9', '2.7']);
  });
});

describe('addresses', () => {
  test.each([
    ['192.168.1.111', '000000000000000000000000c0a8016f'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::1:2', 'fe800000000000000000000000010002'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('%s', (text, octets) => {
    expect(toHex(addrOctets(text) ?? new Uint8Array(0))).toBe(octets);
    expect(entryText(nodeEntry(addrOctets(text) ?? new Uint8Array(16)))).toBe(`${text}:7000`);
  });

  test.each(['', '1.2.3', '1.2.3.400', '1:2', ':::', '1::2::3', 'host', '12345::1'])('none: "%s"', (text) => {
    expect(addrOctets(text)).toBeNull();
  });
});
