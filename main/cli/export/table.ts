// totemlab table: the packets as CSV.
import { annotationComment } from '../../../app/export/notes/plan.ts';
import { conclusionsOf } from '../../../app/export/prepare.ts';
import { readCarried } from '../../../app/export/notes/carried.ts';
import { csvHead, csvLine } from '../../../app/export/table.ts';
import { compileFilter, type Filter } from '../../../app/filter/filter.ts';
import { decodeRecord } from '../../../app/session/decode-record.ts';
import { wallClock } from '../../../app/store/times.ts';
import type { Row } from '../../../protocol/base/brand.ts';
import { createAtomicFile, type AtomicFile } from '../../node/files/atomic-file.ts';
import { parseArguments } from '../arguments.ts';
import { readAnnotationsOf } from './beside.ts';
import { HELP } from '../help.ts';
import { openCapture, readCapture } from '../open-capture.ts';
import { complain, createProgress } from '../output.ts';
import { scrubbed, type Exported } from './scrubbed.ts';

/** Rows between two turns of signals and timers. */
const TURN_ROWS = 4096;
/** Characters that are written at once. */
const PORTION = 1 << 18;

function wrong(says: string): number {
  complain(says);
  return 2;
}

/** What is written beside a packet, by frame. */
type Notes = ReadonlyMap<number, readonly string[]>;

function notesOf({ ingest, annotations }: Exported): Notes {
  const notes = new Map<number, string[]>();
  const add = (frame: number, text: string): void => {
    const known = notes.get(frame);
    if (known === undefined) notes.set(frame, [text]);
    else known.push(text);
  };
  for (const own of annotations) if (own.on.kind === 'packet') add(own.on.frame, annotationComment(own));
  for (const { frame, text } of readCarried(ingest.customs, ingest.comments, ingest.table.epochNs).comments)
    if (frame !== null) add(frame, text);
  return notes;
}

export async function table(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('table', args, {
    out: { type: 'string' },
    key: { type: 'string', multiple: true },
    filter: { type: 'string' },
    annotations: { type: 'string' },
    scrub: { type: 'boolean' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text, texts } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['table']}\n`);
    return 0;
  }
  const [file, ...more] = files;
  const out = text('out');
  if (file === undefined || more.length > 0 || out === null)
    return wrong('table wants one capture and a file to write: totemlab table FILE --out FILE.csv');
  const filter = compileFilter(text('filter') ?? '');
  if (!filter.ok) return wrong(`--filter, column ${filter.problem.column}: ${filter.problem.says}`);
  const target = createAtomicFile(out, [file, ...texts('key')]);
  if (!target.ok) return wrong(target.problem);
  const wish = { keys: texts('key'), filter: filter.value, annotations: text('annotations'), scrub: flag('scrub') };
  const problem = await write(target.value, file, wish);
  if (problem === null) return 0;
  target.value.abandon();
  return wrong(problem);
}

interface Wish {
  readonly keys: readonly string[];
  readonly filter: Filter;
  readonly annotations: string | null;
  readonly scrub: boolean;
}

async function write(target: AtomicFile, file: string, wish: Wish): Promise<string | null> {
  const opened = openCapture(file, wish.keys, true, true);
  if (!opened.ok) return opened.problem;
  const { failed, marred } = await readCapture(opened.value);
  if (failed !== null) return failed;
  if (marred !== null) complain(marred);
  const { ingest, frame, source } = opened.value;
  const carried = conclusionsOf(ingest, ingest.analysis()).annotations;
  const annotations = readAnnotationsOf(file, wish.annotations, carried);
  if (!annotations.ok) return annotations.problem;
  const whole = { name: file, ingest, frame, annotations: annotations.value, given: { logs: [], conf: null } };
  const exported = wish.scrub ? await scrubbed(whole) : whole;
  const problem = await writeLines(target, exported, wish.filter);
  source.close();
  return problem ?? target.commit();
}

async function writeLines(target: AtomicFile, exported: Exported, filter: Filter): Promise<string | null> {
  const { ingest, frame } = exported;
  const { table: packets } = ingest;
  const notes = notesOf(exported);
  const firstNs = wallClock(packets.epochNs, packets.chunks[0]?.timeNs[0] ?? 0);
  const encoder = new TextEncoder();
  const progress = createProgress('written', null);
  let waiting = csvHead();
  for (let row = 0; row < packets.length; row++) {
    if (row % TURN_ROWS === 0) {
      progress.at(packets.columnsOf(row).offset[row & 0xffff] ?? 0);
      await new Promise((done) => setImmediate(done));
    }
    const matches = filter.matchesRow(packets, row);
    if (matches === false) continue;
    const record = decodeRecord(ingest, row as Row, frame, { data: false });
    if (record === null || (matches === null && !filter.matchesRecord(record, firstNs))) continue;
    waiting += csvLine(record, firstNs, notes.get(row + 1) ?? []);
    if (waiting.length < PORTION) continue;
    const problem = target.write(encoder.encode(waiting));
    if (problem !== null) return problem;
    waiting = '';
  }
  progress.end();
  return target.write(encoder.encode(waiting));
}
