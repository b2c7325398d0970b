// Forming a ring as the wire shows it: commit tokens bring COMMIT and RECOVERY, the tokens after them OPERATIONAL.
// Where a hop cannot be seen from the capture point, what later packets imply is used, and marked as likely.
import { decodeTotem, type MembCommitToken } from '../../../protocol/totem/decode.ts';
import type { Dialect } from '../../../protocol/totem/dialect.ts';
import type { NodeRef } from '../../../protocol/totem/identity.ts';
import { RETRANSMIT_ENTRIES_MAX } from '../../../protocol/totem/messages.ts';
import type { IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import type { Certainty } from '../result.ts';
import { DecodeMemo } from './tracked/decode-memo.ts';
import { nodeSet } from './node-set.ts';
import type { NodeTrack } from './tracked/node-track.ts';
import { ruleO, Stage, type RingTrack, type Seat } from './tracked/ring-track.ts';
import { logChange, type Tracks } from './tracks.ts';

const INITIAL_ARU = 0xffffffff;
/** An answer to a repeated token within this time is an answer to the repetition, not to the first. */
const ANSWER_NS = 20_000_000;
const NS_PER_MS = 1_000_000;

/** Remembers which messages the node asks for: those that were not in the token before. */
function noteRequests(m: IndexedMessage, ring: RingTrack, nodeid: number): void {
  const { view, at, end, dialect, littleEndian } = m;
  if (dialect === null) return;
  const { token, rtrItem } = dialect.at;
  const listed: number[] = [];
  for (let i = 0; i < RETRANSMIT_ENTRIES_MAX; i++) {
    const item = at + token.size + i * rtrItem.size;
    if (item + rtrItem.size > end) break;
    listed.push(view.getUint32(item + rtrItem.seq, littleEndian));
  }
  for (const [i, seq] of listed.entries())
    if (ring.listed[i] !== seq && !ring.listed.includes(seq)) ring.request(seq, nodeid);
  ring.listed = listed;
}

function readCommit(octets: Uint8Array, dialect: Dialect): MembCommitToken | null {
  const decoded = decodeTotem(octets, 0, octets.length, dialect);
  return decoded.ok && decoded.value.message.type === 'memb_commit_token' ? decoded.value.message : null;
}

export class Formation {
  private readonly tracks: Tracks;
  private readonly memo = new DecodeMemo(readCommit);

  constructor(tracks: Tracks) {
    this.tracks = tracks;
  }

  /** An ORF token; `node` transmitted it. */
  token(m: IndexedMessage, node: NodeTrack | null): void {
    const { rings, nodes } = this.tracks;
    const ring = m.dialect === null ? null : rings.of(m, m.dialect.at.token.ringId);
    if (ring === null) return;
    ring.tokens++;
    ring.lastToken = m.timeNs;
    const isRepeated = (m.flags & RowFlag.REPEATED) !== 0;
    const target = nodes.at(m.dst);
    if (target !== undefined) this.arrives(m, target, isRepeated);
    if (ring.firstToken === null) this.first(m, ring, node);
    else if (!isRepeated) this.next(m, ring, node);
    if (node === null) return;
    if (ring.order === null && target !== undefined) ring.passes(node.nodeid, target.nodeid);
    if (isRepeated) return;
    if ((m.flags & RowFlag.RTR) !== 0) noteRequests(m, ring, node.nodeid);
    else if (ring.listed.length > 0) ring.listed = [];
    if (node.repeatedToken === m.tokenSeq - 1 && m.timeNs - node.repeatedAt < ANSWER_NS) node.lateTokens++;
    if (ring.seats !== null) this.towardsOperational(m, ring, node);
  }

  private arrives(m: IndexedMessage, target: NodeTrack, isRepeated: boolean): void {
    if (target.lastTokenHeard >= 0) target.tokenPeriods.add((m.timeNs - target.lastTokenHeard) / NS_PER_MS);
    target.lastTokenHeard = m.timeNs;
    if (!isRepeated) {
      const waitedNs = m.timeNs - target.lastTokenIn;
      if (waitedNs > target.longestWaitNs && waitedNs < Infinity) {
        target.usualWaitNs = target.longestWaitNs;
        target.longestWaitNs = waitedNs;
        target.longestWaitUntil = m.timeNs;
      }
      target.lastTokenIn = m.timeNs;
      return;
    }
    target.repeatedToken = m.tokenSeq;
    target.repeatedAt = m.timeNs;
  }

  private first(m: IndexedMessage, ring: RingTrack, node: NodeTrack | null): void {
    ring.firstToken = m.timeNs;
    ring.firstTokenRow = m.row;
    ring.tokenSeq = m.tokenSeq;
    if (m.seq !== 0 || m.tokenSeq !== 0 || m.aru !== INITIAL_ARU) return;
    ring.isFromStart = true;
    if (node !== null) node.tally.ringsStarted++;
    if (ring.order === null) ring.cause = node === null ? 'unknown' : this.tracks.rings.causeOf([node.nodeid]);
    // The representative sends it when the second rotation is complete.
    for (const id of ring.order ?? []) this.reach(m, ring, id, Stage.RECOVERY, 'likely');
  }

  private next(m: IndexedMessage, ring: RingTrack, node: NodeTrack | null): void {
    const skipped = ((m.tokenSeq - ring.tokenSeq) >>> 0) - 1;
    if (skipped > 0 && ring.order !== null) this.skipped(ring.order, ring.tokenSeq + 1, skipped);
    ring.tokenSeq = m.tokenSeq;
    if (ring.seats === null || m.tokenSeq < ring.allOperationalAt || node === null) return;
    for (const seat of ring.seats.values()) this.operational(m, ring, seat, 'likely');
    ring.closeIfFormed();
  }

  /** Token numbers that were not captured: who sent and got them follows from the order of the ring. */
  private skipped(order: readonly number[], from: number, count: number): void {
    for (let i = 0; i < Math.min(count, order.length); i++) {
      const target = this.tracks.nodes.get(order[(from + i + 1) % order.length] ?? 0);
      if (target !== undefined) target.unseenTokens++;
    }
  }

  private towardsOperational(m: IndexedMessage, ring: RingTrack, node: NodeTrack): void {
    const seat = ring.seatOf(node.nodeid);
    if (seat === null) return;
    seat.tokens++;
    const isInitial = m.tokenSeq === 0 && m.aru === INITIAL_ARU;
    const retransFlg = (m.flags & RowFlag.RETRANS_FLG) !== 0;
    if (!isInitial && seat.stage !== Stage.OPERATIONAL && ruleO(seat, retransFlg, m.seq, m.aru)) {
      if (ring.isFromStart && ring.order !== null) this.operational(m, ring, seat, 'certain');
      else this.turnsAlready(ring, seat, node);
    }
    ring.closeIfFormed();
  }

  /** The start of the ring was not captured: the node is operational on it, since when is not known. */
  private turnsAlready(ring: RingTrack, seat: Seat, node: NodeTrack): void {
    const { rings } = this.tracks;
    seat.stage = Stage.OPERATIONAL;
    if (node.state === 'operational' && node.ring === ring.index) return;
    if (node.ringSeq > rings.seqOf(ring.index)) return;
    node.members = null;
    node.settle(ring.index, rings.seqOf(ring.index), ring.order === null ? null : nodeSet(ring.order));
    node.hasSettled = true;
  }

  /** A commit token; `node` transmitted it. */
  commit(m: IndexedMessage, node: NodeTrack | null): void {
    const { dialect } = m;
    const ring = dialect === null ? null : this.tracks.rings.of(m, dialect.at.commit.ringId);
    if (dialect === null || ring === null) return;
    const token = this.memo.read(m);
    if (token === null) return;
    for (const ref of token.addr) this.tracks.nodes.learn(ref);
    if (ring.committed === null) this.exclude(token.addr, m.timeNs);
    this.tracks.rings.commit(ring, token, m);
    const { order } = ring;
    if (node === null || order === null) return;
    const seat = ring.seatOf(node.nodeid);
    const position = order.indexOf(node.nodeid);
    if (seat !== null && token.tokenSeq <= seat.commitSeq) {
      // Sent again for want of an answer: whether it had arrived is not known.
      const target = this.tracks.nodes.at(m.dst);
      if (target !== undefined) target.lateCommits++;
      return;
    }
    if (position < 0) return;
    node.tally.commitTx++;
    if (seat !== null) seat.commitSeq = token.tokenSeq;
    // The first rotation fills one entry a hop; the second starts when all are filled.
    const inSecond = token.tokenSeq > order.length;
    const filled = inSecond ? order.length : Math.min(position, token.membIndex);
    for (let i = 0; i < filled; i++) this.reach(m, ring, order[i] ?? 0, Stage.COMMIT, 'likely');
    if (!inSecond) return this.reach(m, ring, node.nodeid, Stage.COMMIT, 'certain');
    for (let i = 0; i < position; i++) this.reach(m, ring, order[i] ?? 0, Stage.RECOVERY, 'likely');
    this.reach(m, ring, node.nodeid, Stage.RECOVERY, 'certain');
  }

  /** Members of the old ring that are not in the new one are gone, unless they are heard again. */
  private exclude(addr: readonly NodeRef[], timeNs: number): void {
    const members = addr.map(({ nodeid }) => nodeid);
    const olds = new Set(members.map((id) => this.tracks.nodes.get(id)?.members).filter((set) => set != null));
    for (const old of olds)
      for (const id of old) {
        const node = members.includes(id) ? undefined : this.tracks.nodes.get(id);
        if (node !== undefined && node.excludedAt === null) node.excludedAt = timeNs;
      }
  }

  /** The node says by itself that it is operational on a ring: a merge detection, or a message of its own. */
  provesRing(m: IndexedMessage, node: NodeTrack, isIdle: boolean): void {
    if (node.state === 'operational' && node.ring === m.ring) {
      if (isIdle) node.hasSettled = true;
      return;
    }
    const { rings } = this.tracks;
    const ring = rings.get(m.ring);
    const seat = ring?.seatOf(node.nodeid) ?? null;
    const isForming = node.ring === m.ring && (node.state === 'commit' || node.state === 'recovery');
    if (ring !== undefined && seat !== null && isForming) {
      this.operational(m, ring, seat, 'certain');
      return ring.closeIfFormed();
    }
    const seq = rings.seqOf(m.ring);
    if (seq <= node.ringSeq && node.state !== null) return;
    this.unseenFormation(node, m.ring, seq, ring === undefined && rings.repOf(m.ring) === node.nodeid);
    if (isIdle || ring !== undefined) node.hasSettled = true;
  }

  /**
   * The node has got to a ring by a formation that the capture does not show. Alone, where its last join wanted nobody
   * else (or nobody at all, where it cannot receive), or its process is new: such a ring leaves no commit token on the
   * wire. Else the capture was blind to it.
   */
  unseenFormation(node: NodeTrack, ring: number, seq: bigint, mayBeAlone: boolean): void {
    const wanted = node.proc.filter((id) => !node.failed.includes(id));
    const isNew = node.lastJoin === null && node.startedAt !== null;
    const isAlone = mayBeAlone && (isNew || (node.state === 'gather' && wanted.length <= 1));
    if (isAlone) {
      node.tally.alone++;
      if (isNew && node.tally.alone === 1) node.tally.gather++;
      node.tally.continuousGather = 0;
    } else if (node.state !== null) node.isBlind = true;
    const members = this.tracks.rings.get(ring)?.order ?? null;
    node.members = null;
    node.settle(ring, seq, isAlone ? [node.nodeid] : members === null ? null : nodeSet(members));
  }

  private operational(m: IndexedMessage, ring: RingTrack, seat: Seat, certainty: Certainty): void {
    if (seat.stage === Stage.OPERATIONAL) return;
    this.reach(m, ring, seat.nodeid, Stage.OPERATIONAL, certainty);
    if (m.kind === PacketKind.ORF_TOKEN && ring.allOperationalAt === Infinity)
      ring.allOperationalAt = m.tokenSeq + (ring.order?.length ?? 0);
  }

  /** Takes a member to a stage, through those before it where they were not seen. */
  private reach(m: IndexedMessage, ring: RingTrack, nodeid: number, stage: Stage, certainty: Certainty): void {
    const seat = ring.seatOf(nodeid);
    const node = this.tracks.nodes.get(nodeid);
    if (seat === null || node === undefined || seat.stage >= stage) return;
    if (stage > Stage.COMMIT && seat.stage < stage - 1) this.reach(m, ring, nodeid, (stage - 1) as Stage, 'likely');
    seat.stage = stage;
    // It may have gone back to GATHER, or on to another ring, in the meantime.
    if (stage === Stage.COMMIT) {
      const isNewer = node.ring !== ring.index && node.ringSeq < this.tracks.rings.seqOf(ring.index);
      if (isNewer) this.enterCommit(m, ring, node, certainty);
    } else if (node.ring === ring.index && stage === Stage.RECOVERY && node.state === 'commit') {
      this.enterRecovery(m, ring, node, certainty);
    } else if (node.ring === ring.index && stage === Stage.OPERATIONAL && node.state === 'recovery') {
      this.enterOperational(m, ring, node, certainty);
    }
  }

  private enterCommit(m: IndexedMessage, ring: RingTrack, node: NodeTrack, certainty: Certainty): void {
    const { rings } = this.tracks;
    const members = (ring.order ?? []).map((id) => `node ${id}`).join(', ');
    const says = `Node ${node.nodeid} commits to ring ${rings.idOf(ring.index)} of ${members}`;
    this.change(m, node, 'commit', says, certainty, ring);
    node.ring = ring.index;
    node.ringSeq = rings.seqOf(ring.index);
    node.tally.commit++;
    node.tally.continuousGather = 0;
    node.following.length = 0;
    this.tracks.forming.add(node);
  }

  private enterRecovery(m: IndexedMessage, ring: RingTrack, node: NodeTrack, certainty: Certainty): void {
    const says = `Node ${node.nodeid} recovers the messages of its old ring`;
    this.change(m, node, 'recovery', says, certainty, ring);
    node.tally.recovery++;
    node.tally.continuousGather = 0;
  }

  private enterOperational(m: IndexedMessage, ring: RingTrack, node: NodeTrack, certainty: Certainty): void {
    const { rings } = this.tracks;
    const says = `Node ${node.nodeid} is operational on ring ${rings.idOf(ring.index)}`;
    this.change(m, node, 'operational', says, certainty, ring);
    node.tally.operational++;
    node.tally.continuousGather = 0;
    node.settle(ring.index, rings.seqOf(ring.index), ring.order === null ? null : nodeSet(ring.order));
    node.hasSettled = true;
    node.operationalAt = m.timeNs;
  }

  private change(
    { timeNs, row }: IndexedMessage,
    node: NodeTrack,
    to: 'commit' | 'recovery' | 'operational',
    says: string,
    certainty: Certainty,
    ring: RingTrack,
  ): void {
    logChange(this.tracks, node, { timeNs, to, gatherFrom: null, says, certainty, rows: [row], ring: ring.index });
    node.state = to;
    node.lastEntry = timeNs;
  }
}
