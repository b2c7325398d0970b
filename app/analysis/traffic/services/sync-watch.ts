// Who sent which barrier of the synchronisation that follows each new ring: every member owes one for each service, and
// all wait for the last. Reference: specs 5.4, 7.23. Numbers only; bounded.
import { readServiceMessage } from '../../../../protocol/cpg/service-message.ts';
import { ringIdText } from '../../../../protocol/totem/identity.ts';
import type { DeliveredMessage, DeliveryListener } from '../../../store/delivered-message.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';
import { RowFlag } from '../../../store/kinds.ts';

/** Rings that are followed, and nodes of all of them together. */
export const SYNC_RINGS_MAX = 4096;
export const SYNC_SEATS_MAX = 65_536;
const FRAMES_MAX = 4;

export interface SyncSeat {
  readonly node: number;
  builds: number;
  barriers: number;
  /** Of its latest messages. */
  readonly frames: number[];
}

export interface RingSync {
  /** "REP:SEQ", as the barrier says: one that was queued on the ring before may be sent on the next. */
  readonly id: string;
  /** "sync" and "syncv2" are two synchronisations, one after the other, in Corosync 1. */
  readonly group: string;
  readonly seats: Map<number, SyncSeat>;
  lastNs: number;
}

/** The message is to a group "sync" or "syncv2": behind the count of groups and the length of the name. */
function isSync(bytes: Uint8Array): boolean {
  return bytes[4] === 0x73 && bytes[5] === 0x79 && bytes[6] === 0x6e && bytes[7] === 0x63;
}

export class SyncWatch implements DeliveryListener {
  private readonly rings = new Map<string, RingSync>();
  private seats = 0;
  /** By ring: when the latest new multicast was sent, of whatever kind. */
  private readonly lastMcast: number[] = [];
  private readonly passed = new Set<number>();

  /** Every multicast. */
  mcast({ flags, ring, timeNs }: IndexedMessage): void {
    if ((flags & (RowFlag.REPEATED | RowFlag.FANOUT_COPY | RowFlag.ENCAPSULATED)) === 0) this.lastMcast[ring] = timeNs;
  }

  delivered(message: DeliveredMessage): void {
    const { bytes, littleEndian, dialect, sender, timeNs, row } = message;
    if (!isSync(bytes)) return;
    const { group, content } = readServiceMessage(bytes, littleEndian, dialect, sender);
    if (group === null || (content?.kind !== 'barrier' && content?.kind !== 'service_build')) return;
    const key = `${ringIdText(content.ringId)} ${group}`;
    const seat = this.seatOf(key, ringIdText(content.ringId), group, sender);
    if (seat === null) return;
    if (content.kind === 'barrier') seat.barriers++;
    else seat.builds++;
    if (seat.frames.length === FRAMES_MAX) seat.frames.shift();
    seat.frames.push(row + 1);
    const known = this.rings.get(key);
    if (known !== undefined) known.lastNs = timeNs;
  }

  private seatOf(key: string, id: string, group: string, node: number): SyncSeat | null {
    let sync = this.rings.get(key);
    if (sync === undefined) {
      if (this.rings.size >= SYNC_RINGS_MAX) return null;
      sync = { id, group, seats: new Map(), lastNs: 0 };
      this.rings.set(key, sync);
    }
    let seat = sync.seats.get(node);
    if (seat === undefined) {
      if (this.seats >= SYNC_SEATS_MAX) return null;
      this.seats++;
      seat = { node, builds: 0, barriers: 0, frames: [] };
      sync.seats.set(node, seat);
    }
    return seat;
  }

  passedOver(ring: number): void {
    this.passed.add(ring);
  }

  /** Multicasts of the ring were captured too late to be read in their order: some of them may be barriers. */
  isHoled(ring: number): boolean {
    return this.passed.has(ring);
  }

  /** In the order in which they began. */
  all(): readonly RingSync[] {
    return [...this.rings.values()];
  }

  /** When the ring's latest new multicast was sent; 0 where none was captured. */
  lastMcastOf(ring: number): number {
    return this.lastMcast[ring] ?? 0;
  }
}
