// Writes pcapng: sections, interfaces with nanosecond clocks, packets with notes, names, drop counts. Gives bytes and
// never writes files. Read back by pcapng-format.ts and by Wireshark.
import { concatBytes } from '../base/bytes.ts';
import { BlockType, BYTE_ORDER_MAGIC, OPT_COMMENT, OPT_END } from './pcapng-format.ts';

const NO_LENGTH_HIGH = 0xffffffff;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const NANOSECONDS = 9;
const SNAPLEN = 262_144;
const ISB_IFDROP = 5;
const NRB_IPV4 = 1;

export interface WrittenPacket {
  readonly interfaceId: number;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  /** Octets on the wire; those of `bytes` if left out. */
  readonly original?: number;
  readonly comments?: readonly string[];
}

const padded = (length: number): number => (length + 3) & ~3;

/** UTF-8 octets of a text. */
export function utf8Bytes(text: string): Uint8Array {
  const out: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0xfffd;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(out);
}

function u16s(...values: readonly number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * 2));
  for (const [i, value] of values.entries()) out.setUint16(i * 2, value, true);
  return new Uint8Array(out.buffer);
}

function u32s(...values: readonly number[]): Uint8Array {
  const out = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) out.setUint32(i * 4, value, true);
  return new Uint8Array(out.buffer);
}

function padding(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(padded(bytes.length) - bytes.length);
}

function option(code: number, value: Uint8Array): readonly Uint8Array[] {
  return [u16s(code, value.length), value, padding(value)];
}

/** Options of a block; their end mark only where there are any. */
function options(list: readonly (readonly [code: number, value: Uint8Array])[]): readonly Uint8Array[] {
  return list.length === 0 ? [] : [...list.flatMap(([code, value]) => option(code, value)), u16s(OPT_END, 0)];
}

function block(type: number, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 12);
  return concatBytes([u32s(type, length), ...body, u32s(length)]);
}

const noteOptions = (notes: readonly string[]): readonly Uint8Array[] =>
  options(notes.map((note) => [OPT_COMMENT, utf8Bytes(note)] as const));

/** Starts a section; notes are of the whole capture. */
export function sectionHeader(notes: readonly string[] = []): Uint8Array {
  const body = [u32s(BYTE_ORDER_MAGIC), u16s(1, 0), u32s(NO_LENGTH_HIGH, NO_LENGTH_HIGH), ...noteOptions(notes)];
  return block(BlockType.SHB, body);
}

/** Describes the next interface: the first has id 0. Its times are nanoseconds. */
export function interfaceDescription(linktype: number, name = ''): Uint8Array {
  const named = name === '' ? [] : [[IF_NAME, utf8Bytes(name)] as const];
  const list = options([...named, [IF_TSRESOL, Uint8Array.of(NANOSECONDS)]]);
  return block(BlockType.IDB, [u16s(linktype, 0), u32s(SNAPLEN), ...list]);
}

export function enhancedPacket({ interfaceId, timeNs, bytes, original, comments = [] }: WrittenPacket): Uint8Array {
  const high = Number((timeNs >> 32n) & 0xffffffffn);
  const low = Number(timeNs & 0xffffffffn);
  const head = u32s(interfaceId, high, low, bytes.length, original ?? bytes.length);
  return block(BlockType.EPB, [head, bytes, padding(bytes), ...noteOptions(comments)]);
}

/** Names of IPv4 addresses. */
export function nameResolution(names: ReadonlyMap<string, string>): Uint8Array {
  const records = [...names].flatMap(([address, name]) => {
    const value = concatBytes([Uint8Array.from(address.split('.').map(Number)), utf8Bytes(name), Uint8Array.of(0)]);
    return option(NRB_IPV4, value);
  });
  return block(BlockType.NRB, [...records, u16s(OPT_END, 0)]);
}

/** Packets that an interface dropped, and notes that no packet can carry. */
export function interfaceStatistics(
  interfaceId: number,
  timeNs: bigint,
  dropped: bigint,
  notes: readonly string[] = [],
): Uint8Array {
  const high = Number((timeNs >> 32n) & 0xffffffffn);
  const low = Number(timeNs & 0xffffffffn);
  const count = u32s(Number(dropped & 0xffffffffn), Number(dropped >> 32n));
  const said = notes.map((note) => [OPT_COMMENT, utf8Bytes(note)] as const);
  return block(BlockType.ISB, [u32s(interfaceId, high, low), ...options([...said, [ISB_IFDROP, count]])]);
}
