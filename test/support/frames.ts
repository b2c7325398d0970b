// Frames and captures made by hand, for what no real capture at hand has: VLAN, IPv6, other link types, big-endian
// files.
import { concatBytes } from '../../protocol/base/bytes.ts';

const be16 = (value: number): number[] => [(value >> 8) & 255, value & 255];

export const MAC = [0xe0, 0xcb, 0x4e, 0x25, 0x20, 0x6f];

export function udp(payload: Uint8Array, sport = 5404, dport = 5405): Uint8Array {
  return concatBytes([Uint8Array.from([...be16(sport), ...be16(dport), ...be16(payload.length + 8), 0, 0]), payload]);
}

export interface Ipv4Options {
  readonly from?: readonly number[];
  readonly to?: readonly number[];
  readonly id?: number;
  readonly fragment?: number;
  readonly protocol?: number;
}

export function ipv4(payload: Uint8Array, options: Ipv4Options = {}): Uint8Array {
  const { id = 1, fragment = 0, protocol = 17, from = [10, 0, 0, 1], to = [226, 94, 1, 1] } = options;
  const head = [0x45, 0, ...be16(payload.length + 20), ...be16(id), ...be16(fragment), 1, protocol, 0, 0];
  return concatBytes([Uint8Array.from([...head, ...from, ...to]), payload]);
}

export function ipv6(payload: Uint8Array, next = 17): Uint8Array {
  const address = (last: number): number[] => [0xfe, 0x80, ...new Array<number>(13).fill(0), last];
  const head = [0x60, 0, 0, 0, ...be16(payload.length), next, 1, ...address(1), 0xff, 0x15, ...address(9).slice(2)];
  return concatBytes([Uint8Array.from(head), payload]);
}

export function ethernet(packet: Uint8Array, type = 0x0800, tags: readonly number[] = []): Uint8Array {
  const vlan = tags.flatMap((tag) => [0x81, 0x00, ...be16(tag)]);
  return concatBytes([Uint8Array.from([...MAC, ...MAC, ...vlan, ...be16(type)]), packet]);
}

export interface PcapOptions {
  readonly linktype?: number;
  readonly littleEndian?: boolean;
  readonly isNano?: boolean;
}

/** A pcap of these frames, a millisecond apart. */
export function pcap(
  frames: readonly Uint8Array[],
  { linktype = 1, littleEndian = true, isNano = false }: PcapOptions = {},
): Uint8Array {
  const words = (...values: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    for (const [i, value] of values.entries()) view.setUint32(i * 4, value, littleEndian);
    return new Uint8Array(view.buffer);
  };
  const versions = littleEndian ? 0x00040002 : 0x00020004;
  const head = words(isNano ? 0xa1b23c4d : 0xa1b2c3d4, versions, 0, 0, 65_535, linktype);
  const step = isNano ? 1_000_000 : 1000;
  const records = frames.flatMap((frame, i) => [words(1_700_000_000, i * step, frame.length, frame.length), frame]);
  return concatBytes([head, ...records]);
}
