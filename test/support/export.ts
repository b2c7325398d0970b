// Captures exported in memory, as the command line and the window do it.
import type { Row } from '../../protocol/base/brand.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import { prepareExport, type ExportWish } from '../../app/export/prepare.ts';
import type { Opened } from './open-golden.ts';

const NOTHING: ExportWish = {
  annotations: [],
  hasFindings: true,
  span: null,
  isScrubbed: false,
  logs: [],
  application: 'Totem Lab test',
};

/** The annotated capture of what was opened. */
export function exported({ ingest, frame }: Opened, wish: Partial<ExportWish> = {}): Uint8Array {
  const { capture } = prepareExport(ingest, ingest.analysis(), { ...NOTHING, ...wish });
  const blocks = [capture.header()];
  for (let row = 0; row < ingest.table.length; row++) if (capture.has(row)) blocks.push(capture.row(row as Row, frame));
  return concatBytes([...blocks, capture.finish()]);
}
