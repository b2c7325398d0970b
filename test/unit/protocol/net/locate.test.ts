// Where the payload of a frame lies, for every link type; and the joining of fragments. Frames made by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import { netLayers } from '../../../../protocol/dissect/net-layers.ts';
import { ipv6Text } from '../../../../protocol/base/ip-text.ts';
import { createAddressTable } from '../../../../protocol/net/addresses.ts';
import { createIpReassembly } from '../../../../protocol/net/ip-reassembly.ts';
import { createLocated, locate, What } from '../../../../protocol/net/locate.ts';
import { TcpOrder } from '../../../../protocol/net/tcp-order.ts';
import { ethernet, ipv4, ipv6, udp } from '../../../support/frames.ts';

const PAYLOAD = Uint8Array.of(0x70, 0xc0, 3, 0, 0);
const DATAGRAM = ipv4(udp(PAYLOAD));
const DATAGRAM6 = ipv6(udp(PAYLOAD));

function payloadOf(
  frame: Uint8Array,
  linktype: number,
): { readonly what: number; readonly payload: number[]; readonly sport: number } {
  const out = createLocated();
  locate(frame, 0, frame.length, linktype, out);
  return { what: out.what, payload: [...frame.subarray(out.payloadStart, out.payloadEnd)], sport: out.sport };
}

const found = { what: What.UDP, payload: [...PAYLOAD], sport: 5404 };
const cooked = (octets: number, protocolAt: number, type: number): Uint8Array => {
  const head = new Uint8Array(octets);
  head.set([type >> 8, type & 255], protocolAt);
  return head;
};

describe('locate', () => {
  it.each([
    ['Ethernet', ethernet(DATAGRAM), 1],
    ['Ethernet with padding', concatBytes([ethernet(DATAGRAM), new Uint8Array(13)]), 1],
    ['one VLAN tag', ethernet(DATAGRAM, 0x0800, [5]), 1],
    ['two VLAN tags', ethernet(DATAGRAM, 0x0800, [5, 6]), 1],
    ['IPv6', ethernet(DATAGRAM6, 0x86dd), 1],
    [
      'IPv6 with a hop-by-hop header',
      ethernet(ipv6(concatBytes([Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0), udp(PAYLOAD)]), 0), 0x86dd),
      1,
    ],
    ['Linux cooked', concatBytes([cooked(16, 14, 0x0800), DATAGRAM]), 113],
    ['Linux cooked v2', concatBytes([cooked(20, 0, 0x0800), DATAGRAM]), 276],
    ['BSD loopback, host order', concatBytes([Uint8Array.of(2, 0, 0, 0), DATAGRAM]), 0],
    ['BSD loopback, network order', concatBytes([Uint8Array.of(0, 0, 0, 30), DATAGRAM6]), 108],
    ['raw IP', DATAGRAM, 101],
    ['raw IPv6', DATAGRAM6, 229],
  ])('%s', (_name, frame, linktype) => {
    expect(payloadOf(frame, linktype)).toEqual(found);
  });

  it('takes a UDP length that says too much for what there is', () => {
    const lying = ipv4(udp(PAYLOAD));
    lying.set([0xff, 0xff], 24);
    expect(payloadOf(ethernet(lying), 1)).toEqual(found);
  });

  it('tells fragments, of which the first has ports', () => {
    const first = payloadOf(ethernet(ipv4(udp(PAYLOAD), { fragment: 0x2000 })), 1);
    const later = payloadOf(ethernet(ipv4(PAYLOAD, { fragment: 185 })), 1);
    expect([first.what, first.sport]).toEqual([What.UDP_FRAGMENT, 5404]);
    expect([later.what, later.sport]).toEqual([What.UDP_FRAGMENT, -1]);
  });

  it('never reads outside, whatever the octets, and its layers neither', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276, 999),
        (frame, linktype) => {
          const out = createLocated();
          locate(frame, 0, frame.length, linktype, out);
          expect(out.payloadEnd).toBeLessThanOrEqual(frame.length);
          if (out.what === What.UDP) expect(out.payloadStart).toBeLessThanOrEqual(out.payloadEnd);
          netLayers(frame, linktype, 0);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('addresses', () => {
  it('have texts as people write them', () => {
    const bytes = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(ipv6Text(bytes, 0)).toBe('2001:db8::1');
    expect(ipv6Text(new Uint8Array(16), 0)).toBe('::');
    const table = createAddressTable();
    const id = table.idOf(Uint8Array.of(10, 0, 0, 1), 0, 4);
    expect(table.text(id)).toBe('10.0.0.1');
    expect(table.idOf(Uint8Array.of(10, 0, 0, 1), 0, 4)).toBe(id);
    expect(table.text(table.idOf(bytes, 0, 6))).toBe('2001:db8::1');
  });
});

describe('IP reassembly', () => {
  it('joins fragments in any order, repeats and all', () => {
    const whole = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), fc.boolean(), (eighths, order, repeats) => {
        const pieces: { at: number; bytes: Uint8Array; more: boolean }[] = [];
        let at = 0;
        for (const [i, size] of eighths.entries()) {
          const more = i < eighths.length - 1;
          pieces.push({ at, bytes: whole.slice(at, at + size * 8), more });
          at += size * 8;
        }
        const total = Math.min(at, whole.length);
        const usable = pieces.filter((piece) => piece.at < total);
        const last = usable.at(-1);
        if (last !== undefined) last.more = false;
        const shuffled = [...usable, ...(repeats ? usable.slice(0, 1) : [])].map((piece) => ({
          piece,
          key: order.next().value as number,
        }));
        shuffled.sort((a, b) => a.key - b.key);
        const reassembly = createIpReassembly();
        let joined: Uint8Array | null = null;
        for (const [row, { piece }] of shuffled.entries()) {
          const located = {
            ...createLocated(),
            ipId: 7,
            protocol: 17,
            fragOffset: piece.at,
            moreFragments: piece.more,
            payloadLength: piece.bytes.length,
          };
          const result = reassembly.push(row, row, 1, 2, located, piece.bytes, 0, piece.bytes.length);
          joined ??= result?.payload ?? null;
        }
        expect(joined).toEqual(whole.slice(0, total));
      }),
      { numRuns: 200 },
    );
  });

  it('gives up a flood without growing', () => {
    const reassembly = createIpReassembly();
    const bytes = new Uint8Array(1480);
    for (let i = 0; i < 20_000; i++) {
      const located = {
        ...createLocated(),
        ipId: i,
        protocol: 17,
        fragOffset: 0,
        moreFragments: true,
        payloadLength: 1480,
      };
      expect(reassembly.push(i, i, 1, 2, located, bytes, 0, 1480)).toBeNull();
    }
  });
});

describe('TCP order', () => {
  it('puts segments in order, drops repeats, tells gaps', () => {
    const seen: string[] = [];
    const order = new TcpOrder((octets, length) =>
      seen.push(octets === null ? `gap ${length}` : String.fromCharCode(...octets)),
    );
    const segment = (seq: number, text: string, length = text.length): void =>
      order.segment(
        seq,
        Uint8Array.from(text, (char) => char.charCodeAt(0)),
        length,
        0,
      );
    order.starts(0xfffffffd);
    segment(0xfffffffe, 'abc');
    segment(4, 'gh');
    segment(1, 'def');
    segment(1, 'def');
    segment(5, 'hij', 5);
    expect(seen).toEqual(['abc', 'def', 'gh', 'ij', 'gap 2']);
  });
});
