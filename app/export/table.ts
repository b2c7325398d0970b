// The packets as a table of text (RFC 4180), a line for each that `decode` prints one for. A cell never begins a
// formula of a spreadsheet. No files.
import type { DecodeRecord } from '../session/decode-record.ts';
import { recordInfo } from '../session/record-text.ts';
import type { Json, JsonObject } from '../session/totem-record.ts';

const HEADS = [
  'frame',
  'time',
  'since_first',
  'src',
  'dst',
  'sport',
  'dport',
  'transport',
  'dialect',
  'security',
  'authentic',
  'kind',
  'nodeid',
  'ring_id',
  'seq',
  'aru',
  'token_seq',
  'requests',
  'length',
  'info',
  'problem',
  'notes',
] as const;

/** What a spreadsheet would take for a formula, unless it is a plain number. */
const FORMULA = /^[=+\-@\t\r\n|%]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** A cell: quoted where it must be, and never a formula. */
export function csvCell(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const line = (cells: readonly (Json | undefined)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

export function csvHead(): string {
  return line(HEADS);
}

/** A packet's line. `firstNs`: of the first frame, nanoseconds since 1970; `notes`: comments and annotations. */
export function csvLine(record: DecodeRecord, firstNs: bigint, notes: readonly string[]): string {
  const { totem, problem } = record;
  const header = totem?.['header'] as JsonObject | undefined;
  const since = Number(BigInt(record.time.replace('.', '')) - firstNs) / 1e9;
  const requests = Array.isArray(totem?.['rtr_list']) ? (totem['rtr_list'] as readonly JsonObject[]) : [];
  return line([
    record.frame,
    record.time,
    since.toFixed(9),
    record.src,
    record.dst,
    record.sport,
    record.dport,
    record.transport,
    record.dialect,
    record.security,
    record.authentic,
    record.kind,
    header?.['nodeid'],
    totem?.['ring_id'],
    totem?.['seq'],
    totem?.['aru'],
    totem?.['token_seq'],
    requests.map(({ seq }) => String(seq)).join(' '),
    record.length,
    recordInfo(record),
    problem?.['says'],
    notes.join(' | '),
  ]);
}
