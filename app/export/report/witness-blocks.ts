// The part of a report that holds logs, dumps and corosync.conf against the packets: what each claims, whether the wire
// bears it out, each with the line and the packets that show it.
import { byVerdict, witnessText, type Beside, type GivenLog } from '../../analysis/witnesses/beside.ts';
import type { PlacedStatement, WitnessReport } from '../../analysis/witnesses/witness.ts';
import type { Block, Cell, NamedLine, Ref } from './blocks.ts';

/** Claims of one witness that are shown, and packets of one claim. */
const CLAIMS_SHOWN_MAX = 40;
const PACKETS_OF_CLAIM_MAX = 4;

/** How a report names its packets, and says what is in one. */
export interface PacketWords {
  /** The id of a packet's line in the report. */
  readonly idOf: (frame: number) => string;
  readonly line: (frame: number) => string;
  /** Seconds since the first packet. */
  readonly since: (ns: number) => string;
}

const shownFrames = ({ frames }: PlacedStatement): readonly number[] => frames.slice(0, PACKETS_OF_CLAIM_MAX);
const shownClaims = ({ statements }: WitnessReport): readonly PlacedStatement[] =>
  byVerdict(statements).slice(0, CLAIMS_SHOWN_MAX);

/** Frames whose packets these blocks show. */
export function framesOfWitnesses({ reports }: Beside): readonly number[] {
  return [...new Set(reports.flatMap((report) => shownClaims(report).flatMap(shownFrames)))];
}

const lineId = (witness: number, line: number): string => `log-${witness + 1}-line-${line}`;

function claimRows(report: WitnessReport, witness: number, words: PacketWords): readonly (readonly Cell[])[] {
  return shownClaims(report).map((claim): readonly Cell[] => {
    const { line, timeNs, says, count, verdict, wire } = claim;
    const frames = shownFrames(claim).map((frame): Ref => ({ text: `frame ${frame}`, to: words.idOf(frame) }));
    return [
      [{ text: `line ${line}`, to: lineId(witness, line) }],
      timeNs === null ? '?' : words.since(timeNs),
      count > 1 ? `${says} (${count} times)` : says,
      verdict,
      wire,
      frames,
    ];
  });
}

/** The lines of a log that its claims come from, as they stand there. */
function linesOf(report: WitnessReport, witness: number, text: string): readonly NamedLine[] {
  const lines = text.split('\n');
  const numbers = shownClaims(report).map(({ line }) => line);
  return numbers
    .sort((a, b) => a - b)
    .map((line) => ({
      id: lineId(witness, line),
      text: `${String(line).padStart(7)}  ${(lines[line - 1] ?? '').trimEnd()}`,
    }));
}

function witnessBlocks(report: WitnessReport, witness: number, log: GivenLog, words: PacketWords): readonly Block[] {
  const { node, differences, statements } = report;
  const blocks: Block[] = [
    { kind: 'heading', level: 3, text: `The log of ${node}` },
    { kind: 'text', text: `${witnessText(report)}.` },
  ];
  if (differences.length > 0)
    blocks.push({
      kind: 'table',
      heads: ['of', 'the dump says', 'the packets show'],
      rows: differences.map(({ name, dump, wire }) => [name, dump, wire]),
    });
  if (statements.length === 0) return blocks;
  const heads = ['line', 'at', 'the log says', 'the packets', 'they show', 'in'];
  blocks.push({ kind: 'table', heads, rows: claimRows(report, witness, words) });
  const hidden = statements.length - CLAIMS_SHOWN_MAX;
  if (hidden > 0) blocks.push({ kind: 'text', text: `${hidden} more: see totemlab analyse --json.` });
  blocks.push({ kind: 'lines', lines: linesOf(report, witness, log.text) });
  return blocks;
}

/** `listed`: frames that have a line in the report already. */
export function witnessesBlocks(
  beside: Beside,
  logs: readonly GivenLog[],
  words: PacketWords,
  listed: ReadonlySet<number>,
): readonly Block[] {
  const { reports, timerNotes } = beside;
  const blocks = reports.flatMap((report, i) =>
    witnessBlocks(report, i, logs[i] ?? { node: report.node, text: '' }, words),
  );
  const frames = framesOfWitnesses(beside).filter((frame) => !listed.has(frame));
  if (frames.length > 0)
    blocks.push(
      { kind: 'heading', level: 3, text: 'Packets that the logs are held against' },
      {
        kind: 'lines',
        lines: frames.toSorted((a, b) => a - b).map((frame) => ({ id: words.idOf(frame), text: words.line(frame) })),
      },
    );
  if (timerNotes.length > 0)
    blocks.push(
      { kind: 'heading', level: 3, text: 'Timers beside the rotation' },
      {
        kind: 'list',
        items: timerNotes.map(({ severity, says }) => (severity === 'warning' ? `Warning: ${says}` : says)),
      },
    );
  return blocks;
}
