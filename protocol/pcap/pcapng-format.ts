// The pcapng format: sections of blocks in the section's byte order, several interfaces with clocks of their own.
// Packets, notes, log entries, names and drop counts are read; blocks of other kinds are passed over.
import { asciiText, LastView } from '../base/bytes.ts';
import { ipv4Text, ipv6Text } from '../base/ip-text.ts';
import {
  BLOCK_OCTETS_MAX,
  FRAME_OCTETS_MAX,
  OWN_ENTERPRISE,
  type CaptureFormat,
  type ReadingState,
} from './capture-format.ts';

export const BlockType = { SHB: 0x0a0d0d0a, IDB: 1, PB: 2, SPB: 3, NRB: 4, ISB: 5, EPB: 6, JOURNAL: 9 } as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const OPT_END = 0;
export const OPT_COMMENT = 1;
/** UTF-8 that programs may copy along, behind an enterprise number. */
export const OPT_CUSTOM_TEXT = 2988;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_STARTTIME = 2;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
const INTERFACES_MAX = 65_536;
const EPB_HEADER = 28;
const PB_HEADER = 28;
const SPB_HEADER = 12;
const NANOSECONDS = 1e9;
/** Longest note kept, octets. */
const NOTE_OCTETS_MAX = 65_536;
/** Octets of a log entry that are looked at for its time, and kept. */
const LOG_OCTETS_MAX = 65_536;
const REALTIME = '__REALTIME_TIMESTAMP=';

interface CaptureInterface {
  readonly linktype: number;
  readonly snaplen: number;
  readonly nsPerTick: number;
  readonly ticksPerSecond: number;
  readonly offsetSeconds: number;
  /** The high half of its last time, and what that is: it changes once in seconds or hours. */
  high: number;
  highSeconds: number;
  highTicks: number;
  /** The last count of its drops, and when it was told. */
  dropped: bigint;
  countedNs: bigint | null;
}

interface Option {
  readonly code: number;
  readonly at: number;
  readonly length: number;
}

/** The readable text of a note: UTF-8. */
export function utf8Text(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i]!;
    const more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1;
    let code = more <= 0 ? first : first & (0x3f >> more);
    let valid = more >= 0;
    for (let k = 1; k <= more; k++) {
      const next = bytes[i + k] ?? 0;
      valid &&= (next & 0xc0) === 0x80;
      code = (code << 6) | (next & 0x3f);
    }
    text += valid && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    i += valid ? more + 1 : 1;
  }
  return text;
}

class Section implements CaptureFormat {
  readonly name = 'pcapng';
  private readonly state: ReadingState;
  private littleEndian = true;
  private interfaces: CaptureInterface[] = [];
  private readonly view = new LastView();

  constructor(state: ReadingState) {
    this.state = state;
  }

  headOctets = (): number => 12;

  private u16(b: Uint8Array, at: number): number {
    return this.littleEndian ? b[at]! | (b[at + 1]! << 8) : (b[at]! << 8) | b[at + 1]!;
  }
  private u32(b: Uint8Array, at: number): number {
    return this.view.of(b).getUint32(at, this.littleEndian);
  }

  private damaged(fileOffset: number, what: string): number {
    const read = `the ${this.state.frames} frames before it were read`;
    const says = `the block at octet ${fileOffset} ${what}; ${read}; copy the file again if its source is whole`;
    this.state.problem = { kind: 'damaged-block', at: fileOffset, says };
    return Number.NaN;
  }

  lengthOf(bytes: Uint8Array, at: number, fileOffset: number): number {
    // A section header is told by its type in any byte order, and brings the order of all that follows.
    if (bytes[at] === 0x0a && bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0d && bytes[at + 3] === 0x0a) {
      this.littleEndian = bytes[at + 8] === 0x4d;
      if (this.u32(bytes, at + 8) !== BYTE_ORDER_MAGIC)
        return this.damaged(fileOffset, 'starts a section in no known byte order');
    }
    const length = this.u32(bytes, at + 4);
    if (length < 12 || length % 4 !== 0)
      return this.damaged(fileOffset, `claims a length of ${length} octets, which no block has`);
    const type = this.u32(bytes, at);
    const isPacket = type === BlockType.EPB || type === BlockType.SPB || type === BlockType.PB;
    if (length > BLOCK_OCTETS_MAX && !this.isSkippable(bytes, at))
      return this.damaged(
        fileOffset,
        `claims ${length} octets, more than ${isPacket ? 'a packet' : 'such a block'} can have`,
      );
    return length;
  }

  isSkippable(bytes: Uint8Array, at: number): boolean {
    return this.u32(bytes, at) > BlockType.EPB && this.u32(bytes, at) !== BlockType.SHB;
  }

