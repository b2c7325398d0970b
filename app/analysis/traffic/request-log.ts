// Who asked for which multicast, and when first: the entries of rtr lists as columns, so that many cost little.
// Bounded.
import type { Requests } from '../result.ts';

/** Requests kept of one capture: a ring that loses a tenth of a busy hour. Beyond, `omitted` says how many. */
export const REQUESTS_MAX = 200_000;
const GROWTH = 2;
const FIRST = 256;

export class RequestLog {
  private timeNs = new Float64Array(FIRST);
  private nodeid = new Uint32Array(FIRST);
  private ring = new Uint16Array(FIRST);
  private seq = new Uint32Array(FIRST);
  private count = 0;
  private omitted = 0;

  /** `ring`: its number in the store. */
  add(timeNs: number, nodeid: number, ring: number, seq: number): void {
    if (this.count >= REQUESTS_MAX) {
      this.omitted++;
      return;
    }
    if (this.count === this.timeNs.length) this.grow();
    this.timeNs[this.count] = timeNs;
    this.nodeid[this.count] = nodeid;
    this.ring[this.count] = ring;
    this.seq[this.count] = seq;
    this.count++;
  }

  private grow(): void {
    const size = this.count * GROWTH;
    const grown = <T extends Float64Array | Uint32Array | Uint16Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    this.timeNs = grown(new Float64Array(size), this.timeNs);
    this.nodeid = grown(new Uint32Array(size), this.nodeid);
    this.ring = grown(new Uint16Array(size), this.ring);
    this.seq = grown(new Uint32Array(size), this.seq);
  }

  finish(): Requests {
    const { count, omitted } = this;
    return {
      count,
      omitted,
      timeNs: this.timeNs.slice(0, count),
      nodeid: this.nodeid.slice(0, count),
      ring: this.ring.slice(0, count),
      seq: this.seq.slice(0, count),
    };
  }
}
