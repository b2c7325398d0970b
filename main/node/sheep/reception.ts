// Where the octets of a connection go: the system writes them straight into the memory that is handed over, and as much
// of it at once as is of use. Node's own way makes 65,536 octets of memory and an event of every read.
import { Socket, type OnReadOpts } from 'node:net';
import type { Portions } from './portions.ts';

/** Memory for headers and small requests: many lie in one. */
const SMALL_OCTETS = 64 * 1024;

export interface ReceptionHooks {
  /** Where memory for large data comes from: that of one request each. */
  readonly portions: Portions;
  /** Octets that are of no use before there are so many. */
  readonly wanted: () => number;
  readonly data: (octets: Uint8Array) => void;
}

export function createReception({ portions, wanted, data }: ReceptionHooks): OnReadOpts {
  let memory: Buffer = Buffer.alloc(0);
  let filled = 0;
  let handed = 0;
  return {
    buffer() {
      if (filled === memory.length) {
        const octets = wanted();
        memory = octets > SMALL_OCTETS ? portions.take(octets) : Buffer.allocUnsafeSlow(SMALL_OCTETS);
        filled = 0;
        handed = 0;
      }
      return memory.subarray(filled);
    },
    callback(length) {
      filled += length;
      if (filled < memory.length && filled - handed < wanted()) return true;
      const octets = memory.subarray(handed, filled);
      handed = filled;
      data(octets);
      return true;
    },
  };
}

interface WithHandle {
  _handle: object | null;
}

/**
 * A server tells nobody where to read to: takes the connection over from the socket that it made, paused, for one that
 * does. Null where the runtime does not let it go.
 */
export function receiveWith(accepted: Socket, onread: OnReadOpts): Socket | null {
  const from = accepted as Socket & Partial<WithHandle>;
  const handle = from._handle ?? null;
  if (handle === null) return null;
  from._handle = null;
  return new Socket({ handle, onread } as ConstructorParameters<typeof Socket>[0]);
}
