// The fast reading of a Totem message: its kind and the numbers of its row, by the offsets of the layouts. Agrees with
// decodeTotem on what is malformed (a property test holds them together); allocates nothing.
import { COROSYNC_3, type Dialect } from '../../protocol/totem/dialect.ts';
import { PROCESSOR_COUNT_MAX, RETRANSMIT_ENTRIES_MAX } from '../../protocol/totem/messages.ts';
import type { IndexedMessage } from './indexed-message.ts';
import { PacketKind, RowFlag } from './kinds.ts';
import type { PacketTable } from './packet-table.ts';

/** Octets that an entry of a commit token's memb_list takes beside its ring id. */
const COMMIT_ENTRY_OCTETS = 12;

function ringAt(table: PacketTable, view: DataView, at: number, le: boolean, dialect: Dialect): number {
  const seqAt = at + dialect.at.ring.seq;
  const low = view.getUint32(seqAt + (le ? 0 : 4), le);
  return table.ringNumber(view.getUint32(at, le), low, view.getUint32(seqAt + (le ? 4 : 0), le));
}

function readToken(m: IndexedMessage, table: PacketTable, dialect: Dialect): number {
  const { view, at, littleEndian: le } = m;
  const offsets = dialect.at.token;
  const length = m.end - at;
  if (length < offsets.size) return -1;
  const entries = view.getUint32(at + offsets.rtrListEntries, le);
  if (entries > RETRANSMIT_ENTRIES_MAX) return -1;
  m.seq = view.getUint32(at + offsets.seq, le);
  m.aru = view.getUint32(at + offsets.aru, le);
  m.tokenSeq = view.getUint32(at + offsets.tokenSeq, le);
  m.ring = ringAt(table, view, at + offsets.ringId, le, dialect);
  if (entries > 0) m.flags |= RowFlag.RTR;
  if (view.getUint32(at + offsets.retransFlg, le) !== 0) m.flags |= RowFlag.RETRANS_FLG;
  return offsets.size + entries * dialect.at.rtrItem.size;
}

function readMcast(m: IndexedMessage, table: PacketTable, dialect: Dialect): number {
  const { view, at, littleEndian: le } = m;
  const offsets = dialect.at.mcast;
  if (m.end - at < offsets.size) return -1;
  m.seq = view.getUint32(at + offsets.seq, le);
  m.tokenSeq = view.getUint32(at + offsets.thisSeqno, le);
  m.ring = ringAt(table, view, at + offsets.ringId, le, dialect);
  if (m.bytes[at + dialect.at.encapsulated] === 1) m.flags |= RowFlag.ENCAPSULATED;
  return m.end - at;
}

function readJoin(m: IndexedMessage, dialect: Dialect): number {
  const { view, at, littleEndian: le } = m;
  const offsets = dialect.at.join;
  if (m.end - at < offsets.size) return -1;
  m.seq = view.getUint32(at + offsets.procListEntries, le);
  m.aru = view.getUint32(at + offsets.failedListEntries, le);
  if (m.seq > PROCESSOR_COUNT_MAX || m.aru > PROCESSOR_COUNT_MAX) return -1;
  m.tokenSeq = view.getUint32(at + offsets.ringSeq + (le ? 0 : 4), le);
  if (m.sender === 0) m.flags |= RowFlag.LEAVE;
  return offsets.size + (m.seq + m.aru) * dialect.srpAddrSize;
}

function readCommit(m: IndexedMessage, table: PacketTable, dialect: Dialect): number {
  const { view, at, littleEndian: le } = m;
  const offsets = dialect.at.commit;
  if (m.end - at < offsets.size) return -1;
  m.seq = view.getUint32(at + offsets.membIndex, le);
  m.aru = view.getUint32(at + offsets.addrEntries, le);
  if (m.aru > PROCESSOR_COUNT_MAX) return -1;
  m.tokenSeq = view.getUint32(at + offsets.tokenSeq, le);
  m.ring = ringAt(table, view, at + offsets.ringId, le, dialect);
  return offsets.size + m.aru * (dialect.srpAddrSize + dialect.ringIdSize + COMMIT_ENTRY_OCTETS);
}

function readBody(m: IndexedMessage, table: PacketTable, dialect: Dialect, type: number): number {
  const { merge, holdCancel } = dialect.at;
  switch (type) {
    case PacketKind.ORF_TOKEN:
      return readToken(m, table, dialect);
    case PacketKind.MCAST:
      return readMcast(m, table, dialect);
    case PacketKind.MEMB_JOIN:
      return readJoin(m, dialect);
    case PacketKind.MEMB_COMMIT_TOKEN:
      return readCommit(m, table, dialect);
    case PacketKind.MEMB_MERGE_DETECT:
      if (m.end - m.at < merge.size) return -1;
      m.ring = ringAt(table, m.view, m.at + merge.ringId, m.littleEndian, dialect);
      return merge.size;
    case PacketKind.TOKEN_HOLD_CANCEL:
      if (m.end - m.at < holdCancel.size) return -1;
      m.ring = ringAt(table, m.view, m.at + holdCancel.ringId, m.littleEndian, dialect);
      return holdCancel.size;
    default:
      return -1;
  }
}

/** Where an inner mcast belongs. */
interface InnerMcast {
  ring: number;
  seq: number;
  sender: number;
  littleEndian: boolean;
  at: number;
}

/** Where the mcast inside an encapsulated one says it belongs, into `out`; false where it cannot be read. */
export function readInnerMcast(m: IndexedMessage, table: PacketTable, out: InnerMcast): boolean {
  const dialect = m.dialect as Dialect;
  const at = m.at + dialect.at.mcast.size;
  if (m.end - at < dialect.at.mcast.size || m.bytes[at + dialect.at.type] !== PacketKind.MCAST) return false;
  const le = dialect === COROSYNC_3 ? m.bytes[at] === 0x70 : m.bytes[at + 2] === 0x22;
  out.littleEndian = le;
  out.sender = m.view.getUint32(at + dialect.at.nodeid, le);
  out.seq = m.view.getUint32(at + dialect.at.mcast.seq, le);
  out.ring = ringAt(table, m.view, at + dialect.at.mcast.ringId, le, dialect);
  out.at = at + dialect.at.mcast.size;
  return true;
}

/**
 * Fills kind, flags, sender, ring, seq, aru, tokenSeq and littleEndian of a message whose bytes[at, end) and dialect
 * are set. Returns the octets that the message needs; fewer or more than there are is marked.
 */
export function readColumns(m: IndexedMessage, table: PacketTable): number {
  const dialect = m.dialect as Dialect;
  const { bytes: b, at } = m;
  m.ring = m.seq = m.aru = m.tokenSeq = m.sender = 0;
  m.kind = PacketKind.MALFORMED;
  if (m.end - at < dialect.at.nodeid + 4 || (dialect === COROSYNC_3 && b[at + 2] !== 3)) {
    m.flags |= RowFlag.PROBLEM;
    return -1;
  }
  m.littleEndian = dialect === COROSYNC_3 ? b[at] === 0x70 : b[at + 2] === 0x22;
  if (!m.littleEndian) m.flags |= RowFlag.BIG_ENDIAN;
  m.sender = m.view.getUint32(at + dialect.at.nodeid, m.littleEndian);
  const type = b[at + dialect.at.type]!;
  const needed = readBody(m, table, dialect, type);
  if (needed < 0 || needed > m.end - at) {
    m.flags |= RowFlag.PROBLEM;
    return -1;
  }
  if (needed < m.end - at) m.flags |= RowFlag.PROBLEM;
  m.kind = type;
  return needed;
}
