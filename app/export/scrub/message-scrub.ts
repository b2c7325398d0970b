// A Totem message without real addresses and without what applications say, in place: its length and its fields stay.
// Messages of a ring whose key is not ours are never touched here.
import { viewOf } from '../../../protocol/base/bytes.ts';
import { readGroups } from '../../../protocol/cpg/group.ts';
import { AF_INET } from '../../../protocol/totem/identity.ts';
import { layoutOf } from '../../../protocol/totem/decode.ts';
import { COROSYNC_1, COROSYNC_3, type Dialect } from '../../../protocol/totem/dialect.ts';
import { RingTest } from '../../../protocol/totem/messages.ts';
import { isLittleEndian } from '../../../protocol/totem/recognise.ts';
import { readPacket, TotempgMcast } from '../../../protocol/totempg/packet.ts';
import { walkFields, type FieldSpan } from '../../../protocol/wire/layout.ts';
import type { AddressMap } from './address-map.ts';
import type { NodeMap } from './node-map.ts';

export interface Maps {
  readonly addresses: AddressMap;
  readonly nodes: NodeMap;
}

const MCAST = 1;
const RING_TESTS: readonly number[] = [6, 7];
/** Octets of a request header, which says the service and the function. */
const REQUEST_HEADER = { old: 8, new: 16 };
/** An mcast may carry one of an old ring, and that none. */
const NESTING_MAX = 4;

/** A greater target is no node that a person numbered. */
const TARGET_MAX = 65_535;

const NODEIDS: readonly string[] = ['nodeid', 'rep', 'aru_addr', 'nodeid_activator', 'target_nodeid'];

function scrubField(bytes: Uint8Array, span: FieldSpan, littleEndian: boolean, maps: Maps): void {
  const name = span.path.slice(span.path.lastIndexOf('.') + 1);
  const { offset, length } = span;
  if (NODEIDS.includes(name) && length === 4) {
    const view = viewOf(bytes);
    const other = maps.nodes.nodeid(view.getUint32(offset, littleEndian));
    // Over udp the target is uninitialised memory.
    view.setUint32(offset, name === 'target_nodeid' && other > TARGET_MAX ? 0 : other, littleEndian);
  } else if (name === 'node_id' && length === 4) {
    // Never set by Corosync: left-over memory.
    bytes.fill(0, offset, offset + 4);
  } else if (name === 'addr' && length === 16) {
    const family = viewOf(bytes).getUint16(offset - 2, littleEndian);
    if (family === 0) bytes.fill(0, offset, offset + 16);
    else if (family === AF_INET) {
      maps.addresses.replace(bytes, offset, 4);
      bytes.fill(0, offset + 4, offset + 16);
    } else maps.addresses.replace(bytes, offset, 6);
  }
}

/** The octets of a piece that say which service speaks: they tell what kind of traffic it is, and nothing of it. */
function headOf(bytes: Uint8Array, at: number, end: number, littleEndian: boolean, dialect: Dialect): number {
  const groups = readGroups(viewOf(bytes), at, end, littleEndian);
  if (!groups.ok) return at;
  const header = dialect === COROSYNC_1 ? REQUEST_HEADER.old : REQUEST_HEADER.new;
  return Math.min(end, groups.value.end + header);
}

/** What an mcast carries: the order of its pieces stays, their octets go. */
function scrubPayload(bytes: Uint8Array, at: number, end: number, littleEndian: boolean, dialect: Dialect): void {
  const packet = readPacket(viewOf(bytes), at, end, littleEndian);
  if (!packet.ok) {
    const count =
      at + TotempgMcast.fixedSize <= end ? viewOf(bytes).getUint16(at + TotempgMcast.at.msgCount, littleEndian) : 0;
    bytes.fill(0, Math.min(end, at + TotempgMcast.fixedSize + 2 * count), end);
    return;
  }
  const { pieces, continuation } = packet.value;
  for (const [i, piece] of pieces.entries()) {
    const pieceEnd = piece.at + piece.length;
    const isRest = i === 0 && continuation !== 0;
    bytes.fill(0, isRest ? piece.at : headOf(bytes, piece.at, pieceEnd, littleEndian, dialect), pieceEnd);
  }
  bytes.fill(0, packet.value.end, end);
}

/** Scrubs the message bytes[at, end); what cannot be read goes whole, but for the start that tells what it is. */
export function scrubMessage(
  bytes: Uint8Array,
  at: number,
  end: number,
  dialect: Dialect,
  maps: Maps,
  depth = 0,
): void {
  const type = bytes[at + dialect.at.type] ?? 0xff;
  const isTest = RING_TESTS.includes(type) && dialect !== COROSYNC_3;
  const layout = isTest ? RingTest : layoutOf(dialect, type);
  const littleEndian = isLittleEndian(bytes, at, dialect);
  if (layout === null || depth >= NESTING_MAX) {
    bytes.fill(0, Math.min(end, at + dialect.at.nodeid), end);
    return;
  }
  const { spans, end: after, problem } = walkFields(layout as never, viewOf(bytes), at, end, littleEndian);
  for (const span of spans) scrubField(bytes, span, littleEndian, maps);
  if (type !== MCAST || problem !== null) {
    bytes.fill(0, Math.min(end, after), end);
    return;
  }
  if (bytes[at + dialect.at.encapsulated] === 1) scrubMessage(bytes, after, end, dialect, maps, depth + 1);
  else scrubPayload(bytes, after, end, littleEndian, dialect);
}
