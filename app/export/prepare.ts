// What is to be exported of an opened capture, put together from what a person wants: the same for the command line and
// the window.
import type { Annotations } from '../annotations/list.ts';
import type { Analysis } from '../analysis/result.ts';
import { verdictText } from '../analysis/report/text.ts';
import type { Ingest } from '../session/ingest.ts';
import { AnnotatedCapture, type TimeSpan } from './annotated-capture.ts';
import type { LogEntry } from './log-lines.ts';
import { readCarried, withCarried, type WithCarried } from './notes/carried.ts';
import { Scrubber } from './scrub/scrubber.ts';

export interface ExportWish {
  readonly annotations: Annotations;
  /** Findings go along, and the verdict. */
  readonly hasFindings: boolean;
  readonly span: TimeSpan | null;
  readonly isScrubbed: boolean;
  readonly logs: readonly LogEntry[];
  /** Program and version. */
  readonly application: string;
}

/** What is found in a capture now, with what it carries from an export. */
export function conclusionsOf(ingest: Ingest, { findings }: Analysis): WithCarried {
  return withCarried(findings, readCarried(ingest.customs, ingest.comments, ingest.table.epochNs));
}

export interface PreparedExport {
  readonly capture: AnnotatedCapture;
  readonly scrubber: Scrubber | null;
}

export function prepareExport(ingest: Ingest, analysis: Analysis, wish: ExportWish): PreparedExport {
  const { table, names, losses, customs, comments } = ingest;
  const { nodes } = analysis;
  const scrubber = wish.isScrubbed ? new Scrubber({ table, nodes, names }) : null;
  const first = table.chunks[0]?.timeNs[0] ?? 0;
  const capture = new AnnotatedCapture({
    table,
    nodes,
    names,
    verdict: wish.hasFindings ? verdictText(analysis, first) : 'annotated capture',
    findings: wish.hasFindings ? conclusionsOf(ingest, analysis).findings : [],
    annotations: wish.annotations,
    comments: readCarried(customs, comments, table.epochNs).comments,
    logs: wish.logs,
    losses,
    span: wish.span,
    scrubber,
    application: wish.application,
  });
  return { capture, scrubber };
}
