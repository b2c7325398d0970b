// The walk round the hash ring against the table of specs/sheepdog.md 2.4, and against placement itself.
import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../protocol/base/prng.ts';
import { addrOctets, nodeEntry, type NodeEntry } from '../../../../protocol/sheep/node-entry.ts';
import { buildHashRing, targetsOf } from '../../../../protocol/sheep/placement/hash-ring.ts';
import { walkOf } from '../../../../protocol/sheep/placement/walk.ts';

const node = (last: number, zone?: number): NodeEntry =>
  nodeEntry(addrOctets(`192.168.1.${last}`) ?? new Uint8Array(16), zone === undefined ? {} : { zone });
const hosts = (ring: ReturnType<typeof buildHashRing>, oid: bigint, copies: number): string =>
  walkOf(ring, oid, copies)
    .steps.filter(({ verdict }) => verdict === 'chosen')
    .map((step) => `.${ring.entries[step.node]?.addr[15]}`)
    .join(' ');

describe('a walk', () => {
  const ring = buildHashRing([111, 112, 114].map((last) => node(last)));

  it.each([
    [0x80f7744700000000n, 'ddf3d8015f677bb9', 170, '.111 .112 .114'],
    [0x00f7744700000001n, '4652b50929eaf9e0', 55, '.111 .114 .112'],
    [0x00f7744700000003n, 'ffa16f25000e7762', 190, '.114 .112 .111'],
    [0x00f7744700000617n, '8cc2aa900c3961c4', 109, '.111 .114 .112'],
  ])('from %i begins where the table says', (oid, hash, base, order) => {
    const walk = walkOf(ring, oid, 3);

    expect(walk.hash.toString(16)).toBe(hash);
    expect(walk.steps[0]?.vnode).toBe(base);
    expect(hosts(ring, oid, 3)).toBe(order);
    expect(walk.isWrapped).toBe(false);
  });

  it('says why it passes a virtual node: the same node, or the same zone', () => {
    const zoned = buildHashRing([node(111, 1), node(112, 1), node(114, 2)]);

    const verdicts = new Set(
      Array.from({ length: 40 }, (_, i) => walkOf(zoned, BigInt(i), 2)).flatMap(({ steps }) =>
        steps.map(({ verdict }) => verdict),
      ),
    );

    expect(verdicts).toEqual(new Set(['chosen', 'same-node', 'same-zone']));
    expect(walkOf(zoned, 7n, 3).copies).toBe(2);
  });

  it('wraps behind the last virtual node', () => {
    const small = buildHashRing([nodeEntry(addrOctets('10.0.0.1') ?? new Uint8Array(16), { nrVnodes: 1 })]);
    const walks = Array.from({ length: 64 }, (_, i) => walkOf(small, BigInt(i), 1));

    expect(walks.some(({ isWrapped }) => isWrapped)).toBe(true);
    expect(walks.every(({ isWrapped, hash }) => isWrapped === hash > (small.ids[0] ?? 0n))).toBe(true);
  });

  it('ends where placement puts the copies, whatever members, zones and copies', () => {
    const random = Prng.of(6);
    for (let round = 0; round < 60; round++) {
      const members = Array.from({ length: 1 + random.below(7) }, (_, i) => node(100 + i, random.below(5)));
      const own = buildHashRing(members);
      const oid = (BigInt(random.u32()) << 32n) | BigInt(random.u32());
      const copies = 1 + random.below(4);

      const chosen = walkOf(own, oid, copies).steps.filter(({ verdict }) => verdict === 'chosen');

      expect(chosen.map((step) => ({ node: step.node, vnode: step.vnode }))).toEqual(targetsOf(own, oid, copies));
    }
  });
});
