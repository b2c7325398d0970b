// A filter ready to use: on rows by their columns where these suffice, else on the records of decoded rows. Both give
// the same answer. `!=` holds where the field is there and none of its values is equal.
import { ok, type Result } from '../../protocol/base/result.ts';
import type { DecodeRecord } from '../session/decode-record.ts';
import { isRelevant, PACKET_KINDS, PacketKind, RowFlag } from '../store/kinds.ts';
import type { PacketStore } from '../store/packet-store.ts';
import { parseFilter, type Comparison, type Expression, type FilterProblem } from './expression.ts';
import { valuesOf } from './fields.ts';

export interface Filter {
  readonly text: string;
  /** True, false, or null where the columns do not tell. Rows that `decode` prints no line for do not match. */
  matchesRow(store: PacketStore, row: number): boolean | null;
  /** `firstNs`: time of the capture's first frame, nanoseconds since 1970, from which the field `time` counts. */
  matchesRecord(record: DecodeRecord, firstNs: bigint): boolean;
}

type Value = string | number | boolean;
const NUMBER = /^-?(0x[0-9a-f]+|\d+(\.\d+)?)$/i;

/** Compares as numbers where both are numbers; whole numbers beyond 2^53 keep their digits. */
function order(a: Value, b: string): number {
  const text = String(a);
  if (!NUMBER.test(text) || !NUMBER.test(b)) return text === b ? 0 : text < b ? -1 : 1;
  if (/^\d{16,}$/.test(text) || /^\d{16,}$/.test(b)) {
    if (!text.includes('.') && !b.includes('.')) {
      const [x, y] = [BigInt(text), BigInt(b)];
      return x === y ? 0 : x < y ? -1 : 1;
    }
  }
  return Math.sign(Number(text) - Number(b));
}

function compares(value: Value, by: Comparison, with_: string): boolean {
  switch (by) {
    case 'contains':
      return String(value).includes(with_);
    case '==':
      return order(value, with_) === 0;
    case '!=':
      return order(value, with_) !== 0;
    case '<':
      return order(value, with_) < 0;
    case '<=':
      return order(value, with_) <= 0;
    case '>':
      return order(value, with_) > 0;
    case '>=':
      return order(value, with_) >= 0;
  }
}

type Asked = Extract<Expression, { readonly field: string }>;

function holds(asked: Asked, values: readonly Value[]): boolean {
  if (values.length === 0) return false;
  if (asked.kind === 'present') return values.some((value) => value !== false);
  if (asked.kind === 'in') return values.some((value) => asked.values.some((other) => order(value, other) === 0));
  if (asked.by === '!=') return values.every((value) => compares(value, '!=', asked.value));
  return values.some((value) => compares(value, asked.by, asked.value));
}

/** Three-valued logic: null is "the columns do not tell". */
function evaluate(expression: Expression, ask: (asked: Asked) => boolean | null): boolean | null {
  switch (expression.kind) {
    case 'and': {
      const left = evaluate(expression.left, ask);
      if (left === false) return false;
      const right = evaluate(expression.right, ask);
      return right === false ? false : left === null || right === null ? null : true;
    }
    case 'or': {
      const left = evaluate(expression.left, ask);
      if (left === true) return true;
      const right = evaluate(expression.right, ask);
      return right === true ? true : left === null || right === null ? null : false;
    }
    case 'not': {
      const inner = evaluate(expression.of, ask);
      return inner === null ? null : !inner;
    }
    default:
      return ask(expression);
  }
}

const NONE: readonly Value[] = [];

/** The values of a field from a row's columns; null where they do not tell. */
function columnValues(store: PacketStore, row: number, field: string): readonly Value[] | null {
  const columns = store.chunks[row >>> 16];
  if (columns === undefined) return null;
  const i = row & 0xffff;
  const kind = columns.kind[i]!;
  const isToken = kind === PacketKind.ORF_TOKEN;
  const isTotem = kind <= PacketKind.TOKEN_HOLD_CANCEL;
  const encoding = store.encodings[columns.encoding[i]!];
  const isFragment = kind === PacketKind.FRAGMENT;
  switch (field.startsWith('totem.') ? field.slice('totem.'.length) : field) {
    case 'frame':
      return [row + 1];
    case 'time':
      return [(columns.timeNs[i]! - (store.chunks[0]?.timeNs[0] ?? 0)) / 1e9];
    case 'kind':
      return [PACKET_KINDS[kind]?.name ?? ''];
    case 'src':
      return [store.address(columns.src[i]!)];
    case 'dst':
      return [store.address(columns.dst[i]!)];
    case 'ring_id':
      return isTotem && kind !== PacketKind.MEMB_JOIN
        ? [store.rings[columns.ring[i]!]?.id ?? '']
        : kind === PacketKind.MALFORMED
          ? null
          : NONE;
    case 'seq':
      return isToken || kind === PacketKind.MCAST ? [columns.seq[i]!] : kind === PacketKind.MALFORMED ? null : NONE;
    case 'aru':
      return isToken ? [columns.aru[i]!] : kind === PacketKind.MALFORMED ? null : NONE;
    case 'token_seq':
      return isToken || kind === PacketKind.MEMB_COMMIT_TOKEN
        ? [columns.tokenSeq[i]!]
        : kind === PacketKind.MALFORMED
          ? null
          : NONE;
    case 'rtr_list':
      return isToken
        ? (columns.flags[i]! & RowFlag.RTR) === 0
          ? NONE
          : [true]
        : kind === PacketKind.MALFORMED
          ? null
          : NONE;
    case 'header.nodeid':
      return isTotem ? [columns.sender[i]!] : kind === PacketKind.MALFORMED ? null : NONE;
    case 'dialect':
      return isFragment ? null : encoding?.dialect == null ? NONE : [encoding.dialect];
    case 'security':
      return isFragment ? null : encoding === undefined ? NONE : [encoding.security];
    default:
      return null;
  }
}

/** Compiles an expression; the empty one matches every line. A problem names its column. */
export function compileFilter(text: string): Result<Filter, FilterProblem> {
  if (text.trim() === '')
    return ok({
      text,
      matchesRow: (store, row) => isRelevant(store.chunks[row >>> 16]?.kind[row & 0xffff] ?? PacketKind.UNRELATED),
      matchesRecord: () => true,
    });
  const parsed = parseFilter(text);
  if (!parsed.ok) return parsed;
  const expression = parsed.value;
  return ok({
    text,
    matchesRow(store, row) {
      if (!isRelevant(store.chunks[row >>> 16]?.kind[row & 0xffff] ?? PacketKind.UNRELATED)) return false;
      return evaluate(expression, (asked) => {
        const values = columnValues(store, row, asked.field);
        return values === null ? null : holds(asked, values);
      });
    },
    matchesRecord: (record, firstNs) =>
      evaluate(expression, (asked) => holds(asked, valuesOf(record, asked.field, firstNs))) === true,
  });
}
