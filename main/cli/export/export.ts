// totemlab export: the annotated capture.
import manifest from '../../../package.json' with { type: 'json' };
import { nsOf } from '../../../app/annotations/annotation.ts';
import { holdAgainst, type GivenLog } from '../../../app/analysis/witnesses/beside.ts';
import type { AnnotatedCapture, TimeSpan } from '../../../app/export/annotated-capture.ts';
import { wholeOf } from '../../../app/export/annotated-capture.ts';
import { conclusionsOf, prepareExport } from '../../../app/export/prepare.ts';
import { placeLogs } from '../../../app/export/log-lines.ts';
import type { PacketTable } from '../../../app/store/packet-table.ts';
import type { Row } from '../../../protocol/base/brand.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { createAtomicFile, type AtomicFile } from '../../node/files/atomic-file.ts';
import { parseArguments } from '../arguments.ts';
import { complainOfLogs, readAnnotationsOf } from './beside.ts';
import { HELP } from '../help.ts';
import { openCapture, readCapture, type OpenedCapture } from '../open-capture.ts';
import { complain, createProgress } from '../output.ts';
import { localCalendar, readLogs } from '../side-files.ts';

/** Octets that are written at once. */
const PORTION = 1 << 20;
/** Rows between two turns of signals and timers. */
const TURN_ROWS = 4096;
const NS = 1e9;

export const APPLICATION = `Totem Lab ${manifest.version}`;

function wrong(says: string): number {
  complain(says);
  return 2;
}

/** A time of `--span`: seconds since the first frame, or since 1970 with nine decimals. */
function timeOf(text: string, table: PacketTable): number | null {
  if (!/^\d{1,12}(\.\d{1,9})?$/.test(text)) return null;
  const first = table.chunks[0]?.timeNs[0] ?? 0;
  const [whole = '', part = ''] = text.split('.');
  const epochSeconds = Number(table.epochNs / 1_000_000_000n);
  // More than a year since the first frame is a time since 1970.
  if (Number(whole) >= 1e8 && epochSeconds >= 1e8)
    return Number(nsOf(`${whole}.${part.padEnd(9, '0')}`) - table.epochNs);
  return first + Math.round(Number(text) * NS);
}

/** The span of `--span FROM,TO`; null where none was asked for. */
export function spanOf(text: string | null, table: PacketTable): Result<TimeSpan | null, string> {
  if (text === null) return ok(null);
  const [from, to, ...more] = text.split(',').map((part) => timeOf(part.trim(), table));
  if (from == null || to == null || more.length > 0)
    return fail(`--span wants FROM,TO in seconds since the first frame, or since 1970, not "${text}"`);
  return to < from ? fail(`--span ends before it begins: "${text}"`) : ok({ from, to });
}

export async function exportCapture(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('export', args, {
    out: { type: 'string' },
    key: { type: 'string', multiple: true },
    log: { type: 'string', multiple: true },
    annotations: { type: 'string' },
    findings: { type: 'boolean' },
    span: { type: 'string' },
    scrub: { type: 'boolean' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text, texts } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['export']}\n`);
    return 0;
  }
  const [file, ...more] = files;
  const out = text('out');
  if (file === undefined || more.length > 0 || out === null)
    return wrong('export wants one capture and a file to write: totemlab export FILE --out FILE.pcapng');
  const logs = readLogs(texts('log'));
  if (!logs.ok) return wrong(logs.problem);
  const target = createAtomicFile(out, [
    file,
    ...texts('key'),
    ...(text('annotations') === null ? [] : [text('annotations') ?? '']),
  ]);
  if (!target.ok) return wrong(target.problem);
  const problem = await write(target.value, file, {
    keys: texts('key'),
    logs: logs.value,
    annotations: text('annotations'),
    findings: flag('findings'),
    span: text('span'),
    scrub: flag('scrub'),
  });
  if (problem === null) return 0;
  target.value.abandon();
  return wrong(problem);
}

interface Wish {
  readonly keys: readonly string[];
  readonly logs: readonly GivenLog[];
  readonly annotations: string | null;
  readonly findings: boolean;
  readonly span: string | null;
  readonly scrub: boolean;
}

/** Null, or why there is no capture now. */
async function write(file: AtomicFile, input: string, wish: Wish): Promise<string | null> {
  const opened = openCapture(input, wish.keys, true, true);
  if (!opened.ok) return opened.problem;
  const { ingest, source } = opened.value;
  const { failed, marred } = await readCapture(opened.value);
  if (failed !== null) return failed;
  if (marred !== null) complain(marred);
  const { table } = ingest;
  const span = spanOf(wish.span, table);
  if (!span.ok) return span.problem;
  const analysis = ingest.analysis();
  const conclusions = conclusionsOf(ingest, analysis);
  const annotations = readAnnotationsOf(input, wish.annotations, conclusions.annotations);
  if (!annotations.ok) return annotations.problem;
  const calendar = localCalendar(table.epochNs);
  const { reports } = holdAgainst({ logs: wish.logs, conf: null }, null, calendar, analysis, table);
  const { entries, omitted } = placeLogs(wish.logs, reports, table, span.value ?? wholeOf(table), calendar);
  complainOfLogs(reports, omitted);
  const { capture } = prepareExport(ingest, analysis, {
    annotations: annotations.value,
    hasFindings: wish.findings,
    span: span.value,
    isScrubbed: wish.scrub,
    logs: entries,
    application: APPLICATION,
  });
  const problem = await writeRows(file, capture, opened.value);
  source.close();
  if (problem !== null) return problem;
  if (capture.packets === 0 && table.length > 0)
    return 'no packet lies in that span: see the times with totemlab decode --text';
  return file.commit();
}

async function writeRows(
  file: AtomicFile,
  capture: AnnotatedCapture,
  { ingest, frame, source }: OpenedCapture,
): Promise<string | null> {
  const { table } = ingest;
  const progress = createProgress('written', source.byteLength);
  let waiting: Uint8Array[] = [capture.header()];
  let octets = 0;
  const flush = (): string | null => {
    for (const block of waiting) {
      const problem = file.write(block);
      if (problem !== null) return problem;
    }
    waiting = [];
    octets = 0;
    return null;
  };
  for (let row = 0; row < table.length; row++) {
    if (row % TURN_ROWS === 0) {
      progress.at(file.octets);
      await new Promise((done) => setImmediate(done));
    }
    if (!capture.has(row)) continue;
    const blocks = capture.row(row as Row, frame);
    waiting.push(blocks);
    octets += blocks.length;
    if (octets < PORTION) continue;
    const problem = flush();
    if (problem !== null) return problem;
  }
  waiting.push(capture.finish());
  progress.end();
  return flush();
}
