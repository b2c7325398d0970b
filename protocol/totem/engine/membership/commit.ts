// COMMIT: the commit token's first rotation, on which every member writes what it brings (specs/totem.md 2.2, 2.6;
// totemsrp.c memb_state_commit_enter). The second rotation is recovery.ts.
import { seqLt } from '../../seqno.ts';
import { emit, noteState, sendToken } from '../effects.ts';
import type { Machine } from '../state.ts';
import { arm, disarm, restartTokenTimer, TIMER } from '../timers.ts';
import { memberAt, ringAt, ringOf, type Member } from '../wire/dialect.ts';
import { commitEntry, commitToken, passCommitToken, putCommitEntry, type CommitEntry } from '../wire/encode.ts';
import { holdsAt, u32At } from '../wire/octets.ts';

/** A commit token taken apart. `octets` are ours: entries are written into them. */
export interface CommitToken {
  readonly octets: Uint8Array;
  readonly membIndex: number;
  /** In ring order. */
  readonly members: readonly Member[];
}

/** Timers of GATHER, and of a ring that went into COMMIT without it. */
const ENDS_WITH_COMMIT = [
  TIMER.join,
  TIMER['join-jitter'],
  TIMER.consensus,
  TIMER['token-hold'],
  TIMER.merge,
  TIMER.heartbeat,
];

/** memb_state_commit_token_create: the representative proposes the next ring. */
export function proposeRing(m: Machine, members: readonly Member[]): CommitToken {
  const ring = ringOf(m.dialect, m.self, BigInt.asUintN(64, m.state.tokenRingIdSeq + 4n));
  return { octets: commitToken(m.dialect, m.self, ring, members), membIndex: 0, members };
}

/** Copies a received commit token whose length and counts were checked. */
export function readCommitToken(m: Machine, received: Uint8Array): CommitToken {
  const { at, srpAddrSize } = m.dialect.wire;
  const octets = received.slice();
  const members: Member[] = [];
  const count = u32At(octets, at.commit.addrEntries);
  for (let i = 0; i < count; i++) members.push(memberAt(m.dialect, octets, at.commit.size + i * srpAddrSize));
  return { octets, membIndex: u32At(octets, at.commit.membIndex), members };
}

/** The members are those of a ring that somebody already proposed; this node is the one whose turn it is to write. */
export function enterCommit(m: Machine, token: CommitToken): void {
  const s = m.state;
  saveOldRingState(m);
  s.myNewMembList = token.members;
  writeMyEntry(m, token);
  s.myRingId = ringAt(m.dialect, token.octets, m.dialect.wire.at.commit.ringId);
  s.isRepresentative = s.myRingId.repKey === m.self.key;
  s.tokenRingIdSeq = s.myRingId.seq;
  s.successor = token.members[(token.membIndex + 1) % token.members.length] ?? m.self;
  for (const timer of ENDS_WITH_COMMIT) disarm(m, timer);
  s.orfTokenDiscard = true;
  s.memberState = 'commit';
  s.counters.commit_entered++;
  s.counters.continuous_gather = 0;
  s.myTrc = 0;
  s.myPbl = 0;
  s.myCbl = 0;
  // Durable before it is spoken: a representative that restarts must not use a ring id twice (8.23).
  emit(m, { kind: 'persist-ring-id', seq: s.myRingId.seq });
  noteState(m, 'commit', null);
  forwardCommitToken(m, token.octets, token.membIndex + 1);
  restartTokenTimer(m);
}

/** Both rotations: counts the hop, sends, and keeps a copy to send again. */
export function forwardCommitToken(m: Machine, octets: Uint8Array, membIndex: number): void {
  passCommitToken(m.dialect, octets, m.self.ref.nodeid, membIndex);
  sendToken(m, octets, m.state.successor);
  arm(m, TIMER['token-retransmit'], m.config.tokenRetransmit);
  m.state.counters.memb_commit_token_tx++;
}

/** old_ring_state_save: only at the first COMMIT since OPERATIONAL, so that failed attempts lose nobody (8.15). */
function saveOldRingState(m: Machine): void {
  const s = m.state;
  if (s.oldRingStateSaved) return;
  s.oldRingStateSaved = true;
  s.oldRingStateAru = s.myAru;
  s.oldRingStateHighSeqReceived = s.myHighSeqReceived;
}

/** memb_state_commit_token_update, 2.6 steps 2 and 3. */
function writeMyEntry(m: Machine, { octets, membIndex, members }: CommitToken): void {
  const s = m.state;
  s.myReceivedFlg = s.myAru === s.myHighSeqReceived;
  putCommitEntry(m.dialect, octets, members.length, membIndex, {
    ringOctets: s.myOldRingId.octets,
    aru: s.oldRingStateAru,
    highDelivered: s.myHighDelivered,
    receivedFlg: s.myReceivedFlg ? 1 : 0,
  });
  const mine = (entry: CommitEntry): boolean => holdsAt(entry.ringOctets, 0, s.myOldRingId.octets);
  const entryAt = (i: number): CommitEntry => commitEntry(m.dialect, octets, members.length, i);
  let high = s.oldRingStateAru;
  for (let i = 0; i <= membIndex; i++) if (mine(entryAt(i)) && seqLt(high, entryAt(i).aru)) high = entryAt(i).aru;
  for (let i = 0; i <= membIndex; i++) {
    const entry = entryAt(i);
    if (!mine(entry) || !seqLt(entry.aru, high)) continue;
    putCommitEntry(m.dialect, octets, members.length, i, { ...entry, receivedFlg: 0 });
    if (i === membIndex) s.myReceivedFlg = false;
  }
}

/** Whether the old-ring octets of an entry are those of my old ring. */
export function isFromMyOldRing(m: Machine, entry: CommitEntry): boolean {
  return holdsAt(entry.ringOctets, 0, m.state.myOldRingId.octets);
}
