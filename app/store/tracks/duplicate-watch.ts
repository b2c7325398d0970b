// Frames that were captured more than once: on several ports of a switch, or on "any". Told by the IP identification,
// which a host gives to each datagram anew; 0 stands for none. Not what a node sends again: that gets a new one.

const SLOTS = 8192;
/** Of a slot; a power of two, so that none lies across two lines of the cache. */
const SLOT_NUMBERS = 4;
/** The copies of a frame pass the interfaces of a host within this time. */
const APART_NS = 20_000_000;

export class DuplicateWatch {
  /**
   * Source, destination and identification, packed; time and length of the datagram that had them last. Side by side,
   * since every datagram looks at another slot.
   */
  private readonly slots = new Float64Array(SLOTS * SLOT_NUMBERS);

  /** True where the datagram was there just before. Only IPv4 numbers every datagram. */
  isDuplicate(timeNs: number, src: number, dst: number, ipId: number, length: number): boolean {
    if (ipId === 0) return false;
    const key = (src * 65_536 + dst) * 65_536 + ipId;
    const { slots } = this;
    const at = ((ipId ^ (src * 31) ^ (dst * 521)) & (SLOTS - 1)) * SLOT_NUMBERS;
    const since = timeNs - slots[at + 1]!;
    if (slots[at] === key && slots[at + 2] === length && since >= 0 && since < APART_NS) return true;
    slots[at] = key;
    slots[at + 1] = timeNs;
    slots[at + 2] = length;
    return false;
  }
}
