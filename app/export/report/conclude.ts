// What a report needs before it is composed: what is found with a configuration in force, how logs stand beside the
// packets, and which frames will be shown, so that a caller can fetch them. The same for command line and window.
import { holdAgainst, timersInForce, type Beside, type Given } from '../../analysis/witnesses/beside.ts';
import type { Calendar } from '../../analysis/witnesses/log-time.ts';
import type { Annotations } from '../../annotations/list.ts';
import type { Ingest } from '../../session/ingest.ts';
import type { FrameBytes } from '../../session/open-row.ts';
import { wholeOf, type TimeSpan } from '../annotated-capture.ts';
import { placeLogs } from '../log-lines.ts';
import type { WithCarried } from '../notes/carried.ts';
import { conclusionsOf } from '../prepare.ts';
import type { Report } from './blocks.ts';
import { composeReport, framesShown } from './report.ts';

export interface ReportWish {
  /** File name of the capture. */
  readonly name: string;
  readonly given: Given;
  readonly calendar: Calendar;
  /** Null for all of it. */
  readonly span: TimeSpan | null;
  /** The capture is a scrubbed one, which is said. */
  readonly isScrubbed: boolean;
  /** Program and version. */
  readonly application: string;
}

export interface ConcludedReport {
  readonly conclusions: WithCarried;
  readonly beside: Beside;
  /** Log lines that are left out. */
  readonly omitted: number;
  /** Frames of the capture that are shown. */
  readonly frames: readonly number[];
  /** `frame` gives the octets of those, and of their fragments. */
  compose(annotations: Annotations, frame: FrameBytes): Report;
}

export function concludeReport(ingest: Ingest, wish: ReportWish): ConcludedReport {
  const { name, given, calendar, isScrubbed, application } = wish;
  const { table } = ingest;
  const alone = ingest.analysis();
  const timers = timersInForce(given.conf, alone);
  const analysis = timers === null ? alone : ingest.analysis({ timers });
  const conclusions = conclusionsOf(ingest, analysis);
  const beside = holdAgainst(given, alone.timers, calendar, analysis, table);
  const span = wish.span ?? wholeOf(table);
  const { entries, omitted } = placeLogs(given.logs, beside.reports, table, span, calendar);
  const { findings } = conclusions;
  const frames = framesShown(findings, beside).filter((frame) => frame > table.firstRow && frame <= table.length);
  const known = { name, ingest, analysis, findings, span, given, beside, entries, isScrubbed, application };
  const compose = (annotations: Annotations, frame: FrameBytes): Report =>
    composeReport({ ...known, annotations, frame });
  return { conclusions, beside, omitted, frames, compose };
}
