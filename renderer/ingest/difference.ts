// What makes a plain value of one before it, and that value again: what did not change is neither sent nor made anew.
// Of lists only the entries that are new or others; of columns that grew only what was added. Pure, no domain words.

/** Entries [from, from + count) of the list before, then those that are added. */
interface Piece {
  readonly from: number;
  readonly count: number;
  readonly added: readonly unknown[];
}

export type Difference =
  | { readonly kind: 'same' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'parts'; readonly parts: Readonly<Record<string, Difference>> }
  | { readonly kind: 'list'; readonly pieces: readonly Piece[] }
  /** Of typed arrays: the one before, and what follows. */
  | { readonly kind: 'grown'; readonly tail: Column };

type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;
type Plain = Readonly<Record<string, unknown>>;

const SAME: Difference = { kind: 'same' };

const isColumn = (value: unknown): value is Column => ArrayBuffer.isView(value);
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function areSameColumns(a: Column, b: Column, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function arePlainSame(a: Plain, b: Plain): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && isSame(a[name], b[name]));
}

/** True where two values say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((own, i) => isSame(own, b[i]));
  if (isPlain(a)) return isPlain(b) && arePlainSame(a, b);
  if (isColumn(a)) {
    return (
      a.constructor === b.constructor && a.length === (b as Column).length && areSameColumns(a, b as Column, a.length)
    );
  }
  if (a instanceof Map) return b instanceof Map && a.size === b.size && isSame([...a], [...b]);
  if (a instanceof Set) return b instanceof Set && a.size === b.size && isSame([...a], [...b]);
  return false;
}

/** By which an entry is looked for in the list before: its first two values, which mostly name it. */
function nameOf(entry: unknown): unknown {
  if (!isPlain(entry)) return entry;
  const [first, second] = Object.values(entry);
  return `${String(first)} ${String(second)}`;
}

function listDifference(before: readonly unknown[], now: readonly unknown[]): Difference {
  const pieces: { from: number; count: number; added: unknown[] }[] = [];
  let places: Map<unknown, number> | null = null;
  /** The entry before that is likely to follow. */
  let next = 0;
  for (const entry of now) {
    let place = next;
    if (place >= before.length || !isSame(before[place], entry)) {
      places ??= new Map(before.map((own, i) => [nameOf(own), i]));
      place = places.get(nameOf(entry)) ?? -1;
      // What took its place is likely to be followed by what followed it.
      if (place >= 0) next = place + 1;
      if (place < 0 || !isSame(before[place], entry)) place = -1;
    }
    const last = pieces.at(-1);
    if (place < 0) {
      if (last === undefined) pieces.push({ from: 0, count: 0, added: [entry] });
      else last.added.push(entry);
      continue;
    }
    next = place + 1;
    if (last?.added.length === 0 && last.from + last.count === place) last.count++;
    else pieces.push({ from: place, count: 1, added: [] });
  }
  const [first] = pieces;
  const isWhole = pieces.length === 1 && first?.count === before.length && first.added.length === 0;
  return isWhole || (now.length === 0 && before.length === 0) ? SAME : { kind: 'list', pieces };
}

function columnDifference(before: Column, now: Column): Difference {
  const hasGrown = before.constructor === now.constructor && now.length >= before.length;
  if (!hasGrown || !areSameColumns(before, now, before.length)) return { kind: 'value', value: now };
  return now.length === before.length ? SAME : { kind: 'grown', tail: now.slice(before.length) };
}

/** What `before` lacks to be `now`. Values are never changed in place. */
export function differenceOf(before: unknown, now: unknown): Difference {
  if (Object.is(before, now)) return SAME;
  if (Array.isArray(before) && Array.isArray(now)) return listDifference(before, now);
  if (isColumn(before) && isColumn(now)) return columnDifference(before, now);
  if (isPlain(before) && isPlain(now)) {
    const names = Object.keys(now);
    if (names.length !== Object.keys(before).length || !names.every((name) => name in before))
      return { kind: 'value', value: now };
    const parts: Record<string, Difference> = {};
    for (const name of names) {
      const part = differenceOf(before[name], now[name]);
      if (part.kind !== 'same') parts[name] = part;
    }
    return Object.keys(parts).length === 0 ? SAME : { kind: 'parts', parts };
  }
  return isSame(before, now) ? SAME : { kind: 'value', value: now };
}

function grown(before: Column, tail: Column): Column {
  const length = before.length + tail.length;
  const Kind = before.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => Column;
  // Room for more is kept behind: what grows often is seldom copied. Others see their own part of it alone.
  const hasRoom =
    rooms.get(before.buffer) === before.length && before.buffer.byteLength >= length * before.BYTES_PER_ELEMENT;
  let { buffer } = before;
  if (!hasRoom) {
    buffer = new ArrayBuffer(2 * length * before.BYTES_PER_ELEMENT);
    new Kind(buffer, 0, before.length).set(before as never);
  }
  rooms.set(buffer, length);
  const all = new Kind(buffer, 0, length);
  all.set(tail as never, before.length);
  return all;
}
/** Entries that are used of buffers with room behind. */
const rooms = new WeakMap<ArrayBuffer, number>();

/** The value that `difference` was made of, given the one before; what is the same is the same object. */
export function applied(before: unknown, difference: Difference): unknown {
  switch (difference.kind) {
    case 'same':
      return before;
    case 'value':
      return difference.value;
    case 'grown':
      return grown(before as Column, difference.tail);
    case 'list': {
      const list: unknown[] = [];
      for (const { from, count, added } of difference.pieces) {
        for (let i = from; i < from + count; i++) list.push((before as readonly unknown[])[i]);
        for (const entry of added) list.push(entry);
      }
      return list;
    }
    case 'parts': {
      const value: Record<string, unknown> = { ...(before as Plain) };
      for (const [name, part] of Object.entries(difference.parts)) value[name] = applied(value[name], part);
      return value;
    }
  }
}
