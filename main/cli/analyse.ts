// totemlab analyse: what a capture says about its rings.
import { analysisJson } from '../../app/analysis/report/analysis-json.ts';
import { analysisText } from '../../app/analysis/report/text.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import { parseArguments } from './arguments.ts';
import { HELP } from './help.ts';
import { openCapture, readCapture } from './open-capture.ts';
import { complain, createOutput } from './output.ts';

function wrong(says: string): number {
  complain(says);
  return 2;
}

/** True where a finding is what --fail-on names: a rule, or at least a severity. */
function strikes({ findings }: Analysis, failOn: string): boolean {
  return findings.some(({ rule, severity }) =>
    failOn === 'warning' ? severity !== 'info' : failOn === 'failure' ? severity === 'failure' : rule === failOn,
  );
}

export async function analyse(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('analyse', args, {
    key: { type: 'string', multiple: true },
    log: { type: 'string', multiple: true },
    conf: { type: 'string' },
    json: { type: 'boolean' },
    'fail-on': { type: 'string' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text, texts } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['analyse']}\n`);
    return 0;
  }
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) return wrong('analyse wants one capture: totemlab analyse FILE');
  const capture = openCapture(file, texts('key'), true);
  if (!capture.ok) return wrong(capture.problem);
  const { ingest, source } = capture.value;
  const problem = await readCapture(capture.value);
  source.close();
  if (problem !== null) return wrong(problem);
  if (ingest.damage !== null) complain(ingest.damage.says);
  const analysis = ingest.analysis();
  const { epochNs, chunks } = ingest.table;
  const output = createOutput();
  await output.line(
    flag('json')
      ? JSON.stringify(analysisJson(analysis, epochNs))
      : analysisText(analysis, epochNs, chunks[0]?.timeNs[0] ?? 0).trimEnd(),
  );
  await output.flush();
  const failOn = text('fail-on');
  return failOn !== null && strikes(analysis, failOn) ? 1 : 0;
}
