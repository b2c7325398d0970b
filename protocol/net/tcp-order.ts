// One direction of a TCP connection put in order: repeats dropped, late segments held back, what was not captured told
// as a gap. Not a TCP: it only watches.

/** Segments held back behind a gap, and their octets; then the gap is taken for lost. */
export const HELD_SEGMENTS_MAX = 64;
export const HELD_OCTETS_MAX = 1024 * 1024;
/** A jump further than this is another connection on the same ports. */
const WINDOW_MAX = 64 * 1024 * 1024;

/** Octets of the stream, or null where they were not captured; `length` on the wire. `source` is the caller's. */
export type TakeOctets = (octets: Uint8Array | null, length: number, source: number) => void;

interface Held {
  readonly seq: number;
  /** Captured octets: the first of `length` on the wire. */
  readonly octets: Uint8Array;
  readonly length: number;
  readonly source: number;
}

export class TcpOrder {
  private next = -1;
  private held: Held[] = [];
  private heldOctets = 0;
  private readonly take: TakeOctets;

  constructor(take: TakeOctets) {
    this.take = take;
  }

  /** A segment with SYN: the stream starts behind it. */
  starts(seq: number): void {
    this.next = (seq + 1) >>> 0;
    this.held = [];
    this.heldOctets = 0;
  }

  /** The next segment as captured; `octets` may be fewer than `length` where the snap length cut it. */
  segment(seq: number, octets: Uint8Array, length: number, source: number): void {
    if (length === 0) return;
    if (this.next < 0) this.next = seq;
    const ahead = (seq - this.next) | 0;
    if (Math.abs(ahead) > WINDOW_MAX) {
      this.starts((seq - 1) >>> 0);
      this.segment(seq, octets, length, source);
    } else if (ahead > 0) this.hold({ seq, octets: octets.slice(), length, source });
    else if (-ahead < length) this.deliver(octets.subarray(Math.min(octets.length, -ahead)), length + ahead, source);
  }

  private hold(segment: Held): void {
    this.held.push(segment);
    this.heldOctets += segment.octets.length;
    if (this.held.length <= HELD_SEGMENTS_MAX && this.heldOctets <= HELD_OCTETS_MAX) return;
    // What is missing will not come any more.
    this.held.sort((a, b) => ((a.seq - this.next) | 0) - ((b.seq - this.next) | 0));
    const first = this.held[0] as Held;
    const gap = (first.seq - this.next) | 0;
    if (gap > 0) {
      this.next = first.seq;
      this.take(null, gap, first.source);
    }
    this.release();
  }

  private deliver(octets: Uint8Array, length: number, source: number): void {
    this.next = (this.next + length) >>> 0;
    if (octets.length > 0) this.take(octets, octets.length, source);
    if (octets.length < length) this.take(null, length - octets.length, source);
    if (this.held.length > 0) this.release();
  }

  private release(): void {
    for (;;) {
      const index = this.held.findIndex(({ seq }) => ((seq - this.next) | 0) <= 0);
      if (index < 0) return;
      const [segment] = this.held.splice(index, 1) as [Held];
      this.heldOctets -= segment.octets.length;
      this.segment(segment.seq, segment.octets, segment.length, segment.source);
    }
  }
}
