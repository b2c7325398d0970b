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
import { infoOf, infoSentence, plainName } from '../../../../renderer/panels/packet-info.ts';
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
