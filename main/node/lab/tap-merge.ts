// Puts the taps of all nodes into one capture in order of time: each node tells of what it sent a moment later than it
// sent it. Whole pcapng blocks come out, one interface a node.
import { createCaptureReader } from '../../../protocol/pcap/capture-reader.ts';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  sectionHeader,
} from '../../../protocol/pcap/pcapng-writer.ts';

/** Milliseconds that a packet is held back for earlier ones of other nodes. */
const HELD_MS = 100;
const ETHERNET = 1;

interface Held {
  readonly timeNs: bigint;
  readonly order: number;
  readonly interfaceId: number;
  readonly bytes: Uint8Array;
}

export interface TapMerge {
  /** A place for the octets of one more node's tap; each process of a node has a new one. */
  node(name: string, ip: string): (chunk: Uint8Array) => void;
  readonly packets: () => number;
  /** A comment on the first packet from this time on that is not yet given out. */
  mark(timeNs: bigint, comment: string): void;
  /** Gives out all that is held back. */
  end(): void;
}

/** Comments that wait for the packet that they stand at. */
function createMarks() {
  let marks: { readonly timeNs: bigint; readonly comment: string }[] = [];
  return {
    add: (timeNs: bigint, comment: string): void => void marks.push({ timeNs, comment }),
    last: (): bigint => marks.reduce((latest, { timeNs }) => (timeNs > latest ? timeNs : latest), 0n),
    until(timeNs: bigint): readonly string[] {
      if (marks.length === 0) return [];
      const due = marks.filter((mark) => mark.timeNs <= timeNs);
      marks = marks.filter((mark) => mark.timeNs > timeNs);
      return due.map(({ comment }) => comment);
    },
  };
}

export function createTapMerge(write: (bytes: Uint8Array) => void): TapMerge {
  let held: Held[] = [];
  let packets = 0;
  let order = 0;
  const interfaces = new Map<string, number>();
  const marks = createMarks();
  const release = (beforeNs: bigint): void => {
    if (held.length === 0) return;
    held.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : a.order - b.order));
    const first = held.findIndex(({ timeNs }) => timeNs >= beforeNs);
    const due = first < 0 ? held : held.slice(0, first);
    if (due.length === 0) return;
    held = first < 0 ? [] : held.slice(first);
    const blocks = due.map(({ interfaceId, timeNs, bytes }) =>
      enhancedPacket({ interfaceId, timeNs, bytes, comments: marks.until(timeNs) }),
    );
    write(Buffer.concat(blocks));
  };
  const timer = setInterval(() => release(BigInt(Date.now() - HELD_MS) * 1_000_000n), HELD_MS / 2);
  timer.unref();
  write(sectionHeader());
  const idOf = (name: string, ip: string): number => {
    const known = interfaces.get(name);
    if (known !== undefined) return known;
    interfaces.set(name, interfaces.size);
    write(interfaceDescription(ETHERNET, `${name} ${ip}`));
    write(nameResolution(new Map([[ip, name]])));
    return interfaces.size - 1;
  };
  return {
    node(name, ip) {
      const interfaceId = idOf(name, ip);
      const reader = createCaptureReader({
        frame: (bytes, start, captured, _original, timeNs) => {
          packets++;
          held.push({
            timeNs: reader.epochNs + BigInt(Math.round(timeNs)),
            order: order++,
            interfaceId,
            bytes: bytes.slice(start, start + captured),
          });
        },
      });
      return (chunk) => reader.push(chunk);
    },
    packets: () => packets,
    mark: marks.add,
    end() {
      clearInterval(timer);
      release(1n << 63n);
      // What was done after the last packet has none to stand at.
      const last = marks.last();
      const rest = marks.until(last);
      if (rest.length > 0 && interfaces.size > 0) write(interfaceStatistics(0, last, 0n, rest));
    },
  };
}
