// Logs and annotations beside a capture, for the commands that take them: read, and put on the time of the packets.
import { existsSync } from 'node:fs';
import { ANNOTATIONS_ENDING, readAnnotations } from '../../../app/annotations/file.ts';
import type { Annotations } from '../../../app/annotations/list.ts';
import { matchLog, type LogReport } from '../../../app/analysis/report/logs.ts';
import type { Analysis } from '../../../app/analysis/result.ts';
import { logEntries, type LogEntry, type NodeLog } from '../../../app/export/log-lines.ts';
import type { PacketTable } from '../../../app/store/packet-table.ts';
import { wallClock } from '../../../app/store/times.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { complain } from '../output.ts';
import { localCalendar, readText, splitLog } from '../side-files.ts';

export interface GivenLog {
  readonly node: string;
  readonly text: string;
}

/** The logs of `--log NODE=FILE`; a problem is a sentence. */
export function readLogs(given: readonly string[]): Result<readonly GivenLog[], string> {
  const logs: GivenLog[] = [];
  for (const argument of given) {
    const split = splitLog(argument);
    if (!split.ok) return split;
    const text = readText(split.value.path);
    if (!text.ok) return text;
    logs.push({ node: split.value.node, text: text.value });
  }
  return ok(logs);
}

export interface PlacedLogs {
  readonly reports: readonly LogReport[];
  readonly entries: readonly LogEntry[];
}

/** Logs on the time of the packets; one whose clock cannot be told is taken to go right, and that is said. */
export function placeLogs(
  logs: readonly GivenLog[],
  analysis: Analysis,
  table: PacketTable,
  whole: { from: number; to: number },
): PlacedLogs {
  if (logs.length === 0 || table.length === 0) return { reports: [], entries: [] };
  const calendar = localCalendar(table.epochNs);
  const epochMs = Number(table.epochNs / 1_000_000n);
  const { nodes, transitions } = analysis;
  const reports = logs.map(({ node, text }) => matchLog(node, text, calendar, nodes, transitions, epochMs));
  const placed = logs.map(({ node, text }, i): NodeLog => {
    const { nodeid = null, offsetMs = null } = reports[i] ?? {};
    if (nodeid === null) complain(`${node} is no node of this capture: its log is taken as it is`);
    else if (offsetMs === null)
      complain(`the clock of node ${node} cannot be told from its log: it is taken to go right`);
    return { node, nodeid, text, offsetMs: offsetMs ?? 0 };
  });
  const { entries, omitted } = logEntries(
    placed,
    calendar,
    wallClock(table.epochNs, whole.from),
    wallClock(table.epochNs, whole.to),
  );
  if (omitted > 0) complain(`${omitted} log lines are left out: give a part of the logs, or --span`);
  return { reports, entries };
}

/** Annotations of `--annotations`, or those beside the capture, or else those that it carries. */
export function readAnnotationsOf(
  capture: string,
  given: string | null,
  carried: Annotations,
): Result<Annotations, string> {
  const beside = `${capture}${ANNOTATIONS_ENDING}`;
  const path = given ?? (capture !== '-' && existsSync(beside) ? beside : null);
  if (path === null) return ok(carried);
  const text = readText(path);
  if (!text.ok) return text;
  const read = readAnnotations(text.value);
  if (!read.ok) return fail(`${path}: ${read.problem}`);
  if (read.value.skipped > 0) complain(`${path}: ${read.value.skipped} entries are no annotations and are left out`);
  return ok(read.value.annotations);
}
