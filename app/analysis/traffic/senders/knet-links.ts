// Links of knet by their pings and pongs: when pings of a node to another on a link were not answered. A capture sees
// the links of its own network only. Numbers only; bounded.
import type { Analyzer, IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind } from '../../../store/kinds.ts';

const PING = 0x81;
const PONG = 0x82;
const TYPE_AT = 1;
const LINK_AT = 6;
/** The pinging node's own time, which the pong gives back: seconds and nanoseconds. */
const SECONDS_AT = 7;
const NANOS_AT = 15;
const HEADER_OCTETS = 26;
/** Directions of links that are followed. */
export const LINKS_MAX = 4096;
const OUTAGES_MAX = 1000;
/** Pings of a path whose pongs are waited for. */
const AWAITED_MAX = 32;
/** A pong so late had waited in the queue of a process that stood still. */
const LATE_NS_MIN = 0.1e9;
const LATE_MAX = 1000;
/** Pings in a row without a pong: knet gives a link up after about as many. */
const UNANSWERED_MIN = 3;
/** A longer row of lost pings is a path that was down. */
const ROW_PINGS_MAX = 8;
const ROW_NS_MAX = 4e9;
/** Rows of one path that are kept; all are counted. */
const ROWS_MAX = 64;
/** Numbers of an awaited ping: the time in it, that of the capture, its frame. */
const PLACE = 3;

export interface LinkOutage {
  /** Address numbers: who pinged whom. */
  readonly src: number;
  readonly dst: number;
  readonly link: number;
  /** First ping without an answer. */
  readonly fromNs: number;
  readonly firstFrame: number;
  /** The pong after which it was well again; null if none was captured. */
  untilNs: number | null;
  untilFrame: number | null;
  pings: number;
  readonly frames: number[];
  /** A pong had been seen on this path before. */
  readonly wasUp: boolean;
  /** Pongs of the pinging node to the other meanwhile: what the other sends arrives. */
  answers: number;
}

/** A ping that was answered late. */
export interface LateAnswer {
  /** Address number of who answered. */
  readonly address: number;
  readonly timeNs: number;
  readonly delayNs: number;
}

/** Pings in a row that were never answered, between answered ones. */
export interface LostRow {
  /** Of the first and the last of them. */
  readonly fromNs: number;
  readonly untilNs: number;
  readonly frame: number;
  readonly pings: number;
}

/** A direction of a link on which pings stayed without an answer here and there. */
export interface LossyPath {
  /** Address numbers: who pinged whom. */
  readonly src: number;
  readonly dst: number;
  readonly link: number;
  readonly pings: number;
  /** Lost pings, in rows too short for an outage; and how many such rows there were. */
  readonly lost: number;
  readonly short: number;
  /** In order of time, also those as long as a short outage. */
  readonly rows: readonly LostRow[];
}

interface LinkState {
  readonly src: number;
  readonly dst: number;
  readonly link: number;
  unanswered: number;
  firstNs: number;
  firstFrame: number;
  frames: number[];
  pings: number;
  pongs: number;
  /** Pongs to pings that the capture does not have: so many frames are missing in it, and about as many pongs. */
  unasked: number;
  /** Pings up to this number were answered, or were lost. */
  settled: number;
  lost: number;
  short: number;
  readonly rows: LostRow[];
  outage: LinkOutage | null;
  /** The latest pings, PLACE numbers each. */
  readonly awaited: Float64Array;
  /** The time in the last ping, and in the last pong. */
  pinged: number;
  answered: number;
}

function timeIn({ bytes, at }: IndexedMessage): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return view.getUint32(SECONDS_AT, true) * 1e9 + view.getUint32(NANOS_AT, true);
}

export class KnetLinks implements Analyzer {
  readonly outages: LinkOutage[] = [];
  /** In order of time. */
  readonly late: LateAnswer[] = [];
  private readonly states = new Map<number, LinkState>();

  ingest(m: IndexedMessage): void {
    if (m.kind !== PacketKind.KNET || m.end - m.at < HEADER_OCTETS) return;
    const type = m.bytes[m.at + TYPE_AT];
    const link = m.bytes[m.at + LINK_AT]!;
    if (type === PING) this.ping(m, link);
    else if (type === PONG) this.pong(m, link);
  }

  /**
   * Where pings are lost here and there. A process that stood still answers in the end all that had waited: those are
   * not lost, nor is a row of pings without other losses, which is an outage.
   */
  get lossy(): readonly LossyPath[] {
    return [...this.states.values()].filter(({ rows }) => rows.length > 0);
  }

