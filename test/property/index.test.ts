// Laws of the index pass: any portions give the same rows, any octets do no harm, and its fast reading agrees with the
// decoder on what is malformed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../protocol/base/bytes.ts';
import { decodeTotem } from '../../protocol/totem/decode.ts';
import { DIALECTS } from '../../protocol/totem/dialect.ts';
import type { IndexedMessage } from '../../app/store/indexed-message.ts';
import { PacketKind } from '../../app/store/kinds.ts';
import { readColumns } from '../../app/store/message-columns.ts';
import { PacketTable } from '../../app/store/packet-table.ts';
import { goldenBytes } from '../support/golden.ts';
import { indexBytes } from '../support/index-only.ts';

const columnsText = (table: PacketTable): string => {
  const [chunk] = table.chunks;
  if (chunk === undefined) return '';
  const { timeNs, offset, captured, kind, flags, sender, ring, seq, aru, tokenSeq, link } = chunk;
  return JSON.stringify(
    [timeNs, offset, captured, kind, flags, sender, ring, seq, aru, tokenSeq, link].map((c) => [
      ...c.subarray(0, table.length),
    ]),
  );
};

describe('portions', () => {
  it.each([1, 7, 4096])('of %i octets give the rows of the whole', (portion) => {
    for (const [scenario, file] of [
      ['08-corosync-secauth', 'bridge.pcap'],
      ['01-corosync-2-then-3', 'bridge.pcapng'],
      ['c31-knet-form3', 'brA.pcap'],
    ] as const) {
      const bytes = goldenBytes(scenario, file);
      const whole = columnsText(indexBytes(bytes).table);
      expect(columnsText(indexBytes(bytes, [], portion).table)).toBe(whole);
    }
  });
});

describe('damage', () => {
  it('of any kind never throws and keeps the rows before it', () => {
    const sources = [
      goldenBytes('c31-udp-kill9', 'brA.pcap'),
      goldenBytes('01-corosync-2-then-3', 'bridge.pcapng'),
      goldenBytes('08-corosync-secauth', 'bridge.pcap'),
    ];
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.array(fc.tuple(fc.nat(60_000), fc.nat(255)), { maxLength: 40 }),
        fc.nat(60_000),
        (which, edits, length) => {
          const source = sources[which] ?? new Uint8Array();
          const bytes = source.slice(0, Math.min(source.length, length + 100));
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
          const { table } = indexBytes(bytes);
          expect(table.length).toBeLessThanOrEqual(2000);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of random octets behind a capture header never throws', () => {
    const header = goldenBytes('c31-udp-kill9', 'brA.pcap').slice(0, 24);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (noise) => {
        indexBytes(new Uint8Array([...header, ...noise]));
      }),
    );
  });
});

describe('the fast reading', () => {
  it('agrees with the decoder on kind, place and what is malformed', () => {
    const table = new PacketTable();
    const dialects = Object.values(DIALECTS);
    const message = (bytes: Uint8Array, which: number): IndexedMessage =>
      ({ bytes, view: viewOf(bytes), at: 0, end: bytes.length, dialect: dialects[which], flags: 0 }) as IndexedMessage;
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.nat(7),
        fc.boolean(),
        fc.uint8Array({ minLength: 14, maxLength: 400 }),
        fc.nat(4),
        (which, type, isLittle, bytes, lists) => {
          const dialect = dialects[which] ?? DIALECTS['corosync-3'];
          if (which === 2) bytes.set(isLittle ? [0x70, 0xc0, 3] : [0xc0, 0x70, 3]);
          else bytes.set(isLittle ? [0x22, 0xff] : [0xff, 0x22], 2);
          bytes[dialect.at.type] = type;
          // Counts small enough to be true, half of the time.
          for (const at of [
            dialect.at.token.rtrListEntries,
            dialect.at.join.procListEntries,
            dialect.at.commit.addrEntries,
          ])
            if (lists < 3 && at + 8 <= bytes.length)
              bytes.set(isLittle ? [lists, 0, 0, 0, lists, 0, 0, 0] : [0, 0, 0, lists, 0, 0, 0, lists], at);
          const m = message(bytes, which);
          readColumns(m, table);
          const decoded = decodeTotem(bytes, 0, bytes.length, dialect);
          expect(m.kind === PacketKind.MALFORMED).toBe(!decoded.ok);
          if (!decoded.ok) return;
          const said = decoded.value.message;
          expect(m.sender).toBe(said.header.nodeid);
          if ('ringId' in said)
            expect(table.rings[m.ring]).toMatchObject({ rep: said.ringId.rep, seq: said.ringId.seq });
          if (said.type === 'orf_token')
            expect([m.seq, m.aru, m.tokenSeq]).toEqual([said.seq, said.aru, said.tokenSeq]);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
