// What is known of one ring while the capture is read: members, times, and how far each member has got in forming it.
// Also rule O, which tells from the tokens that leave a node when it becomes operational.
import type { RingRef } from '../../../../protocol/totem/identity.ts';
import { PROCESSOR_COUNT_MAX } from '../../../../protocol/totem/messages.ts';
import { seqLte } from '../../../../protocol/totem/seqno.ts';
import type { RingCause } from '../../result.ts';

/** How far a member has got, in the order of the protocol. */
export const Stage = { NONE: 0, COMMIT: 1, RECOVERY: 2, OPERATIONAL: 3 } as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** One member while the ring is being formed. */
export interface Seat {
  readonly nodeid: number;
  stage: Stage;
  /** Greatest token_seq of its commit tokens, 0 for none: lower ones are repetitions. */
  commitSeq: number;
  /** Successive tokens it sent with retrans_flg 0, the seq when there were two, and rotations complete since three. */
  clear: number;
  installSeq: number;
  rotations: number;
  /** Tokens it was seen to send. */
  tokens: number;
}

/** Tokens of a ring whose commit token was not captured after which its formation is taken to be over. */
const FORMING_TOKENS_MAX = 4096;

/** Messages asked for and not yet retransmitted. */
const REQUESTS_MAX = 1024;

export class RingTrack {
  /** Number in the store. */
  readonly index: number;
  /** From addr of the commit token, else null. */
  order: readonly number[] | null = null;
  committed: number | null = null;
  commitRow = -1;
  firstToken: number | null = null;
  firstTokenRow = -1;
  lastToken: number | null = null;
  tokens = 0;
  cause: RingCause = 'unknown';
  /** By node id: the ring it comes from, as the commit token says. */
  readonly origins = new Map<number, RingRef>();
  /** Its initial token, or a commit token, was captured: what followed can be told. */
  isFromStart = false;
  /** Null when nobody's stage can change any more. */
  seats: Map<number, Seat> | null = new Map();
  /** Who was seen to pass the token to whom; for rings without a commit token. */
  readonly successors = new Map<number, number>();
  readonly speakers = new Set<number>();
  /** Greatest token_seq, -1 before the first. */
  tokenSeq = -1;
  /** token_seq by which everybody has had the token since somebody became operational. */
  allOperationalAt = Infinity;

  /** Retransmission requests of the last token. */
  listed: readonly number[] = [];
  /** By sequence number: who asked for it, until it is retransmitted. */
  private readonly requests = new Map<number, number[]>();

  constructor(index: number) {
    this.index = index;
  }

  seatOf(nodeid: number): Seat | null {
    if (this.seats === null) return null;
    let seat = this.seats.get(nodeid);
    if (seat === undefined) {
      seat = { nodeid, stage: Stage.NONE, commitSeq: 0, clear: 0, installSeq: 0, rotations: 0, tokens: 0 };
      this.seats.set(nodeid, seat);
    }
    return seat;
  }

  /** The token went from one node to another. */
  passes(from: number, to: number): void {
    if (this.successors.get(from) === to) return;
    if (this.successors.size < PROCESSOR_COUNT_MAX || this.successors.has(from)) this.successors.set(from, to);
  }

  request(seq: number, nodeid: number): void {
    if (this.requests.size >= REQUESTS_MAX) this.requests.clear();
    const asking = this.requests.get(seq);
    if (asking === undefined) this.requests.set(seq, [nodeid]);
    else if (!asking.includes(nodeid) && asking.length < PROCESSOR_COUNT_MAX) asking.push(nodeid);
  }

  /** Who has asked for a message that is transmitted now; forgotten by this call. */
  answered(seq: number): readonly number[] | undefined {
    if (this.requests.size === 0) return undefined;
    const asking = this.requests.get(seq);
    this.requests.delete(seq);
    return asking;
  }

  /** Whether formation is over: nobody's stage will be asked again. */
  closeIfFormed(): void {
    const { seats, order } = this;
    if (seats === null) return;
    const members = order?.length ?? (this.tokens > FORMING_TOKENS_MAX ? 0 : Infinity);
    let operational = 0;
    for (const seat of seats.values()) if (seat.stage === Stage.OPERATIONAL) operational++;
    if (operational < members) return;
    this.seats = null;
  }
}

/**
 * Rule O (specs/totem.md 7.2): true where the member becomes operational while it produces this token. Replicates the
 * test that the node makes (2.7.4), because the token carries the values that the node tested.
 */
export function ruleO(seat: Seat, retransFlg: boolean, seq: number, aru: number): boolean {
  seat.clear = retransFlg ? 0 : seat.clear + 1;
  if (seat.clear === 2) seat.installSeq = seq;
  seat.rotations = seat.clear >= 3 && seqLte(seat.installSeq, aru) ? seat.rotations + 1 : 0;
  return seat.rotations === 2;
}
