// totemlab decode: one line for every packet of the ring.
import type { Row } from '../../protocol/base/brand.ts';
import { compileFilter, type Filter } from '../../app/filter/filter.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { wallClock } from '../../app/store/times.ts';
import { recordText } from '../../app/session/record-text.ts';
import { parseArguments, wholeNumber } from './arguments.ts';
import { HELP } from './help.ts';
import { openCapture, readCapture, type OpenedCapture } from './open-capture.ts';
import { complain, createOutput, type Output } from './output.ts';

interface Printing {
  readonly capture: OpenedCapture;
  readonly filter: Filter;
  readonly output: Output;
  readonly limit: number;
  readonly data: boolean;
  readonly text: boolean;
}

/** Prints the rows from `from` below `below`; returns how many lines were printed. */
async function print(printing: Printing, from: number, below: number, printed: number): Promise<number> {
  const { capture, filter, output, limit, data, text } = printing;
  const { ingest, frame } = capture;
  const { table } = ingest;
  const firstNs = wallClock(table.epochNs, table.chunks[0]?.timeNs[0] ?? 0);
  let lines = printed;
  for (let row = from; row < below && lines < limit; row++) {
    const matches = filter.matchesRow(table, row);
    if (matches === false) continue;
    const record = decodeRecord(ingest, row as Row, frame, { data });
    if (record === null || (matches === null && !filter.matchesRecord(record, firstNs))) continue;
    lines++;
    const waits = output.line(text ? recordText(record, firstNs) : JSON.stringify(record));
    if (waits !== undefined) await waits;
  }
  return lines;
}

export async function decode(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('decode', args, {
    key: { type: 'string', multiple: true },
    filter: { type: 'string' },
    limit: { type: 'string' },
    data: { type: 'boolean' },
    text: { type: 'boolean' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text, texts } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['decode']}\n`);
    return 0;
  }
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) return wrong('decode wants one capture: totemlab decode FILE');
  const limitText = text('limit');
  const limit = limitText === null ? Number.POSITIVE_INFINITY : wholeNumber(limitText, 0);
  if (limit === null) return wrong(`--limit wants a whole number, not "${limitText}"`);
  const filter = compileFilter(text('filter') ?? '');
  if (!filter.ok) return wrong(`--filter, column ${filter.problem.column}: ${filter.problem.says}`);
  const capture = openCapture(file, texts('key'), false);
  if (!capture.ok) return wrong(capture.problem);
  const printing: Printing = {
    capture: capture.value,
    filter: filter.value,
    output: createOutput(),
    limit,
    data: flag('data'),
    text: flag('text'),
  };
  return run(printing, file === '-');
}

async function run(printing: Printing, isStream: boolean): Promise<number> {
  const { ingest, source } = printing.capture;
  let shown = 0;
  let lines = 0;
  const advance = async (below: number): Promise<boolean> => {
    lines = await print(printing, shown, below, lines);
    shown = below;
    return lines >= printing.limit;
  };
  const follow = async (): Promise<boolean> => {
    const enough = await advance(Math.max(shown, ingest.settledRows()));
    await printing.output.flush();
    return enough;
  };
  const problem = await readCapture(printing.capture, isStream ? follow : undefined);
  await advance(ingest.table.length);
  await printing.output.flush();
  source.close();
  if (problem !== null) return wrong(problem);
  if (ingest.damage !== null) complain(ingest.damage.says);
  return 0;
}

function wrong(says: string): number {
  complain(says);
  return 2;
}
