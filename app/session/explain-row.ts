// One row for a person: the line of the table from columns alone, and the frames and layers of its detail view.
import type { Row } from '../../protocol/base/brand.ts';
import { PACKET_KINDS, PacketKind, RowFlag } from '../store/kinds.ts';
import type { PacketStore } from '../store/packet-store.ts';
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

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

function tokenSummary(seq: number, aru: number, tokenSeq: number, flags: number): string {
  const parts = [`seq ${seq}`, `aru ${aru === 0xffffffff ? 'none yet' : aru}`, `token_seq ${tokenSeq}`];
  if ((flags & RowFlag.RTR) !== 0) parts.push('asks for retransmissions');
  if ((flags & RowFlag.RETRANS_FLG) !== 0) parts.push('recovery goes on');
  if ((flags & RowFlag.REPEATED) !== 0) parts.push('copy of an earlier token');
  return parts.join(' ');
}

function mcastSummary(seq: number, flags: number): string {
  const parts = [`seq ${seq}`];
  if ((flags & RowFlag.ENCAPSULATED) !== 0) parts.push('recovered from the old ring');
  if ((flags & RowFlag.FANOUT_COPY) !== 0) parts.push('copy to another node');
  else if ((flags & RowFlag.REPEATED) !== 0) parts.push('retransmitted');
  return parts.join(', ');
}

/** The info column, in the field's words. */
export function summaryOf(store: PacketStore, row: Row): string {
  const columns = store.chunks[row >>> 16];
  if (columns === undefined) return '';
  const index = row & 0xffff;
  const kind = columns.kind[index]!;
  const flags = columns.flags[index]!;
  const seq = columns.seq[index]!;
  const aru = columns.aru[index]!;
  const tokenSeq = columns.tokenSeq[index]!;
  const problem = (flags & RowFlag.PROBLEM) !== 0 ? ', see the problem in the detail' : '';
  switch (kind) {
    case PacketKind.ORF_TOKEN:
      return tokenSummary(seq, aru, tokenSeq, flags) + problem;
    case PacketKind.MCAST:
      return mcastSummary(seq, flags) + problem;
    case PacketKind.MEMB_JOIN: {
      const lists = `${plural(seq, 'node')} wanted, ${aru} given up, ring_seq ${tokenSeq}`;
      return ((flags & RowFlag.LEAVE) === 0 ? lists : `leave: ${lists}`) + problem;
    }
    case PacketKind.MEMB_COMMIT_TOKEN:
      return `${plural(aru, 'member')}, memb_index ${seq}, token_seq ${tokenSeq}${problem}`;
    case PacketKind.FRAGMENT: {
      const link = columns.link[index]!;
      return link === 0 ? 'never completed in this capture' : `completed by frame ${link}`;
    }
    case PacketKind.KNET:
      return `node ${columns.sender[index]}${aru === 0 ? '' : `, round trip ${(aru / 1e6).toFixed(3)} ms`}`;
    case PacketKind.ENCRYPTED:
      return store.encodings[columns.encoding[index]!]?.authentic === false
        ? 'no key fits, though one fits others'
        : 'no key at hand';
    default:
      return (PACKET_KINDS[kind]?.doc ?? '') + problem;
  }
}
