// The messages that end in an mcast, put together again from its sender's earlier packets by the links of the index
// pass. Random access; the order itself is delivery-order.ts's.
import type { Row } from '../../protocol/base/brand.ts';
import { concatBytes, viewOf } from '../../protocol/base/bytes.ts';
import { COROSYNC_3, type Dialect, type DialectId } from '../../protocol/totem/dialect.ts';
import { readPacket, type TotempgPacket } from '../../protocol/totempg/packet.ts';
import { RowFlag } from '../store/kinds.ts';
import type { PacketTable } from '../store/packet-table.ts';
import { columnsAt } from './open-row.ts';

/** Packets that one message may span: 1 MiB in the smallest fragments that real nodes send, with room to spare. */
export const MESSAGE_PACKETS_MAX = 65_536;

/** The mcast whose payload counts: the inner one of an encapsulated mcast, else the message itself. */
export interface PayloadMcast {
  readonly bytes: Uint8Array;
  /** Offset of the mcast's header in bytes, and of its totempg packet. */
  readonly at: number;
  readonly packetAt: number;
  readonly littleEndian: boolean;
  readonly dialect: Dialect;
  readonly sender: number;
}

/** Finds the payload of a Totem message that is an mcast; null where an encapsulated one cannot be read. */
export function payloadMcast(message: Uint8Array, dialect: Dialect): PayloadMcast | null {
  const view = viewOf(message);
  const size = dialect.at.mcast.size;
  const endian = (at: number): boolean => (dialect === COROSYNC_3 ? message[at] === 0x70 : message[at + 2] === 0x22);
  let at = 0;
  if (message[dialect.at.encapsulated] === 1) {
    at = size;
    if (message.length < 2 * size || message[at + dialect.at.type] !== 1) return null;
  }
  const littleEndian = endian(at);
  const sender = view.getUint32(at + dialect.at.nodeid, littleEndian);
  return { bytes: message, at, packetAt: at + size, littleEndian, dialect, sender };
}

/** One message that ends in a packet. */
export interface EndedMessage {
  readonly bytes: Uint8Array;
  readonly firstRow: Row;
  readonly lastRow: Row;
  readonly generation: DialectId;
  readonly littleEndian: boolean;
  readonly sender: number;
}

/** Row of the earliest capture of the same payload. */
export function canonicalRow(table: PacketTable, row: Row): Row {
  const { columns, index } = columnsAt(table, row);
  const isCopy = (columns.flags[index]! & RowFlag.PAYLOAD_COPY) !== 0;
  return (isCopy ? columns.link[index]! - 1 : row) as Row;
}

interface OpenedPacket {
  readonly mcast: PayloadMcast;
  readonly packet: TotempgPacket;
}
/** Opens the mcast of a row; null where it cannot be read. */
export type OpenPacket = (row: Row) => OpenedPacket | null;

export function readPayloadPacket(mcast: PayloadMcast): ReturnType<typeof readPacket> {
  return readPacket(viewOf(mcast.bytes), mcast.packetAt, mcast.bytes.length, mcast.littleEndian);
}

const pieceBytes = ({ mcast, packet }: OpenedPacket, piece: number): Uint8Array => {
  const { at, length } = packet.pieces[piece] ?? { at: 0, length: 0 };
  return mcast.bytes.subarray(at, at + length);
};

/** The pieces before this packet's first one, earliest first; null where the beginning was not captured. */
function piecesBefore(
  table: PacketTable,
  row: Row,
  open: OpenPacket,
): { readonly parts: Uint8Array[]; readonly firstRow: Row } | null {
  const parts: Uint8Array[] = [];
  let current = row;
  for (let hops = 0; hops < MESSAGE_PACKETS_MAX; hops++) {
    const { columns, index } = columnsAt(table, current);
    const link = columns.link[index]!;
    // Links lead back in the order of delivery; MESSAGE_PACKETS_MAX bounds what a hostile capture makes of them.
    const before = link === 0 ? null : open((link - 1) as Row);
    if (before === null) return null;
    current = (link - 1) as Row;
    parts.push(pieceBytes(before, before.packet.pieces.length - 1));
    const isMiddle = before.packet.pieces.length === 1 && before.packet.continuation !== 0;
    if (!isMiddle) return { parts: parts.reverse(), firstRow: current };
  }
  return null;
}

/**
 * The messages that end in the packet of a row, in their order. A message whose beginning was not captured is left
 * out. `row` is the earliest capture of the payload (canonicalRow).
 */
export function endedMessages(table: PacketTable, row: Row, open: OpenPacket): readonly EndedMessage[] {
  const own = open(row);
  if (own === null) return [];
  const { mcast, packet } = own;
  const whole = packet.pieces.length - (packet.fragmented === 0 ? 0 : 1);
  const messages: EndedMessage[] = [];
  const { littleEndian, sender, dialect } = mcast;
  for (let piece = 0; piece < whole; piece++) {
    const continues = piece === 0 && packet.continuation !== 0;
    const before = continues ? piecesBefore(table, row, open) : { parts: [], firstRow: row };
    if (before === null) continue;
    const bytes = continues ? concatBytes([...before.parts, pieceBytes(own, piece)]) : pieceBytes(own, piece);
    messages.push({ bytes, firstRow: before.firstRow, lastRow: row, generation: dialect.id, littleEndian, sender });
  }
  return messages;
}
