// Over udpu and knet, and on redundant rings, one multicast leaves as several packets: tells which packets are one
// transmission. Knows no contents: the caller says by a key what is the same.
import { PROCESSOR_COUNT_MAX } from '../../../../protocol/totem/messages.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';

/** Copies of one transmission leave one after the other; later ones are another transmission. */
export const FANOUT_NS = 5_000_000;
/**
 * A host that cannot reach a destination holds back what goes there, until no answer to ARP is given up; then all of
 * it leaves at once. So far may copies be behind, where so many transmissions have none for that destination.
 */
const HELD_BACK_NS = 4_000_000_000;
const HELD_BACK_MIN = 2;

/** One message sent once, to all its destinations. */
export interface Transmission {
  readonly key: string | number;
  readonly row: number;
  readonly timeNs: number;
  /** Address numbers of its copies so far, and when each left. */
  readonly destinations: number[];
  readonly times: number[];
}

/** The transmissions of one node and one kind that may still get copies. */
export class Fanout {
  private readonly open: Transmission[] = [];
  private readonly openMax: number;
  /** The one destination that all open transmissions had, so that nothing to it is a copy; -1 where there are more. */
  private only = -1;

  constructor(openMax = 8) {
    this.openMax = openMax;
  }

  /** The transmission that this packet starts, or null where it is a copy of one that was seen to start before. */
  begin(message: IndexedMessage, key: string | number): Transmission | null {
    const { dst, timeNs } = message;
    const { open } = this;
    if (open.length === 0) this.only = dst;
    else if (this.only !== dst) this.only = -1;
    if (this.only === dst) return this.start(message, key);
    let missing = 0;
    let heldBack: Transmission | null = null;
    // In order of time: what is too old for any copy lies in front.
    let first = open.length;
    while (first > 0 && timeNs - (open[first - 1]?.timeNs ?? 0) <= HELD_BACK_NS) first--;
    for (let i = first; i < open.length; i++) {
      const sent = open[i];
      if (sent === undefined || wentTo(sent, dst) || sent.destinations.length >= PROCESSOR_COUNT_MAX) continue;
      const age = timeNs - sent.timeNs;
      if (age <= FANOUT_NS && sent.key === key) {
        add(sent, dst, timeNs);
        return null;
      }
      missing++;
      if (sent.key === key) heldBack ??= sent;
    }
    if (heldBack !== null && missing >= HELD_BACK_MIN) {
      add(heldBack, dst, timeNs);
      return null;
    }
    return this.start(message, key);
  }

  private start({ dst, timeNs, row }: IndexedMessage, key: string | number): Transmission {
    const { open } = this;
    const sent: Transmission = { key, row, timeNs, destinations: [dst], times: [timeNs] };
    if (open.length >= this.openMax) open.shift();
    open.push(sent);
    return sent;
  }
}

/** Of a multicast the first destination is the only one. */
function wentTo({ destinations }: Transmission, dst: number): boolean {
  return destinations[0] === dst || (destinations.length > 1 && destinations.includes(dst, 1));
}

function add(sent: Transmission, dst: number, timeNs: number): void {
  sent.destinations.push(dst);
  sent.times.push(timeNs);
}
