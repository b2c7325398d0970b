// Whole messages out of the octets of a connection, requests or responses: a header, and the data that it announces.
import { readSheepHeader, SHEEP_HEADER_OCTETS, type SheepSide } from '../../tcp-headers.ts';
import { followingOf, SHEEP_DATA_MAX } from '../../tcp-stream.ts';
import type { Incoming, Message } from '../state.ts';
import { joined, takeOctets } from './octets.ts';

/** Takes the next message; null where it is not whole yet, `broken` where what stands there is none. */
export function takeMessage(side: SheepSide, from: Incoming): Message | 'broken' | null {
  const { octets } = from;
  if (from.head === null) {
    if (octets.length < SHEEP_HEADER_OCTETS) return null;
    const read = readSheepHeader(side, joined(takeOctets(octets, SHEEP_HEADER_OCTETS)), 0);
    if (!read.ok || followingOf(read.value) > SHEEP_DATA_MAX) return 'broken';
    from.head = read.value;
  }
  const header = from.head;
  const length = followingOf(header);
  if (octets.length < length) return null;
  from.head = null;
  return { header, parts: takeOctets(octets, length) };
}

/** Octets until a message has its header, or its data; at least one. */
export function missingOctets({ head, octets }: Incoming): number {
  const whole = head === null ? SHEEP_HEADER_OCTETS : followingOf(head);
  return Math.max(1, whole - octets.length);
}
