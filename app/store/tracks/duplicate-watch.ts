// Frames that were captured more than once: on several ports of a switch, or on "any". Told by the IP identification,
// which a host gives to each datagram anew; 0 stands for none. Not what a node sends again: that gets a new one.

const SLOTS = 8192;
/** Octets of a slot: few, since every datagram looks at another one, and none lies across two lines of the cache. */
const SLOT_OCTETS = 16;
/** The copies of a frame pass the interfaces of a host within this time. */
const APART_NS = 20_000_000;

export class DuplicateWatch {
  private readonly memory = new ArrayBuffer(SLOTS * SLOT_OCTETS);
  /** Of a slot: when it was written last … */
  private readonly times = new Float64Array(this.memory);
  /** … and behind that source and destination, identification and length of the datagram. */
  private readonly words = new Uint32Array(this.memory);

  /** True where the datagram was there just before. Only IPv4 numbers every datagram. */
  isDuplicate(timeNs: number, src: number, dst: number, ipId: number, length: number): boolean {
    if (ipId === 0) return false;
    const { times, words } = this;
    const slot = (ipId ^ (src * 31) ^ (dst * 521)) & (SLOTS - 1);
    // IPv6 numbers by 32 bits what it cuts: the upper half goes where addresses, which are few, leave room.
    const ends = ((src << 16) ^ dst ^ (ipId & 0xffff0000)) >>> 0;
    const look = ((ipId << 16) | length) >>> 0;
    const since = timeNs - times[slot * 2]!;
    if (words[slot * 4 + 2] === ends && words[slot * 4 + 3] === look && since >= 0 && since < APART_NS) return true;
    times[slot * 2] = timeNs;
    words[slot * 4 + 2] = ends;
    words[slot * 4 + 3] = look;
    return false;
  }
}
