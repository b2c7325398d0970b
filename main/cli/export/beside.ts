// Logs and annotations beside a capture, for the commands that take them: read, and put on the time of the packets.
import { existsSync } from 'node:fs';
import { ANNOTATIONS_ENDING, readAnnotations } from '../../../app/annotations/file.ts';
import type { Annotations } from '../../../app/annotations/list.ts';
import type { Analysis } from '../../../app/analysis/result.ts';
import { placeLogs, type GivenLog, type PlacedLogs } from '../../../app/export/log-lines.ts';
import type { PacketTable } from '../../../app/store/packet-table.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { complain } from '../output.ts';
import { localCalendar, readText, splitLog } from '../side-files.ts';

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

/** Logs on the time of the packets; what cannot be told of them is said. */
export function placeGiven(
  logs: readonly GivenLog[],
  analysis: Analysis,
  table: PacketTable,
  span: { readonly from: number; readonly to: number },
): PlacedLogs {
  const placed = placeLogs(logs, analysis, table, span, localCalendar(table.epochNs));
  for (const { node, nodeid, offsetMs } of placed.reports)
    if (nodeid === null) complain(`${node} is no node of this capture: its log is taken as it is`);
    else if (offsetMs === null)
      complain(`the clock of node ${node} cannot be told from its log: it is taken to go right`);
  if (placed.omitted > 0) complain(`${placed.omitted} log lines are left out: give a part of the logs, or --span`);
  return placed;
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
