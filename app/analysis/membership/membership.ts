// The membership analysis: fed with every relevant packet in capture order, it says which nodes and rings there were,
// how each node moved through the protocol, and what it counted. The parts lie in the files beside this one.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import type { PacketStore } from '../../store/packet-store.ts';
import type { Counters, JoinLists, NodeEntry, RingHistory, Transition } from '../result.ts';
import { countersOf } from './counters.ts';
import { Formation } from './formation.ts';
import { JoinWatch } from './join-watch.ts';
import { MulticastWatch } from './multicast-watch.ts';
import type { NodeTrack } from './tracked/node-track.ts';
import { createTracks, restartProcess, type MembershipWatcher, type Tracks } from './tracks.ts';

export interface MembershipResult {
  readonly nodes: readonly NodeEntry[];
  readonly rings: readonly RingHistory[];
  readonly transitions: readonly Transition[];
  readonly joinLists: readonly JoinLists[];
  readonly counters: ReadonlyMap<number, Counters>;
}

export interface MembershipLimits {
  /** Transitions beyond TRANSITIONS_MAX, not kept. */
  readonly transitionsOmitted: number;
  /** Packets of nodes beyond NODES_MAX, not followed. */
  readonly packetsIgnored: number;
}

export type Redundancy = 'none' | 'one-seen' | 'both-seen';

export interface MembershipAnalysis extends Analyzer {
  /** Conclusions so far; may be asked at any time, and the analysis goes on. */
  finish(): MembershipResult;
  limits(): MembershipLimits;
  /** Redundant rings of Corosync 1 and 2, and whether more than one of their networks is in the capture. */
  redundancy(): Redundancy;
  /** A frame that was captured before says nothing new; a ring's token is counted frame by frame. */
  capturedAgain(message: IndexedMessage): void;
  /** Id of the node that transmits from the address with this number; null if none was heard there. */
  nodeAt(address: number): number | null;
  /** Members of the ring with this number, in its order; null where its commit token was not captured. */
  membersOf(ring: number): readonly number[] | null;
}

/**
 * A node that was silent for so long while joins arrived was stopped or cut off: what it received is not known, since
 * after a pause Corosync throws away what had queued up.
 */
const PAUSE_NS = 300_000_000;
const PAUSE_JOINS = 3;
/** The representative has the token of an idle ring back within this time, and then holds it. */
const ROTATION_NS = 50_000_000;

class Membership implements MembershipAnalysis {
  private readonly store: PacketStore;
  private readonly tracks: Tracks;
  private readonly formation: Formation;
  private readonly joins: JoinWatch;
  private readonly multicasts: MulticastWatch;
  private now = 0;

  constructor(store: PacketStore, watcher: MembershipWatcher | null) {
    this.store = store;
    this.tracks = createTracks(store, watcher);
    this.formation = new Formation(this.tracks);
    this.joins = new JoinWatch(this.tracks, this.formation);
    this.multicasts = new MulticastWatch(store, this.tracks, this.formation);
  }

  nodeAt(address: number): number | null {
    return this.tracks.nodes.at(address)?.nodeid ?? null;
  }

