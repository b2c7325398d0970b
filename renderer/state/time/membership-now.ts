// What each node holds of the membership protocol at one moment: its lists, whose agreement it lacks, its timers. Pure:
// inferred from the joins and tokens of the capture.
import type { Analysis, JoinLists, MembershipState, RingTimers, Transition } from '../../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { Moment, NodeNow } from '../moment.ts';
import type { NodeDirectory } from '../node-directory.ts';

export interface RunningTimer {
  readonly name: 'token' | 'join' | 'consensus';
  /** Nanoseconds: all of it, and what is left; below zero where it should have run out. */
  readonly length: number;
  readonly left: number;
}

export interface MemberNow extends NodeNow {
  /** Whom its last join wants; of an operational node the members of its ring. */
  readonly proc: readonly number[];
  /** Whom it gave up. */
  readonly failed: readonly number[];
  /** Whose agreement it lacks. */
  readonly lacks: readonly number[];
  readonly timers: readonly RunningTimer[];
}

const NS_PER_MS = 1e6;
/** Rows before the moment among which a node's last token or join is looked for. */
const SEARCH_MAX = 20_000;

const isForming = (state: MembershipState | null): boolean =>
  state === 'gather' || state === 'commit' || state === 'recovery';

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

/** The lists that each node said last, up to a time. `joinLists` in order of time. */
function lastLists(joinLists: readonly JoinLists[], time: number): ReadonlyMap<number, JoinLists> {
  const last = new Map<number, JoinLists>();
  for (const lists of joinLists) {
    if (lists.time > time) break;
    last.set(lists.nodeid, lists);
  }
  return last;
}

/** When what a node's timers wait for was last seen. */
interface LastSeen {
  token: number | null;
  join: number | null;
}

/** For each node: the last token that was sent to it and the last join that it sent, before a row and at it. */
function lastSeenBy(
  store: PacketStore,
  { nodes, laneOfAddress }: NodeDirectory,
  row: number,
): ReadonlyMap<number, LastSeen> {
  const seen = new Map<number, LastSeen>(nodes.map(({ nodeid }) => [nodeid, { token: null, join: null }]));
  let open = 2 * nodes.length;
  for (let at = row, i = 0; at >= 0 && i < SEARCH_MAX && open > 0; at--, i++) {
    const { kind, flags, src, dst, timeNs } = store.chunks[at >>> 16]!;
    const index = at & 0xffff;
    const isToken = kind[index] === PacketKind.ORF_TOKEN && (flags[index]! & RowFlag.FANOUT_COPY) === 0;
    if (!isToken && kind[index] !== PacketKind.MEMB_JOIN) continue;
    const own = seen.get(nodes[laneOfAddress[(isToken ? dst : src)[index]!] ?? -1]?.nodeid ?? -1);
    const what = isToken ? 'token' : 'join';
    if (own === undefined || own[what] !== null) continue;
    own[what] = timeNs[index]!;
    open--;
  }
  return seen;
}

function timersOf(
  { state, since, transition }: NodeNow,
  last: LastSeen | undefined,
  timers: RingTimers | null,
  time: number,
): readonly RunningTimer[] {
  if (timers === null || state === null) return [];
  const timer = (name: RunningTimer['name'], from: number | null): readonly RunningTimer[] => {
    const length = timers[name] * NS_PER_MS;
    return from === null ? [] : [{ name, length, left: from + length - time }];
  };
  if (state === 'gather') {
    const entered = transition?.time ?? since;
    return [...timer('join', last?.join ?? null), ...timer('consensus', entered)];
  }
  // In commit and recovery the token timer runs from the entry on, until a token comes.
  const from = state === 'operational' ? (last?.token ?? null) : Math.max(last?.token ?? 0, since ?? 0);
  return timer('token', from);
}

/** All nodes of the directory at the moment. `row`: the packet that the moment belongs to. */
export function membershipNow(
  { joinLists, timers }: Pick<Analysis, 'joinLists' | 'timers'>,
  store: PacketStore,
  directory: NodeDirectory,
  moment: Moment,
  row: number,
): readonly MemberNow[] {
  const lists = lastLists(joinLists, moment.time);
  const seen = lastSeenBy(store, directory, row);
  const listsOf = (nodeid: number): JoinLists | undefined =>
    isForming(moment.states.get(nodeid)?.state ?? null) ? lists.get(nodeid) : undefined;
  return [...moment.states.values()].map((node) => {
    const running = timersOf(node, seen.get(node.nodeid), timers, moment.time);
    const own = listsOf(node.nodeid);
    if (own === undefined) {
      const members = moment.rings.find(({ id }) => id === node.ring)?.members ?? [];
      return { ...node, proc: node.state === null ? [] : members, failed: [], lacks: [], timers: running };
    }
    const agrees = (other: number): boolean => {
      const theirs = listsOf(other);
      return theirs !== undefined && isSame(theirs.proc, own.proc) && isSame(theirs.failed, own.failed);
    };
    const needed = own.proc.filter((id) => id !== node.nodeid && !own.failed.includes(id));
    const lacks = node.state === 'gather' ? needed.filter((id) => !agrees(id)) : [];
    return { ...node, proc: own.proc, failed: own.failed, lacks, timers: running };
  });
}

/** Words for Corosync's reasons to gather, by code; joins say whose. */
const CAUSES: readonly string[] = [
  'consensus timeout',
  'restart of the protocol',
  'token lost',
  'no commit token came',
  'commit token lost',
  'token lost in recovery',
  'failed to receive',
  'foreign multicast',
  'foreign multicast',
  'merge detect',
  'merge detect',
  'join',
  'join',
  'join',
  'join',
  'start',
];
const JOIN_CODES = [11, 12, 13, 14];

/** Why a node changed its state, in a few words; `trigger` is the label of the node that moved it. */
export function causeText({ to, gatherFrom }: Transition, trigger: string | null): string {
  if (to === 'commit') return 'consensus';
  if (to === 'recovery') return 'commit token came round';
  if (to === 'operational') return 'all have recovered';
  const cause = gatherFrom === null ? 'cause not seen' : (CAUSES[gatherFrom] ?? 'cause not seen');
  return JOIN_CODES.includes(gatherFrom ?? -1) && trigger !== null ? `join from ${trigger}` : cause;
}

/** Transitions that belong to the last change at a moment: the last one, and those of the same turn just before. */
export function lastChanges(transitions: readonly Transition[], time: number): readonly Transition[] {
  let end = 0;
  for (let high = transitions.length; end < high;) {
    const middle = (end + high) >>> 1;
    if ((transitions[middle]?.time ?? 0) <= time) end = middle + 1;
    else high = middle;
  }
  const last = transitions[end - 1];
  if (last === undefined) return [];
  const changes: Transition[] = [];
  for (let i = end - 1; i >= 0; i--) {
    const change = transitions[i];
    if (change === undefined || last.time - change.time > SAME_TURN_NS || change.to !== last.to) break;
    changes.push(change);
  }
  return changes.reverse();
}
/** Nodes that follow each other into a state within this time took the same turn. */
const SAME_TURN_NS = 0.3e9;
