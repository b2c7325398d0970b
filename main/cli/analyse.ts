// totemlab analyse: what a capture says about its rings.
import { analysisJson } from '../../app/analysis/report/analysis-json.ts';
import { analysisText } from '../../app/analysis/report/text.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import type { Annotations } from '../../app/annotations/list.ts';
import { placeText } from '../../app/annotations/place-text.ts';
import { plainLine } from '../../app/export/log-lines.ts';
import { conclusionsOf } from '../../app/export/prepare.ts';
import { RULE_NAMES } from '../../app/analysis/rule-names.ts';
import { holdAgainst, timersInForce } from '../../app/analysis/witnesses/beside.ts';
import { parseArguments } from './arguments.ts';
import { besideJson, besideText, readGiven } from './beside.ts';
import { HELP } from './help.ts';
import { openCapture, readCapture } from './open-capture.ts';
import { complain, createOutput } from './output.ts';
import { localCalendar } from './side-files.ts';

const SEVERITIES: readonly string[] = ['warning', 'failure'];

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

/** What people have noted in the capture. */
function annotationsText(annotations: Annotations, epochNs: bigint, firstNs: number): string {
  if (annotations.length === 0) return '';
  const since = (ns: number): string => `${((ns - firstNs) / 1e9).toFixed(3)} s`;
  const words = { label: (nodeid: number) => `node ${nodeid}`, since, epochNs };
  const lines = annotations.map((own) => {
    const tags = own.tags.map((tag) => ` #${tag}`).join('');
    return `  ${plainLine(`${placeText(own, words)}: ${own.text.replaceAll('\n', ' ')}${tags}`)}`;
  });
  return `\nAnnotations that the capture carries\n${lines.join('\n')}\n`;
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
  const failOn = text('fail-on');
  if (failOn !== null && !SEVERITIES.includes(failOn) && !RULE_NAMES.includes(failOn))
    return wrong(`--fail-on knows no rule "${failOn}": give warning, failure or one of ${RULE_NAMES.join(', ')}`);
  const given = readGiven(texts('log'), text('conf'));
  if (!given.ok) return wrong(given.problem);
  const capture = openCapture(file, texts('key'), true);
  if (!capture.ok) return wrong(capture.problem);
  const { ingest, source } = capture.value;
  const { failed, marred } = await readCapture(capture.value);
  source.close();
  if (failed !== null) return wrong(failed);
  if (marred !== null) complain(marred);
  const alone = ingest.analysis();
  const timers = timersInForce(given.value.conf, alone);
  const analysis = timers === null ? alone : ingest.analysis({ timers });
  const { epochNs, chunks } = ingest.table;
  const beside = holdAgainst(given.value, alone.timers, localCalendar(epochNs), analysis, ingest.table);
  const { annotations } = conclusionsOf(ingest, analysis);
  const output = createOutput();
  const firstNs = chunks[0]?.timeNs[0] ?? 0;
  await output.line(
    flag('json')
      ? JSON.stringify({
          ...analysisJson(analysis, epochNs),
          ...(annotations.length === 0 ? {} : { annotations }),
          ...besideJson(beside, epochNs),
        })
      : [
          analysisText(analysis, epochNs, firstNs),
          annotationsText(annotations, epochNs, firstNs),
          besideText(beside, firstNs),
        ]
          .join('')
          .trimEnd(),
  );
  await output.flush();
  return failOn !== null && strikes(analysis, failOn) ? 1 : 0;
}
