// What the parts of the membership analysis share, and how a node's change of state is written down.
import type { PacketStore } from '../../store/packet-store.ts';
import type { Certainty, MembershipState } from '../result.ts';
import { JoinLog } from './join-log.ts';
import { GroupLog } from './tracked/group-log.ts';
import { NodeTable } from './tracked/node-table.ts';
import type { JoinHeard, NodeTrack } from './tracked/node-track.ts';
import { Reception } from './reception.ts';
import { RingTable } from './tracked/ring-table.ts';
import { TransitionLog } from './transition-log.ts';

/** Told of what is read anyway: every join once, however many copies it left in, and every process that starts. */
export interface MembershipWatcher {
  joined(join: JoinHeard): void;
  started(nodeid: number, timeNs: number): void;
  /** A join of `from` names a node by a loopback address. */
  loopback(nodeid: number, from: number, row: number, timeNs: number): void;
}

export interface Tracks {
  readonly nodes: NodeTable;
  readonly rings: RingTable;
  readonly reception: Reception;
  readonly log: TransitionLog;
  readonly joinLog: JoinLog;
  readonly groupLog: GroupLog;
  /** Nodes that have entered COMMIT; some may have gone on since. */
  readonly forming: Set<NodeTrack>;
  /** Time of the first frame of the capture. */
  readonly startsAt: () => number;
  readonly watcher: MembershipWatcher | null;
}

export function createTracks(store: PacketStore, watcher: MembershipWatcher | null): Tracks {
  const nodes = new NodeTable(store);
  const rings = new RingTable(store, nodes);
  return {
    nodes,
    rings,
    reception: new Reception(store),
    log: new TransitionLog(),
    joinLog: new JoinLog(),
    groupLog: new GroupLog(),
    forming: new Set(),
    startsAt: () => store.chunks[0]?.timeNs[0] ?? 0,
    watcher,
  };
}

export interface Change {
  readonly timeNs: number;
  readonly to: MembershipState;
  readonly gatherFrom: number | null;
  readonly says: string;
  readonly certainty: Certainty;
  readonly rows: readonly number[];
  /** Number in the store, 0 for none. */
  readonly ring: number;
}

/** Writes the change down; the node itself is changed by the caller. */
export function logChange({ log, rings }: Tracks, node: NodeTrack, change: Change): void {
  log.add({
    time: change.timeNs,
    nodeid: node.nodeid,
    from: node.state,
    to: change.to,
    gatherFrom: change.gatherFrom,
    says: change.says,
    certainty: change.certainty,
    frames: change.rows.map((row) => row + 1),
    ring: rings.idOf(change.ring),
  });
}

/** A new process has this node id: it counts from zero. */
export function restartProcess({ reception, watcher }: Tracks, node: NodeTrack, timeNs: number): void {
  node.restart(timeNs);
  reception.started(node);
  watcher?.started(node.nodeid, timeNs);
}
