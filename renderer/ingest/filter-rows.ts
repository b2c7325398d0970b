// Finds the rows that a filter matches: by their columns where these tell, else by opening the rows, in portions
// between which the worker stays answerable.
import type { Filter } from '../../app/filter/filter.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { rowsNeeded } from '../../app/session/rows-needed.ts';
import type { Ingest } from '../../app/session/ingest.ts';
import { wallClock } from '../../app/store/times.ts';
import type { Row } from '../../protocol/base/brand.ts';

/** Gives the octets of frames, by row. */
export type FrameReader = (rows: readonly Row[]) => Promise<ReadonlyMap<Row, Uint8Array>>;

/** Rows that are opened at a time. */
const PORTION = 256;
/** Rows told by their columns between two breaths. */
const BREATH_ROWS = 65_536;

class RowList {
  private rows = new Uint32Array(4096);
  private length = 0;

  add(row: number): void {
    if (this.length === this.rows.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.length++] = row;
  }

  list(): Uint32Array<ArrayBuffer> {
    return this.rows.slice(0, this.length);
  }
}

async function addOpened(
  matches: RowList,
  rows: readonly Row[],
  ingest: Ingest,
  filter: Filter,
  read: FrameReader,
): Promise<void> {
  const { table } = ingest;
  const firstNs = wallClock(table.epochNs, table.chunks[0]?.timeNs[0] ?? 0);
  const frames = await read([...new Set(rows.flatMap((row) => rowsNeeded(table, row)))]);
  for (const row of rows) {
    const record = decodeRecord(ingest, row, (needed) => frames.get(needed) ?? new Uint8Array(), { data: false });
    if (record !== null && filter.matchesRecord(record, firstNs)) matches.add(row);
  }
}

/** Lets the worker answer other questions. */
const breathe = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Rows from `from` on that match, rising, and how far was looked; null where `isWanted` said no before the end. */
export async function filterRows(
  ingest: Ingest,
  filter: Filter,
  read: FrameReader,
  from: number,
  isWanted: () => boolean,
): Promise<{ readonly rows: Uint32Array<ArrayBuffer>; readonly upTo: number } | null> {
  const { table } = ingest;
  const matches = new RowList();
  let waiting: Row[] = [];
  const upTo = table.length;
  for (let row = Math.max(from, table.firstRow); row < upTo; row++) {
    const known = filter.matchesRow(table, row);
    if (known === null) waiting.push(row as Row);
    else if (known) {
      // Rows stay in order: what was to be opened before this one comes first.
      if (waiting.length > 0) await addOpened(matches, waiting, ingest, filter, read);
      waiting = [];
      matches.add(row);
    }
    if (waiting.length >= PORTION) {
      await addOpened(matches, waiting, ingest, filter, read);
      waiting = [];
    } else if (row % BREATH_ROWS !== 0) continue;
    else await breathe();
    if (!isWanted()) return null;
  }
  if (waiting.length > 0) await addOpened(matches, waiting, ingest, filter, read);
  return isWanted() ? { rows: matches.list(), upTo } : null;
}
