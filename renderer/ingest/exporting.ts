// Writes an export of the capture that the worker has read: portion after portion, between which the worker stays
// answerable. Knows neither the file nor the page.
import type { Annotations } from '../../app/annotations/list.ts';
import { holdAgainst, type Given } from '../../app/analysis/witnesses/beside.ts';
import type { Calendar } from '../../app/analysis/witnesses/log-time.ts';
import type { ExportKind } from '../../app/ipc/contract.ts';
import { wholeOf, type TimeSpan } from '../../app/export/annotated-capture.ts';
import { placeLogs, type LogEntry } from '../../app/export/log-lines.ts';
import { annotationComment } from '../../app/export/notes/plan.ts';
import { conclusionsOf, prepareExport } from '../../app/export/prepare.ts';
import { concludeReport } from '../../app/export/report/conclude.ts';
import { reportHtml } from '../../app/export/report/html.ts';
import { reportMarkdown } from '../../app/export/report/markdown.ts';
import { SCRUBBED_NAME, ScrubbedCopy } from '../../app/export/scrub/scrubbed-copy.ts';
import { csvHead, csvLine } from '../../app/export/table.ts';
import { compileFilter } from '../../app/filter/filter.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import type { Ingest } from '../../app/session/ingest.ts';
import { rowsNeeded } from '../../app/session/rows-needed.ts';
import { wallClock } from '../../app/store/times.ts';
import type { Row } from '../../protocol/base/brand.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import { calendarOf } from './calendar.ts';
import type { FrameReader } from './filter-rows.ts';

export interface ExportOrder {
  readonly kind: ExportKind;
  readonly name: string;
  readonly annotations: Annotations;
  readonly hasFindings: boolean;
  /** Null for all of it. */
  readonly span: TimeSpan | null;
  readonly isScrubbed: boolean;
  /** Logs and configuration beside it. */
  readonly given: Given;
  /** Of a table: which packets. */
  readonly filter: string;
  /** Of a report: as Markdown rather than HTML. */
  readonly isMarkdown: boolean;
  readonly application: string;
}

/** A capture, and how its frames are read. */
interface Exported {
  readonly ingest: Ingest;
  readonly read: FrameReader;
  readonly order: ExportOrder;
}

/** Rows that are opened at a time. */
const PORTION = 512;

function entriesOf(ingest: Ingest, { given, span }: ExportOrder): readonly LogEntry[] {
  const { table } = ingest;
  const calendar: Calendar = calendarOf(table.epochNs);
  const { reports } = holdAgainst(given, null, calendar, ingest.analysis(), table);
  return placeLogs(given.logs, reports, table, span ?? wholeOf(table), calendar).entries;
}

async function* captureOf(ingest: Ingest, read: FrameReader, order: ExportOrder): AsyncGenerator<Uint8Array> {
  const { table } = ingest;
  const { capture, scrubber } = prepareExport(ingest, ingest.analysis(), {
    ...order,
    logs: entriesOf(ingest, order),
  });
  yield capture.header();
  for (let from = table.firstRow; from < table.length; from += PORTION) {
    const rows: Row[] = [];
    for (let row = from; row < Math.min(table.length, from + PORTION); row++)
      if (capture.has(row)) rows.push(row as Row);
    const needed = scrubber === null ? rows : [...new Set(rows.flatMap((row) => scrubber.rowsNeeded(row)))];
    const frames = await read(needed);
    const frame = (row: Row): Uint8Array => frames.get(row) ?? new Uint8Array();
    if (rows.length > 0) yield concatBytes(rows.map((row) => capture.row(row, frame)));
  }
  yield capture.finish();
}

/** What is exported instead of the capture where it is for strangers. */
async function scrubbed(ingest: Ingest, read: FrameReader, order: ExportOrder): Promise<Exported> {
  const copy = new ScrubbedCopy(ingest, order.annotations, order.application);
  const { table } = ingest;
  for (let from = table.firstRow; from < table.length; from += PORTION) {
    const rows = Array.from({ length: Math.min(PORTION, table.length - from) }, (_, i) => (from + i) as Row);
    const frames = await read([...new Set(rows.flatMap((row) => copy.needed(row)))]);
    for (const row of rows) copy.take(row, (needed) => frames.get(needed) ?? new Uint8Array());
  }
  copy.finish();
  const readCopy: FrameReader = async (rows) => {
    const frames = await read([...new Set(rows.flatMap((row) => copy.needed(copy.rowBehind(row))))]);
    return new Map(rows.map((row) => [row, copy.frame(row, (needed) => frames.get(needed) ?? new Uint8Array())]));
  };
  const { annotations } = conclusionsOf(copy.ingest, copy.ingest.analysis());
  const own = { ...order, name: SCRUBBED_NAME, given: copy.given(order.given), annotations };
  return { ingest: copy.ingest, read: readCopy, order: own };
}

async function* reportOf({ ingest, read, order }: Exported): AsyncGenerator<Uint8Array> {
  const { table } = ingest;
  const { frames: shown, compose } = concludeReport(ingest, { ...order, calendar: calendarOf(table.epochNs) });
  const frames = await read([...new Set(shown.flatMap((frame) => rowsNeeded(table, (frame - 1) as Row)))]);
  const report = compose(order.annotations, (row) => frames.get(row) ?? new Uint8Array());
  yield new TextEncoder().encode(order.isMarkdown ? reportMarkdown(report) : reportHtml(report));
}

async function* tableOf({ ingest, read, order }: Exported): AsyncGenerator<Uint8Array> {
  const { table } = ingest;
  const compiled = compileFilter(order.filter);
  if (!compiled.ok) throw new Error(`the filter, column ${compiled.problem.column}: ${compiled.problem.says}`);
  const filter = compiled.value;
  const notes = new Map<number, string[]>();
  for (const own of order.annotations)
    if (own.on.kind === 'packet') notes.set(own.on.frame, [...(notes.get(own.on.frame) ?? []), annotationComment(own)]);
  const firstNs = wallClock(table.epochNs, table.chunks[0]?.timeNs[0] ?? 0);
  const { from: first, to: last } = order.span ?? { from: -Infinity, to: Infinity };
  const encoder = new TextEncoder();
  yield encoder.encode(csvHead());
  for (let from = table.firstRow; from < table.length; from += PORTION) {
    const rows: Row[] = [];
    for (let row = from; row < Math.min(table.length, from + PORTION); row++) {
      const time = table.columnsOf(row).timeNs[row & 0xffff]!;
      if (time >= first && time <= last && filter.matchesRow(table, row) !== false) rows.push(row as Row);
    }
    const frames = await read([...new Set(rows.flatMap((row) => rowsNeeded(table, row)))]);
    let lines = '';
    for (const row of rows) {
      const record = decodeRecord(ingest, row, (needed) => frames.get(needed) ?? new Uint8Array(), { data: false });
      if (record !== null && (filter.matchesRow(table, row) === true || filter.matchesRecord(record, firstNs)))
        lines += csvLine(record, firstNs, notes.get(row + 1) ?? []);
    }
    if (lines !== '') yield encoder.encode(lines);
  }
}

/** The octets of an export, in portions. Throws an Error with a sentence where that cannot go on. */
export async function* exportPortions(
  ingest: Ingest,
  read: FrameReader,
  order: ExportOrder,
): AsyncGenerator<Uint8Array> {
  if (order.kind === 'capture') return yield* captureOf(ingest, read, order);
  const exported = order.isScrubbed ? await scrubbed(ingest, read, order) : { ingest, read, order };
  yield* order.kind === 'report' ? reportOf(exported) : tableOf(exported);
}
