// Reads a capture as its octets come, in any portions: tells pcap from pcapng, hands out frames without making objects,
// and stops with a sentence where the capture is damaged. Bytes only, never files.
import {
  BLOCK_OCTETS_MAX,
  type CaptureFormat,
  type CaptureProblem,
  type FrameSink,
  type ReadingState,
} from './capture-format.ts';
import { createPcapFormat } from './pcap-format.ts';
import { createPcapngFormat } from './pcapng-format.ts';

export type { CaptureProblem, FrameSink } from './capture-format.ts';

export interface CaptureReader {
  /** Takes the next octets, any number of them. */
  push(chunk: Uint8Array): void;
  /** Says that the source ended: a cut block becomes a problem. */
  finish(): void;
  readonly format: 'pcap' | 'pcapng' | null;
  /** Wall clock of timeNs 0: the full second before the first frame, in nanoseconds since 1970. */
  readonly epochNs: bigint;
  readonly frames: number;
  readonly problem: CaptureProblem | null;
}

const PCAP_MAGICS: readonly number[] = [0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1];
const PCAPNG_MAGIC = 0x0a0d0d0a;
const MAGIC_OCTETS = 4;

function formatOf(bytes: Uint8Array, state: ReadingState): CaptureFormat | null {
  const magic = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
  if (magic === PCAPNG_MAGIC) return createPcapngFormat(state);
  if (PCAP_MAGICS.includes(magic)) return createPcapFormat(state, magic);
  return null;
}

class Reader implements CaptureReader {
  readonly state: ReadingState;
  private reading: CaptureFormat | null = null;
  /** The start of a record whose rest has not come yet. */
  private carry = new Uint8Array(65_536);
  private carried = 0;
  /** Octets of a skipped record that are still to come. */
  private skip = 0;
  /** Offset in the capture of the next octet to be read from a chunk. */
  private offset = 0;
  private isFirst = true;

  constructor(sink: FrameSink) {
    this.state = { sink, epochSeconds: Number.NaN, frames: 0, problem: null };
  }

  get format(): 'pcap' | 'pcapng' | null {
    return this.reading?.name ?? null;
  }
  get epochNs(): bigint {
    return Number.isNaN(this.state.epochSeconds) ? 0n : BigInt(this.state.epochSeconds) * 1_000_000_000n;
  }
  get frames(): number {
    return this.state.frames;
  }
  get problem(): CaptureProblem | null {
    return this.state.problem;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.state.problem === null) {
      if (this.skip > 0) {
        const octets = Math.min(this.skip, chunk.length - at);
        this.skip -= octets;
        at += octets;
        this.offset += octets;
      } else if (this.carried > 0) at = this.complete(chunk, at);
      else at = this.whole(chunk, at);
    }
  }

  finish(): void {
    const { state } = this;
    if (state.problem !== null) return;
    if (this.offset === 0 && this.carried === 0)
      state.problem = {
        kind: 'empty',
        at: 0,
        says: 'the capture is empty: wait until it is written, or capture again',
      };
    else if (this.reading === null) state.problem = notACapture();
    else if (this.isFirst) {
      const says = `the capture ends at octet ${this.offset}, within its file header: copy it again, whole`;
      state.problem = { kind: 'no-header', at: this.offset, says };
    } else if (this.carried > 0 || this.skip > 0) {
      const at = this.offset - this.carried;
      const read = `the ${state.frames} frames before it were read`;
      const says = `the capture ends in the middle of a record at octet ${at}; ${read}; copy it again if there is more`;
      state.problem = { kind: 'truncated', at, says };
    }
  }

  /** Reads records that lie whole in the chunk; keeps the start of the last one. */
  private whole(chunk: Uint8Array, from: number): number {
    let at = from;
    if (this.reading === null) {
      if (chunk.length - at < MAGIC_OCTETS) return this.keep(chunk, at);
      this.reading = formatOf(chunk.subarray(at), this.state);
      if (this.reading === null) {
        this.state.problem = notACapture();
        return chunk.length;
      }
    }
    const format = this.reading;
    while (this.state.problem === null) {
      if (chunk.length - at < format.headOctets(this.isFirst)) break;
      const fileOffset = this.offset;
      const length = format.lengthOf(chunk, at, fileOffset);
      if (Number.isNaN(length)) break;
      if (chunk.length - at < length) {
        if (length > BLOCK_OCTETS_MAX && format.isSkippable(chunk, at)) this.skip = length;
        break;
      }
      format.record(chunk, at, length, fileOffset);
      this.isFirst = false;
      at += length;
      this.offset += length;
    }
    if (this.state.problem !== null) return chunk.length;
    return this.skip > 0 ? at : this.keep(chunk, at);
  }

  private keep(chunk: Uint8Array, at: number): number {
    this.append(chunk, at, chunk.length - at);
    return chunk.length;
  }

  private append(chunk: Uint8Array, at: number, octets: number): void {
    if (this.carried + octets > this.carry.length) {
      const larger = new Uint8Array(Math.max(this.carried + octets, this.carry.length * 2));
      larger.set(this.carry.subarray(0, this.carried));
      this.carry = larger;
    }
    this.carry.set(chunk.subarray(at, at + octets), this.carried);
    this.carried += octets;
    this.offset += octets;
  }

  /** Brings the carried record to its full length from the chunk, and reads it. */
  private complete(chunk: Uint8Array, from: number): number {
    let at = from;
    const take = (wanted: number): boolean => {
      const octets = Math.min(Math.max(0, wanted - this.carried), chunk.length - at);
      this.append(chunk, at, octets);
      at += octets;
      return this.carried >= wanted;
    };
    if (!take(MAGIC_OCTETS)) return at;
    this.reading ??= formatOf(this.carry, this.state);
    const format = this.reading;
    if (format === null) {
      this.state.problem = notACapture();
      return chunk.length;
    }
    if (!take(format.headOctets(this.isFirst))) return at;
    const start = this.offset - this.carried;
    const length = format.lengthOf(this.carry, 0, start);
    if (Number.isNaN(length)) return chunk.length;
    if (length > BLOCK_OCTETS_MAX && format.isSkippable(this.carry, 0)) {
      this.skip = length - this.carried;
      this.carried = 0;
      return at;
    }
    if (!take(length)) return at;
    format.record(this.carry, 0, length, start);
    this.isFirst = false;
    this.carried = 0;
    return at;
  }
}

function notACapture(): CaptureProblem {
  return {
    kind: 'not-a-capture',
    at: 0,
    says: 'not a pcap or pcapng capture: octet 0 starts neither; give what tcpdump -w or Wireshark has written',
  };
}

/** A reader that hands the frames of a capture to `sink` as its octets are pushed. */
export function createCaptureReader(sink: FrameSink): CaptureReader {
  return new Reader(sink);
}
