// Joins IP fragments, v4 and v6, by source, destination, identification and protocol. Bounded against floods: the
// oldest datagram is given up. Where fragments overlap, what came first stands.
import type { Located } from './locate.ts';

/** Datagrams in progress at once. */
export const DATAGRAMS_MAX = 4096;
/** Octets held for them. */
export const OCTETS_MAX = 64 * 1024 * 1024;
/** An IP datagram cannot be longer. */
const DATAGRAM_OCTETS_MAX = 65_535;
/** Fragments of one datagram: 64 KiB in the smallest parts. */
const FRAGMENTS_MAX = 8192;
/** Attempts to join one datagram: overlapping fragments with a hole left are given up after these. */
const ATTEMPTS_MAX = 64;
/**
 * Capture time within which a datagram must be complete. Hosts wait 30 s; but fragments are sent back to back, and
 * under load a sender's 16-bit identification comes round within seconds.
 */
const AGE_NS_MAX = 2e9;

export interface WholeDatagram {
  /** IP payload from its transport header on. */
  readonly payload: Uint8Array;
  /** The rows given with the fragments, in the order in which they came. */
  readonly rows: readonly number[];
}

interface Fragment {
  readonly at: number;
  readonly bytes: Uint8Array;
}
interface Pending {
  readonly fragments: Fragment[];
  readonly rows: number[];
  /** Known once the last fragment came. */
  total: number;
  octets: number;
  firstNs: number;
  attempts: number;
  readonly places: Set<number>;
}

export interface IpReassembly {
  /**
   * Takes a fragment, bytes[start, end) of row `row` at the place that `located` says. Gives the datagram that it
   * completes. `src` and `dst` are numbers that tell addresses apart.
   */
  push(
    row: number,
    timeNs: number,
    src: number,
    dst: number,
    located: Located,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): WholeDatagram | null;
}

function join(entry: Pending): Uint8Array | null {
  const whole = new Uint8Array(entry.total);
  const covered = [...entry.fragments].sort((a, b) => a.at - b.at);
  let reach = 0;
  for (const { at, bytes } of covered) {
    if (at > reach) return null;
    reach = Math.max(reach, at + bytes.length);
  }
  if (reach < entry.total) return null;
  for (let i = entry.fragments.length - 1; i >= 0; i--) {
    const { at, bytes } = entry.fragments[i] as Fragment;
    if (at < entry.total) whole.set(bytes.subarray(0, entry.total - at), at);
  }
  return whole;
}

export function createIpReassembly(): IpReassembly {
  const pending = new Map<string, Pending>();
  let octets = 0;

  const drop = (key: string, entry: Pending): void => {
    pending.delete(key);
    octets -= entry.octets;
  };

  return {
    push(row, timeNs, src, dst, located, bytes, start, end) {
      const { fragOffset, moreFragments, payloadLength } = located;
      const length = end - start;
      // A fragment that the snap length cut cannot complete anything.
      if (length < payloadLength || length === 0 || fragOffset + length > DATAGRAM_OCTETS_MAX) return null;
      const key = `${src} ${dst} ${located.ipId} ${located.protocol}`;
      let entry = pending.get(key);
      if (entry !== undefined && timeNs - entry.firstNs > AGE_NS_MAX) {
        drop(key, entry);
        entry = undefined;
      }
      if (entry === undefined) {
        entry = { fragments: [], rows: [], total: -1, octets: 0, firstNs: timeNs, attempts: 0, places: new Set() };
        pending.set(key, entry);
        for (const [oldest, other] of pending) {
          if (pending.size <= DATAGRAMS_MAX && octets <= OCTETS_MAX) break;
          drop(oldest, other);
        }
      }
      const place = fragOffset * 65_536 + length;
      if (entry.fragments.length >= FRAGMENTS_MAX || entry.places.has(place)) return null;
      entry.places.add(place);
      entry.fragments.push({ at: fragOffset, bytes: bytes.slice(start, end) });
      entry.rows.push(row);
      entry.octets += length;
      octets += length;
      if (!moreFragments) entry.total = fragOffset + length;
      if (entry.total < 0 || entry.octets < entry.total) return null;
      const payload = join(entry);
      if (payload === null) {
        if (++entry.attempts >= ATTEMPTS_MAX) drop(key, entry);
        return null;
      }
      drop(key, entry);
      return { payload, rows: entry.rows };
    },
  };
}
