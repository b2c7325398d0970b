// Who was in which ring, and where the token was, at one moment of a capture. Pure: from the analysis and the columns.
import type { Analysis, MembershipState, RingHistory, Transition } from '../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../app/store/packet-store.ts';
import type { CaptureNs } from '../../protocol/base/brand.ts';
import type { NodeDirectory } from './node-directory.ts';

/** Packets before the moment in which the last token is looked for. */
export const TOKEN_SEARCH_MAX = 20_000;

export interface TokenPlace {
  readonly from: number;
  readonly to: number;
  /** True in the moment of the hop itself, false while it rests with `to`. */
  readonly isOnHop: boolean;
  /** Nanoseconds since the hop. */
  readonly age: number;
  readonly row: number;
}

export interface RingNow {
  readonly id: string;
  readonly rep: number;
  /** In ring order. */
  readonly members: readonly number[];
  readonly token: TokenPlace | null;
}

export interface NodeNow {
  readonly nodeid: number;
  /** Null before the node was heard of, and for one that fell silent. */
  readonly state: MembershipState | null;
  readonly ring: string | null;
  /** What it is doing, in words. */
  readonly says: string;
}

export interface Moment {
  readonly rings: readonly RingNow[];
  /** Nodes in no ring. */
  readonly bench: readonly NodeNow[];
  readonly states: ReadonlyMap<number, NodeNow>;
}

const startOf = (ring: RingHistory): number => ring.firstToken ?? ring.committed ?? Number.POSITIVE_INFINITY;

/** The last ring that a node had become a member of. */
function lastRingOf(rings: readonly RingHistory[], nodeid: number, time: number): RingHistory | null {
  let last: RingHistory | null = null;
  for (const ring of rings) {
    const isEarlier = ring.firstToken !== null && ring.firstToken <= time && ring.members.includes(nodeid);
    if (isEarlier && (last === null || startOf(ring) >= startOf(last))) last = ring;
  }
  return last;
}

function lastTransitions(transitions: readonly Transition[], time: number): Map<number, Transition> {
  const last = new Map<number, Transition>();
  for (const transition of transitions) {
    if (transition.time > time) continue;
    const known = last.get(transition.nodeid);
    if (known === undefined || known.time <= transition.time) last.set(transition.nodeid, transition);
  }
  return last;
}

/** A node that is still where others have left: the ring went on without it. */
function isLeftBehind(node: NodeNow, all: readonly NodeNow[], ring: RingHistory | undefined, time: number): boolean {
  if (ring === undefined || ring.lastToken === null || ring.lastToken >= time) return false;
  return all.some(
    (other) =>
      other.nodeid !== node.nodeid &&
      ring.members.includes(other.nodeid) &&
      other.ring !== node.ring &&
      other.state !== null,
  );
}

function nodesNow(analysis: Analysis, directory: NodeDirectory, time: number): readonly NodeNow[] {
  const transitions = lastTransitions(analysis.transitions, time);
  return directory.nodes.map(({ nodeid }): NodeNow => {
    const transition = transitions.get(nodeid);
    const ring = lastRingOf(analysis.rings, nodeid, time);
    // In commit and recovery the ring that forms is already the one that tokens go round.
    if (transition !== undefined && transition.to !== 'operational')
      return {
        nodeid,
        state: transition.to,
        ring: transition.to === 'gather' ? null : transition.ring,
        says: transition.says,
      };
    if (transition === undefined && ring === null) return { nodeid, state: null, ring: null, says: 'not heard of yet' };
    return { nodeid, state: 'operational', ring: ring?.id ?? transition?.ring ?? null, says: 'operational' };
  });
}

/** The last token of a ring at or before a row. */
function tokenOf(
  store: PacketStore,
  directory: NodeDirectory,
  ring: string,
  time: number,
  from: number,
): TokenPlace | null {
  for (let row = from; row >= 0 && row > from - TOKEN_SEARCH_MAX; row--) {
    const columns = store.chunks[row >>> 16];
    const index = row & 0xffff;
    if (columns === undefined || columns.kind[index] !== PacketKind.ORF_TOKEN) continue;
    if ((columns.flags[index]! & RowFlag.FANOUT_COPY) !== 0 || store.rings[columns.ring[index]!]?.id !== ring) continue;
    const source =
      directory.nodes[directory.laneOfAddress[columns.src[index]!] ?? -1]?.nodeid ?? columns.sender[index]!;
    const target = directory.nodes[directory.laneOfAddress[columns.dst[index]!] ?? -1]?.nodeid;
    if (target === undefined) return null;
    const age = time - columns.timeNs[index]!;
    return { from: source, to: target, isOnHop: age === 0, age, row };
  }
  return null;
}

/** The row that a time belongs to: the last one not later. -1 before the first. */
export function rowBefore(store: PacketStore, time: number): number {
  return rowAt(store, (time + 1) as CaptureNs) - 1;
}

/** What was the case at `time`; `row` is the selected one, so that a hop can be told from what follows it. */
export function momentAt(
  analysis: Analysis,
  store: PacketStore,
  directory: NodeDirectory,
  time: number,
  row: number | null,
): Moment {
  const last = row ?? rowBefore(store, time);
  const histories = new Map(analysis.rings.map((ring) => [ring.id, ring]));
  const first = nodesNow(analysis, directory, time);
  const all = first.map((node): NodeNow => {
    const ring = node.ring === null ? undefined : histories.get(node.ring);
    if (node.state !== 'operational' || !isLeftBehind(node, first, ring, time)) return node;
    return {
      nodeid: node.nodeid,
      state: null,
      ring: null,
      says: 'silent: not heard of since the others formed a ring without it',
    };
  });
  const ids = [...new Set(all.flatMap(({ ring }) => (ring === null ? [] : [ring])))];
  const rings = ids.map((id): RingNow => {
    const history = histories.get(id);
    const members = all.filter(({ ring }) => ring === id).map(({ nodeid }) => nodeid);
    const order = history?.members ?? [];
    const place = (nodeid: number): number => (order.includes(nodeid) ? order.indexOf(nodeid) : order.length);
    members.sort((a, b) => place(a) - place(b));
    return { id, rep: history?.rep ?? members[0] ?? 0, members, token: tokenOf(store, directory, id, time, last) };
  });
  const bench = all.filter(({ ring }) => ring === null);
  return { rings, bench, states: new Map(all.map((node) => [node.nodeid, node])) };
}
