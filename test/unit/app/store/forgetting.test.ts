// A capture that goes on keeps its last rows in memory: these are what they would be if all were kept, conclusions too.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createIngest, type Ingest } from '../../../../app/session/ingest.ts';
import { CHUNK_ROWS, keptChunks, rowAt, timeOf, type PacketColumns } from '../../../../app/store/packet-store.ts';
import type { CaptureNs, Row } from '../../../../protocol/base/brand.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { repeatCapture } from '../../../bench/repeat-capture.ts';

const ROWS = 2.5 * CHUNK_ROWS;
const KEPT = 20_000;
const PORTION = 100_000;

let whole: Ingest;
let windowed: Ingest;
/** The most rows that were in memory at once. */
let most = 0;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'totem-lab-forgetting-'));
  const path = join(folder, 'long.pcap');
  repeatCapture(goldenBytes('03-corosync-kill9', 'bridge.pcap'), path, ROWS);
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true });
  whole = createIngest({ keys: [] });
  windowed = createIngest({ keys: [], rowsKept: KEPT });
  for (let at = 0; at < bytes.length; at += PORTION) {
    const portion = bytes.subarray(at, at + PORTION);
    whole.push(portion);
    windowed.push(portion);
    // As a window does, for some time: what was concluded lately is what is kept of rows that go.
    if (at > bytes.length / 2 && at % (8 * PORTION) === 0) windowed.analysis();
    most = Math.max(most, windowed.table.length - windowed.table.firstRow);
  }
  whole.finish();
  windowed.finish();
}, 120_000);

describe('a capture of which the last rows are kept', () => {
  it('numbers rows as if all were there, and keeps no more than a chunk too many', () => {
    expect(windowed.table.length).toBe(whole.table.length);
    expect(windowed.table.firstRow).toBe(2 * CHUNK_ROWS);
    expect(most).toBeLessThan(KEPT + CHUNK_ROWS + PORTION / 60);
  });

  it('holds the same in the rows that are kept', () => {
    const { table } = windowed;
    for (const { columns, base, rows } of keptChunks(table)) {
      const same = whole.table.chunks[base >>> 16];
      for (const name of Object.keys(columns) as (keyof PacketColumns)[])
        expect(
          columns[name].subarray(0, rows).every((value, i) => value === same?.[name][i]),
          name,
        ).toBe(true);
    }
  });

  it('finds times among them, and says when the capture began', () => {
    const { table } = windowed;
    expect(timeOf(table, 0)).toBe(timeOf(whole.table, 0));
    expect(rowAt(table, timeOf(table, 140_000) as CaptureNs)).toBe(
      rowAt(whole.table, timeOf(table, 140_000) as CaptureNs),
    );
    expect(rowAt(table, 0 as CaptureNs)).toBe(table.firstRow);
    expect(table.parts(0 as Row)).toEqual([0]);
  });

  it('concludes the same of all packets', () => {
    const [all, own] = [whole.analysis(), windowed.analysis()];
    expect(own.packets).toEqual(all.packets);
    expect(own.transitions).toEqual(all.transitions);
    expect(own.rings).toEqual(all.rings);
    expect(
      all.findings.filter(({ evidence }) => (evidence[0]?.frames[0] ?? CHUNK_ROWS) < CHUNK_ROWS).length,
    ).toBeGreaterThan(0);
    expect(own.findings.map(({ id, says }) => [id, says])).toEqual(all.findings.map(({ id, says }) => [id, says]));
  });
});
