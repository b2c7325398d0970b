// How far each member of a ring had come with the multicasts at a row: as its tokens and its requests tell. Pure.
import type { Requests } from '../../../app/analysis/result.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { NodeDirectory } from '../node-directory.ts';
import { hopAt } from './hops.ts';

export interface Progress {
  /** The highest sequence number on the token that it sent last. */
  readonly seq: number;
  /** Up to which all members had received, by that token. */
  readonly aru: number;
  /** Up to which it has all multicasts itself, and so has delivered them: inferred. */
  readonly delivered: number;
  /** Sequence numbers that it lacks, the lowest first. */
  readonly lacks: readonly number[];
}

/** Rows among which the last tokens of the members are looked for. */
const SEARCH_MAX = 20_000;
/** Requests that are looked through, and that are told of one node. */
const REQUESTS_SEARCH_MAX = 4000;
const LACKS_MAX = 12;

/** Requests up to a time: how many. */
function requestsUntil({ timeNs, count }: Requests, time: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeNs[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a node had asked for and the ring's aru has not passed yet. */
function lackedBy(requests: Requests, nodeid: number, ring: number, time: number, aru: number): readonly number[] {
  const lacks: number[] = [];
  const end = requestsUntil(requests, time);
  for (let i = end - 1; i >= 0 && i >= end - REQUESTS_SEARCH_MAX && lacks.length < LACKS_MAX; i--)
    if (requests.nodeid[i] === nodeid && requests.ring[i] === ring && requests.seq[i]! > aru)
      lacks.push(requests.seq[i]!);
  return lacks.sort((a, b) => a - b);
}

/** Progress of each member whose tokens are seen, by node id. */
export function progressAt(
  store: PacketStore,
  directory: NodeDirectory,
  requests: Requests,
  ring: string,
  members: readonly number[],
  row: number,
): ReadonlyMap<number, Progress> {
  const progress = new Map<number, Progress>();
  const time = store.chunks[row >>> 16]?.timeNs[row & 0xffff] ?? 0;
  for (let at = row, i = 0; at >= 0 && i < SEARCH_MAX && progress.size < members.length; at--, i++) {
    const hop = hopAt(store, directory, at);
    if (hop === null || progress.has(hop.from) || store.rings[hop.ring]?.id !== ring) continue;
    const { seq, aru } = store.chunks[at >>> 16]!;
    const index = at & 0xffff;
    // A new ring's token starts below zero: nothing has been received yet.
    const all = aru[index]! > seq[index]! ? 0 : aru[index]!;
    const lacks = lackedBy(requests, hop.from, hop.ring, time, all);
    const delivered = lacks[0] === undefined ? seq[index]! : lacks[0] - 1;
    progress.set(hop.from, { seq: seq[index]!, aru: all, delivered, lacks });
  }
  return progress;
}

/** Nodes that asked for this multicast after a time: it missed them. */
export function missedBy(requests: Requests, ring: number, seq: number, time: number): readonly number[] {
  const missed: number[] = [];
  const start = requestsUntil(requests, time - 1);
  for (let i = start; i < requests.count && i < start + REQUESTS_SEARCH_MAX; i++)
    if (requests.ring[i] === ring && requests.seq[i] === seq) missed.push(requests.nodeid[i]!);
  return missed;
}
