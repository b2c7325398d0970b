// Gathers all that is readable in one turn of the event loop into one batch, so that multicasts count before the token
// that followed them (totemnet_recv_flush, specs/totem.md 3.3 step 2). Decides nothing about their content.

/** Datagrams that the event loop reads from one socket in a turn: where so many came, more may be waiting. */
const READ_IN_ONE_TURN = 32;
/** Turns that a batch may wait for the multicasts behind it. */
const WAIT_TURNS_MAX = 8;
/** Octets held for a node that does not get to read them; later ones are lost, as in a full socket buffer. */
export const INBOX_OCTETS_MAX = 8 << 20;

export interface Inbox {
  add(bytes: Uint8Array, isMulticast: boolean): void;
  /** Datagrams that found it full. */
  readonly lost: () => number;
  clear(): void;
}

/** `take` is called with each batch, outside the sockets' callbacks. */
export function createInbox(take: (batch: readonly Uint8Array[]) => void): Inbox {
  let batch: Uint8Array[] = [];
  let octets = 0;
  let multicasts = 0;
  let waited = 0;
  let lost = 0;
  let isScheduled = false;
  const turn = (): void => {
    if (multicasts >= READ_IN_ONE_TURN && waited < WAIT_TURNS_MAX) {
      waited++;
      multicasts = 0;
      setImmediate(turn);
      return;
    }
    isScheduled = false;
    waited = 0;
    multicasts = 0;
    octets = 0;
    const whole = batch;
    batch = [];
    if (whole.length > 0) take(whole);
  };
  return {
    add(bytes, isMulticast) {
      if (octets + bytes.length > INBOX_OCTETS_MAX) {
        lost++;
        return;
      }
      batch.push(bytes);
      octets += bytes.length;
      if (isMulticast) multicasts++;
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(turn);
    },
    lost: () => lost,
    clear() {
      batch = [];
      octets = 0;
    },
  };
}
