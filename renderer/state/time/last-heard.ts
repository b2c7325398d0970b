// When each node was last heard of before a moment. Pure.
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { NodeDirectory } from '../node-directory.ts';
import { laneOf } from './density.ts';

/** Rows before the moment among which is looked. */
const SEARCH_MAX = 20_000;

/** Time of the last packet of each node up to a row, by node id; nodes not heard of lately are not in it. */
export function lastHeard(store: PacketStore, directory: NodeDirectory, row: number): ReadonlyMap<number, number> {
  const heard = new Map<number, number>();
  for (let at = row, i = 0; at >= store.firstRow && i < SEARCH_MAX && heard.size < directory.nodes.length; at--, i++) {
    const { src, sender, timeNs } = store.chunks[at >>> 16]!;
    const index = at & 0xffff;
    const nodeid = directory.nodes[laneOf(directory, src[index]!, sender[index]!)]?.nodeid;
    if (nodeid !== undefined && !heard.has(nodeid)) heard.set(nodeid, timeNs[index]!);
  }
  return heard;
}