  record(bytes: Uint8Array, at: number, length: number, fileOffset: number): void {
    if (this.u32(bytes, at + length - 4) !== length) {
      this.damaged(fileOffset, 'has different lengths at its start and its end');
      return;
    }
    switch (this.u32(bytes, at)) {
      case BlockType.SHB:
        this.interfaces = [];
        this.notes(bytes, at + 24, at + length - 4, null);
        return;
      case BlockType.IDB:
        this.description(bytes, at, length);
        return;
      case BlockType.EPB:
        this.packet(bytes, at, length, fileOffset, EPB_HEADER, this.u32(bytes, at + 8));
        return;
      case BlockType.PB:
        this.packet(bytes, at, length, fileOffset, PB_HEADER, this.u16(bytes, at + 8));
        return;
      case BlockType.SPB:
        this.simplePacket(bytes, at, length, fileOffset);
        return;
      case BlockType.NRB:
        this.names(bytes, at + 8, at + length - 4);
        return;
      case BlockType.ISB:
        this.statistics(bytes, at, length);
        return;
      case BlockType.JOURNAL:
        this.journal(bytes, at + 8, length - 12, fileOffset + 8);
    }
  }

  /** An entry without a time is none: Wireshark shows it at 1970, and here it is passed over. */
  private journal(bytes: Uint8Array, at: number, octets: number, fileOffset: number): void {
    const { state } = this;
    if (state.sink.log === undefined) return;
    const length = Math.min(octets, LOG_OCTETS_MAX);
    const text = asciiText(bytes.subarray(at, at + length));
    const from = text.startsWith(REALTIME) ? 0 : text.indexOf(`\\x0a${REALTIME}`);
    const micros = from < 0 ? null : /^(?:\\x0a)?__REALTIME_TIMESTAMP=(\d{1,18})/.exec(text.slice(from));
    if (micros === null) return;
    const total = BigInt(micros[1] ?? '0');
    const seconds = Number(total / 1_000_000n);
    if (Number.isNaN(state.epochSeconds)) state.epochSeconds = seconds;
    state.frames++;
    const timeNs = (seconds - state.epochSeconds) * 1e9 + Number(total % 1_000_000n) * 1000;
    state.sink.log(bytes, at, length, timeNs, fileOffset);
  }

  private *options(bytes: Uint8Array, from: number, end: number): Generator<Option> {
    for (let at = from; at + 4 <= end;) {
      const code = this.u16(bytes, at);
      const length = this.u16(bytes, at + 2);
      if (code === OPT_END || at + 4 + length > end) return;
      yield { code, at: at + 4, length };
      at += 4 + ((length + 3) & ~3);
    }
  }

  private notes(bytes: Uint8Array, from: number, end: number, frame: number | null): void {
    const { sink } = this.state;
    if (sink.comment === undefined) return;
    for (const { code, at, length } of this.options(bytes, from, end))
      if (code === OPT_COMMENT)
        sink.comment(frame, utf8Text(bytes.subarray(at, at + Math.min(length, NOTE_OCTETS_MAX))));
      else if (code === OPT_CUSTOM_TEXT && frame !== null && length > 4 && this.u32(bytes, at) === OWN_ENTERPRISE)
        sink.custom?.(frame, utf8Text(bytes.subarray(at + 4, at + length)));
  }

  private description(bytes: Uint8Array, at: number, length: number): void {
    if (length < 20 || this.interfaces.length >= INTERFACES_MAX) return;
    let ticksPerSecond = 1e6;
    let offsetSeconds = 0;
    for (const option of this.options(bytes, at + 16, at + length - 4)) {
      if (option.code === IF_TSRESOL && option.length >= 1) {
        const resolution = bytes[option.at]!;
        ticksPerSecond = resolution < 0x80 ? 10 ** Math.min(resolution, 18) : 2 ** (resolution & 0x7f);
      }
      if (option.code === IF_TSOFFSET && option.length >= 8)
        offsetSeconds = this.u32(bytes, option.at + (this.littleEndian ? 0 : 4));
    }
    const nsPerTick = 1e9 / ticksPerSecond;
    this.interfaces.push({
      linktype: this.u16(bytes, at + 8),
      snaplen: this.u32(bytes, at + 12),
      nsPerTick,
      ticksPerSecond,
      offsetSeconds,
      high: 0,
      highSeconds: 0,
      highTicks: 0,
      dropped: 0n,
      countedNs: null,
    });
  }

  private packet(
    bytes: Uint8Array,
    at: number,
    length: number,
    fileOffset: number,
    header: number,
    interfaceId: number,
  ): void {
    const { state } = this;
    const described = this.interfaces[interfaceId];
    const captured = length < header + 4 ? Number.POSITIVE_INFINITY : this.u32(bytes, at + 20);
    if (captured > FRAME_OCTETS_MAX || header + captured + 4 > length) {
      this.damaged(fileOffset, `claims a packet of ${captured} octets, which it has no room for`);
      return;
    }
    if (described === undefined) {
      this.damaged(fileOffset, `names interface ${interfaceId}, which was not described`);
      return;
    }
    const timeNs = this.timeOf(described, this.u32(bytes, at + 12), this.u32(bytes, at + 16));
    state.frames++;
    const original = Math.max(captured, this.u32(bytes, at + 24));
    state.sink.frame(bytes, at + header, captured, original, timeNs, described.linktype, fileOffset + header);
    const optionsAt = at + header + ((captured + 3) & ~3);
    if (optionsAt + 4 < at + length - 4) this.notes(bytes, optionsAt, at + length - 4, state.frames);
  }

