// A live capture of one window: the helper's octets in a spool file that the window reads while it grows, and how it
// goes on. Knows no window and reads no packet.
import {
  CAPTURE_BUFFER_OCTETS,
  explainCaptureTrouble,
  type CaptureClock,
  type CaptureRequest,
  type CaptureStatus,
  type CaptureTrouble,
  type LiveCounts,
} from '../../../../app/session/live-capture.ts';
import { GrowingCapture } from './growing-capture.ts';
import { LiveCapture, type HelperCommand } from '../live-capture.ts';
import { createSpool, type Spool } from '../spool.ts';

export interface WindowCaptureNews {
  readonly counts: LiveCounts;
  readonly clock: CaptureClock | null;
  readonly problem: string | null;
  readonly hasEnded: boolean;
}

export class WindowCapture {
  readonly capture: GrowingCapture;
  news: WindowCaptureNews = {
    counts: { packets: 0, dropped: null, late: 0 },
    clock: null,
    problem: null,
    hasEnded: false,
  };
  private readonly live: LiveCapture;
  private readonly spool: Spool;
  private readonly changed: (news: WindowCaptureNews) => void;
  private readonly ended: Promise<void>;
  private end: () => void = () => undefined;

  constructor(
    request: Omit<CaptureRequest, 'bufferOctets'>,
    helper: HelperCommand,
    spool: string,
    changed: (news: WindowCaptureNews) => void,
  ) {
    this.changed = changed;
    this.ended = new Promise((done) => (this.end = done));
    this.capture = new GrowingCapture(spool);
    this.spool = createSpool(spool, {
      drained: () => this.live.resume(),
      failed: (problem) => {
        this.tell({ problem });
        this.live.stop();
      },
      written: (octets) => this.capture.grew(octets),
    });
    this.live = new LiveCapture({ ...request, bufferOctets: CAPTURE_BUFFER_OCTETS }, helper, {
      bytes: (chunk) => this.spool.write(chunk),
      status: (status) => this.heard(status),
      ended: (trouble) => void this.finish(trouble),
    });
  }

  /** Resolves once the first packet can come, or with the sentence why none can. */
  async started(): Promise<string | null> {
    await Promise.race([this.ended, new Promise<void>((done) => (this.begun = done))]);
    return this.news.hasEnded ? (this.news.problem ?? 'the capture ended at once.') : null;
  }
  private begun: () => void = () => undefined;

  /** Ends it; what it captured stays. */
  async stop(): Promise<void> {
    this.live.stop();
    await this.ended;
  }

  private heard(status: CaptureStatus): void {
    if (status.kind === 'started') {
      this.tell({ clock: status.clock, problem: null });
      this.begun();
    } else if (status.kind === 'counts') {
      const { packets, dropped, late } = status;
      this.tell({ counts: { packets, dropped, late } });
    } else if (status.kind === 'trouble') this.tell({ problem: explainCaptureTrouble(status.trouble) });
  }

  private async finish(trouble: CaptureTrouble | null): Promise<void> {
    const problem = (await this.spool.end()) ?? this.news.problem;
    this.capture.end();
    this.tell({ problem: trouble === null ? problem : explainCaptureTrouble(trouble), hasEnded: true });
    this.end();
  }

  private tell(change: Partial<WindowCaptureNews>): void {
    this.news = { ...this.news, ...change };
    this.changed(this.news);
  }
}
