// Mcasts that wait for the token, first in, first out. Plain data.

/** An mcast without its numbers: seq, this_seqno and ring_id are written when the token allows it. */
export interface QueuedMcast {
  readonly octets: Uint8Array;
  readonly isSafe: boolean;
}

export interface SendQueue {
  items: QueuedMcast[];
  /** Items before it are gone. */
  head: number;
}

/** Gone items are cut off when there are so many, so that a queue that never empties stays small. */
const GONE_MAX = 256;

export function makeSendQueue(): SendQueue {
  return { items: [], head: 0 };
}

export function lengthOf(queue: SendQueue): number {
  return queue.items.length - queue.head;
}

export function enqueue(queue: SendQueue, item: QueuedMcast): void {
  queue.items.push(item);
}

export function dequeue(queue: SendQueue): QueuedMcast | null {
  const item = queue.items[queue.head] ?? null;
  if (item === null) return null;
  queue.head++;
  if (queue.head === queue.items.length) {
    queue.items = [];
    queue.head = 0;
  } else if (queue.head === GONE_MAX) {
    queue.items = queue.items.slice(GONE_MAX);
    queue.head = 0;
  }
  return item;
}
