// The lines of the packet table: what a packet says in the words of the field, widths, filters of cells.
import { describe, expect, it } from 'vitest';
import { PacketKind, RowFlag } from '../../../../app/store/kinds.ts';
import { compileFilter } from '../../../../app/filter/filter.ts';
import { rowFacts } from '../../../../app/session/row-facts.ts';
import type { Row } from '../../../../protocol/base/brand.ts';
import {
  cellFilter,
  COLUMN_IDS,
  columnWidths,
  FIRST_COLUMNS,
  shownColumns,
} from '../../../../renderer/panels/packets/columns.ts';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import { countText } from '../../../../renderer/panels/packets/layout.ts';
import { infoOf, infoSentence, plainName } from '../../../../renderer/panels/packet-info.ts';
import { ethernet, ipv4, pcap, udp } from '../../../support/frames.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

const golden = openBytes(goldenBytes('03-corosync-kill9', 'bridge.pcap'));
const lossy = openBytes(goldenBytes('05-corosync-loss-5pct', 'bridge.pcap.gz'));

function firstRow({ ingest: { table } }: typeof golden, fits: (kind: number, flags: number) => boolean): number {
  for (let row = 0; row < table.length; row++) {
    const { kind, flags } = table.chunks[row >>> 16] ?? {};
    if (kind !== undefined && flags !== undefined && fits(kind[row & 0xffff]!, flags[row & 0xffff]!)) return row;
  }
  throw new Error('there is no such packet');
}

function sentence(from: typeof golden, row: number, isOpened = true): string {
  const facts = isOpened ? rowFacts(from.ingest, row as Row, from.frame) : null;
  return infoSentence(infoOf(from.ingest.table, row, facts, plainName));
}

describe('a packet says', () => {
  it('a token: ring, seq, aru, and what it asks for', () => {
    const row = firstRow(lossy, (kind, flags) => kind === PacketKind.ORF_TOKEN && (flags & RowFlag.RTR) !== 0);

    expect(sentence(lossy, row)).toMatch(/^token \d+:\d+ seq \d+ aru \d+, \d+ requests?: \d+( \d+)*,/);
    expect(sentence(lossy, row, false)).toMatch(/^token \d+:\d+ seq \d+ aru \d+, asks for retransmissions, token_seq/);
  });

  it('a copy of a token that it is one', () => {
    expect(sentence(golden, 279)).not.toContain('request');
    const row = firstRow(golden, (kind, flags) => kind === PacketKind.ORF_TOKEN && (flags & RowFlag.REPEATED) !== 0);
    expect(sentence(golden, row)).toMatch(/token_seq \d+, copy of an earlier token$/);
  });

  it('a join: whom it wants and whom it gave up', () => {
    const row = firstRow(golden, (kind) => kind === PacketKind.MEMB_JOIN);

    expect(sentence(golden, row)).toMatch(/^join.*: wants \d+( \d+)*, gave up (none|\d+( \d+)*), ring_seq \d+$/);
  });

  it('a commit token: its members', () => {
    const row = firstRow(golden, (kind) => kind === PacketKind.MEMB_COMMIT_TOKEN);

    expect(sentence(golden, row)).toMatch(/^commit token \d+:\d+: members \d+ .*memb_index \d+, token_seq \d+$/);
  });

  it('an mcast: what it carries', () => {
    const row = firstRow(golden, (kind) => kind === PacketKind.MCAST);

    expect(sentence(golden, row)).toMatch(/^mcast \d+:\d+ seq \d+: .*\(\d+ octets\)/);
  });
});

