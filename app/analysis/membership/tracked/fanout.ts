// Over udpu and knet, and on redundant rings, one multicast leaves as several packets: tells which packets are one
// transmission. Knows no contents: the caller says by a key what is the same.
import { PROCESSOR_COUNT_MAX } from '../../../../protocol/totem/messages.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';

/** Copies of one transmission leave one after the other; later ones are another transmission. */
export const FANOUT_NS = 5_000_000;

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

  constructor(openMax = 8) {
    this.openMax = openMax;
  }

  /**
   * The transmission that this packet starts, or null where it is a copy of one that is under way. `windowNs`: how far
   * apart the copies of one may be.
   */
  begin(message: IndexedMessage, key: string | number, windowNs = FANOUT_NS): Transmission | null {
    const { dst, timeNs, row } = message;
    for (const sent of this.open) {
      if (sent.key !== key || timeNs - sent.timeNs > windowNs) continue;
      if (sent.destinations.length >= PROCESSOR_COUNT_MAX || sent.destinations.includes(dst)) continue;
      sent.destinations.push(dst);
      sent.times.push(timeNs);
      return null;
    }
    const sent: Transmission = { key, row, timeNs, destinations: [dst], times: [timeNs] };
    if (this.open.length >= this.openMax) this.open.shift();
    this.open.push(sent);
    return sent;
  }
}
