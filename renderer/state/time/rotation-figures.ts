// What each member of a ring did in the last rotation up to a row: how long it held the token, what it multicast, what it
// sent again, and how far it had come. Pure.
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import { transmitter, type NodeDirectory } from '../node-directory.ts';
import { hopAt, lastRotation } from './hops.ts';

export interface NodeFigures {
  readonly nodeid: number;
  /** Nanoseconds from the token's coming to its going; null where one of them is not seen. */
  readonly held: number | null;
  /** New multicasts, and those sent again for others. */
  readonly sent: number;
  readonly again: number;
  /** Of the token that it sent last; null where none is seen. */
  readonly seq: number | null;
  readonly aru: number | null;
}

/** Rows of one rotation that are looked through. */
const ROWS_MAX = 200_000;

/** Figures of the members in the order given; all null and 0 where the ring's token is not seen. */
export function rotationFigures(
  store: PacketStore,
  directory: NodeDirectory,
  ring: string,
  members: readonly number[],
  row: number,
): readonly NodeFigures[] {
  const hops = lastRotation(store, directory, ring, row);
  const first = hops[0]?.row ?? row + 1;
  const counts = new Map(members.map((member) => [member, { sent: 0, again: 0 }]));
  for (let at = Math.max(first, row - ROWS_MAX); at <= row; at++) {
    const columns = store.chunks[at >>> 16]!;
    const index = at & 0xffff;
    if (columns.kind[index] !== PacketKind.MCAST || store.rings[columns.ring[index]!]?.id !== ring) continue;
    const flags = columns.flags[index]!;
    if ((flags & (RowFlag.FANOUT_COPY | RowFlag.DUPLICATE)) !== 0) continue;
    const own = counts.get(transmitter(directory, columns.src[index]!, columns.sender[index]!));
    if (own === undefined) continue;
    if ((flags & RowFlag.REPEATED) !== 0) own.again++;
    else own.sent++;
  }
  return members.map((nodeid) => {
    const last = hops.findLast(({ from }) => from === nodeid);
    // It came round from the hop before the one by which it went.
    const came = last === undefined ? undefined : hops.findLast(({ to, row: at }) => to === nodeid && at < last.row);
    const columns = last === undefined ? undefined : store.chunks[last.row >>> 16];
    const index = (last?.row ?? 0) & 0xffff;
    const [seq, aru] = [columns?.seq[index] ?? null, columns?.aru[index] ?? null];
    return {
      nodeid,
      held:
        last === undefined || came === undefined
          ? heldBefore(store, directory, ring, last?.row ?? null)
          : last.time - came.time,
      ...(counts.get(nodeid) ?? { sent: 0, again: 0 }),
      seq,
      // A new ring's token starts below zero: nothing has been received yet.
      aru: seq !== null && aru !== null && aru > seq ? 0 : aru,
    };
  });
}

/** Of the first sender of a rotation the token came with the rotation before. */
function heldBefore(store: PacketStore, directory: NodeDirectory, ring: string, row: number | null): number | null {
  if (row === null) return null;
  const sent = hopAt(store, directory, row);
  for (let at = row - 1, i = 0; sent !== null && at >= 0 && i < ROWS_MAX; at--, i++) {
    const hop = hopAt(store, directory, at);
    if (hop === null || hop.isCopy || store.rings[hop.ring]?.id !== ring) continue;
    return hop.to === sent.from ? sent.time - hop.time : null;
  }
  return null;
}
