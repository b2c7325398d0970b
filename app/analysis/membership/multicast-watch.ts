// Mcasts, merge detections and hold cancels: what they prove of their senders, and what they add to the counters.
import type { IndexedMessage } from '../../store/indexed-message.ts';
import { RowFlag } from '../../store/kinds.ts';
import type { PacketStore } from '../../store/packet-store.ts';
import type { Formation } from './formation.ts';
import { FANOUT_NS } from './tracked/fanout.ts';
import type { NodeTrack } from './tracked/node-track.ts';
import type { Tracks } from './tracks.ts';

/** Outer sequence numbers of recovery copies remembered, to tell a repeated one; forgotten together when full. */
const RECOVERY_COPIES_MAX = 65_536;
const SEQ_SPAN = 2 ** 32;

export class MulticastWatch {
  private readonly store: PacketStore;
  private readonly tracks: Tracks;
  private readonly formation: Formation;
  private readonly recoveryCopies = new Set<number>();

  constructor(store: PacketStore, tracks: Tracks, formation: Formation) {
    this.store = store;
    this.tracks = tracks;
    this.formation = formation;
  }

  merge(m: IndexedMessage, node: NodeTrack): void {
    if (node.sentMerges.begin(m, m.ring) === null) return;
    node.tally.mergeTx++;
    if (!m.toGroup) node.tally.ownCopies[m.kind]!++;
    this.formation.provesRing(m, node, true);
    node.merge.row = m.row;
    node.merge.timeNs = m.timeNs;
    node.merge.ring = m.ring;
  }

  holdCancel(m: IndexedMessage, node: NodeTrack): void {
    if (node.sentCancels.begin(m, m.ring) === null) return;
    node.tally.holdCancelTx++;
    if (!m.toGroup) node.tally.ownCopies[m.kind]!++;
  }

  /** An mcast; `node` transmitted it, which need not be who made it. */
  mcast(m: IndexedMessage, node: NodeTrack | null): void {
    const originator = this.tracks.nodes.get(m.sender);
    const isEncapsulated = (m.flags & RowFlag.ENCAPSULATED) !== 0;
    const isFlagged = (m.flags & (RowFlag.REPEATED | RowFlag.FANOUT_COPY)) !== 0;
    const isKnown = isEncapsulated ? !this.isNewRecoveryCopy(m) : isFlagged;
    const ring = this.tracks.rings.get(m.ring);
    if (ring !== undefined && ring.order === null && ring.speakers.size < 64) ring.speakers.add(m.sender);
    if (this.tracks.forming.size > 0) this.dropped(m);
    const asking = ring?.answered(m.seq);
    if (isKnown) this.again(m, node, originator, asking);
    else {
      // Its first transmission was lost before the capture point.
      if (asking !== undefined && node !== null) node.tally.mcastRetx++;
      if (originator !== undefined) this.original(m, node, originator, isEncapsulated);
    }
    if (originator === undefined) return;
    originator.mcast.row = m.row;
    originator.mcast.timeNs = m.timeNs;
    originator.mcast.ring = m.ring;
  }

  private original(m: IndexedMessage, node: NodeTrack | null, originator: NodeTrack, isEncapsulated: boolean): void {
    const { tally } = originator;
    // this_seqno counts what the process has sent, so that what the capture missed is counted too.
    if (tally.firstSeqno < 0) tally.firstSeqno = originator.startedAt === null ? m.tokenSeq : 0;
    tally.lastSeqno = Math.max(tally.lastSeqno, m.tokenSeq);
    if (isEncapsulated) tally.encapsulatedTx++;
    if (node === null) return;
    if (!m.toGroup) node.tally.ownCopies[m.kind]!++;
    if (mayBeCopied(m, node)) node.sentMcasts.begin(m, m.ring * SEQ_SPAN + m.seq);
    if (node === originator && !isEncapsulated) this.formation.provesRing(m, node, false);
  }

  /** A copy of the same transmission to another destination, or a retransmission. */
  private again(
    m: IndexedMessage,
    node: NodeTrack | null,
    originator: NodeTrack | undefined,
    asking: readonly number[] | undefined,
  ): void {
    const age = this.ageNs(m);
    // They missed what was on the wire; before they were operational they may have dropped it themselves.
    for (const nodeid of asking ?? []) {
      const missing = this.tracks.nodes.get(nodeid);
      if (missing !== undefined && m.timeNs - age > missing.operationalAt) missing.isMissing = true;
    }
    if (node === null) return;
    if ((m.flags & RowFlag.FANOUT_COPY) !== 0 && node === originator && age < FANOUT_NS) return;
    if (mayBeCopied(m, node) && node.sentMcasts.begin(m, m.ring * SEQ_SPAN + m.seq) === null) return;
    node.tally.mcastRetx++;
    if (!m.toGroup) node.tally.ownCopies[m.kind]!++;
  }

  /** In COMMIT and RECOVERY a node drops mcasts of other rings. */
  private dropped(m: IndexedMessage): void {
    const { forming, nodes } = this.tracks;
    for (const node of forming) {
      if (node.state !== 'commit' && node.state !== 'recovery') forming.delete(node);
      else if (node.ring !== m.ring && (m.toGroup || nodes.at(m.dst) === node)) node.tally.droppedRx++;
    }
  }

  /** Since the first packet with this payload. */
  private ageNs({ row, timeNs }: IndexedMessage): number {
    const link = this.store.chunks[row >>> 16]?.link[row & 0xffff] ?? 0;
    const first = link - 1;
    return link === 0 ? Infinity : timeNs - (this.store.chunks[first >>> 16]?.timeNs[first & 0xffff] ?? -Infinity);
  }

  private isNewRecoveryCopy({ ring, seq }: IndexedMessage): boolean {
    const key = ring * SEQ_SPAN + seq;
    if (this.recoveryCopies.has(key)) return false;
    if (this.recoveryCopies.size >= RECOVERY_COPIES_MAX) this.recoveryCopies.clear();
    this.recoveryCopies.add(key);
    return true;
  }
}

/** On the only network of its sender a multicast leaves once; over udpu, knet or redundant rings, as copies. */
function mayBeCopied({ toGroup }: IndexedMessage, { addresses }: NodeTrack): boolean {
  return !toGroup || addresses.length > 1;
}
