// What each member of a ring did in the last rotation up to a row: how long it held the token, what it multicast, what
// it sent again, and how far it had come. Pure.
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import { transmitter, type NodeDirectory } from '../../state/node-directory.ts';
import { hopAt, lastRotation, type Hop } from '../../state/time/hops.ts';

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

/** The token's hop before a row, copies passed over; null where none is near. */
function hopBefore(store: PacketStore, directory: NodeDirectory, ring: string, row: number): Hop | null {
  for (let at = row - 1, i = 0; at >= 0 && i < ROWS_MAX; at--, i++) {
    const hop = hopAt(store, directory, at);
    if (hop !== null && !hop.isCopy && store.rings[hop.ring]?.id === ring) return hop;
  }
  return null;
}

interface Sent {
  sent: number;
  again: number;
}

/** Multicasts of each member in rows after `from` up to `to`. */
function sentIn(
  store: PacketStore,
  directory: NodeDirectory,
  ring: string,
  from: number,
  to: number,
): ReadonlyMap<number, Sent> {
  const counts = new Map<number, Sent>();
  for (let at = Math.max(from + 1, to - ROWS_MAX); at <= to; at++) {
    const columns = store.chunks[at >>> 16]!;
    const index = at & 0xffff;
    if (columns.kind[index] !== PacketKind.MCAST || store.rings[columns.ring[index]!]?.id !== ring) continue;
    const flags = columns.flags[index]!;
    if ((flags & (RowFlag.FANOUT_COPY | RowFlag.DUPLICATE)) !== 0) continue;
    const sender = transmitter(directory, columns.src[index]!, columns.sender[index]!);
    const own = counts.get(sender) ?? { sent: 0, again: 0 };
    counts.set(sender, own);
    if ((flags & RowFlag.REPEATED) !== 0) own.again++;
    else own.sent++;
  }
  return counts;
}

/** Figures of the members in the order given; all null and 0 where the ring's token is not seen. */
export function rotationFigures(
  store: PacketStore,
  directory: NodeDirectory,
  ring: string,
  members: readonly number[],
  row: number,
): readonly NodeFigures[] {
  const rotation = lastRotation(store, directory, ring, row);
  const [first] = rotation;
  // What a node multicasts stands before the token that it then sends: the first one's behind the hop before.
  const before = first === undefined ? null : hopBefore(store, directory, ring, first.row);
  const hops = before === null ? rotation : [before, ...rotation];
  const counts = first === undefined ? null : sentIn(store, directory, ring, before?.row ?? first.row, row);
  return members.map((nodeid) => {
    const at = rotation.findLastIndex(({ from }) => from === nodeid);
    const last = rotation[at];
    const came = before === null ? hops[at - 1] : hops[at];
    const columns = store.chunks[(last?.row ?? 0) >>> 16];
    const index = (last?.row ?? 0) & 0xffff;
    const seq = last === undefined ? null : (columns?.seq[index] ?? null);
    const aru = last === undefined ? null : (columns?.aru[index] ?? null);
    const { sent, again } = counts?.get(nodeid) ?? { sent: 0, again: 0 };
    return {
      nodeid,
      held: last === undefined || came?.to !== nodeid ? null : last.time - came.time,
      sent,
      again,
      seq,
      // A new ring's token starts below zero: nothing has been received yet.
      aru: seq !== null && aru !== null && aru > seq ? 0 : aru,
    };
  });
}
