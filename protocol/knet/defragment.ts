// Joins the fragments that knet cuts large messages into: by source node, path and knet sequence number. Not the
// reassembly of IP (protocol/net) or of totempg.
import { concatBytes } from '../base/bytes.ts';

/** Messages in progress at once; the oldest is given up beyond it. */
export const KNET_MESSAGES_MAX = 1024;
/** Octets held for messages in progress. */
export const KNET_OCTETS_MAX = 64 * 1024 * 1024;
/**
 * A message whose fragments lie further apart than this is given up. They are sent back to back, and under load the
 * 16-bit sequence number comes round within seconds: what is left of an older message must not be mixed in.
 */
const FRAGMENT_AGE_NS_MAX = 1e9;

export interface KnetFragment {
  readonly row: number;
  readonly timeNs: number;
  /** Numbers that tell the path apart, as the caller interned them. */
  readonly src: number;
  readonly dst: number;
  readonly node: number;
  readonly seq: number;
  readonly fragments: number;
  /** From 1. */
  readonly fragment: number;
  /** Copied by the callee. */
  readonly bytes: Uint8Array;
}

export interface KnetWhole {
  readonly bytes: Uint8Array;
  /** Rows of the fragments by fragment number. */
  readonly rows: readonly number[];
}

interface Pending {
  readonly pieces: (Uint8Array | undefined)[];
  readonly rows: number[];
  missing: number;
  octets: number;
  lastNs: number;
}

export interface KnetDefragmenter {
  /** Gives the whole message when this fragment completes it. A repeated fragment is ignored. */
  push(fragment: KnetFragment): KnetWhole | null;
}

export function createKnetDefragmenter(): KnetDefragmenter {
  const pending = new Map<string, Pending>();
  let octets = 0;

  const drop = (key: string, entry: Pending): void => {
    pending.delete(key);
    octets -= entry.octets;
  };

  const evict = (): void => {
    for (const [key, entry] of pending) {
      if (pending.size <= KNET_MESSAGES_MAX && octets <= KNET_OCTETS_MAX) return;
      drop(key, entry);
    }
  };

  return {
    push({ row, timeNs, src, dst, node, seq, fragments, fragment, bytes }) {
      if (fragments < 2 || fragment < 1 || fragment > fragments) return null;
      const key = `${src} ${dst} ${node} ${seq}`;
      let entry = pending.get(key);
      if (entry !== undefined && (timeNs - entry.lastNs > FRAGMENT_AGE_NS_MAX || entry.pieces.length !== fragments)) {
        drop(key, entry);
        entry = undefined;
      }
      if (entry === undefined) {
        entry = {
          pieces: Array.from({ length: fragments }, () => undefined),
          rows: [],
          missing: fragments,
          octets: 0,
          lastNs: timeNs,
        };
        pending.set(key, entry);
      }
      if (entry.pieces[fragment - 1] !== undefined) return null;
      entry.pieces[fragment - 1] = bytes.slice();
      entry.rows[fragment - 1] = row;
      entry.missing--;
      entry.octets += bytes.length;
      entry.lastNs = timeNs;
      octets += bytes.length;
      if (entry.missing > 0) {
        evict();
        return null;
      }
      drop(key, entry);
      return { bytes: concatBytes(entry.pieces as Uint8Array[]), rows: entry.rows };
    },
  };
}
