// Writes an export of the capture that the worker has read: portion after portion, between which the worker stays
// answerable. Knows neither the file nor the page.
import type { Annotations } from '../../app/annotations/list.ts';
import { timersOf } from '../../app/analysis/report/conf.ts';
import type { ExportKind } from '../../app/ipc/contract.ts';
import { wholeOf, type TimeSpan } from '../../app/export/annotated-capture.ts';
import { placeLogs, type GivenLog, type PlacedLogs } from '../../app/export/log-lines.ts';
import { annotationComment } from '../../app/export/notes/plan.ts';
import { conclusionsOf, prepareExport } from '../../app/export/prepare.ts';
import { reportHtml } from '../../app/export/report/html.ts';
import { reportMarkdown } from '../../app/export/report/markdown.ts';
import { composeReport, framesShown } from '../../app/export/report/report.ts';
import { csvHead, csvLine } from '../../app/export/table.ts';
import { compileFilter } from '../../app/filter/filter.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import type { Ingest } from '../../app/session/ingest.ts';
import { rowsNeeded } from '../../app/session/rows-needed.ts';
import { wallClock } from '../../app/store/times.ts';
import type { Row } from '../../protocol/base/brand.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import type { FrameReader } from './filter-rows.ts';

export interface ExportOrder {
  readonly kind: ExportKind;
  readonly name: string;
  readonly annotations: Annotations;
  readonly hasFindings: boolean;
  /** Null for all of it. */
  readonly span: TimeSpan | null;
  readonly isScrubbed: boolean;
  readonly logs: readonly GivenLog[];
  readonly conf: string | null;
  /** Of a table: which packets. */
  readonly filter: string;
  /** Of a report: as Markdown rather than HTML. */
  readonly isMarkdown: boolean;
  readonly application: string;
}

/** Rows that are opened at a time. */
const PORTION = 512;

const calendarOf = (epochNs: bigint): Parameters<typeof placeLogs>[4] => {
  const year = new Date(Number(epochNs / 1_000_000n)).getFullYear();
  return ({ year: told, month, day, hour, minute, second, ms }) =>
    new Date(told ?? year, month, day, hour, minute, second, ms).getTime();
};

function placed(ingest: Ingest, { logs, span }: ExportOrder): PlacedLogs {
  const { table } = ingest;
  return placeLogs(logs, ingest.analysis(), table, span ?? wholeOf(table), calendarOf(table.epochNs));
}

async function* captureOf(ingest: Ingest, read: FrameReader, order: ExportOrder): AsyncGenerator<Uint8Array> {
  const { table } = ingest;
  const { capture, scrubber } = prepareExport(ingest, ingest.analysis(), {
    ...order,
    logs: placed(ingest, order).entries,
  });
  yield capture.header();
  for (let from = 0; from < table.length; from += PORTION) {
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

async function* reportOf(ingest: Ingest, read: FrameReader, order: ExportOrder): AsyncGenerator<Uint8Array> {
  const { table } = ingest;
  const analysis = ingest.analysis();
  const { findings } = conclusionsOf(ingest, analysis);
  const rows = framesShown(findings).filter((frame) => frame >= 1 && frame <= table.length);
  const frames = await read([...new Set(rows.flatMap((frame) => rowsNeeded(table, (frame - 1) as Row)))]);
  const { reports, entries } = placed(ingest, order);
  const isThree = analysis.nodes.some(({ dialect }) => dialect === 'corosync-3');
  const report = composeReport({
    name: order.name,
    ingest,
    analysis,
    findings,
    annotations: order.annotations,
    frame: (row) => frames.get(row) ?? new Uint8Array(),
    span: order.span ?? wholeOf(table),
    conf: order.conf === null ? null : { text: order.conf, timers: timersOf(order.conf, isThree) },
    logs: reports,
    entries,
    application: order.application,
  });
  yield new TextEncoder().encode(order.isMarkdown ? reportMarkdown(report) : reportHtml(report));
}

async function* tableOf(ingest: Ingest, read: FrameReader, order: ExportOrder): AsyncGenerator<Uint8Array> {
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
  for (let from = 0; from < table.length; from += PORTION) {
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
export function exportPortions(ingest: Ingest, read: FrameReader, order: ExportOrder): AsyncGenerator<Uint8Array> {
  if (order.kind === 'capture') return captureOf(ingest, read, order);
  return order.kind === 'report' ? reportOf(ingest, read, order) : tableOf(ingest, read, order);
}