  membersOf(ring: number): readonly number[] | null {
    return this.tracks.rings.get(ring)?.order ?? null;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind > PacketKind.TOKEN_HOLD_CANCEL && m.kind !== PacketKind.KNET) return;
    this.now = m.timeNs;
    const { nodes, reception } = this.tracks;
    const node = nodes.transmitter(m);
    if (node !== null) {
      node.lastSeen = m.timeNs;
      if (m.kind === PacketKind.KNET) return;
      node.dialect = m.dialect?.id ?? null;
      if (node.encoding !== m.encoding) this.underSecurity(node, m.encoding);
      // What it sends tells that it lives; what reached it until now, it has received.
      if (node.excludedAt !== null) node.excludedAt = null;
      if (node.hasLeft && m.kind !== PacketKind.MEMB_JOIN) restartProcess(this.tracks, node, m.timeNs);
      node.silenceNs = m.timeNs - node.lastSpoke;
      if (node.silenceNs > PAUSE_NS) this.wasSilent(node, m);
      node.lastSpoke = m.timeNs;
      reception.heard(node);
    }
    if (m.kind === PacketKind.KNET) return;
    if (m.kind === PacketKind.MEMB_JOIN && node !== null) this.joins.join(m, node);
    reception.count(m);
    if (m.toGroup) this.tracks.groupLog.add(m.timeNs, m.kind, m.src);
    switch (m.kind) {
      case PacketKind.ORF_TOKEN:
        this.formation.token(m, node);
        return;
      case PacketKind.MEMB_COMMIT_TOKEN:
        this.formation.commit(m, node);
        return;
      case PacketKind.MCAST:
        if (node !== null && !node.isIntroduced && m.sender === node.nodeid) nodes.learnFirst(m, node);
        this.multicasts.mcast(m, node);
        return;
      case PacketKind.MEMB_MERGE_DETECT:
        if (node !== null && !node.isIntroduced) nodes.learnFirst(m, node);
        if (node !== null) this.multicasts.merge(m, node);
        return;
      case PacketKind.TOKEN_HOLD_CANCEL:
        if (node !== null) this.multicasts.holdCancel(m, node);
    }
  }

  capturedAgain({ kind, ring: index, timeNs }: IndexedMessage): void {
    const ring = kind === PacketKind.ORF_TOKEN ? this.tracks.rings.get(index) : undefined;
    if (ring === undefined) return;
    ring.tokens++;
    ring.lastToken = timeNs;
  }

  finish(): MembershipResult {
    const { nodes, rings, log, joinLog, reception } = this.tracks;
    const all = [...nodes.all];
    return {
      nodes: all.map((node) => this.entry(node)),
      rings: rings.histories(),
      transitions: log.list(),
      joinLists: joinLog.list(),
      counters: new Map(all.map((node) => [node.nodeid, countersOf(node, reception, this.now)])),
    };
  }

  limits(): MembershipLimits {
    return { transitionsOmitted: this.tracks.log.omitted, packetsIgnored: this.tracks.nodes.ignored };
  }

  redundancy(): Redundancy {
    const { nodes } = this.tracks;
    const isBoth = [...nodes.all].some(({ addresses }) => addresses.length > 1);
    return !nodes.isRedundant ? 'none' : isBoth ? 'both-seen' : 'one-seen';
  }

  /** A node is first heard under this security: what is sent under another does not reach it. */
  private underSecurity(node: NodeTrack, encoding: number): void {
    const { reception } = this.tracks;
    const isFirst = node.encoding < 0;
    node.encoding = encoding;
    if (!isFirst) reception.started(node);
  }

  /** A node that is operational answers joins, or at least repeats its token. */
  private wasSilent(node: NodeTrack, m: IndexedMessage): void {
    if (this.tracks.reception.unanswered(node) < PAUSE_JOINS) return;
    if (node.state === 'operational') node.isMissing = true;
    node.silentSince = node.lastSpoke;
    node.silentUntil = m.timeNs;
    node.silenceEndedByTimer = m.kind === PacketKind.ORF_TOKEN && this.isByTimer(node, m);
    node.workedOffUntil = -Infinity;
  }

  /** The token that the node sends is one that it kept, not one that came while it was silent. */
  private isByTimer(node: NodeTrack, m: IndexedMessage): boolean {
    const wasHeld = node.lastTokenIn - node.lastSpoke < ROTATION_NS;
    return (m.flags & RowFlag.REPEATED) !== 0 || (wasHeld && this.tracks.rings.repOf(m.ring) === node.nodeid);
  }

  private entry({ nodeid, addresses, dialect, firstSeen, lastSeen }: NodeTrack): NodeEntry {
    const texts = addresses.map((id) => this.store.address(id));
    return { nodeid, name: null, addresses: texts, dialect, firstSeen, lastSeen };
  }
}

/** Source: specs/totem.md 6 and 7; the words of the result are cli.md's. */
export function createMembershipAnalysis(
  store: PacketStore,
  watcher: MembershipWatcher | null = null,
): MembershipAnalysis {
  return new Membership(store, watcher);
}
