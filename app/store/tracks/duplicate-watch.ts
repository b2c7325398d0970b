// Frames that were captured more than once: on several ports of a switch, or on "any". Told by the IP identification,
// which a host gives to each datagram anew; 0 stands for none. Not what a node sends again: that gets a new one.

const SLOTS = 8192;
/** The copies of a frame pass the interfaces of a host within this time. */
const APART_NS = 20_000_000;

export class DuplicateWatch {
  /** Source, destination and identification, packed; time and length of the datagram that had them last. */
  private readonly keys = new Float64Array(SLOTS);
  private readonly times = new Float64Array(SLOTS);
  private readonly lengths = new Uint32Array(SLOTS);

  /** True where the datagram was there just before. Only IPv4 numbers every datagram. */
  isDuplicate(timeNs: number, src: number, dst: number, ipId: number, length: number): boolean {
    if (ipId === 0) return false;
    const key = (src * 65_536 + dst) * 65_536 + ipId;
    const slot = (ipId ^ (src * 31) ^ (dst * 521)) & (SLOTS - 1);
    const since = timeNs - this.times[slot]!;
    if (this.keys[slot] === key && this.lengths[slot] === length && since >= 0 && since < APART_NS) return true;
    this.keys[slot] = key;
    this.times[slot] = timeNs;
    this.lengths[slot] = length;
    return false;
  }
}
