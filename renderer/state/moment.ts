// Who was in which ring, and where the token was, at one moment of a capture. Pure: from the analysis and the columns.
import type { Analysis, MembershipState, Transition } from '../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../app/store/packet-store.ts';
import type { CaptureNs } from '../../protocol/base/brand.ts';
import type { NodeDirectory } from './node-directory.ts';
import { historiesOf, stretchAt, type Histories } from './time/histories.ts';

/** Packets before the moment in which the last token is looked for. */
export const TOKEN_SEARCH_MAX = 20_000;

export interface TokenPlace {
  readonly from: number;
  readonly to: number;
  /** True in the moment of the hop itself, false while it rests with `to`. */
  readonly isOnHop: boolean;
  /** Sent again because nothing was heard of it. */
  readonly isCopy: boolean;
  /** Nanoseconds since the hop. */
  readonly age: number;
  readonly row: number;
}

export interface RingNow {
  readonly id: string;
  readonly rep: number;
  /** In ring order: those who are on it now. */
  readonly members: readonly number[];
  /** In ring order: those, and those who left it and are on no other ring. Their places stay. */
  readonly places: readonly number[];
  readonly token: TokenPlace | null;
  /** False for a ring that this capture does not show: a later commit token names it. */
  readonly isSeen: boolean;
}

export interface NodeNow {
  readonly nodeid: number;
  /** Null before the node was heard of, and for one that fell silent. */
  readonly state: MembershipState | null;
  readonly ring: string | null;
  /** What it is doing, in words. */
  readonly says: string;
  /** Since when. */
  readonly since: number | null;
  readonly transition: Transition | null;
}

export interface Moment {
  readonly time: number;
  readonly rings: readonly RingNow[];
  /** Nodes in no ring. */
  readonly bench: readonly NodeNow[];
  readonly states: ReadonlyMap<number, NodeNow>;
}

const known = new WeakMap<Analysis, Histories>();

/** The histories of an analysis, found once. */
export function historiesIn(analysis: Analysis, store: PacketStore): Histories {
  let histories = known.get(analysis);
  if (histories === undefined) {
    const last = store.length - 1;
    histories = historiesOf(analysis, store.chunks[last >>> 16]?.timeNs[last & 0xffff] ?? 0);
    known.set(analysis, histories);
  }
  return histories;
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
    const flags = columns.flags[index]!;
    if ((flags & RowFlag.FANOUT_COPY) !== 0 || store.rings[columns.ring[index]!]?.id !== ring) continue;
    const source =
      directory.nodes[directory.laneOfAddress[columns.src[index]!] ?? -1]?.nodeid ?? columns.sender[index]!;
    const target = directory.nodes[directory.laneOfAddress[columns.dst[index]!] ?? -1]?.nodeid;
    if (target === undefined) return null;
    const age = time - columns.timeNs[index]!;
    return { from: source, to: target, isOnHop: age === 0, isCopy: (flags & RowFlag.REPEATED) !== 0, age, row };
  }
  return null;
}

/** The row that a time belongs to: the last one not later. -1 before the first. */
export function rowBefore(store: PacketStore, time: number): number {
  return rowAt(store, (time + 1) as CaptureNs) - 1;
}

function nodeNow(histories: Histories, nodeid: number, time: number): NodeNow {
  const stretch = stretchAt(histories.of(nodeid), time);
  if (stretch === null)
    return { nodeid, state: null, ring: null, says: 'not heard of yet', since: null, transition: null };
  const { state, ring, says, from: since, transition } = stretch;
  return { nodeid, state, ring, says, since, transition };
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
  const histories = historiesIn(analysis, store);
  const all = directory.nodes.map(({ nodeid }) => nodeNow(histories, nodeid, time));
  const ids = [...new Set(all.flatMap(({ ring }) => (ring === null ? [] : [ring])))];
  const rings = ids.map((id): RingNow => {
    const interval = histories.ring(id);
    const members = all.filter(({ ring }) => ring === id).map(({ nodeid }) => nodeid);
    const order = interval?.members ?? [];
    const place = (nodeid: number): number => (order.includes(nodeid) ? order.indexOf(nodeid) : order.length);
    members.sort((a, b) => place(a) - place(b));
    const isSeen = interval?.isSeen ?? true;
    const outside = order.filter((nodeid) => all.some((node) => node.nodeid === nodeid && node.ring === null));
    const places = [...members, ...outside].sort((a, b) => place(a) - place(b));
    const token = isSeen ? tokenOf(store, directory, id, time, last) : null;
    return { id, rep: interval?.rep ?? members[0] ?? 0, members, places, token, isSeen };
  });
  // Rings that are seen stand before those that are only known of.
  rings.sort((a, b) => Number(b.isSeen) - Number(a.isSeen) || a.rep - b.rep);
  const bench = all.filter(({ ring }) => ring === null);
  return { time, rings, bench, states: new Map(all.map((node) => [node.nodeid, node])) };
}
