// One row's bytes, opened again from the capture as the index pass did: frame, datagram, what a key opened, knet, and
// the Totem message. Random access: needs only the frames that PacketStore.parts names.
import type { Row } from '../../protocol/base/brand.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import type { Keyring } from '../../protocol/crypto/keyring.ts';
import { decompressKnet } from '../../protocol/knet/decompress.ts';
import { readKnet, type KnetPacket } from '../../protocol/knet/packet.ts';
import { createLocated, locate, type Located } from '../../protocol/net/locate.ts';
import { DIALECTS, type Dialect } from '../../protocol/totem/dialect.ts';
import { MARKER_OCTETS } from '../../protocol/totem/recognise.ts';
import { HASH_OF_TRAILER } from '../store/datagram-reader.ts';
import { PacketKind, RowFlag } from '../store/kinds.ts';
import type { Encoding, PacketColumns } from '../store/packet-store.ts';
import type { PacketTable } from '../store/packet-table.ts';

/** Gives the captured octets of a frame. */
export type FrameBytes = (row: Row) => Uint8Array;

const UDP_HEADER_OCTETS = 8;
const NOT_WRAPPED: Encoding = { transport: null, dialect: null, security: 'none', authentic: null, keyIndex: -1 };

export interface OpenedRow {
  readonly frame: Uint8Array;
  readonly located: Located;
  readonly encoding: Encoding;
  /** The whole UDP payload; null for a fragment that does not complete it, and for what is not UDP. */
  readonly datagram: Uint8Array | null;
  /** True where the datagram came in several IP fragments. */
  readonly isReassembled: boolean;
  /** What a key opened; null where none was needed or none fitted. */
  readonly clear: Uint8Array | null;
  readonly knet: KnetPacket | null;
  /** The Totem message, without marker, hash, knet header; null where there is none. */
  readonly message: Uint8Array | null;
  /** Offset of the message in `clear ?? datagram`; -1 where knet joined it from several packets, or compressed it. */
  readonly messageAt: number;
  readonly dialect: Dialect | null;
}

export function columnsAt(
  table: PacketTable,
  row: number,
): { readonly columns: PacketColumns; readonly index: number } {
  return { columns: table.columnsOf(row), index: row & 0xffff };
}

function locateRow(table: PacketTable, row: Row, bytes: Uint8Array): Located {
  const located = createLocated();
  locate(bytes, 0, bytes.length, table.linktype(row), located);
  return located;
}

/** Joins the IP fragments of a datagram; the index pass has proved that they fit. */
function joinFragments(table: PacketTable, rows: readonly number[], frame: FrameBytes): Uint8Array {
  const pieces = rows.map((row) => {
    const bytes = frame(row as Row);
    const { payloadStart, payloadEnd, fragOffset } = locateRow(table, row as Row, bytes);
    return { at: fragOffset, bytes: bytes.subarray(payloadStart, payloadEnd) };
  });
  const length = Math.max(...pieces.map(({ at, bytes }) => at + bytes.length));
  const whole = new Uint8Array(length);
  // Earlier octets win, as in the reassembly: so the latest are written first.
  for (const { at, bytes } of pieces.reverse()) whole.set(bytes, at);
  return whole.subarray(UDP_HEADER_OCTETS);
}

function openDatagram(keyring: Keyring | null, encoding: Encoding, datagram: Uint8Array): Uint8Array | null {
  if (keyring === null || encoding.keyIndex < 0) return null;
  if (encoding.transport === 'knet') return keyring.openKnet(datagram)?.clear ?? null;
  const opened = encoding.dialect === 'corosync-2' ? keyring.openModern(datagram) : keyring.openLegacy(datagram);
  return opened?.clear ?? null;
}

/** Octets of a hash in clear behind the message, where the security says there is one and no key took it off. */
function trailerOf(encoding: Encoding): number {
  return encoding.keyIndex >= 0 ? 0 : hashOctets(encoding);
}

