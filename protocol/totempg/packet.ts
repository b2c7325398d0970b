// The totempg packet: what an mcast carries, one or more messages or parts of them, back to back. Reading, writing and
// the fast look of the index pass. Not the joining of parts: that is assembler.ts.
import { fail, ok, type Result } from '../base/result.ts';
import { array, count, decode, encode, i16, struct, u16, u8, type LayoutProblem } from '../wire/layout.ts';

/** More pieces than a datagram has room for lengths. */
export const PACKET_PIECES_MAX = 32_763;

const labelText = (label: number): string => `${label}${label === 0 ? ' (no)' : ''}`;

/** struct totempg_mcast and the lengths behind it, 8 + 2·n octets (specs/totem.md 5.1.1). */
export const TotempgMcast = struct('totempg_mcast', {
  version: i16('0; left-over memory in old 1.x'),
  type: i16('0; left-over memory in 1.x'),
  fragmented: u8(
    '0: the last piece is complete; else a label: it continues in the next packet of the sender',
    labelText,
  ),
  continuation: u8('0: the first piece starts a message; else the label of the packet before', labelText),
  msgCount: count('u16', 'msgLen', PACKET_PIECES_MAX, 'number of pieces'),
  msgLen: array(u16('octets of this piece'), 'msgCount', 'octets of each piece in this packet'),
});

/** Where one piece lies, in octets from the start of the view that was read. */
export interface Piece {
  readonly at: number;
  readonly length: number;
}

export interface TotempgPacket {
  readonly version: number;
  readonly type: number;
  readonly fragmented: number;
  readonly continuation: number;
  /** At least one. */
  readonly pieces: readonly Piece[];
  /** Offset after the last piece. */
  readonly end: number;
  /** Octets between the last piece and the end given: padding of 1.4 senders, or the hash of a signed datagram. */
  readonly trailing: number;
}

export type PacketProblem = LayoutProblem | { readonly kind: 'no-pieces'; readonly at: number };

/**
 * Reads the payload view[at, end) of an mcast that is not encapsulated. Never throws on any bytes. The pieces' lengths
 * decide where the packet ends: fewer octets are `truncated`, more are counted in `trailing` (specs/totem.md 5.1.1).
 */
export function readPacket(
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
): Result<TotempgPacket, PacketProblem> {
  const limit = Math.min(end, view.byteLength);
  const { at: offset, fixedSize } = TotempgMcast;
  const count = at + fixedSize <= limit ? view.getUint16(at + offset.msgCount, littleEndian) : 0;
  const lengthsAt = at + fixedSize;
  let next = lengthsAt + 2 * count;
  if (count === 0 || count > PACKET_PIECES_MAX || next > limit) return fail(headProblem(view, at, end, littleEndian));
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const length = view.getUint16(lengthsAt + 2 * i, littleEndian);
    if (next + length > limit)
      return fail({ kind: 'truncated', field: `piece[${i}]`, at: next, need: length, have: limit - next });
    pieces.push({ at: next, length });
    next += length;
  }
  return ok({
    version: view.getInt16(at + offset.version, littleEndian),
    type: view.getInt16(at + offset.type, littleEndian),
    fragmented: view.getUint8(at + offset.fragmented),
    continuation: view.getUint8(at + offset.continuation),
    pieces,
    end: next,
    trailing: limit - next,
  });
}

/** Why the head cannot be read: told by the layout, which the reading above knows to fail. */
function headProblem(view: DataView, at: number, end: number, littleEndian: boolean): PacketProblem {
  const decoded = decode(TotempgMcast, view, at, end, littleEndian);
  return decoded.ok ? { kind: 'no-pieces', at: at + TotempgMcast.at.msgCount } : decoded.problem;
}

/** True where the first piece is the rest of a message that an earlier packet began. */
export function firstPieceContinues(packet: TotempgPacket): boolean {
  return packet.continuation !== 0;
}

/** True where the last piece goes on in the sender's next packet. */
export function lastPieceContinues(packet: TotempgPacket): boolean {
  return packet.fragmented !== 0;
}

/**
 * The packet's head in one number, for the index pass: continuation | fragmented << 8 | msgCount << 16; -1 where the
 * octets cannot be a whole packet. Allocates nothing.
 */
export function fragmentWord(view: DataView, at: number, end: number, littleEndian: boolean): number {
  const limit = Math.min(end, view.byteLength);
  if (at + TotempgMcast.fixedSize > limit) return -1;
  const pieces = view.getUint16(at + TotempgMcast.at.msgCount, littleEndian);
  if (pieces === 0 || pieces > PACKET_PIECES_MAX) return -1;
  const lengthsAt = at + TotempgMcast.fixedSize;
  let next = lengthsAt + 2 * pieces;
  if (next > limit) return -1;
  for (let i = 0; i < pieces; i++) next += view.getUint16(lengthsAt + 2 * i, littleEndian);
  if (next > limit) return -1;
  const fragmented = view.getUint8(at + TotempgMcast.at.fragmented);
  return view.getUint8(at + TotempgMcast.at.continuation) | (fragmented << 8) | (pieces << 16);
}

/** What a packet says beside its pieces. */
export interface PacketHead {
  readonly version: number;
  readonly type: number;
  readonly fragmented: number;
  readonly continuation: number;
}

/** The octets of a packet of these pieces, each at most 65 535 octets; the inverse of readPacket. */
export function encodePacket(head: PacketHead, pieces: readonly Uint8Array[], littleEndian: boolean): Uint8Array {
  const { version, type, fragmented, continuation } = head;
  const msgLen = pieces.map((piece) => piece.length);
  const fields = { version, type, fragmented, continuation, msgCount: msgLen.length, msgLen };
  const start = encode(TotempgMcast, fields, littleEndian);
  const whole = new Uint8Array(msgLen.reduce((sum, length) => sum + length, start.length));
  whole.set(start);
  let at = start.length;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** One sentence for a person. */
export function explainPacketProblem(problem: PacketProblem): string {
  switch (problem.kind) {
    case 'truncated':
      return `${problem.field} of the totempg packet needs ${problem.need} octets, ${problem.have} are left`;
    case 'bad-count':
      return `${problem.field} says ${problem.count}, more than the ${problem.max} possible`;
    case 'no-pieces':
      return 'the totempg packet says that it holds no message';
  }
}
