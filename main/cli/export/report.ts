// totemlab report: what happened, as one HTML or Markdown file.
import { basename } from 'node:path';
import { timersOf } from '../../../app/analysis/report/conf.ts';
import { wholeOf } from '../../../app/export/annotated-capture.ts';
import { conclusionsOf } from '../../../app/export/prepare.ts';
import { reportHtml } from '../../../app/export/report/html.ts';
import { reportMarkdown } from '../../../app/export/report/markdown.ts';
import type { Report } from '../../../app/export/report/blocks.ts';
import { composeReport } from '../../../app/export/report/report.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { STANDARD_INPUT } from '../../node/capture/byte-source.ts';
import { writeWhole } from '../../node/files/atomic-file.ts';
import { parseArguments } from '../arguments.ts';
import { placeGiven, readAnnotationsOf, readLogs } from './beside.ts';
import { APPLICATION } from './export.ts';
import { HELP } from '../help.ts';
import { openCapture, readCapture } from '../open-capture.ts';
import { complain } from '../output.ts';
import { readText } from '../side-files.ts';

function wrong(says: string): number {
  complain(says);
  return 2;
}

export async function report(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('report', args, {
    out: { type: 'string' },
    key: { type: 'string', multiple: true },
    log: { type: 'string', multiple: true },
    conf: { type: 'string' },
    annotations: { type: 'string' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text, texts } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['report']}\n`);
    return 0;
  }
  const [file, ...more] = files;
  const out = text('out');
  if (file === undefined || more.length > 0 || out === null)
    return wrong('report wants one capture and a file to write: totemlab report FILE --out FILE.html');
  const write = /\.(html?|xhtml)$/i.test(out) ? reportHtml : /\.(md|markdown)$/i.test(out) ? reportMarkdown : null;
  if (write === null) return wrong(`--out wants a name that ends in .html or .md, not "${out}"`);
  const confPath = text('conf');
  const wish = { keys: texts('key'), logs: texts('log'), conf: confPath, annotations: text('annotations') };
  const made = await compose(file, wish);
  if (!made.ok) return wrong(made.problem);
  const logPaths = wish.logs.map((own) => own.slice(own.indexOf('=') + 1));
  const inputs = [file, ...wish.keys, ...logPaths, confPath, wish.annotations].filter((own) => own !== null);
  const problem = writeWhole(out, inputs, new TextEncoder().encode(write(made.value)));
  return problem === null ? 0 : wrong(problem);
}

interface Wish {
  readonly keys: readonly string[];
  readonly logs: readonly string[];
  readonly conf: string | null;
  readonly annotations: string | null;
}

async function compose(file: string, wish: Wish): Promise<Result<Report, string>> {
  const logs = readLogs(wish.logs);
  if (!logs.ok) return logs;
  const conf = wish.conf === null ? ok(null) : readText(wish.conf);
  if (!conf.ok) return conf;
  const capture = openCapture(file, wish.keys, true, true);
  if (!capture.ok) return capture;
  const { ingest, source, frame } = capture.value;
  const { failed, marred } = await readCapture(capture.value);
  if (failed !== null) return fail(failed);
  if (marred !== null) complain(marred);
  const analysis = ingest.analysis();
  const conclusions = conclusionsOf(ingest, analysis);
  const annotations = readAnnotationsOf(file, wish.annotations, conclusions.annotations);
  if (!annotations.ok) return annotations;
  const span = wholeOf(ingest.table);
  const { reports, entries } = placeGiven(logs.value, analysis, ingest.table, span);
  const isThree = analysis.nodes.some(({ dialect }) => dialect === 'corosync-3');
  const made = composeReport({
    name: file === '-' ? STANDARD_INPUT : basename(file),
    ingest,
    analysis,
    findings: conclusions.findings,
    annotations: annotations.value,
    frame,
    span,
    conf: conf.value === null ? null : { text: conf.value, timers: timersOf(conf.value, isThree) },
    logs: reports,
    entries,
    application: APPLICATION,
  });
  source.close();
  return ok(made);
}
