// Declarations of wire structures: one definition gives the type, decode, encode, offsets, the field walk and the
// documentation. Knows byte order and bounds; knows no protocol.
import { i32, need, u16, u32, u8, Unreadable } from './fields.ts';
import type { Cursor, FieldSpan, Layout, LayoutProblem, Scalar } from './fields.ts';

export { bytes, i16, i32, i8, u16, u16be, u32, u32be, u64, u8 } from './fields.ts';
export type { Cursor, FieldSpan, Infer, Layout, LayoutProblem, Scalar } from './fields.ts';

/** A number of elements that later arrays of the same structure have; written from the length of the one it names. */
export interface Count extends Scalar<number> {
  readonly counts: string;
  readonly max: number;
}
/** `max`: reading a greater count is a `bad-count` problem, before anything is allocated. */
export function count(of: 'u8' | 'u16' | 'u32' | 'i32', counts: string, max: number, doc: string): Count {
  const inner = { u8, u16, u32, i32 }[of](doc);
  return {
    ...inner,
    counts,
    max,
    read(cursor, field) {
      const at = cursor.at;
      const value = inner.read(cursor, field);
      if (value < 0 || value > max) throw new Unreadable({ kind: 'bad-count', field, at, count: value, max });
      return value;
    },
    walk(cursor, path, visit) {
      const at = cursor.at;
      inner.walk(cursor, path, visit);
      const value = inner.get(cursor.view, at, cursor.littleEndian);
      if (value < 0 || value > max) throw new Unreadable({ kind: 'bad-count', field: path, at, count: value, max });
    },
  };
}

export interface ArrayField<T> {
  readonly kind: 'array';
  readonly element: Layout<T, number>;
  readonly countField: string;
  readonly doc: string;
}
/** Elements of one fixed size; an earlier count field tells how many. */
export function array<T>(element: Layout<T, number>, countField: string, doc: string): ArrayField<T> {
  return { kind: 'array', element, countField, doc };
}

export type Field = Layout<any> | ArrayField<any>; // oxlint-disable-line no-explicit-any
export type Fields = { readonly [name: string]: Field };
type ValueOf<F> = F extends ArrayField<infer T> ? readonly T[] : F extends Layout<infer T> ? T : never;
export type StructValue<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };
type HasArray<F extends Fields> = { [K in keyof F]: F[K] extends ArrayField<unknown> ? true : never }[keyof F];
export type StructSize<F extends Fields> = [HasArray<F>] extends [never] ? number : null;

export interface Struct<F extends Fields> extends Layout<StructValue<F>, StructSize<F>> {
  readonly fields: F;
  /** Offsets of the fields before the first array, in octets from the start of the structure. */
  readonly at: { readonly [K in keyof F]: number };
  /** Octets of all that lies before the first array. */
  readonly fixedSize: number;
}

/** The same layout, known to be of fixed size where the compiler cannot see it (generic members). */
export function fixed<T>(layout: Layout<T>): Layout<T, number> {
  if (layout.size === null) throw new Error(`broken invariant: ${layout.ctype} has no fixed size`);
  return layout as Layout<T, number>;
}

/** `rtrListEntries` → `rtr_list_entries`: the C name of a field. */
export function cName(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

// oxlint-disable-next-line no-explicit-any
const isArray = (field: Field): field is ArrayField<any> => 'kind' in field;

function offsetsOf(name: string, fields: Fields): { at: Record<string, number>; fixedSize: number; variable: boolean } {
  const at: Record<string, number> = {};
  let offset = 0;
  let variable = false;
  for (const [key, field] of Object.entries(fields)) {
    if (!variable) at[key] = offset;
    if (isArray(field)) {
      const counter = fields[field.countField] as Partial<Count> | undefined;
      if (counter?.counts === undefined || !(field.countField in at))
        throw new Error(`broken invariant: ${name}.${key} names no earlier count field`);
      variable = true;
    } else if (variable) throw new Error(`broken invariant: ${name}.${key} lies behind an array`);
    else offset += field.size ?? 0;
  }
  return { at, fixedSize: offset, variable };
}

interface Entry {
  readonly key: string;
  readonly name: string;
  /** What is read: the field, or an element of the array that it is. */
  readonly layout: Layout<unknown>;
  /** Octets of an element of an array, and the field that counts them; null for what is no array. */
  readonly elementSize: number;
  readonly countField: string | null;
}

function entryOf(key: string, field: Field): Entry {
  const own = { key, name: cName(key) };
  if (!isArray(field)) return { ...own, layout: field, elementSize: 0, countField: null };
  const { element, countField } = field;
  return { ...own, layout: element as Layout<unknown>, elementSize: element.size, countField };
}

function readEntries(entries: readonly Entry[], cursor: Cursor): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (let at = 0; at < entries.length; at++) {
    const { key, name, layout, elementSize, countField } = entries[at]!;
    if (countField === null) value[key] = layout.read(cursor, name);
    else {
      const length = value[countField] as number;
      need(cursor, name, length * elementSize);
      const list: unknown[] = [];
      for (let i = 0; i < length; i++) list.push(layout.read(cursor, name));
      value[key] = list;
    }
  }
  return value;
}

