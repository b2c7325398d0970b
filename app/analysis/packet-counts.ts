// How many packets of each kind: counted from the columns, which late findings about ports may have changed.
import { PACKET_KINDS, PacketKind } from '../store/kinds.ts';
import { keptChunks } from '../store/packet-store.ts';
import { unauthenticOf, type PacketTable } from '../store/packet-table.ts';
import type { PacketCounts } from './result.ts';

/** Counts the store's rows as cli.md's `packets` says. */
export function countPackets(store: PacketTable): PacketCounts {
  const counts = store.forgotten.kinds.slice();
  let { unauthentic } = store.forgotten;
  for (const { columns, rows } of keptChunks(store)) {
    const { kind } = columns;
    for (let row = 0; row < rows; row++) counts[kind[row]!]!++;
    unauthentic += unauthenticOf(store.encodings, columns, rows);
  }
  const byKind: Record<string, number> = {};
  let relevant = 0;
  for (let kind = 0; kind < PacketKind.UNRELATED; kind++) {
    relevant += counts[kind]!;
    byKind[PACKET_KINDS[kind]?.name ?? String(kind)] = counts[kind]!;
  }
  return { frames: store.frames, relevant, byKind, unauthentic };
}
