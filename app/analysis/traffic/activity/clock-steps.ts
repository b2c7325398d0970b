// Where the clock of the capture goes back or forward although the ring goes on as if it had not: a packet stamped well
// before the one in front, or, after a time without any packet, the very token that was due next and no sign that any
// timer had run. Also what looks the same: a capture that paused. Numbers only; bounded.
import type { IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../../store/kinds.ts';

/** Several queues of one interface swap packets by less. */
const BACK_NS_MIN = 20e6;
/** Steps of each kind that are kept, the first. */
export const STEPS_MAX = 1000;
/** A representative holds an idle ring's token equally long each time: a gap like the one before is such a hold. */
const ALIKE_SHARE = 0.2;
const FORWARD_NS_MIN = 1e9;
/** Whoever lives sends something within this time: copies of its token, joins, merge detects. */
const SILENT_NS_MAX = 10e9;
/** The token that goes on follows so soon. */
const GOES_ON_NS = 0.2e9;
/** A greater step of token_seq is another ring's, or none. */
const MISSED_MAX = 2 ** 24;

/** A packet that is stamped well before the one in front of it: out of order, or the clock was set back. */
export interface StepBack {
  readonly frame: number;
  /** The time of the packet in front, and of the packet itself. */
  readonly fromNs: number;
  readonly toNs: number;
}

/** A time without any packet after which the ring, or the gathering, goes on as if it had not been. */
export interface StepForward {
  readonly frame: number;
  readonly fromNs: number;
  readonly toNs: number;
  /** Hops of the token that are not in the capture meanwhile. */
  readonly missed: number;
  /** No more of them than at other times: only the clock was set. */
  readonly isDue: boolean;
  /** No token went on, but joins or another ring followed: it is such a step if they are those of before. */
  readonly isGather: boolean;
}

interface Gap {
  readonly frame: number;
  readonly fromNs: number;
  readonly toNs: number;
  /** The token before it. */
  readonly ring: number;
  readonly tokenSeq: number;
  readonly usual: number;
}

export class ClockSteps {
  /** In the order of the capture. */
  readonly backward: StepBack[] = [];
  readonly forward: StepForward[] = [];
  private gapNs = 0;
  /** Its end is not yet known to be a step. */
  private open: Gap | null = null;
  private ring = -1;
  private tokenSeq = 0;
  /** Steps of token_seq, the last two: a host sees its own hops, and none of the others'. */
  private step = 0;
  private stepBefore = 0;

  /** `lastNs`: of the packet in front. */
  back(m: IndexedMessage, lastNs: number): void {
    if (lastNs - m.timeNs >= BACK_NS_MIN && this.backward.length < STEPS_MAX)
      this.backward.push({ frame: m.row + 1, fromNs: lastNs, toNs: m.timeNs });
  }

  /** Nothing was captured since `lastNs`. Asked before the packet itself is told. */
  gap(m: IndexedMessage, lastNs: number): void {
    const ns = m.timeNs - lastNs;
    const isAlike = Math.abs(ns - this.gapNs) < ns * ALIKE_SHARE;
    this.gapNs = ns;
    if (isAlike || ns < FORWARD_NS_MIN || this.forward.length >= STEPS_MAX) return;
    const { ring, tokenSeq, step, stepBefore } = this;
    const gap = { frame: m.row + 1, fromNs: lastNs, toNs: m.timeNs, ring, tokenSeq, usual: Math.max(step, stepBefore) };
    this.open = gap;
  }

  /** Of the ring, not of knet: the first one that tells whether timers ran out closes the gap. */
  message(m: IndexedMessage): void {
    if (this.open !== null) this.close(m, this.open);
    if (m.kind !== PacketKind.ORF_TOKEN || (m.flags & RowFlag.REPEATED) !== 0) return;
    this.stepBefore = this.step;
    this.step = m.ring === this.ring ? (m.tokenSeq - this.tokenSeq) >>> 0 : 0;
    this.ring = m.ring;
    this.tokenSeq = m.tokenSeq;
  }

  private close(m: IndexedMessage, { frame, fromNs, toNs, ring, tokenSeq, usual }: Gap): void {
    const isToken = m.kind === PacketKind.ORF_TOKEN;
    const isGather = m.kind === PacketKind.MEMB_JOIN || m.kind === PacketKind.MEMB_COMMIT_TOKEN;
    if (!isToken && !isGather && m.timeNs - toNs <= GOES_ON_NS) return;
    this.open = null;
    const missed = (m.tokenSeq - tokenSeq - 1) >>> 0;
    const goesOn = isToken && m.ring === ring && (m.flags & RowFlag.REPEATED) === 0 && missed < MISSED_MAX;
    if (goesOn) this.forward.push({ frame, fromNs, toNs, missed, isDue: missed < usual, isGather: false });
    else if (toNs - fromNs > SILENT_NS_MAX)
      this.forward.push({ frame, fromNs, toNs, missed: 0, isDue: true, isGather: true });
  }
}