/** Reads the fields of a structure; only where that fails is the path to the field put together. */
function readStruct(entries: readonly Entry[], cursor: Cursor, field: string): Record<string, unknown> {
  try {
    return readEntries(entries, cursor);
  } catch (error) {
    if (!(error instanceof Unreadable) || field === '') throw error;
    throw new Unreadable({ ...error.problem, field: `${field}.${error.problem.field}` });
  }
}

function walkEntries(
  entries: readonly Entry[],
  fields: Fields,
  at: Readonly<Record<string, number>>,
  cursor: Cursor,
  path: string,
  visit: (span: FieldSpan) => void,
): void {
  const start = cursor.at;
  for (const { name, layout, countField } of entries) {
    const own = path === '' ? name : `${path}.${name}`;
    if (countField === null) layout.walk(cursor, own, visit);
    else {
      const counter = fields[countField] as unknown as Count;
      const length = counter.get(cursor.view, start + at[countField]!, cursor.littleEndian);
      for (let i = 0; i < length; i++) layout.walk(cursor, `${own}[${i}]`, visit);
    }
  }
}

/** Declares a packed structure, in the order of its fields on the wire. */
export function struct<const F extends Fields>(ctype: string, fields: F, doc = ''): Struct<F> {
  const entries = (Object.entries(fields) as [string, Field][]).map(([key, field]) => entryOf(key, field));
  const { at, fixedSize, variable } = offsetsOf(ctype, fields);
  type Value = StructValue<F>;

  const read = (cursor: Cursor, field: string): Value => readStruct(entries, cursor, field) as Value;

  const write = (view: DataView, start: number, le: boolean, value: Value): number => {
    let offset = start;
    const source = value as Record<string, unknown>;
    for (const { key, layout, countField } of entries) {
      if (countField !== null)
        for (const item of source[key] as unknown[]) offset = layout.write(view, offset, le, item);
      else if ('counts' in layout)
        offset = layout.write(view, offset, le, (source[(layout as Count).counts] as unknown[]).length);
      else offset = layout.write(view, offset, le, source[key]);
    }
    return offset;
  };

  const sizeOf = (value: Value): number => {
    let octets = fixedSize;
    for (const { key, elementSize, countField } of entries)
      if (countField !== null) octets += ((value as Record<string, unknown>)[key] as unknown[]).length * elementSize;
    return octets;
  };

  const walk = (cursor: Cursor, path: string, visit: (span: FieldSpan) => void): void =>
    walkEntries(entries, fields, at, cursor, path, visit);

  return {
    ctype,
    doc,
    fields,
    at: at as Struct<F>['at'],
    fixedSize,
    read,
    write,
    sizeOf,
    walk,
    size: (variable ? null : fixedSize) as StructSize<F>,
  };
}

export interface Decoded<T> {
  readonly value: T;
  /** Offset after the structure. */
  readonly end: number;
}

/** Reads one structure from view[at, end). Never throws on any bytes. */
export function decode<T>(
  layout: Layout<T>,
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): { readonly ok: true; readonly value: Decoded<T> } | { readonly ok: false; readonly problem: LayoutProblem } {
  const cursor: Cursor = { view, at, end: Math.min(end, view.byteLength), littleEndian };
  try {
    const value = layout.read(cursor, '');
    return { ok: true, value: { value, end: cursor.at } };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Bytes of a value in the given byte order. */
export function encode<T>(layout: Layout<T>, value: T, littleEndian: boolean): Uint8Array {
  const out = new Uint8Array(layout.sizeOf(value));
  layout.write(new DataView(out.buffer), 0, littleEndian, value);
  return out;
}

export interface Walk {
  readonly spans: readonly FieldSpan[];
  readonly end: number;
  readonly problem: LayoutProblem | null;
}

/** The spans that could be read, then the problem at its offset. Never throws on any bytes. */
export function walkFields<T>(
  layout: Layout<T>,
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
  path = '',
): Walk {
  const spans: FieldSpan[] = [];
  const cursor: Cursor = { view, at, end: Math.min(end, view.byteLength), littleEndian };
  try {
    layout.walk(cursor, path, (span) => spans.push(span));
    return { spans, end: cursor.at, problem: null };
  } catch (error) {
    if (error instanceof Unreadable) return { spans, end: cursor.at, problem: error.problem };
    throw error;
  }
}

export interface FieldDoc {
  readonly name: string;
  readonly offset: number | null;
  readonly ctype: string;
  readonly doc: string;
}

/** One row per field, for the generated documentation and tooltips. */
export function describeStruct<F extends Fields>(layout: Struct<F>): readonly FieldDoc[] {
  return Object.entries(layout.fields as Fields).map(([key, field]) => ({
    name: cName(key),
    offset: (layout.at as Record<string, number>)[key] ?? null,
    ctype: isArray(field) ? `${field.element.ctype}[${cName(field.countField)}]` : field.ctype,
    doc: field.doc,
  }));
}
