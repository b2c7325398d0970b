// Writes captured packets to a stream as pcapng, in portions, with whole blocks only: who reads may be cut off at any
// time. Counts what it could not hand on.
import type { Writable } from 'node:stream';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
} from '../../../protocol/pcap/pcapng-writer.ts';

/** Octets after which a portion is written at once, and milliseconds after which it is in any case. */
const PORTION_OCTETS = 256 << 10;
const PORTION_MS = 5;
/** Octets that may wait for a reader who is late; packets that come then are dropped and counted. */
const WAITING_OCTETS_MAX = 64 << 20;

export interface PacketOutput {
  /** Says what link the packets are from; once, before the first. */
  begin(linktype: number): void;
  packet(timeNs: bigint, bytes: Uint8Array, original: number): void;
  readonly packets: () => number;
  /** Packets that the reader was too late for. */
  readonly lost: () => number;
  /** Writes the count of dropped packets and what is left. */
  end(dropped: number | null): void;
}

export function createPacketOutput(stream: Writable, interfaceName: string): PacketOutput {
  let portion: Uint8Array[] = [];
  let octets = 0;
  let packets = 0;
  let lost = 0;
  let lastNs = 0n;
  let hasBegun = false;
  let timer: NodeJS.Timeout | null = null;
  const write = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (octets === 0) return;
    stream.write(Buffer.concat(portion));
    portion = [];
    octets = 0;
  };
  const add = (block: Uint8Array): void => {
    portion.push(block);
    octets += block.length;
    if (octets >= PORTION_OCTETS) write();
    else timer ??= setTimeout(write, PORTION_MS);
  };
  return {
    begin(linktype) {
      if (hasBegun) return;
      hasBegun = true;
      add(sectionHeader());
      add(interfaceDescription(linktype, interfaceName));
    },
    packet(timeNs, bytes, original) {
      if (stream.writableLength > WAITING_OCTETS_MAX) {
        lost++;
        return;
      }
      packets++;
      lastNs = timeNs;
      add(enhancedPacket({ interfaceId: 0, timeNs, bytes, original }));
    },
    packets: () => packets,
    lost: () => lost,
    end(dropped) {
      const all = (dropped ?? 0) + lost;
      if (hasBegun && (dropped !== null || lost > 0)) add(interfaceStatistics(0, lastNs, BigInt(all)));
      write();
    },
  };
}
