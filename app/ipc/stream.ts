// What a capture's source and its reader say to each other over a port. The reader asks, the source streams; a chunk is
// sent only while the reader is not too far behind. Types, limits and the guard of what the reader sends.

/** Octets of one chunk. */
export const CHUNK_OCTETS = 512 * 1024;
/** Chunks on their way that the reader has not acknowledged: it never waits where the source has its turns late. */
export const CHUNKS_IN_FLIGHT_MAX = 16;
/** Ranges in one request. */
export const RANGES_MAX = 4096;
/** Octets of one range: a frame is never longer. */
export const RANGE_OCTETS_MAX = 262_144;

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** From the reader to the source. */
export type StreamRequest =
  /** Streams from the first octet; what was under way before stops. */
  | { readonly kind: 'start'; readonly run: number }
  | { readonly kind: 'ack'; readonly run: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'read'; readonly id: number; readonly ranges: readonly ByteRange[] };

/** From the source to the reader. */
export type StreamReply =
  | {
      readonly kind: 'chunk';
      readonly run: number;
      readonly bytes: Uint8Array;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'end'; readonly run: number }
  /** What was sent no longer holds: the reader is to start again. */
  | { readonly kind: 'anew' }
  /** The source failed in the middle: what came before stands. */
  | { readonly kind: 'broken'; readonly run: number; readonly says: string }
  | { readonly kind: 'ranges'; readonly id: number; readonly pieces: readonly Uint8Array[] }
  | { readonly kind: 'no-ranges'; readonly id: number; readonly says: string };

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function isRange(value: unknown): value is ByteRange {
  if (typeof value !== 'object' || value === null) return false;
  const { offset, length } = value as Record<string, unknown>;
  return isCount(offset) && isCount(length) && length <= RANGE_OCTETS_MAX;
}

/** True for a well-formed request; the source ignores everything else. */
export function isStreamRequest(value: unknown): value is StreamRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, run, id, ranges } = value as Record<string, unknown>;
  if (kind === 'start' || kind === 'ack') return isCount(run);
  if (kind === 'stop') return true;
  return (
    kind === 'read' && isCount(id) && Array.isArray(ranges) && ranges.length <= RANGES_MAX && ranges.every(isRange)
  );
}
