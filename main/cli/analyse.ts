// totemlab analyse: what a capture says about its rings.
import { analysisJson } from '../../app/analysis/report/analysis-json.ts';
import { timersOf, type Timers } from '../../app/analysis/report/conf.ts';
import { matchLog, type LogReport } from '../../app/analysis/report/logs.ts';
import { analysisText } from '../../app/analysis/report/text.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import { RULE_NAMES } from '../../app/analysis/rule-names.ts';
import { ok, type Result } from '../../protocol/base/result.ts';
import { parseArguments } from './arguments.ts';
import { HELP } from './help.ts';
import { openCapture, readCapture } from './open-capture.ts';
import { complain, createOutput } from './output.ts';
import { localCalendar, readText, splitLog } from './side-files.ts';

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
  const beside = readBeside(texts('log'), text('conf'));
  if (!beside.ok) return wrong(beside.problem);
  const capture = openCapture(file, texts('key'), true);
  if (!capture.ok) return wrong(capture.problem);
  const { ingest, source } = capture.value;
  const { failed, marred } = await readCapture(capture.value);
  source.close();
  if (failed !== null) return wrong(failed);
  if (marred !== null) complain(marred);
  const analysis = ingest.analysis();
  const { epochNs, chunks } = ingest.table;
  const extra = besideOf(beside.value, analysis, epochNs);
  const output = createOutput();
  const firstNs = chunks[0]?.timeNs[0] ?? 0;
  await output.line(
    flag('json')
      ? JSON.stringify({ ...analysisJson(analysis, epochNs), ...extra })
      : (analysisText(analysis, epochNs, firstNs) + besideText(extra)).trimEnd(),
  );
  await output.flush();
  return failOn !== null && strikes(analysis, failOn) ? 1 : 0;
}

interface Beside {
  readonly logs: readonly { readonly node: string; readonly text: string }[];
  readonly conf: string | null;
}
interface Extra {
  readonly logs?: readonly LogReport[];
  readonly timers?: Timers;
}

function readBeside(logs: readonly string[], conf: string | null): Result<Beside, string> {
  const read: { node: string; text: string }[] = [];
  for (const argument of logs) {
    const split = splitLog(argument);
    if (!split.ok) return split;
    const content = readText(split.value.path);
    if (!content.ok) return content;
    read.push({ node: split.value.node, text: content.value });
  }
  if (conf === null) return ok({ logs: read, conf: null });
  const content = readText(conf);
  return content.ok ? ok({ logs: read, conf: content.value }) : content;
}

/** What logs and conf add; nothing where none were given. */
function besideOf({ logs, conf }: Beside, { nodes, transitions }: Analysis, epochNs: bigint): Extra {
  const calendar = localCalendar(epochNs);
  const epochMs = Number(epochNs / 1_000_000n);
  const reports = logs.map(({ node, text }) => matchLog(node, text, calendar, nodes, transitions, epochMs));
  const isThree = nodes.some(({ dialect }) => dialect === 'corosync-3');
  return {
    ...(logs.length === 0 ? {} : { logs: reports }),
    ...(conf === null ? {} : { timers: timersOf(conf, isThree) }),
  };
}

function besideText({ logs, timers }: Extra): string {
  const lines: string[] = [];
  if (timers !== undefined) {
    const { token, tokenRetransmit, hold, join, consensus, merge } = timers;
    const values = `token ${token}, token_retransmit ${tokenRetransmit}, hold ${hold}, join ${join}`;
    lines.push('', 'Timers in force, ms', `  ${values}, consensus ${consensus}, merge ${merge}`);
  }
  if (logs !== undefined) lines.push('', 'Logs');
  for (const { node, nodeid, events, matched, offsetMs } of logs ?? []) {
    const clock =
      offsetMs === null ? 'its clock could not be told' : `clock ${offsetMs.toFixed(0)} ms off the capture's`;
    const who = nodeid === null ? `${node} is no node of this capture` : clock;
    lines.push(`  ${node.padEnd(16)} ${matched} of ${events} lines borne out by packets; ${who}`);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
