// The classic pcap format: a file header, then a record per packet. Microseconds or nanoseconds, either byte order.
import { LastView } from '../base/bytes.ts';
import { FRAME_OCTETS_MAX, type CaptureFormat, type ReadingState } from './capture-format.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Alexey Kuznetzov's variant puts 8 more octets into each record's header. */
const MODIFIED_HEADER = 24;
/** Link type: the low 28 bits; above them lies the length of a frame check sequence. */
const LINKTYPE_MASK = 0x0fffffff;

/** `magic` as read in network order from the first four octets. */
export function createPcapFormat(state: ReadingState, magic: number): CaptureFormat {
  const littleEndian = (magic & 0xff) === 0xa1;
  const isNano = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
  const isModified = magic === 0xa1b2cd34 || magic === 0x34cdb2a1;
  const nsPerUnit = isNano ? 1 : 1000;
  const header = isModified ? MODIFIED_HEADER : RECORD_HEADER;
  let linktype = -1;

  const view = new LastView();
  const u32 = (bytes: Uint8Array, at: number): number => view.of(bytes).getUint32(at, littleEndian);

  return {
    name: 'pcap',
    headOctets: (isFirst) => (isFirst ? FILE_HEADER : header),
    lengthOf(bytes, at, fileOffset) {
      if (fileOffset === 0) return FILE_HEADER;
      const captured = u32(bytes, at + 8);
      if (captured <= FRAME_OCTETS_MAX) return header + captured;
      const says =
        `the record at octet ${fileOffset} claims ${captured} octets, more than a frame can have; ` +
        `the ${state.frames} frames before it were read; copy the file again if its source is whole`;
      state.problem = { kind: 'damaged-block', at: fileOffset, says };
      return Number.NaN;
    },
    isSkippable: () => false,
    record(bytes, at, length, fileOffset) {
      if (fileOffset === 0) {
        linktype = u32(bytes, at + 20) & LINKTYPE_MASK;
        return;
      }
      const seconds = u32(bytes, at);
      if (Number.isNaN(state.epochSeconds)) state.epochSeconds = seconds;
      const captured = length - header;
      const original = u32(bytes, at + 12);
      const timeNs = (seconds - state.epochSeconds) * 1e9 + u32(bytes, at + 4) * nsPerUnit;
      state.frames++;
      state.sink.frame(
        bytes,
        at + header,
        captured,
        Math.max(captured, original),
        timeNs,
        linktype,
        fileOffset + header,
      );
    },
  };
}
