// Finds the sheepdog headers in the two directions of one TCP connection, and which response answers which request.
// Fed with octets and with the lengths of those that were not captured; TCP itself is the caller's.
import { SHEEP_LITTLE_ENDIAN } from './node-entry.ts';
import { FLAG_WRITE, FLAGS_KNOWN, isKnownOpcode, isKnownResult } from './operations.ts';
import {
  readCutHeader,
  SHEEP_COMMON_OCTETS,
  SHEEP_HEADER_OCTETS,
  SHEEP_REQUESTS,
  SHEEP_RESPONSES,
} from './tcp-headers.ts';
import type { SheepHeader, SheepSide } from './tcp-headers.ts';

/** More octets behind one header than any operation has: an inode is 4 198 968, a whole write at most as many. */
export const SHEEP_DATA_MAX = 64 * 1024 * 1024;
/** Requests remembered until their response; then the oldest is forgotten. */
export const PENDING_REQUESTS_MAX = 1024;
/** Runs of octets searched for a header after the stream was lost; then the direction is given up. */
export const SEARCHED_RUNS_MAX = 4096;
/** The highest protocol version of any release is 5. */
const PROTO_VER_MAX = 8;

/** A header and what belongs to it. Offsets count the octets of its direction since the start of the stream. */
export interface SheepHeaderSeen {
  readonly kind: 'header';
  readonly side: SheepSide;
  readonly header: SheepHeader;
  readonly at: number;
  /** What the caller gave as `source` with the first and the last octet of the header. */
  readonly first: number;
  readonly last: number;
  /** Octets that follow the header on the wire. */
  readonly following: number;
  /** Of a response: the request that it answers; null where that was not captured. */
  readonly request: SheepHeaderSeen | null;
}

/** The direction cannot be followed from here; headers are looked for at the start of later runs of octets. */
export interface SheepStreamLost {
  readonly kind: 'lost';
  readonly side: SheepSide;
  readonly at: number;
  readonly source: number;
  readonly reason: 'not-a-header' | 'gap-in-header';
}

/** No header was found for too long: the direction is not looked at any more. */
export interface SheepStreamStopped {
  readonly kind: 'stopped';
  readonly side: SheepSide;
  readonly at: number;
  readonly source: number;
}

export type SheepStreamEvent = SheepHeaderSeen | SheepStreamLost | SheepStreamStopped;

export interface SheepStream {
  /** The next octets of a direction, in the order of the stream and without repeats. */
  push(side: SheepSide, octets: Uint8Array, source: number): readonly SheepStreamEvent[];
  /** So many octets of a direction come next and are not captured: snap length, or a lost segment. */
  skip(side: SheepSide, length: number, source: number): readonly SheepStreamEvent[];
  /** Requests whose response has not been seen, oldest first. */
  pending(): readonly SheepHeaderSeen[];
}

interface Direction {
  readonly side: SheepSide;
  /** Octets of the stream so far. */
  offset: number;
  phase: 'header' | 'data' | 'lost' | 'stopped';
  /** Phase header: what of the header is there. */
  readonly buffer: Uint8Array;
  filled: number;
  first: number;
  /** Phase data: octets still to come. */
  left: number;
  /** Phase lost: runs searched. */
  searched: number;
}

const { protoVer, opcode, flags, dataLength } = SHEEP_REQUESTS.plain.at;
const RESULT_AT = SHEEP_RESPONSES.plain.at.result;

/** Whether octets, the captured ones of 48, can be the start of a header of any release. */
function isPlausible(side: SheepSide, octets: Uint8Array): boolean {
  if (octets.length < SHEEP_COMMON_OCTETS) return false;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  if (view.getUint8(protoVer) > PROTO_VER_MAX || !isKnownOpcode(view.getUint8(opcode))) return false;
  if ((view.getUint16(flags, SHEEP_LITTLE_ENDIAN) & ~FLAGS_KNOWN) !== 0) return false;
  if (view.getUint32(dataLength, SHEEP_LITTLE_ENDIAN) > SHEEP_DATA_MAX) return false;
  if (side === 'request' || octets.length < RESULT_AT + 4) return true;
  return isKnownResult(view.getUint32(RESULT_AT, SHEEP_LITTLE_ENDIAN));
}

/** Octets of data behind a header: a request has data only with WRITE, a response whenever it says so (5.1). */
export function followingOf(header: SheepHeader): number {
  return header.side === 'response' || (header.flags & FLAG_WRITE) !== 0 ? header.dataLength : 0;
}

/** Takes the request that a response answers out of the list: the oldest with its id and operation. */
function takeRequest(pending: SheepHeaderSeen[], response: SheepHeader): SheepHeaderSeen | null {
  const at = pending.findIndex(({ header }) => header.id === response.id && header.opcode === response.opcode);
  return at < 0 ? null : (pending.splice(at, 1)[0] ?? null);
}

