// Which frames a row's explanation needs: those of its own parts, and of the message that ends in it.
import type { Row } from '../../protocol/base/brand.ts';
import { PacketKind } from '../store/kinds.ts';
import type { PacketTable } from '../store/packet-table.ts';
import { canonicalRow, MESSAGE_PACKETS_MAX } from './payloads.ts';

/** Frames whose octets dissectRow and decodeRecord need for a row: its own parts, and those of its message. */
export function rowsNeeded(table: PacketTable, row: Row): readonly Row[] {
  const rows = new Set<Row>(table.parts(row));
  let current = canonicalRow(table, row);
  for (let hops = 0; hops < MESSAGE_PACKETS_MAX; hops++) {
    for (const part of table.parts(current)) rows.add(part);
    const columns = table.columnsOf(current);
    const index = current & 0xffff;
    const link = columns.kind[index] === PacketKind.MCAST ? columns.link[index]! : 0;
    if (link === 0) break;
    current = (link - 1) as Row;
  }
  return [...rows];
}
