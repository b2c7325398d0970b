// totemlab decode: one line for every packet of the ring.
import type { Row } from '../../protocol/base/brand.ts';
import { compileFilter, type Filter } from '../../app/filter/filter.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { wallClock } from '../../app/store/times.ts';
import { recordText } from '../../app/session/record-text.ts';
import { parseArguments, wholeNumber } from './arguments.ts';
import { HELP } from './help.ts';
import { openCapture, readCapture, type OpenedCapture } from './open-capture.ts';
import { complain, createOutput, createProgress, type Output } from './output.ts';

interface Printing {
  readonly capture: OpenedCapture;
  readonly filter: Filter;
  readonly output: Output;
  readonly limit: number;
  readonly data: boolean;
  readonly text: boolean;
}

/** Time after which signals and timers have their turn. */
const TURN_MS = 50;
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Prints the rows from `from` below `below`; returns how many lines were printed. */
async function print(printing: Printing, from: number, below: number, printed: number): Promise<number> {
  const { capture, filter, output, limit, data, text } = printing;
  const { ingest, frame, source } = capture;
  const { table } = ingest;
  const firstNs = wallClock(table.epochNs, table.chunks[0]?.timeNs[0] ?? 0);
  // On a terminal the lines themselves show that it goes on.
  const progress = process.stdout.isTTY ? null : createProgress('decoded', source.byteLength);
  let lines = printed;
  let turned = Date.now();
  for (let row = from; row < below && lines < limit; row++) {
    if ((row & 63) === 0 && Date.now() - turned > TURN_MS) {
      progress?.at(table.columnsOf(row).offset[row & 0xffff] ?? 0);
      await turn();
      turned = Date.now();
    }
    const matches = filter.matchesRow(table, row);
    if (matches === false) continue;
    const record = decodeRecord(ingest, row as Row, frame, { data });
    if (record === null || (matches === null && !filter.matchesRecord(record, firstNs))) continue;
    lines++;
    const waits = output.line(text ? recordText(record, firstNs) : JSON.stringify(record));
    if (waits !== undefined) await waits;
  }
  progress?.end();
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
  const { failed, marred } = await readCapture(printing.capture, isStream ? follow : undefined);
  await advance(ingest.table.length);
  await printing.output.flush();
  source.close();
  if (failed !== null) return wrong(failed);
  if (marred !== null && lines < printing.limit) complain(marred);
  return 0;
}

function wrong(says: string): number {
  complain(says);
  return 2;
}
