// What `analyse` is given beside a capture, and what it says of it: logs, dumps and corosync.conf against the packets.
import { namesOf, timersOf, type Timers } from '../../app/analysis/report/conf.ts';
import type { Analysis, RingTimers } from '../../app/analysis/result.ts';
import { checkTimers, type TimerNote } from '../../app/analysis/witnesses/timer-check.ts';
import { readWitness, type PlacedStatement, type WitnessReport } from '../../app/analysis/witnesses/witness.ts';
import type { PacketStore } from '../../app/store/packet-store.ts';
import { timeText, wallClock } from '../../app/store/times.ts';
import { ok, type Result } from '../../protocol/base/result.ts';
import { localCalendar, readText, splitLog } from './side-files.ts';

interface Beside {
  readonly logs: readonly { readonly node: string; readonly text: string }[];
  readonly conf: string | null;
}
interface Extra {
  readonly logs: readonly WitnessReport[] | null;
  readonly timers: Timers | null;
  readonly timerNotes: readonly TimerNote[];
}

/** Statements of one witness that are printed; the JSON has them all. */
const STATEMENTS_SHOWN_MAX = 12;

export function readBeside(logs: readonly string[], conf: string | null): Result<Beside, string> {
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

/** By corosync.conf; null without one. */
export function timersInForce({ conf }: Beside, { nodes }: Analysis): Timers | null {
  const isThree = nodes.some(({ dialect }) => dialect === 'corosync-3');
  return conf === null ? null : timersOf(conf, isThree);
}

/** What logs and conf add; nothing where none were given. `measured`: the timers as the packets alone tell them. */
export function besideOf(
  { logs, conf }: Beside,
  { timers, measured }: { readonly timers: Timers | null; readonly measured: RingTimers | null },
  analysis: Analysis,
  store: PacketStore,
): Extra {
  const names = conf === null ? new Map<string, string>() : namesOf(conf);
  const calendar = localCalendar(store.epochNs);
  const reports = logs.map(({ node, text }) => ({
    ...readWitness(names.get(node) ?? node, text, calendar, analysis, store),
    node,
  }));
  const notes = timers === null ? [] : checkTimers(timers, 'corosync.conf', measured, analysis);
  const ofDumps = reports.flatMap((report) =>
    report.timers === null ? [] : checkTimers(report.timers, `the dump of ${report.node}`, measured, analysis),
  );
  return { logs: logs.length === 0 ? null : reports, timers, timerNotes: [...notes, ...ofDumps] };
}

function statementJson({ timeNs, ...statement }: PlacedStatement, epochNs: bigint) {
  return { ...statement, time: timeNs === null ? null : timeText(wallClock(epochNs, timeNs)) };
}

export function besideJson({ logs, timers, timerNotes }: Extra, epochNs: bigint) {
  const reports = logs?.map(({ statements, ...report }) => ({
    ...report,
    statements: statements.map((statement) => statementJson(statement, epochNs)),
  }));
  return {
    ...(reports === undefined ? {} : { logs: reports }),
    ...(timers === null ? {} : { timers }),
    ...(timerNotes.length === 0 ? {} : { timerNotes }),
  };
}

const ORDER = ['contradicts', 'agrees', 'cannot tell'];

function statementLines(statements: readonly PlacedStatement[], firstNs: number): readonly string[] {
  const ranked = statements.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || a.line - b.line);
  const shown = ranked
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

function witnessLines(
  { kind, node, nodeid, events, matched, offsetMs, statements, differences }: WitnessReport,
  firstNs: number,
): readonly string[] {
  const clock = offsetMs === null ? 'its clock could not be told' : `clock ${offsetMs.toFixed(0)} ms off the capture's`;
  const who = nodeid === null ? `${node} is no node of this capture` : clock;
  const counts = `${matched} of ${events} lines borne out by packets; ${who}`;
  const odd = differences.map(({ name, dump, wire }) => `    ${name}: the dump says ${dump}, the packets: ${wire}`);
  const dump = odd.length === 0 ? 'a dump whose members are those of the last ring' : 'a dump that differs';
  const head = kind === 'map' && nodeid !== null ? dump : kind === 'map' ? who : counts;
  return [`  ${node.padEnd(16)} ${head}`, ...odd, ...statementLines(statements, firstNs)];
}

/** `firstNs`: of the first packet, from time 0. */
export function besideText({ logs, timers, timerNotes }: Extra, firstNs: number): string {
  const lines: string[] = [];
  if (timers !== null) {
    const { token, tokenRetransmit, hold, join, consensus, merge } = timers;
    const values = `token ${token}, token_retransmit ${tokenRetransmit}, hold ${hold}, join ${join}`;
    lines.push('', 'Timers in force, ms', `  ${values}, consensus ${consensus}, merge ${merge}`);
  }
  if (timerNotes.length > 0) lines.push('', 'Timers beside the rotation');
  for (const { severity, says } of timerNotes) lines.push(`  ${severity === 'warning' ? 'WARNING ' : ''}${says}`);
  if (logs !== null) lines.push('', 'Logs');
  for (const report of logs ?? []) lines.push(...witnessLines(report, firstNs));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