/** Octets of the hash that stands behind a message in clear, whether a key fits it or not. */
export function hashOctets({ security }: Encoding): number {
  if (!security.startsWith('none-')) return 0;
  const hash = security.slice('none-'.length);
  return Number(Object.entries(HASH_OF_TRAILER).find(([, name]) => name === hash)?.[0] ?? 0);
}

/** Without the hash in clear behind it. */
function packetOf(text: Uint8Array, encoding: Encoding): Uint8Array {
  return text.subarray(0, text.length - trailerOf(encoding));
}

function knetMessage(table: PacketTable, keyring: Keyring | null, row: Row, frame: FrameBytes): Uint8Array {
  const parts = (table.knetParts.get(row) ?? []).map((part) => openRow(table, keyring, part as Row, frame, false));
  const data = parts.map(({ knet, clear, datagram, encoding }) => ({
    fragment: knet?.fragment ?? 0,
    bytes: packetOf(clear ?? datagram ?? new Uint8Array(), encoding).subarray(knet?.end ?? 0),
  }));
  return concatBytes(data.sort((a, b) => a.fragment - b.fragment).map(({ bytes }) => bytes));
}

/** Opens a row. `whole` false leaves the fragments of knet apart (used for the fragments themselves). */
export function openRow(
  table: PacketTable,
  keyring: Keyring | null,
  row: Row,
  frame: FrameBytes,
  whole = true,
): OpenedRow {
  const bytes = frame(row);
  const located = locateRow(table, row, bytes);
  const { columns, index } = columnsAt(table, row);
  const kind = columns.kind[index]!;
  const flags = columns.flags[index]!;
  const encoding = table.encodings[columns.encoding[index]!] ?? NOT_WRAPPED;
  const ipParts = table.ipParts.get(row);
  const isFragment = located.fragOffset > 0 || located.moreFragments;
  const base = { frame: bytes, located, encoding, isReassembled: ipParts !== undefined, dialect: null };
  const nothing = { ...base, datagram: null, clear: null, knet: null, message: null, messageAt: 0 };
  if (kind >= PacketKind.UNRELATED || (isFragment && ipParts === undefined)) return nothing;
  const datagram =
    ipParts === undefined
      ? bytes.subarray(located.payloadStart, located.payloadEnd)
      : joinFragments(table, ipParts, frame);
  const clear = (flags & RowFlag.OPENED) === 0 ? null : openDatagram(keyring, encoding, datagram);
  const text = clear ?? datagram;
  const dialect = encoding.dialect === null ? null : DIALECTS[encoding.dialect];
  const opened = { ...base, datagram, clear, dialect, knet: null };
  if (encoding.transport === 'knet') {
    const packet = packetOf(text, encoding);
    const knet = readKnet(packet, 0, packet.length);
    if (!knet.ok) return { ...opened, message: null, messageAt: 0 };
    const isMessage = knet.value.type === 'data' && kind !== PacketKind.KNET && kind !== PacketKind.FRAGMENT;
    const joined = isMessage && whole && table.knetParts.has(row);
    const sent = joined ? knetMessage(table, keyring, row, frame) : packet.subarray(knet.value.end);
    const { compression } = knet.value;
    // The fragments themselves are parts of what was compressed as a whole.
    const isPlain = compression === 0 || !whole;
    const message = isMessage ? (isPlain ? sent : decompressKnet(compression, sent)) : null;
    return { ...opened, knet: knet.value, message, messageAt: joined || !isPlain ? -1 : knet.value.end };
  }
  if (dialect === null || kind === PacketKind.ENCRYPTED) return { ...opened, message: null, messageAt: 0 };
  const messageAt = clear === null && encoding.dialect === 'corosync-2' ? MARKER_OCTETS : 0;
  return { ...opened, message: text.subarray(messageAt, text.length - trailerOf(encoding)), messageAt };
}
