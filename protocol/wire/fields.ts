// The fields of wire structures: numbers and runs of octets, how each is read, written and walked. Structures are
// layout.ts; knows no protocol.

/** Why some bytes could not be read as declared. `at` counts from the start of the view that was read. */
export type LayoutProblem =
  | {
      readonly kind: 'truncated';
      readonly field: string;
      readonly at: number;
      readonly need: number;
      readonly have: number;
    }
  | {
      readonly kind: 'bad-count';
      readonly field: string;
      readonly at: number;
      readonly count: number;
      readonly max: number;
    };

/** The bytes of one field, for the detail tree and the hex view. */
export interface FieldSpan {
  /** Dotted path of C names, `rtr_list[0].seq`. */
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  readonly ctype: string;
  readonly doc: string;
}

/** What a reading needs: the bytes, where they end, and the sender's byte order. */
export interface Cursor {
  readonly view: DataView;
  readonly end: number;
  readonly littleEndian: boolean;
  at: number;
}

/** Left by throw inside this folder only: decode() turns it into a value. */
export class Unreadable extends Error {
  readonly problem: LayoutProblem;
  constructor(problem: LayoutProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

export interface Layout<T, Size extends number | null = number | null> {
  readonly ctype: string;
  /** Octets, or null where a count decides. */
  readonly size: Size;
  readonly doc: string;
  /** Reads at cursor.at and moves it; throws Unreadable (caught by decode). */
  read(cursor: Cursor, field: string): T;
  /** Writes and returns the offset after it. */
  write(view: DataView, at: number, littleEndian: boolean, value: T): number;
  sizeOf(value: T): number;
  walk(cursor: Cursor, path: string, visit: (span: FieldSpan) => void): void;
}

export type Infer<L> = L extends Layout<infer T> ? T : never;

/** Throws Unreadable where fewer octets are left. */
export function need(cursor: Cursor, field: string, octets: number): void {
  if (cursor.at + octets > cursor.end)
    throw new Unreadable({
      kind: 'truncated',
      field,
      at: cursor.at,
      need: octets,
      have: Math.max(0, cursor.end - cursor.at),
    });
}

/** One number of fixed size. */
export interface Scalar<T> extends Layout<T, number> {
  get(view: DataView, at: number, littleEndian: boolean): T;
  set(view: DataView, at: number, littleEndian: boolean, value: T): void;
}

function scalar<T extends number | bigint>(
  ctype: string,
  size: number,
  doc: string,
  get: (view: DataView, at: number, le: boolean) => T,
  set: (view: DataView, at: number, le: boolean, value: T) => void,
  show: (value: T) => string = String,
): Scalar<T> {
  return {
    ctype,
    size,
    doc,
    get,
    set,
    read(cursor, field) {
      need(cursor, field, size);
      const value = get(cursor.view, cursor.at, cursor.littleEndian);
      cursor.at += size;
      return value;
    },
    write(view, at, le, value) {
      set(view, at, le, value);
      return at + size;
    },
    sizeOf: () => size,
    walk(cursor, path, visit) {
      need(cursor, path, size);
      const text = show(get(cursor.view, cursor.at, cursor.littleEndian));
      visit({ path, offset: cursor.at, length: size, text, ctype, doc });
      cursor.at += size;
    },
  };
}

type Show<T> = (value: T) => string;

export const u8 = (doc: string, show?: Show<number>): Scalar<number> =>
  scalar<number>(
    'u8',
    1,
    doc,
    (v, at) => v.getUint8(at),
    (v, at, _le, x) => v.setUint8(at, x),
    show,
  );
export const i8 = (doc: string): Scalar<number> =>
  scalar<number>(
    'i8',
    1,
    doc,
    (v, at) => v.getInt8(at),
    (v, at, _le, x) => v.setInt8(at, x),
  );
export const u16 = (doc: string, show?: Show<number>): Scalar<number> =>
  scalar<number>(
    'u16',
    2,
    doc,
    (v, at, le) => v.getUint16(at, le),
    (v, at, le, x) => v.setUint16(at, x, le),
    show,
  );
export const i16 = (doc: string): Scalar<number> =>
  scalar<number>(
    'i16',
    2,
    doc,
    (v, at, le) => v.getInt16(at, le),
    (v, at, le, x) => v.setInt16(at, x, le),
  );
export const u32 = (doc: string, show?: Show<number>): Scalar<number> =>
  scalar<number>(
    'u32',
    4,
    doc,
    (v, at, le) => v.getUint32(at, le),
    (v, at, le, x) => v.setUint32(at, x, le),
    show,
  );
export const i32 = (doc: string, show?: Show<number>): Scalar<number> =>
  scalar<number>(
    'i32',
    4,
    doc,
    (v, at, le) => v.getInt32(at, le),
    (v, at, le, x) => v.setInt32(at, x, le),
    show,
  );
export const u64 = (doc: string, show?: Show<bigint>): Scalar<bigint> =>
  scalar<bigint>(
    'u64',
    8,
    doc,
    (v, at, le) => v.getBigUint64(at, le),
    (v, at, le, x) => v.setBigUint64(at, x, le),
    show,
  );
/** Network order, whatever the sender's own is. */
export const u16be = (doc: string, show?: Show<number>): Scalar<number> =>
  scalar<number>(
    'u16 (network order)',
    2,
    doc,
    (v, at) => v.getUint16(at, false),
    (v, at, _le, x) => v.setUint16(at, x, false),
    show,
  );
export const u32be = (doc: string, show?: Show<number>): Scalar<number> =>
  scalar<number>(
    'u32 (network order)',
    4,
    doc,
    (v, at) => v.getUint32(at, false),
    (v, at, _le, x) => v.setUint32(at, x, false),
    show,
  );

const plainBytes: Show<Uint8Array> = (bytes) => {
  let text = '';
  for (const byte of bytes.subarray(0, 32)) text += byte.toString(16).padStart(2, '0');
  return bytes.length > 32 ? `${text}… (${bytes.length} octets)` : text;
};

/** Octets up to which a copy of them one by one is made faster than a view of them to be copied. */
const COPIED_ONE_BY_ONE_MAX = 32;

/** A fixed run of octets, opaque unless `show` says more. The value is a copy. */
export function bytes(length: number, doc: string, show: Show<Uint8Array> = plainBytes): Layout<Uint8Array, number> {
  const slice = (cursor: Cursor): Uint8Array => {
    if (length > COPIED_ONE_BY_ONE_MAX)
      return new Uint8Array(cursor.view.buffer, cursor.view.byteOffset + cursor.at, length).slice();
    const copy = new Uint8Array(length);
    for (let i = 0; i < length; i++) copy[i] = cursor.view.getUint8(cursor.at + i);
    return copy;
  };
  return {
    ctype: `u8[${length}]`,
    size: length,
    doc,
    read(cursor, field) {
      need(cursor, field, length);
      const value = slice(cursor);
      cursor.at += length;
      return value;
    },
    write(view, at, _le, value) {
      new Uint8Array(view.buffer, view.byteOffset + at, length).set(value.subarray(0, length));
      return at + length;
    },
    sizeOf: () => length,
    walk(cursor, path, visit) {
      need(cursor, path, length);
      visit({ path, offset: cursor.at, length, text: show(slice(cursor)), ctype: `u8[${length}]`, doc });
      cursor.at += length;
    },
  };
}
