// A node's tap: what it sends, as pcapng on a descriptor, written within the turn in which it is sent, so that a node
// that is killed or stopped has told of everything before.
import { writeSync } from 'node:fs';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../protocol/pcap/pcapng-writer.ts';

const ETHERNET = 1;
/** Octets that may wait for a reader who is late; packets that come then are not told of. */
const WAITING_OCTETS_MAX = 32 << 20;
const RETRY_MS = 1;

export interface TapOutput {
  packet(timeNs: bigint, frame: Uint8Array): void;
}

export function createTapOutput(descriptor: number, name: string): TapOutput {
  let blocks: Uint8Array[] = [sectionHeader(), interfaceDescription(ETHERNET, name)];
  let octets = 0;
  let isDue = false;
  let isBroken = false;
  const later = (): void => {
    if (isDue) return;
    isDue = true;
    process.nextTick(flush);
  };
  const keep = (rest: Uint8Array): void => {
    blocks = [rest];
    octets = rest.length;
    isDue = true;
    setTimeout(flush, RETRY_MS);
  };
  const flush = (): void => {
    isDue = false;
    const all = Buffer.concat(blocks);
    blocks = [];
    octets = 0;
    let written = 0;
    try {
      while (written < all.length) written += writeSync(descriptor, all, written);
    } catch (error) {
      // A full pipe is written to again; a closed one has no reader, and the node goes on.
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') keep(all.subarray(written));
      else isBroken = true;
    }
  };
  later();
  return {
    packet(timeNs, frame) {
      if (isBroken || octets > WAITING_OCTETS_MAX) return;
      const block = enhancedPacket({ interfaceId: 0, timeNs, bytes: frame });
      blocks.push(block);
      octets += block.length;
      later();
    },
  };
}
