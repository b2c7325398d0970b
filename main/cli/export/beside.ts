// What the commands that export say of logs, and the annotations that they take along.
import { existsSync } from 'node:fs';
import { ANNOTATIONS_ENDING, readAnnotations } from '../../../app/annotations/file.ts';
import type { Annotations } from '../../../app/annotations/list.ts';
import type { WitnessReport } from '../../../app/analysis/witnesses/witness.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { complain } from '../output.ts';
import { readText } from '../side-files.ts';

/** What is said of logs that cannot be placed well. */
export function complainOfLogs(reports: readonly WitnessReport[], omitted: number): void {
  for (const { node, nodeid, offsetMs, kind } of reports)
    if (nodeid === null) complain(`${node} is no node of this capture: its log is taken as it is`);
    else if (offsetMs === null && kind !== 'map')
      complain(`the clock of node ${node} cannot be told from its log: it is taken to go right`);
  if (omitted > 0) complain(`${omitted} log lines are left out: give a part of the logs, or --span`);
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
