// What a capture format is to the reader, and what a reader gives: the types and limits that both formats share.

/** The longest frame believed; a greater claim is damage. Loopback carries frames of 64 KiB and more. */
export const FRAME_OCTETS_MAX = 262_144;
/** The longest pcapng block kept whole; longer ones that hold no frame are skipped. */
export const BLOCK_OCTETS_MAX = 4 * 1024 * 1024;

/**
 * The enterprise number of our texts in custom options. IANA keeps it for examples and documentation (RFC 5612): the
 * project has no number of its own, so each text says whose it is, too.
 */
export const OWN_ENTERPRISE = 32473;

export interface FrameSink {
  /**
   * One captured frame, bytes[start, start + captured): valid only during the call. timeNs counts from the reader's
   * epochNs; fileOffset is where the frame's first octet stands in the capture.
   */
  frame(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    timeNs: number,
    linktype: number,
    fileOffset: number,
  ): void;
  /** A note in the capture: of the frame with this number (from 1), or of the whole. */
  comment?(frameNumber: number | null, text: string): void;
  /** A text for programs that an option of ours carries, beside the same frame. */
  custom?(frameNumber: number, text: string): void;
  /**
   * A log entry between the packets, bytes[start, start + length) in journal export format: counted as a frame, as
   * Wireshark does. Its time counts from the reader's epoch. Without this it is passed over and not counted.
   */
  log?(bytes: Uint8Array, start: number, length: number, timeNs: number, fileOffset: number): void;
  /**
   * The capturing side dropped so many packets between two looks at its count: nanoseconds since 1970, null where the
   * capture does not tell.
   */
  dropped?(packets: bigint, fromNs: bigint | null, untilNs: bigint | null): void;
  /** The capturing side has statistics without a count of drops: it cannot know them. */
  uncounted?(): void;
  /** A name that the capture gives to an address. */
  name?(address: string, name: string): void;
}

export interface CaptureProblem {
  /** Of the first three kinds, nothing was read; of the others, all that came before. */
  readonly kind: 'empty' | 'not-a-capture' | 'no-header' | 'truncated' | 'damaged-block';
  /** Octet offset in the capture. */
  readonly at: number;
  readonly says: string;
}

/** What both formats share while they read. */
export interface ReadingState {
  readonly sink: FrameSink;
  epochSeconds: number;
  frames: number;
  problem: CaptureProblem | null;
}

/** One format: how long the record at the head of some octets is, and what it says. */
export interface CaptureFormat {
  readonly name: 'pcap' | 'pcapng';
  /** Octets of a record's head that `lengthOf` needs. */
  readonly headOctets: (isFirst: boolean) => number;
  /** Length of the record that starts at bytes[at]; NaN where it cannot be one. Sets state.problem then. */
  lengthOf(bytes: Uint8Array, at: number, fileOffset: number): number;
  /** True for a record that may be skipped unread when it is longer than BLOCK_OCTETS_MAX. */
  isSkippable(bytes: Uint8Array, at: number): boolean;
  /** Reads the whole record bytes[at, at + length). */
  record(bytes: Uint8Array, at: number, length: number, fileOffset: number): void;
}
