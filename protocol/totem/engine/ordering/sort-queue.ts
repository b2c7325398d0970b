// The receive window of one ring: messages by sequence number from the oldest one not released, and how often each
// missing one was missed (totemsrp.c's use of sq.h, specs/totem.md 3.2). Plain data; no protocol decisions.
import type { NodeKey } from '../wire/dialect.ts';

/** Sequence numbers that the window spans (RECEIVED_MESSAGE_QUEUE_SIZE_MAX). */
export const SORT_QUEUE_ITEMS_MAX = 16_384;
/** Octets that a window keeps. Beyond, messages count as not received: a hostile sender must not fill the memory. */
const SORT_QUEUE_OCTETS_MAX = 64 << 20;
const SMALLEST = 64;

/** A message of a ring, as it was first received. Never changed once stored. */
export interface StoredMcast {
  readonly seq: number;
  /** The whole datagram, byte order of its originator included: retransmissions must be identical to it. */
  readonly octets: Uint8Array;
  readonly littleEndian: boolean;
  /** True where the payload is an old-ring mcast. */
  readonly isEncapsulated: boolean;
  readonly isSafe: boolean;
  readonly nodeid: number;
  /** Of system_from. */
  readonly fromKey: NodeKey;
}

export interface SortQueue {
  /** All up to this number is released; the window begins behind it. */
  lastReleased: number;
  /**
   * By seq modulo length, a power of two. Invariant: an item at its own place has lastReleased < seq ≤ lastReleased +
   * length.
   */
  slots: (StoredMcast | null)[];
  /** Token visits that saw a number missing, at the same places. */
  misses: number[];
  octets: number;
}

export function makeSortQueue(lastReleased: number): SortQueue {
  return { lastReleased, slots: emptySlots(SMALLEST), misses: zeroes(SMALLEST), octets: 0 };
}

function emptySlots(length: number): (StoredMcast | null)[] {
  const slots: (StoredMcast | null)[] = [];
  for (let i = 0; i < length; i++) slots.push(null);
  return slots;
}

function zeroes(length: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < length; i++) numbers.push(0);
  return numbers;
}

/** How far behind lastReleased a number lies, from 0 for the first of the window. */
const placeOf = (queue: SortQueue, seq: number): number => (seq - queue.lastReleased - 1) >>> 0;

export function isInWindow(queue: SortQueue, seq: number): boolean {
  return placeOf(queue, seq) < SORT_QUEUE_ITEMS_MAX;
}

export function itemAt(queue: SortQueue, seq: number): StoredMcast | null {
  const item = queue.slots[seq & (queue.slots.length - 1)] ?? null;
  return item !== null && item.seq === seq ? item : null;
}

function makeRoomFor(queue: SortQueue, seq: number): void {
  const need = placeOf(queue, seq);
  const before = queue.slots.length;
  if (need < before) return;
  let length = before;
  while (length <= need) length *= 2;
  const slots = emptySlots(length);
  const misses = zeroes(length);
  for (let i = 1; i <= before; i++) {
    const moved = (queue.lastReleased + i) >>> 0;
    slots[moved & (length - 1)] = queue.slots[moved & (before - 1)] ?? null;
    misses[moved & (length - 1)] = queue.misses[moved & (before - 1)] ?? 0;
  }
  queue.slots = slots;
  queue.misses = misses;
}

/** Stores a message whose number lies in the window and whose slot is empty; false where it cannot. */
export function storeItem(queue: SortQueue, item: StoredMcast): boolean {
  if (!isInWindow(queue, item.seq) || itemAt(queue, item.seq) !== null) return false;
  if (queue.octets + item.octets.length > SORT_QUEUE_OCTETS_MAX) return false;
  makeRoomFor(queue, item.seq);
  const slot = item.seq & (queue.slots.length - 1);
  queue.slots[slot] = item;
  queue.misses[slot] = 0;
  queue.octets += item.octets.length;
  return true;
}

/** Counts one more token visit that missed a number of the window. */
export function countMiss(queue: SortQueue, seq: number): number {
  makeRoomFor(queue, seq);
  const slot = seq & (queue.slots.length - 1);
  const misses = (queue.misses[slot] ?? 0) + 1;
  queue.misses[slot] = misses;
  return misses;
}

/** Forgets all up to and including a number, which is not before lastReleased. */
export function releaseUpTo(queue: SortQueue, seq: number): void {
  const mask = queue.slots.length - 1;
  // More than the slots cannot be stored.
  const count = Math.min((seq - queue.lastReleased) >>> 0, mask + 1);
  for (let i = 1; i <= count; i++) {
    const slot = (queue.lastReleased + i) & mask;
    queue.octets -= queue.slots[slot]?.octets.length ?? 0;
    queue.slots[slot] = null;
    queue.misses[slot] = 0;
  }
  queue.lastReleased = seq;
}
