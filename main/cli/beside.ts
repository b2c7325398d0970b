// What `analyse` is given beside a capture, and how it says what came of it: as text, as JSON.
import { isCorosyncConf } from '../../app/analysis/report/conf.ts';
import { byVerdict, witnessText, type Beside, type Given } from '../../app/analysis/witnesses/beside.ts';
import type { PlacedStatement, WitnessReport } from '../../app/analysis/witnesses/witness.ts';
import { timeText, wallClock } from '../../app/store/times.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { readLogs, readText } from './side-files.ts';

/** Statements of one witness that are printed; the JSON has them all. */
const STATEMENTS_SHOWN_MAX = 12;

/** The texts of `--log` and `--conf`; a problem is a sentence. */
export function readGiven(logs: readonly string[], conf: string | null): Result<Given, string> {
  const read = readLogs(logs);
  if (!read.ok) return read;
  if (conf === null) return ok({ logs: read.value, conf: null });
  const content = readText(conf);
  if (!content.ok) return content;
  if (!isCorosyncConf(content.value)) return fail(`${conf} is no corosync.conf: it has no totem { … } in it`);
  return ok({ logs: read.value, conf: content.value });
}

function statementJson({ timeNs, ...statement }: PlacedStatement, epochNs: bigint) {
  return { ...statement, time: timeNs === null ? null : timeText(wallClock(epochNs, timeNs)) };
}

export function besideJson({ reports, timers, timerNotes }: Beside, epochNs: bigint) {
  const logs = reports.map(({ statements, ...report }) => ({
    ...report,
    statements: statements.map((statement) => statementJson(statement, epochNs)),
  }));
  return {
    ...(logs.length === 0 ? {} : { logs }),
    ...(timers === null ? {} : { timers }),
    ...(timerNotes.length === 0 ? {} : { timerNotes }),
  };
}

function statementLines(statements: readonly PlacedStatement[], firstNs: number): readonly string[] {
  const shown = byVerdict(statements)
    .slice(0, STATEMENTS_SHOWN_MAX)
    .flatMap(({ line, timeNs, says, count, verdict, wire, frames }) => {
      const when = timeNs === null ? '?' : ((timeNs - firstNs) / 1e9).toFixed(3);
      const times = count > 1 ? ` (${count} times)` : '';
      const where = frames.length === 0 ? '' : ` [frame ${frames.join(', ')}]`;
      return [`    line ${line}, ${when} s: ${says}${times}`, `      ${verdict}: ${wire}${where}`];
    });
  const rest = statements.length - STATEMENTS_SHOWN_MAX;
  return rest > 0 ? [...shown, `    … ${rest} more: see --json`] : shown;
}

function witnessLines(report: WitnessReport, firstNs: number): readonly string[] {
  const odd = report.differences.map(
    ({ name, dump, wire }) => `    ${name}: the dump says ${dump}, the packets: ${wire}`,
  );
  return [`  ${report.node.padEnd(16)} ${witnessText(report)}`, ...odd, ...statementLines(report.statements, firstNs)];
}

/** `firstNs`: of the first packet, from time 0. */
export function besideText({ reports, timers, timerNotes }: Beside, firstNs: number): string {
  const lines: string[] = [];
  if (timers !== null) {
    const { token, tokenRetransmit, hold, join, consensus, merge } = timers;
    const values = `token ${token}, token_retransmit ${tokenRetransmit}, hold ${hold}, join ${join}`;
    lines.push('', 'Timers in force, ms', `  ${values}, consensus ${consensus}, merge ${merge}`);
  }
  if (timerNotes.length > 0) lines.push('', 'Timers beside the rotation');
  for (const { severity, says } of timerNotes) lines.push(`  ${severity === 'warning' ? 'WARNING ' : ''}${says}`);
  if (reports.length > 0) lines.push('', 'Logs');
  for (const report of reports) lines.push(...witnessLines(report, firstNs));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
