// Times in which flow control was the limit: the tokens say that the ring sent as much as its window allows, or nodes
// keep more in their queues than they may send. Who sent how much in them. Reference: specs 7.7, totemsrp.c
// fcc_calculate.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';

/** The default window_size of 50 messages, less half of max_messages (17): beyond it there is hardly room. */
const FCC_HIGH = 42;
/** As many messages wait as a whole rotation may carry. */
const BACKLOG_HIGH = 50;
/** Such tokens further apart are two spans; shorter spans are a burst, which is no saturation. */
const APART_NS = 0.25e9;
const SPAN_NS_MIN = 1e9;
/** Spans that are kept. */
export const SPANS_MAX = 1000;
const FRAMES_MAX = 8;
const FRAME_EACH_NS = 0.5e9;
const SENDERS_MAX = 1024;

export interface SaturatedSpan {
  readonly ring: number;
  readonly fromNs: number;
  untilNs: number;
  tokens: number;
  high: number;
  fccMax: number;
  backlogMax: number;
  /** Multicasts by address number of their senders. */
  readonly sent: Map<number, number>;
  readonly frames: number[];
}

export class Flow implements Analyzer {
  private readonly done: SaturatedSpan[] = [];
  private readonly open: (SaturatedSpan | null | undefined)[] = [];

  ingest(m: IndexedMessage): void {
    if ((m.flags & (RowFlag.REPEATED | RowFlag.FANOUT_COPY)) !== 0) return;
    if (m.kind === PacketKind.ORF_TOKEN) this.token(m);
    else if (m.kind === PacketKind.MCAST) {
      const sent = this.open[m.ring]?.sent;
      if (sent === undefined || (sent.size >= SENDERS_MAX && !sent.has(m.src))) return;
      sent.set(m.src, (sent.get(m.src) ?? 0) + 1);
    }
  }

  private token(m: IndexedMessage): void {
    if (m.dialect === null) return;
    const { token } = m.dialect.at;
    const fcc = m.view.getInt32(m.at + token.fcc, m.littleEndian);
    const backlog = m.view.getInt32(m.at + token.backlog, m.littleEndian);
    let span = this.open[m.ring] ?? null;
    if (span !== null && m.timeNs - span.untilNs > APART_NS) {
      this.keep(span);
      span = this.open[m.ring] = null;
    }
    if (span !== null) span.tokens++;
    if (fcc < FCC_HIGH && backlog < BACKLOG_HIGH) return;
    if (span === null) {
      const none = { tokens: 1, high: 0, fccMax: 0, backlogMax: 0 };
      span = { ring: m.ring, fromNs: m.timeNs, untilNs: m.timeNs, ...none, sent: new Map(), frames: [] };
      this.open[m.ring] = span;
    }
    span.high++;
    span.untilNs = m.timeNs;
    if (fcc > span.fccMax) span.fccMax = fcc;
    if (backlog > span.backlogMax) span.backlogMax = backlog;
    if (span.frames.length < FRAMES_MAX && m.timeNs - span.fromNs >= span.frames.length * FRAME_EACH_NS)
      span.frames.push(m.row + 1);
  }

  private keep(span: SaturatedSpan): void {
    if (span.untilNs - span.fromNs >= SPAN_NS_MIN && this.done.length < SPANS_MAX) this.done.push(span);
  }

  /** In order of their beginning. */
  spans(): readonly SaturatedSpan[] {
    const open = this.open.filter((span): span is SaturatedSpan => span != null);
    const long = open.filter(({ fromNs, untilNs }) => untilNs - fromNs >= SPAN_NS_MIN);
    return [...this.done, ...long].sort((a, b) => a.fromNs - b.fromNs);
  }
}
