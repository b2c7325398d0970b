// Writes pcapng: sections, interfaces with nanosecond clocks, packets with notes and texts of our own, log entries,
// names, drop counts. Gives bytes and never writes files. Read back by pcapng-format.ts and by Wireshark.
import { concatBytes } from '../base/bytes.ts';
import { parseIpv4, parseIpv6 } from '../net/addresses.ts';
import { OWN_ENTERPRISE } from './capture-format.ts';
import { BlockType, BYTE_ORDER_MAGIC, OPT_COMMENT, OPT_CUSTOM_TEXT, OPT_END } from './pcapng-format.ts';

const NO_LENGTH_HIGH = 0xffffffff;
const SHB_APPLICATION = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const NANOSECONDS = 9;
const SNAPLEN = 262_144;
const ISB_IFDROP = 5;
const NRB_IPV4 = 1;
const NRB_IPV6 = 2;
/** Octets that an option has room for. */
export const OPTION_OCTETS_MAX = 65_535;
/** Octets of a text in a custom option: the enterprise number stands before it. */
export const CUSTOM_OCTETS_MAX = OPTION_OCTETS_MAX - 4;

/** Octets of a name: DNS has 255. */
const NAME_OCTETS_MAX = 255;

export interface WrittenPacket {
  readonly interfaceId: number;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  /** Octets on the wire; those of `bytes` if left out. */
  readonly original?: number;
  readonly comments?: readonly string[];
  /** Texts for programs, each in a custom option of its own: at most CUSTOM_OCTETS_MAX octets. */
  readonly customs?: readonly string[];
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

type Option = readonly [code: number, value: Uint8Array];

/** UTF-8 of a text, cut between two characters where an option has no room for more. */
function optionText(text: string): Uint8Array {
  const octets = utf8Bytes(text);
  if (octets.length <= OPTION_OCTETS_MAX) return octets;
  let end = OPTION_OCTETS_MAX;
  while (end > 0 && (octets[end]! & 0xc0) === 0x80) end--;
  return octets.subarray(0, end);
}

const noteOptions = (notes: readonly string[]): readonly Option[] =>
  notes.map((note) => [OPT_COMMENT, optionText(note)] as const);

const customOptions = (customs: readonly string[]): readonly Option[] =>
  customs.map((text) => [OPT_CUSTOM_TEXT, concatBytes([u32s(OWN_ENTERPRISE), utf8Bytes(text)])] as const);

const textOption = (code: number, text: string): readonly Option[] => (text === '' ? [] : [[code, optionText(text)]]);

/** Starts a section; notes are of the whole capture, `application` is what wrote it. */
export function sectionHeader(notes: readonly string[] = [], application = ''): Uint8Array {
  const list = options([...noteOptions(notes), ...textOption(SHB_APPLICATION, application)]);
  const body = [u32s(BYTE_ORDER_MAGIC), u16s(1, 0), u32s(NO_LENGTH_HIGH, NO_LENGTH_HIGH), ...list];
  return block(BlockType.SHB, body);
}

/** Describes the next interface: the first has id 0. Its times are nanoseconds. */
export function interfaceDescription(linktype: number, name = '', description = ''): Uint8Array {
  const named = [...textOption(IF_NAME, name), ...textOption(IF_DESCRIPTION, description)];
  const list = options([...named, [IF_TSRESOL, Uint8Array.of(NANOSECONDS)]]);
  return block(BlockType.IDB, [u16s(linktype, 0), u32s(SNAPLEN), ...list]);
}

export function enhancedPacket(packet: WrittenPacket): Uint8Array {
  const { interfaceId, timeNs, bytes, original, comments = [], customs = [] } = packet;
  const high = Number((timeNs >> 32n) & 0xffffffffn);
  const low = Number(timeNs & 0xffffffffn);
  const head = u32s(interfaceId, high, low, bytes.length, original ?? bytes.length);
  const list = options([...noteOptions(comments), ...customOptions(customs)]);
  return block(BlockType.EPB, [head, bytes, padding(bytes), ...list]);
}

/** A log entry between the packets, in systemd's journal export format: Wireshark shows it as a row. */
export function journalEntry(fields: readonly (readonly [name: string, value: string])[]): Uint8Array {
  // A value of several lines would want the binary form: a log line is one line.
  const lines = fields.map(([name, value]) => `${name}=${value.replace(/[\r\n]+/g, ' ')}\n`);
  const text = utf8Bytes(lines.join(''));
  return block(BlockType.JOURNAL, [text, padding(text)]);
}

/** Names of addresses; what is no address is left out. */
export function nameResolution(names: ReadonlyMap<string, string>): Uint8Array {
  const records = [...names].flatMap(([address, name]) => {
    const four = parseIpv4(address);
    const octets = four ?? parseIpv6(address);
    if (octets === null) return [];
    const value = concatBytes([
      Uint8Array.from(octets),
      optionText(name).subarray(0, NAME_OCTETS_MAX),
      Uint8Array.of(0),
    ]);
    return option(four === null ? NRB_IPV6 : NRB_IPV4, value);
  });
  return block(BlockType.NRB, [...records, u16s(OPT_END, 0)]);
}

/** Packets that an interface dropped so far, null where nobody can count them; and notes that no packet can carry. */
export function interfaceStatistics(
  interfaceId: number,
  timeNs: bigint,
  dropped: bigint | null,
  notes: readonly string[] = [],
): Uint8Array {
  const high = Number((timeNs >> 32n) & 0xffffffffn);
  const low = Number(timeNs & 0xffffffffn);
  const count: readonly Option[] =
    dropped === null ? [] : [[ISB_IFDROP, u32s(Number(dropped & 0xffffffffn), Number(dropped >> 32n))]];
  return block(BlockType.ISB, [u32s(interfaceId, high, low), ...options([...noteOptions(notes), ...count])]);
}
