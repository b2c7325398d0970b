// Writes captured packets to a stream as pcapng, in portions, with whole blocks only: who reads may be cut off at any
// time. Counts what it could not hand on, and writes each growth of the counts of drops as it is told.
import type { Writable } from 'node:stream';
import type { CaptureLoss, LiveCounts } from '../../../app/session/live-capture.ts';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  sectionHeader,
} from '../../../protocol/pcap/pcapng-writer.ts';

/** Octets after which a portion is written at once, and milliseconds after which it is in any case. */
const PORTION_OCTETS = 256 << 10;
const PORTION_MS = 5;
/** Octets that may wait for a reader who is late; packets that come then are dropped and counted. */
const WAITING_OCTETS_MAX = 64 << 20;

/** What is said in the capture itself where its drops cannot be known. */
const UNCOUNTED_NOTE = 'The program that captured this cannot count what the kernel drops: packets may be missing.';

export interface PacketOutput {
  /** Says what link the packets are from; once, before the first. */
  begin(linktype: number): void;
  packet(timeNs: bigint, bytes: Uint8Array, original: number): void;
  /** Packets handed on, and those lost. */
  readonly counts: () => LiveCounts;
  /** The kernel is being asked for its count: the answer may have waited when it is read. */
  asked(): void;
  /** The kernel dropped so many packets up to now, or since it was asked: what is new is written, and told. */
  counted(dropped: number): void;
  /** Writes the last counts and what is left. */
  end(): void;
}

export interface OutputWish {
  readonly interfaceName: string;
  /** The backend tells what the kernel drops. */
  readonly isCounted: boolean;
  /** Wall clock in nanoseconds since 1970. */
  readonly now: () => bigint;
  readonly lost: (loss: CaptureLoss) => void;
}

const NS_PER_MS = 1_000_000n;
const ETHERNET = 1;

class StreamOutput implements PacketOutput {
  private readonly stream: Writable;
  private readonly wish: OutputWish;
  /** Blocks that wait until it is known of what link the packets are. */
  private early: Uint8Array[] = [];
  private portion: Uint8Array[] = [];
  private octets = 0;
  private timer: NodeJS.Timeout | null = null;
  private hasBegun = false;
  private packets = 0;
  /** Dropped by the kernel, as it said last. */
  private dropped = 0;
  private countedNs: bigint;
  private askedNs: bigint | null = null;
  /** Dropped here, because the reader was too late: so many in all, and from when to when those not told yet. */
  private late = 0;
  private lateTold = 0;
  private lateFromNs = 0n;
  private lateUntilNs = 0n;

  constructor(stream: Writable, wish: OutputWish) {
    this.stream = stream;
    this.wish = wish;
    this.countedNs = wish.now();
  }

  begin(linktype: number): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const { interfaceName, isCounted, now } = this.wish;
    this.add(sectionHeader());
    this.add(interfaceDescription(linktype, interfaceName));
    if (!isCounted) this.add(interfaceStatistics(0, now(), null, [UNCOUNTED_NOTE]));
    for (const block of this.early) this.add(block);
    this.early = [];
  }

  packet(timeNs: bigint, bytes: Uint8Array, original: number): void {
    if (this.stream.writableLength > WAITING_OCTETS_MAX) {
      if (this.late === this.lateTold) this.lateFromNs = timeNs;
      this.lateUntilNs = timeNs;
      this.late++;
      return;
    }
    if (this.late > this.lateTold) this.tellLate();
    this.packets++;
    this.add(enhancedPacket({ interfaceId: 0, timeNs, bytes, original }));
  }

  counts(): LiveCounts {
    return { packets: this.packets, dropped: this.wish.isCounted ? this.dropped : null, late: this.late };
  }

  asked(): void {
    this.askedNs = this.wish.now();
  }

  counted(dropped: number): void {
    const now = this.wish.now();
    const before = this.dropped;
    this.dropped = dropped;
    if (dropped > before) this.tell('kernel', dropped - before, this.countedNs, now);
    this.countedNs = this.askedNs ?? now;
    this.askedNs = null;
  }

  end(): void {
    if (this.late > this.lateTold) this.tellLate();
    // Nothing but losses: where no packet tells of what link they are, they are of the commonest.
    if (this.early.length > 0) this.begin(ETHERNET);
    // That nothing was dropped is worth a count, too.
    const isTold = this.hasBegun && (this.wish.isCounted || this.late > 0);
    if (isTold) this.add(interfaceStatistics(0, this.wish.now(), BigInt(this.dropped + this.late)));
    this.write();
  }

  private tellLate(): void {
    const packets = this.late - this.lateTold;
    this.tell('program', packets, this.lateFromNs, this.lateUntilNs);
    this.lateTold = this.late;
  }

  /** Both ends of a loss stand in the capture: a program that is killed leaves them as well. */
  private tell(by: CaptureLoss['by'], packets: number, fromNs: bigint, untilNs: bigint): void {
    const all = BigInt(this.dropped + (by === 'program' ? this.late : this.lateTold));
    const counts = [interfaceStatistics(0, fromNs, all - BigInt(packets)), interfaceStatistics(0, untilNs, all)];
    if (this.hasBegun) for (const block of counts) this.add(block);
    else this.early.push(...counts);
    this.wish.lost({ packets, by, fromMs: Number(fromNs / NS_PER_MS), untilMs: Number(untilNs / NS_PER_MS) });
  }

  private add(block: Uint8Array): void {
    this.portion.push(block);
    this.octets += block.length;
    if (this.octets >= PORTION_OCTETS) this.write();
    else this.timer ??= setTimeout(() => this.write(), PORTION_MS);
  }

  private write(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.octets === 0) return;
    this.stream.write(Buffer.concat(this.portion));
    this.portion = [];
    this.octets = 0;
  }
}

export function createPacketOutput(stream: Writable, wish: OutputWish): PacketOutput {
  return new StreamOutput(stream, wish);
}
