// Reads, walks and writes one service message by its declaration in messages.ts: the fixed part, then its tail of
// records or octets. Does not know which message it is.
import { concatBytes } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { decode, encode, walkFields, type FieldSpan, type LayoutProblem } from '../wire/layout.ts';
import type { Piece } from '../totempg/packet.ts';
import type { ServiceLayout } from './messages.ts';

export interface DecodedService<Head = unknown> {
  readonly head: Head;
  /** The records that count, in their order. */
  readonly records: readonly unknown[];
  /** The tail's octets: the application's, or a body that is not described. Length 0 where it is none of these. */
  readonly octets: Piece;
  /** Unused room for records, and what follows the message. */
  readonly rest: Piece;
}

/** Records and where they lie, or why they cannot be read. */
interface RecordRun {
  readonly used: number;
  readonly problem: LayoutProblem | null;
}

/** How many records to read: the declared number, if the message has room for it. */
function recordsUsed(layout: ServiceLayout, head: unknown, at: number, end: number): RecordRun {
  if (layout.tail.kind !== 'records') return { used: 0, problem: null };
  const { element, slots, name } = layout.tail;
  const fitting = Math.floor(Math.max(0, end - at) / (element.size ?? 1));
  const used = layout.tail.used(head) ?? fitting;
  const max = slots ?? fitting;
  if (used < 0 || used > max) return { used: 0, problem: { kind: 'bad-count', field: name, at, count: used, max } };
  return { used, problem: null };
}

/** The octets of the tail, or why there are too few of them. */
function octetsOf(layout: ServiceLayout, head: unknown, at: number, end: number): Result<Piece, LayoutProblem> {
  if (layout.tail.kind !== 'octets') return ok({ at, length: 0 });
  const length = layout.tail.length(head) ?? end - at;
  if (at + length > end) return fail({ kind: 'truncated', field: layout.tail.name, at, need: length, have: end - at });
  return ok({ at, length });
}

/** Reads the service message view[at, end). Never throws on any bytes. */
export function decodeService<Head>(
  layout: ServiceLayout<Head>,
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): Result<DecodedService<Head>, LayoutProblem> {
  const limit = Math.min(end, view.byteLength);
  const decoded = decode(layout.head, view, at, limit, littleEndian);
  if (!decoded.ok) return decoded;
  const { value: head, end: tailAt } = decoded.value;
  const octets = octetsOf(layout, head, tailAt, limit);
  if (!octets.ok) return octets;
  const run = recordsUsed(layout, head, tailAt, limit);
  if (run.problem !== null) return fail(run.problem);
  const records: unknown[] = [];
  let next = tailAt + octets.value.length;
  if (layout.tail.kind === 'records')
    for (let i = 0; i < run.used; i++) {
      const record = decode(layout.tail.element, view, next, limit, littleEndian);
      if (!record.ok) return record;
      records.push(record.value.value);
      next = record.value.end;
    }
  return ok({ head, records, octets: octets.value, rest: { at: next, length: limit - next } });
}

export interface ServiceParts<Head> {
  readonly head: Head;
  readonly records: readonly unknown[];
  readonly octets: Uint8Array;
  /** Null: zeros for the unused room that the message always has. */
  readonly rest: Uint8Array | null;
}

/** The octets of a service message; the inverse of decodeService. The size in its header is the caller's to give. */
export function encodeService<Head>(
  layout: ServiceLayout<Head>,
  parts: ServiceParts<Head>,
  littleEndian: boolean,
): Uint8Array {
  const pieces = [encode(layout.head, parts.head, littleEndian), parts.octets];
  let room = 0;
  if (layout.tail.kind === 'records') {
    const { element, slots } = layout.tail;
    for (const record of parts.records) pieces.push(encode(element, record, littleEndian));
    if (slots !== null && element.size !== null) room = Math.max(0, slots - parts.records.length) * element.size;
  }
  return concatBytes([...pieces, parts.rest ?? new Uint8Array(room)]);
}

export interface ServiceWalk {
  readonly spans: readonly FieldSpan[];
  readonly problem: LayoutProblem | null;
}

const octetsSpan = (path: string, { at, length }: Piece, doc: string): readonly FieldSpan[] =>
  length <= 0 ? [] : [{ path, offset: at, length, text: `${length} octets`, ctype: `u8[${length}]`, doc }];

/** The spans that could be read, to the last octet, then the problem. Never throws on any bytes. */
export function walkService(
  layout: ServiceLayout,
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): ServiceWalk {
  const limit = Math.min(end, view.byteLength);
  const walked = walkFields(layout.head, view, at, limit, littleEndian);
  const spans: FieldSpan[] = [...walked.spans];
  const decoded = decode(layout.head, view, at, limit, littleEndian);
  if (walked.problem !== null || !decoded.ok) return { spans, problem: walked.problem };
  const head = decoded.value.value;
  const finish = (next: number, problem: LayoutProblem | null): ServiceWalk => ({
    spans: [
      ...spans,
      ...octetsSpan('rest', { at: next, length: limit - next }, 'room that is not used, or octets that follow'),
    ],
    problem,
  });
  const { tail } = layout;
  if (tail.kind === 'none') return finish(walked.end, null);
  if (tail.kind === 'octets') {
    const octets = octetsOf(layout, head, walked.end, limit);
    if (!octets.ok) return finish(walked.end, octets.problem);
    spans.push(
      ...octetsSpan(tail.name, octets.value, 'octets of the application, or of a message that is not described'),
    );
    return finish(walked.end + octets.value.length, null);
  }
  const run = recordsUsed(layout, head, walked.end, limit);
  let next = walked.end;
  for (let i = 0; i < run.used; i++) {
    const record = walkFields(tail.element, view, next, limit, littleEndian, `${tail.name}[${i}]`);
    spans.push(...record.spans);
    next = record.end;
    if (record.problem !== null) return finish(next, record.problem);
  }
  return finish(next, run.problem);
}