function direction(side: SheepSide): Direction {
  const buffer = new Uint8Array(SHEEP_HEADER_OCTETS);
  return { side, offset: 0, phase: 'header', buffer, filled: 0, first: 0, left: 0, searched: 0 };
}

function lose(to: Direction, reason: SheepStreamLost['reason'], at: number, source: number): SheepStreamLost {
  to.phase = 'lost';
  to.filled = 0;
  to.searched = 0;
  return { kind: 'lost', side: to.side, at, source, reason };
}

/** In a lost direction: whether this run of octets starts with a header, as nearly every header starts a segment. */
function search(to: Direction, octets: Uint8Array, source: number): readonly SheepStreamStopped[] {
  if (isPlausible(to.side, octets.subarray(0, SHEEP_HEADER_OCTETS))) {
    to.phase = 'header';
    return [];
  }
  const at = to.offset;
  to.offset += octets.length;
  to.searched++;
  if (to.searched < SEARCHED_RUNS_MAX) return [];
  to.phase = 'stopped';
  return [{ kind: 'stopped', side: to.side, at, source }];
}

/** Takes octets for the header or the data that the direction is in, and returns how many. */
function take(to: Direction, octets: Uint8Array, at: number, source: number): number {
  const have = octets.length - at;
  if (to.phase === 'data') {
    const taken = Math.min(have, to.left);
    to.left -= taken;
    if (to.left === 0) to.phase = 'header';
    return taken;
  }
  const taken = Math.min(have, SHEEP_HEADER_OCTETS - to.filled);
  if (to.filled === 0) to.first = source;
  to.buffer.set(octets.subarray(at, at + taken), to.filled);
  to.filled += taken;
  return taken;
}

const NO_EVENTS: readonly SheepStreamEvent[] = [];

const isFollowed = (to: Direction): boolean => to.phase === 'header' || to.phase === 'data';

/** Reads the header that ends at the offset, of which the buffer holds what was captured. */
function finish(to: Direction, pending: SheepHeaderSeen[], source: number): SheepHeaderSeen | SheepStreamLost {
  const { side, first } = to;
  const at = to.offset - SHEEP_HEADER_OCTETS;
  const octets = to.buffer.slice(0, to.filled);
  const read = readCutHeader(side, octets);
  if (!read.ok || !isPlausible(side, octets)) return lose(to, 'not-a-header', at, source);
  const header = read.value;
  const following = followingOf(header);
  const request = side === 'response' ? takeRequest(pending, header) : null;
  const seen: SheepHeaderSeen = { kind: 'header', side, header, at, first, last: source, following, request };
  if (side === 'request') pending.push(seen);
  if (pending.length > PENDING_REQUESTS_MAX) pending.shift();
  to.filled = 0;
  to.left = following;
  to.phase = following === 0 ? 'header' : 'data';
  return seen;
}

/** A reader for one connection: requests are the octets that the client sends. */
export function createSheepStream(): SheepStream {
  const directions = { request: direction('request'), response: direction('response') };
  const pending: SheepHeaderSeen[] = [];
  return {
    push(side, octets, source) {
      const to = directions[side];
      if (to.phase === 'data' && octets.length < to.left) {
        // Most segments lie within the data of one answer.
        to.left -= octets.length;
        to.offset += octets.length;
        return NO_EVENTS;
      }
      const events: SheepStreamEvent[] = to.phase === 'lost' ? [...search(to, octets, source)] : [];
      if (!isFollowed(to)) return events;
      let at = 0;
      while (at < octets.length && isFollowed(to)) {
        const taken = take(to, octets, at, source);
        at += taken;
        to.offset += taken;
        if (to.filled === SHEEP_HEADER_OCTETS) events.push(finish(to, pending, source));
      }
      to.offset += octets.length - at;
      return events;
    },
    skip(side, length, source) {
      const to = directions[side];
      const end = to.offset + Math.max(0, length);
      const events: SheepStreamEvent[] = [];
      while (to.offset < end && isFollowed(to)) {
        const missing = to.phase === 'data' ? to.left : SHEEP_HEADER_OCTETS - to.filled;
        const skipped = Math.min(missing, end - to.offset);
        if (to.phase === 'data') {
          to.left -= skipped;
          to.offset += skipped;
          if (to.left === 0) to.phase = 'header';
        } else if (to.filled >= SHEEP_COMMON_OCTETS && skipped === missing) {
          // A short snap length cut the header off: what it says of the data is there, and that keeps the place.
          to.offset += skipped;
          events.push(finish(to, pending, source));
        } else events.push(lose(to, 'gap-in-header', to.offset, source));
      }
      to.offset = end;
      return events;
    },
    pending: () => [...pending],
  };
}
