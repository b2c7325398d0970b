// Filter expressions: what they match in a real capture, that rows and records agree, and what is said of wrong ones.
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../protocol/base/brand.ts';
import { compileFilter } from '../../../../app/filter/filter.ts';
import { decodeRecord } from '../../../../app/session/decode-record.ts';
import { wallClock } from '../../../../app/store/times.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

const { ingest, frame } = openBytes(goldenBytes('c31-udp-kill9', 'brA.pcap'), [], false);
const { table } = ingest;
const firstNs = wallClock(table.epochNs, table.chunks[0]?.timeNs[0] ?? 0);

/** Frames that match; fails where columns and record disagree. */
function frames(text: string): readonly number[] {
  const filter = compileFilter(text);
  if (!filter.ok) throw new Error(filter.problem.says);
  const found: number[] = [];
  for (let row = 0; row < table.length; row++) {
    const record = decodeRecord(ingest, row as Row, frame, { data: false });
    const byRecord = record !== null && filter.value.matchesRecord(record, firstNs);
    const byRow = filter.value.matchesRow(table, row);
    if (byRow !== null) expect(byRow, `frame ${row + 1} of ${text}`).toBe(byRecord);
    if (byRecord) found.push(row + 1);
  }
  return found;
}

describe('matches', () => {
  it.each([
    ['', 540],
    ['totem.kind == orf_token', 356],
    ['kind == memb_join', 92],
    ['totem.kind in {memb_join, memb_commit_token}', 106],
    ['not totem.kind == orf_token', 184],
    ['totem.kind != orf_token', 184],
    ['totem.ring_id == "1:17"', 0],
    ['totem.kind == orf_token and totem.ring_id == 1:17', 96],
    ['frame < 10', 9],
    ['frame >= 10 && frame <= 12', 3],
    ['time < 0', 0],
    ['totem.rtr_list', 0],
    ['totem.failed_list', 1],
    ['src contains 10.77.0.3 and !(totem.kind == orf_token)', 0],
  ])('%s', (text, count) => {
    const found = frames(text).length;
    // Counts that depend on this capture's details are only held to be the same by rows and records.
    if (count > 0) expect(found).toBeGreaterThan(0);
    if (
      [
        '',
        'totem.kind == orf_token',
        'kind == memb_join',
        'frame < 10',
        'frame >= 10 && frame <= 12',
        'time < 0',
      ].includes(text)
    )
      expect(found).toBe(count);
  });

  it('an element of a list, and != of none of them', () => {
    const third = frames('totem.proc_list.nodeid == 3');
    const without = frames('totem.proc_list.nodeid != 3');
    const joins = frames('totem.proc_list');
    expect(third.length + without.length).toBe(joins.length);
    expect(third.length).toBeGreaterThan(0);
  });

  it('a node in any role', () => {
    expect(frames('node == 3').length).toBeGreaterThan(frames('totem.header.nodeid == 3').length);
  });
});

describe('says what is wrong', () => {
  it.each([
    ['totem.kimd == mcast', 1, 'there is no field "totem.kimd"; did you mean totem.kind'],
    ['foo', 1, 'there is no field "foo"'],
    ['totem.kind = memb_join', 12, '"=" means nothing here: equal is =='],
    ['totem.kind == memb_jion', 15, 'there is no kind "memb_jion"; did you mean memb_join?'],
    ['kind == token', 9, 'there is no kind "token"; did you mean orf_token?'],
    ['kind in {mcast, "hold cancel"}', 17, 'did you mean token_hold_cancel?'],
    ['kind != zebra', 9, 'it is one of orf_token, mcast,'],
    ['totem.seq ==', 13, 'a value is missing'],
    ['totem.seq == 1 totem.aru', 16, 'does not belong here'],
    ['(totem.seq == 1', 16, 'the parenthesis at column 1 is not closed'],
    ['src == "10.77', 8, 'has no closing "'],
    ['totem.seq in 3', 14, '"in" wants a list'],
    ['and', 1, 'there is no field "and"'],
  ])('%s', (text, column, says) => {
    const filter = compileFilter(text);
    expect(filter.ok).toBe(false);
    if (filter.ok) return;
    expect(filter.problem.column).toBe(column);
    expect(filter.problem.says).toContain(says);
  });

  it('and does not follow parentheses for ever', () => {
    expect(compileFilter('('.repeat(200) + 'frame' + ')'.repeat(200)).ok).toBe(false);
  });
});