  /** Nanoseconds since the epoch of the reader. Exact for resolutions down to a nanosecond. */
  private timeOf(clock: CaptureInterface, high: number, low: number): number {
    const { state } = this;
    const { nsPerTick, ticksPerSecond, offsetSeconds } = clock;
    // 64-bit ticks do not fit a float64: take the seconds off first.
    const isFine = ticksPerSecond > NANOSECONDS;
    if (clock.high !== high || isFine) readHigh(clock, high, isFine ? low : 0);
    const ticks = isFine ? clock.highTicks : clock.highTicks + low;
    const full = Math.floor(ticks / ticksPerSecond);
    const seconds = clock.highSeconds + full + offsetSeconds;
    if (Number.isNaN(state.epochSeconds)) state.epochSeconds = seconds;
    return (seconds - state.epochSeconds) * 1e9 + Math.round((ticks - full * ticksPerSecond) * nsPerTick);
  }

  private simplePacket(bytes: Uint8Array, at: number, length: number, fileOffset: number): void {
    const { state } = this;
    const described = this.interfaces[0];
    if (described === undefined || length < SPB_HEADER + 4) {
      this.damaged(fileOffset, 'holds a packet of an interface that was not described');
      return;
    }
    const original = this.u32(bytes, at + 8);
    const snaplen = described.snaplen === 0 ? FRAME_OCTETS_MAX : described.snaplen;
    const captured = Math.min(original, snaplen, length - SPB_HEADER - 4);
    if (Number.isNaN(state.epochSeconds)) state.epochSeconds = 0;
    state.frames++;
    // A simple packet has no time of its own.
    state.sink.frame(bytes, at + SPB_HEADER, captured, original, 0, described.linktype, fileOffset + SPB_HEADER);
  }

  private names(bytes: Uint8Array, from: number, end: number): void {
    if (this.state.sink.name === undefined) return;
    for (const { code, at, length } of this.options(bytes, from, end)) {
      const octets = code === 1 ? 4 : code === 2 ? 16 : 0;
      if (octets === 0 || length <= octets) continue;
      const address = bytes.subarray(at, at + octets);
      const text = octets === 4 ? ipv4Text(address, 0) : ipv6Text(address, 0);
      this.state.sink.name(text, asciiText(bytes.subarray(at + octets, at + length)));
    }
  }

  /** Counts are from the start of a capture on: what a count grew by was dropped since the one before it. */
  private statistics(bytes: Uint8Array, at: number, length: number): void {
    if (length < 24) return;
    this.notes(bytes, at + 20, at + length - 4, null);
    const { sink } = this.state;
    const counted = this.interfaces[this.u32(bytes, at + 8)];
    if (counted === undefined) return;
    const now = wallClock(counted, this.u32(bytes, at + 12), this.u32(bytes, at + 16));
    let drops: bigint | null = null;
    let since = counted.countedNs;
    for (const option of this.options(bytes, at + 20, at + length - 4)) {
      if (option.length < 8) continue;
      const [first, second] = [this.u32(bytes, option.at), this.u32(bytes, option.at + 4)];
      if (option.code === ISB_STARTTIME) since ??= wallClock(counted, first, second);
      if (option.code !== ISB_IFDROP && option.code !== ISB_OSDROP) continue;
      const [low, high] = this.littleEndian ? [first, second] : [second, first];
      drops = (drops ?? 0n) + ((BigInt(high) << 32n) | BigInt(low));
    }
    if (drops === null) sink.uncounted?.();
    else if (drops > counted.dropped) {
      sink.dropped?.(drops - counted.dropped, since, now);
      counted.dropped = drops;
    }
    counted.countedNs = now;
  }
}

/** Divides high·2^32 + low into seconds and ticks. */
function readHigh(clock: CaptureInterface, high: number, low: number): void {
  const all = (BigInt(high) << 32n) | BigInt(low);
  const per = BigInt(clock.ticksPerSecond);
  clock.high = high;
  clock.highSeconds = Number(all / per);
  clock.highTicks = Number(all % per);
}

/** Nanoseconds since 1970 of a time in an interface's ticks; null for 1970 itself, which says that there is none. */
function wallClock({ ticksPerSecond, offsetSeconds }: CaptureInterface, high: number, low: number): bigint | null {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  if (ticks === 0n) return null;
  return (ticks * 1_000_000_000n) / BigInt(ticksPerSecond) + BigInt(offsetSeconds) * 1_000_000_000n;
}

export function createPcapngFormat(state: ReadingState): CaptureFormat {
  return new Section(state);
}
