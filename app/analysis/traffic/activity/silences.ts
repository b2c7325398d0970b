// When a node sent nothing although something was expected of it: a token had been sent to it and was sent again, or
// the others gathered. An idle representative that holds the token is not silent in this sense. Numbers only;
// bounded.
import type { Analyzer, IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../../store/kinds.ts';
import type { AddressBook } from '../address-book.ts';
import type { ClockSteps } from './clock-steps.ts';

/** Silences of one node that are kept. */
export const SILENCES_MAX = 2000;
/** Shorter ones are the wire's and the scheduler's. */
const SILENCE_NS_MIN = 50e6;
/** Joins come every 50 ms from each that gathers: so many rounds without a word are a silence. */
const ROUNDS_MIN = 4;
const ROUND_NS = 40e6;
/** Some of an idle ring is on the wire more often than this, but for the slowest. */
const STILL_NS_MIN = 0.5e9;
const STILLS_MAX = 1000;
/** What had queued up in a host leaves it together. */
const TOGETHER_NS = 25e6;

export interface Silence {
  readonly node: number;
  /** Its last message before; frame 0 and the time of the first thing expected where none was captured. */
  readonly fromNs: number;
  readonly fromFrame: number;
  /** The token that it was sent and did not answer; null where none was. */
  readonly token: {
    readonly timeNs: number;
    readonly frame: number;
    readonly tokenSeq: number;
    readonly ring: number;
  } | null;
  /** Copies of that token, and when the last of them came. */
  readonly copies: number;
  readonly lastCopyNs: number;
  /** Rounds of joins by others. */
  readonly rounds: number;
  /** Its knet pings and pongs in that time, and the longest time without any: whether its process lived. */
  readonly knet: number;
  readonly knetGapNs: number;
  /** Its next message; null where the capture ends before. */
  readonly backNs: number | null;
  readonly backFrame: number | null;
  /** What it sent then: PacketKind, ring, token_seq or the like. */
  readonly backKind: number;
  readonly backRing: number;
  /** When a new token of that ring next left it; null where none was captured. */
  passedNs: number | null;
  /** Copies of tokens of its own that it sent at once when it was back: they had waited for the network. */
  ownCopies: number;
}

/** A time in which nothing of the ring was captured, not even a ping. */
export interface Stillness {
  readonly fromNs: number;
  readonly fromFrame: number;
  readonly untilNs: number;
  readonly untilFrame: number;
}

interface NodeActivity {
  readonly nodeid: number;
  readonly silences: Silence[];
  /** The last one, until the node goes on as usual. */
  open: Silence | null;
  lastNs: number;
  lastFrame: number;
  tokenNs: number;
  tokenFrame: number;
  tokenSeq: number;
  tokenRing: number;
  copies: number;
  lastCopyNs: number;
  roundsBefore: number;
  knet: number;
  knetNs: number;
  knetGapNs: number;
}

export class Silences implements Analyzer {
  private readonly addresses: AddressBook;
  private readonly clock: ClockSteps;
  private readonly byNode = new Map<number, NodeActivity>();
  private readonly byAddress: (NodeActivity | undefined)[] = [];
  private rounds = 0;
  private lastRoundNs = -Infinity;
  private lastNs = Infinity;
  /** A hold cancel asks for copies. */
  private cancelNs = -Infinity;
  private lastFrame = 0;
  /** In order of time. */
  readonly stills: Stillness[] = [];

  constructor(addresses: AddressBook, clock: ClockSteps) {
    this.addresses = addresses;
    this.clock = clock;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind > PacketKind.KNET || m.kind === PacketKind.RRP) return;
    if (m.timeNs - this.lastNs > STILL_NS_MIN) this.still(m);
    else if (m.timeNs < this.lastNs && this.lastFrame > 0) this.clock.back(m, this.lastNs);
    this.lastNs = m.timeNs;
    this.lastFrame = m.row + 1;
    const sender = this.at(m.src);
    if (m.kind === PacketKind.KNET) {
      if (sender !== null) pings(sender, m.timeNs);
      return;
    }
    this.clock.message(m);
    if (sender !== null) this.speaks(sender, m);
    if (m.kind === PacketKind.ORF_TOKEN) this.token(m);
    else if (m.kind === PacketKind.MEMB_JOIN && m.timeNs - this.lastRoundNs >= ROUND_NS) {
      this.rounds++;
      this.lastRoundNs = m.timeNs;
    }
  }

  private still(m: IndexedMessage): void {
    const { lastNs: fromNs, lastFrame: fromFrame, stills } = this;
    this.clock.gap(m, fromNs);
    if (stills.length < STILLS_MAX) stills.push({ fromNs, fromFrame, untilNs: m.timeNs, untilFrame: m.row + 1 });
  }

  private at(address: number): NodeActivity | null {
    const nodeid = this.addresses.nodeAt(address);
    const known = this.byAddress[address];
    if (nodeid === null) return null;
    if (known?.nodeid === nodeid) return known;
    let activity = this.byNode.get(nodeid);
    if (activity === undefined) {
      activity = {
        nodeid,
        silences: [],
        open: null,
        lastNs: Number.NaN,
        lastFrame: 0,
        tokenNs: Number.NaN,
        tokenFrame: 0,
        tokenSeq: 0,
        tokenRing: 0,
        copies: 0,
        lastCopyNs: 0,
        roundsBefore: this.rounds,
        knet: 0,
        knetNs: Number.NaN,
        knetGapNs: 0,
      };
      this.byNode.set(nodeid, activity);
    }
    this.byAddress[address] = activity;
    return activity;
  }

  private token(m: IndexedMessage): void {
    const receiver = this.at(m.dst);
    if (receiver === null) return;
    if ((m.flags & RowFlag.REPEATED) === 0) {
      receiver.tokenNs = m.timeNs;
      receiver.tokenFrame = m.row + 1;
      receiver.tokenSeq = m.tokenSeq;
      receiver.tokenRing = m.ring;
      receiver.copies = 0;
    } else if (m.tokenSeq === receiver.tokenSeq && !Number.isNaN(receiver.tokenNs)) {
      receiver.copies++;
      receiver.lastCopyNs = m.timeNs;
    }
  }

  private speaks(node: NodeActivity, m: IndexedMessage): void {
    const isAwaited = node.copies > 0 || this.rounds - node.roundsBefore >= ROUNDS_MIN;
    if (isAwaited && m.timeNs - sinceOf(node) >= SILENCE_NS_MIN && node.silences.length < SILENCES_MAX)
      node.silences.push((node.open = this.silenceOf(node, m)));
    if (node.open !== null && m.kind === PacketKind.ORF_TOKEN) this.goesOn(node, node.open, m);
    else if (m.kind === PacketKind.TOKEN_HOLD_CANCEL) this.cancelNs = m.timeNs;
    node.lastNs = m.timeNs;
    node.lastFrame = m.row + 1;
    node.tokenNs = Number.NaN;
    node.copies = 0;
    node.roundsBefore = this.rounds;
    node.knet = 0;
    node.knetNs = m.timeNs;
    node.knetGapNs = 0;
  }

  private goesOn(node: NodeActivity, open: Silence, { flags, timeNs, ring }: IndexedMessage): void {
    const isOfRing = open.token === null || open.token.ring === ring;
    const isTogether = timeNs - (open.backNs ?? 0) <= TOGETHER_NS;
    if ((flags & RowFlag.REPEATED) === 0) {
      if (isOfRing) open.passedNs ??= timeNs;
      if (!isTogether) node.open = null;
    } else if (isTogether && timeNs - this.cancelNs > TOGETHER_NS) open.ownCopies++;
  }

  private silenceOf(node: NodeActivity, back: IndexedMessage | null): Silence {
    const { nodeid, tokenNs, tokenFrame, tokenSeq, tokenRing, copies, lastCopyNs, knet, knetGapNs } = node;
    return {
      node: nodeid,
      fromNs: Number.isNaN(node.lastNs) ? sinceOf(node) : node.lastNs,
      fromFrame: node.lastFrame,
      token: Number.isNaN(tokenNs) ? null : { timeNs: tokenNs, frame: tokenFrame, tokenSeq, ring: tokenRing },
      copies,
      lastCopyNs,
      rounds: this.rounds - node.roundsBefore,
      knet,
      knetGapNs,
      backNs: back?.timeNs ?? null,
      backFrame: back === null ? null : back.row + 1,
      backKind: back?.kind ?? PacketKind.UNRELATED,
      backRing: back?.ring ?? 0,
      passedNs: null,
      ownCopies: 0,
    };
  }

  /** Of all nodes, in order of their beginning; those that the capture does not see end come last for their node. */
  list(): readonly Silence[] {
    const all = [...this.byNode.values()].flatMap((node) => {
      const isOpen = node.copies > 0 || this.rounds - node.roundsBefore >= ROUNDS_MIN;
      return isOpen ? [...node.silences, this.silenceOf(node, null)] : node.silences;
    });
    return all.sort((a, b) => a.fromNs - b.fromNs);
  }
}

function pings(node: NodeActivity, timeNs: number): void {
  node.knet++;
  if (!Number.isNaN(node.knetNs)) node.knetGapNs = Math.max(node.knetGapNs, timeNs - node.knetNs);
  node.knetNs = timeNs;
}

/** Since when something was expected: the token, else its own last message. */
function sinceOf({ tokenNs, lastNs }: NodeActivity): number {
  return Number.isNaN(tokenNs) ? lastNs : tokenNs;
}