  /** All that were pinged: between which addresses, on which link, and how many pongs came. */
  get paths(): readonly Readonly<Pick<LinkState, 'src' | 'dst' | 'link' | 'pings' | 'pongs' | 'unasked'>>[] {
    return [...this.states.values()];
  }

  private stateOf(src: number, dst: number, link: number): LinkState | null {
    const key = (src * 65_536 + dst) * 256 + link;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    if (this.states.size >= LINKS_MAX) return null;
    const none = { unanswered: 0, firstNs: 0, firstFrame: 0, frames: [], pings: 0, pongs: 0, unasked: 0 };
    const lost = { settled: 0, lost: 0, short: 0, rows: [], outage: null };
    const times = { awaited: new Float64Array(AWAITED_MAX * PLACE), pinged: Number.NaN, answered: Number.NaN };
    const state: LinkState = { src, dst, link, ...none, ...lost, ...times };
    this.states.set(key, state);
    return state;
  }

  private ping(m: IndexedMessage, link: number): void {
    const state = this.stateOf(m.src, m.dst, link);
    if (state === null) return;
    const time = timeIn(m);
    // Captured twice, at two places.
    if (time === state.pinged) return;
    state.pinged = time;
    const place = (state.pings++ % AWAITED_MAX) * PLACE;
    state.awaited[place] = time;
    state.awaited[place + 1] = m.timeNs;
    state.awaited[place + 2] = m.row + 1;
    if (state.unanswered++ === 0) {
      state.firstNs = m.timeNs;
      state.firstFrame = m.row + 1;
      state.frames = [];
    }
    if (state.frames.length < UNANSWERED_MIN) state.frames.push(m.row + 1);
    if (state.outage !== null) state.outage.pings = state.unanswered;
    else if (state.unanswered >= UNANSWERED_MIN && this.outages.length < OUTAGES_MAX) {
      const { unanswered, firstNs, firstFrame, frames, pongs } = state;
      const path = { src: m.src, dst: m.dst, link, fromNs: firstNs, firstFrame };
      const wasUp = pongs > 0;
      state.outage = { ...path, untilNs: null, untilFrame: null, pings: unanswered, frames, wasUp, answers: 0 };
      this.outages.push(state.outage);
    }
  }

  /** The ping that this pong answers: how late it comes, and what was lost since the one that was answered before. */
  private answers(m: IndexedMessage, time: number, state: LinkState): void {
    const { awaited, pings } = state;
    let isAsked = pings === 0;
    for (let number = Math.max(0, pings - AWAITED_MAX); number < pings; number++) {
      const place = (number % AWAITED_MAX) * PLACE;
      if (awaited[place] !== time) continue;
      isAsked = true;
      const delayNs = m.timeNs - awaited[place + 1]!;
      if (delayNs >= LATE_NS_MIN && this.late.length < LATE_MAX)
        this.late.push({ address: m.src, timeNs: m.timeNs, delayNs });
      // Before the first pong the other end had not started.
      if (state.pongs > 1 && number > state.settled) lose(state, number);
      state.settled = Math.max(state.settled, number + 1);
    }
    if (!isAsked) state.unasked++;
  }

  /** A pong goes the other way than its ping. */
  private pong(m: IndexedMessage, link: number): void {
    const state = this.stateOf(m.dst, m.src, link);
    const time = timeIn(m);
    if (state?.answered === time) return;
    if (state !== null) state.answered = time;
    const own = this.states.get((m.src * 65_536 + m.dst) * 256 + link)?.outage;
    if (own != null) own.answers++;
    if (state === null) return;
    state.pongs++;
    this.answers(m, time, state);
    state.unanswered = 0;
    if (state.outage === null) return;
    state.outage.untilNs = m.timeNs;
    state.outage.untilFrame = m.row + 1;
    state.outage = null;
  }
}

/** Pings since the one that was answered last, up to this one, are lost. */
function lose(state: LinkState, number: number): void {
  const { settled, awaited, rows } = state;
  const pings = number - settled;
  if (pings > ROW_PINGS_MAX) return;
  if (pings < UNANSWERED_MIN) {
    state.lost += pings;
    state.short++;
  }
  const [first, last] = [settled, number - 1].map((which) => (which % AWAITED_MAX) * PLACE) as [number, number];
  const [fromNs, untilNs] = [awaited[first + 1]!, awaited[last + 1]!];
  if (rows.length < ROWS_MAX && untilNs - fromNs <= ROW_NS_MAX)
    rows.push({ fromNs, untilNs, frame: awaited[first + 2]!, pings });
}
