// totemlab report: what happened, as one HTML or Markdown file.
import { basename } from 'node:path';
import { conclusionsOf } from '../../../app/export/prepare.ts';
import { reportHtml } from '../../../app/export/report/html.ts';
import { reportMarkdown } from '../../../app/export/report/markdown.ts';
import type { Report } from '../../../app/export/report/blocks.ts';
import { concludeReport } from '../../../app/export/report/conclude.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { STANDARD_INPUT } from '../../node/capture/byte-source.ts';
import { writeWhole } from '../../node/files/atomic-file.ts';
import { parseArguments } from '../arguments.ts';
import { complainOfLogs, readAnnotationsOf } from './beside.ts';
import { APPLICATION } from './export.ts';
import { HELP } from '../help.ts';
import { openCapture, readCapture } from '../open-capture.ts';
import { complain } from '../output.ts';
import { readGiven } from '../beside.ts';
import { localCalendar } from '../side-files.ts';
import { scrubbed } from './scrubbed.ts';

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
    scrub: { type: 'boolean' },
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
  const isMarkdown = out === '-' || /\.(md|markdown)$/i.test(out);
  const write = /\.(html?|xhtml)$/i.test(out) ? reportHtml : isMarkdown ? reportMarkdown : null;
  if (write === null) return wrong(`--out wants a name that ends in .html or .md, not "${out}"`);
  const confPath = text('conf');
  const annotations = text('annotations');
  const wish = { keys: texts('key'), logs: texts('log'), conf: confPath, annotations, scrub: flag('scrub') };
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
  readonly scrub: boolean;
}

async function compose(file: string, wish: Wish): Promise<Result<Report, string>> {
  const given = readGiven(wish.logs, wish.conf);
  if (!given.ok) return given;
  const capture = openCapture(file, wish.keys, true, true);
  if (!capture.ok) return capture;
  const { ingest, source, frame } = capture.value;
  const { failed, marred } = await readCapture(capture.value);
  if (failed !== null) return fail(failed);
  if (marred !== null) complain(marred);
  const carried = conclusionsOf(ingest, ingest.analysis()).annotations;
  const annotations = readAnnotationsOf(file, wish.annotations, carried);
  if (!annotations.ok) return annotations;
  const name = file === '-' ? STANDARD_INPUT : basename(file);
  const whole = { name, ingest, frame, annotations: annotations.value, given: given.value };
  const exported = wish.scrub ? await scrubbed(whole) : whole;
  const calendar = localCalendar(ingest.table.epochNs);
  const concluded = concludeReport(exported.ingest, {
    ...exported,
    calendar,
    span: null,
    isScrubbed: wish.scrub,
    application: APPLICATION,
  });
  complainOfLogs(concluded.beside.reports, concluded.omitted);
  const made = concluded.compose(exported.annotations, exported.frame);
  source.close();
  return ok(made);
}
