// The capture that a command exports from: as it is, or as a stranger would open it.
import type { Annotations } from '../../../app/annotations/list.ts';
import type { Given } from '../../../app/analysis/witnesses/beside.ts';
import { conclusionsOf } from '../../../app/export/prepare.ts';
import { SCRUBBED_NAME, ScrubbedCopy } from '../../../app/export/scrub/scrubbed-copy.ts';
import type { Ingest } from '../../../app/session/ingest.ts';
import type { FrameBytes } from '../../../app/session/open-row.ts';
import type { Row } from '../../../protocol/base/brand.ts';
import { createProgress } from '../output.ts';
import { APPLICATION } from './export.ts';

/** Rows between two turns of signals and timers. */
const TURN_ROWS = 4096;

export interface Exported {
  readonly name: string;
  readonly ingest: Ingest;
  readonly frame: FrameBytes;
  readonly annotations: Annotations;
  readonly given: Given;
}

/** The same without what tells whose it is. */
export async function scrubbed({ ingest, frame, annotations, given }: Exported): Promise<Exported> {
  const copy = new ScrubbedCopy(ingest, annotations, APPLICATION);
  const { table } = ingest;
  const progress = createProgress('scrubbed', null);
  for (let row = 0; row < table.length; row++) {
    if (row % TURN_ROWS === 0) {
      progress.at(table.columnsOf(row).offset[row & 0xffff] ?? 0);
      await new Promise((done) => setImmediate(done));
    }
    copy.take(row as Row, frame);
  }
  copy.finish();
  progress.end();
  const { annotations: own } = conclusionsOf(copy.ingest, copy.ingest.analysis());
  return {
    name: SCRUBBED_NAME,
    ingest: copy.ingest,
    frame: (row) => copy.frame(row, frame),
    annotations: own,
    given: copy.given(given),
  };
}
