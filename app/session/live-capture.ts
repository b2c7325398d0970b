// What a live capture is: what is asked of it, what it tells while it runs, why it cannot run. Types, one default and
// sentences; the capturing itself is main/node/capture and main/helpers/capture-helper.ts.

export type CaptureBackend = 'tcpdump' | 'cap';

/** Whose clock a packet's time is: the kernel's at its arrival, or that of the program when it read the packet. */
export type CaptureClock = 'kernel' | 'userspace';

/** An interface that can be captured on. */
export interface CaptureInterface {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Null where the system does not say. */
  readonly isUp: boolean | null;
}

export interface CaptureInterfaces {
  readonly interfaces: readonly CaptureInterface[];
  /** Ways to capture that are installed, the better one first. */
  readonly backends: readonly CaptureBackend[];
}

/** Totem's packets that were seen on each interface while somebody watched. */
export interface InterfacePackets {
  readonly counts: readonly { readonly interface: string; readonly packets: number }[];
  /** Why none can be seen, in a sentence with the remedy. */
  readonly problem: string | null;
}

export interface LiveCounts {
  readonly packets: number;
  /** By the kernel; null where the backend cannot know. */
  readonly dropped: number | null;
  /** By the capturing program, whose reader was too slow for it. */
  readonly late: number;
}

/** Packets that never reached the capture's file, between two looks at their count. */
export interface CaptureLoss {
  readonly packets: number;
  readonly by: 'kernel' | 'program';
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Totem on its usual ports, later fragments of anything, and what the network says about a ring. */
export const DEFAULT_CAPTURE_FILTER = 'udp portrange 5404-5405 or (ip[6:2] & 0x1fff != 0) or igmp or icmp';

/** Octets of the capturing side's buffer: on loopback, where every slot is large, less loses packets. */
export const CAPTURE_BUFFER_OCTETS = 64 << 20;

export interface CaptureRequest {
  readonly interface: string;
  readonly backend: CaptureBackend;
  /** In libpcap's language. */
  readonly filter: string;
  readonly bufferOctets: number;
}

export type CaptureTrouble =
  | { readonly kind: 'no-such-interface'; readonly interface: string }
  | { readonly kind: 'not-permitted'; readonly interface: string; readonly backend: CaptureBackend }
  | { readonly kind: 'bad-filter'; readonly filter: string; readonly says: string }
  | { readonly kind: 'no-backend'; readonly backend: CaptureBackend }
  | { readonly kind: 'interface-gone'; readonly interface: string }
  | { readonly kind: 'failed'; readonly backend: CaptureBackend; readonly says: string };

/** What the helper tells, one JSON object a line on its standard error. */
export type CaptureStatus =
  | { readonly kind: 'started'; readonly backend: CaptureBackend; readonly clock: CaptureClock }
  | ({ readonly kind: 'counts' } & LiveCounts)
  | ({ readonly kind: 'lost' } & CaptureLoss)
  | { readonly kind: 'trouble'; readonly trouble: CaptureTrouble };

/** One sentence with the remedy. */
export function explainCaptureTrouble(trouble: CaptureTrouble): string {
  switch (trouble.kind) {
    case 'no-such-interface':
      return `There is no interface ${trouble.interface}: totemlab capture --list names those there are.`;
    case 'not-permitted':
      return trouble.backend === 'tcpdump'
        ? `You may not capture on ${trouble.interface}: ` +
            'sudo setcap cap_net_raw,cap_net_admin+ep "$(command -v tcpdump)", or run this as root.'
        : `You may not capture on ${trouble.interface} with cap: use --backend tcpdump, or run this as root.`;
    case 'bad-filter':
      return `The capture filter "${trouble.filter}" is not understood: ${trouble.says}; see man pcap-filter.`;
    case 'no-backend':
      return trouble.backend === 'tcpdump'
        ? 'tcpdump is not installed: apt install tcpdump, or use --backend cap.'
        : 'The cap module is not there: apt install libpcap-dev g++ make; npm rebuild cap; or use --backend tcpdump.';
    case 'interface-gone':
      return `The interface ${trouble.interface} went away: the capture goes on when it is back.`;
    case 'failed':
      return `${trouble.backend} failed: ${trouble.says}.`;
  }
}

/** "12 dropped": what of the counts is a loss, and whether it is all. */
export function lossesOf({ dropped, late }: LiveCounts): string {
  const known = `${(dropped ?? 0) + late} dropped`;
  if (dropped !== null) return known;
  return late === 0 ? 'losses not counted' : `${known}, the kernel’s not counted`;
}

/** Why a backend's losses are what they are, with the remedy. */
export function explainUncounted(backend: CaptureBackend): string {
  return `${backend} cannot count what the kernel drops: packets may be missing. tcpdump counts it.`;
}

/** One sentence; `at` writes a moment, given as milliseconds since 1970. */
export function explainLoss({ packets, by, fromMs, untilMs }: CaptureLoss, at: (ms: number) => string): string {
  const what = `${packets} ${packets === 1 ? 'packet was' : 'packets were'} dropped`;
  const whose =
    by === 'kernel' ? 'by the kernel, whose buffer was full,' : 'by this program, whose disk or reader was slow,';
  return `${what} ${whose} between ${at(fromMs)} and ${at(untilMs)}.`;
}