describe('a packet beside Totem says', () => {
  const store = openBytes(goldenBytes('10a-sheep-vdi-c2', 'bridge.pcap.gz'));
  const all = (from: typeof golden, wanted: number): readonly string[] =>
    Array.from({ length: from.ingest.table.length }, (_, row) => row)
      .filter((row) => from.ingest.table.columnsOf(row as Row).kind[row & 0xffff] === wanted)
      .map((row) => sentence(from, row));

  it('igmp: which group is joined, left or asked for', () => {
    const said = [...all(golden, PacketKind.IGMP), ...all(store, PacketKind.IGMP)];
    expect(said.length).toBeGreaterThan(2);
    const words = /^igmp: ((wants|leaves) the multicasts of|report: (wants|leaves)) \d+\.\d+\.\d+\.\d+|asks who wants/;
    for (const text of said) expect(text).toMatch(words);
  });

  it('sheep tcp: the requests and responses that end in it, or how the connection stands', () => {
    const said = all(store, PacketKind.SHEEP_TCP);
    expect(said.some((text) => /^sheep tcp: request \w+, epoch \d+$/.test(text))).toBe(true);
    expect(said.some((text) => /^sheep tcp: response to \w+ of frame \d+: Success$/.test(text))).toBe(true);
    expect(said).toContain('sheep tcp: opens a connection');
    expect(new Set(said).size).toBeGreaterThan(20);
    expect(said.filter((text) => text.includes('requests and responses on TCP'))).toEqual([]);
  });

  it('icmp: what did not arrive, and why', () => {
    const tooLarge = [3, 4, 0, 0, 0, 0, 5, 120];
    const closed = [3, 3, 0, 0, 0, 0, 0, 0];
    const about = ipv4(udp(Uint8Array.of(1)), { to: [10, 0, 0, 2] });
    const frames = [tooLarge, closed, [8, 0, 0, 0]].map((head) =>
      ethernet(ipv4(concatBytes([Uint8Array.from(head), about]), { protocol: 1 })),
    );
    expect(all(openBytes(pcap(frames)), PacketKind.ICMP)).toEqual([
      'icmp: packet too large and not to be fragmented, at most 1400 octets pass: for a packet to 10.0.0.2 port 5405',
      'icmp: port unreachable: for a packet to 10.0.0.2 port 5405',
      'icmp: echo request',
    ]);
  });

  it.each([0, 1, 2, 7, 8, 9, 15, 20])('of any octets, cut after %i', (length) => {
    const octets = Uint8Array.from({ length }, (_, i) => (i * 89 + 0x22) & 0xff);
    for (const [protocol, kind] of [
      [1, PacketKind.ICMP],
      [2, PacketKind.IGMP],
    ] as const)
      for (const said of all(openBytes(pcap([ethernet(ipv4(octets, { protocol }))])), kind))
        expect(said).not.toMatch(/undefined|NaN/);
  });
});

it('the heading counts no more packets of Totem than there are packets', () => {
  const { table } = golden.ingest;
  const analysis = golden.ingest.analysis();
  // Rows come later than conclusions while a capture goes on.
  const behind = Object.create(table, { length: { value: 3 } }) as typeof table;
  expect(countText(behind, null, analysis)).toBe('787 packets, 763 of Totem');
});

describe('columns', () => {
  it('give filters that match their own row', () => {
    const { table } = golden.ingest;
    for (const id of COLUMN_IDS)
      for (const row of [0, 20, 274, 300]) {
        const expression = cellFilter(id, row, table);
        if (expression === null) continue;
        const filter = compileFilter(expression);
        expect(filter.ok && filter.value.matchesRow(table, row), `${id} of row ${row}: ${expression}`).not.toBe(false);
      }
  });

  it('are those that were chosen, as far as they exist', () => {
    expect(shownColumns({ shown: ['info', 'colour', 'frame'], widths: {} })).toEqual(['info', 'frame']);
    expect(shownColumns({ shown: ['colour'], widths: {} })).toEqual(FIRST_COLUMNS);
  });

  it('name addresses shortly where room is short', () => {
    expect(columnWidths({ shown: null, widths: {} }, 1400).isShort).toBe(false);
    const narrow = columnWidths({ shown: null, widths: {} }, 600);
    expect(narrow.isShort).toBe(true);
    expect(narrow.columns.reduce((sum, { width }) => sum + width, 0)).toBeLessThan(600);
  });

  it('keep the width that a person gave them; one takes what is left', () => {
    const { columns } = columnWidths({ shown: ['frame', 'seq'], widths: { frame: 90 } }, 800);

    expect(columns).toEqual([
      { id: 'frame', width: 90 },
      { id: 'seq', width: 0 },
    ]);
  });
});
