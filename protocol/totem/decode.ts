// Reads one whole Totem message of any generation into one vocabulary, and writes it back byte for byte.
// Not the payload of an mcast: that is totempg's.
import { fail, ok, type Result } from '../base/result.ts';
import { viewOf } from '../base/bytes.ts';
import { decode, encode, type Layout, type LayoutProblem } from '../wire/layout.ts';
import { COROSYNC_3, type Dialect } from './dialect.ts';
import type { NodeRef, RingRef } from './identity.ts';
import { MESSAGE_TYPES, type MessageType } from './messages.ts';
import { isLittleEndian } from './recognise.ts';

export interface MessageHeader {
  readonly nodeid: number;
  /** Corosync 3 only. */
  readonly targetNodeid: number | null;
  readonly encapsulated: number;
  readonly littleEndian: boolean;
}

export interface OrfToken {
  readonly type: 'orf_token';
  readonly header: MessageHeader;
  readonly seq: number;
  readonly tokenSeq: number;
  readonly aru: number;
  readonly aruAddr: number;
  readonly ringId: RingRef;
  readonly backlog: number;
  readonly fcc: number;
  readonly retransFlg: number;
  readonly rtrList: readonly { readonly ringId: RingRef; readonly seq: number }[];
}
export interface Mcast {
  readonly type: 'mcast';
  readonly header: MessageHeader;
  readonly systemFrom: NodeRef;
  readonly seq: number;
  readonly thisSeqno: number;
  readonly ringId: RingRef;
  readonly nodeId: number;
  readonly guarantee: number;
}
export interface MembMergeDetect {
  readonly type: 'memb_merge_detect';
  readonly header: MessageHeader;
  readonly systemFrom: NodeRef;
  readonly ringId: RingRef;
}
export interface MembJoin {
  readonly type: 'memb_join';
  readonly header: MessageHeader;
  readonly systemFrom: NodeRef;
  readonly procList: readonly NodeRef[];
  readonly failedList: readonly NodeRef[];
  readonly ringSeq: bigint;
}
export interface CommitEntry {
  readonly ringId: RingRef;
  readonly aru: number;
  readonly highDelivered: number;
  readonly receivedFlg: number;
}
export interface MembCommitToken {
  readonly type: 'memb_commit_token';
  readonly header: MessageHeader;
  readonly tokenSeq: number;
  readonly ringId: RingRef;
  readonly retransFlg: number;
  readonly membIndex: number;
  readonly addr: readonly NodeRef[];
  readonly membList: readonly CommitEntry[];
}
export interface TokenHoldCancel {
  readonly type: 'token_hold_cancel';
  readonly header: MessageHeader;
  readonly ringId: RingRef;
}
export type TotemMessage = OrfToken | Mcast | MembMergeDetect | MembJoin | MembCommitToken | TokenHoldCancel;

/** Why a datagram is not, or not wholly, a Totem message. Offsets count from the start of the bytes given. */
export type DecodeProblem =
  | LayoutProblem
  | { readonly kind: 'not-totem'; readonly at: number }
  | { readonly kind: 'unsupported-version'; readonly at: number; readonly version: number }
  | { readonly kind: 'unknown-type'; readonly at: number; readonly type: number }
  | { readonly kind: 'trailing-bytes'; readonly at: number; readonly length: number };

export interface DecodedTotem {
  readonly message: TotemMessage;
  /** The layout and the value as declared, for the field walk and for writing back. */
  readonly layout: Layout<unknown>;
  readonly value: unknown;
  readonly littleEndian: boolean;
  /** Offset after the declared structure: where the payload of an mcast starts. */
  readonly end: number;
}

/** The layout of a message type in a generation, or null for a type that does not exist. */
export function layoutOf(dialect: Dialect, type: number): Layout<unknown> | null {
  const m = dialect.messages;
  const table = [m.OrfToken, m.Mcast, m.MembMergeDetect, m.MembJoin, m.MembCommitToken, m.TokenHoldCancel];
  return (table[type] as Layout<unknown> | undefined) ?? null;
}

interface RawHeader {
  readonly nodeid: number;
  readonly targetNodeid?: number;
  readonly encapsulated: number;
}
type Raw = { readonly header: RawHeader } & { readonly [field: string]: unknown };

function toMessage(type: MessageType, raw: Raw, dialect: Dialect, littleEndian: boolean): TotemMessage {
  const { nodeid, encapsulated, targetNodeid = null } = raw.header;
  const header: MessageHeader = { nodeid, targetNodeid, encapsulated, littleEndian };
  const field = raw as never as { [name: string]: never };
  const nodes = (list: unknown): NodeRef[] => (list as unknown[]).map(dialect.nodeOf);
  const ringId = 'ringId' in raw ? dialect.ringOf(raw.ringId) : { rep: 0, seq: 0n, ip: null };
  const systemFrom = 'systemFrom' in raw ? dialect.nodeOf(raw.systemFrom) : { nodeid: 0, ip: null };
  const withRing = <T extends { readonly ringId: unknown }>(items: readonly T[]) =>
    items.map((item) => ({ ...item, ringId: dialect.ringOf(item.ringId) }));
  switch (type) {
    case 'orf_token': {
      const { seq, tokenSeq, aru, aruAddr, backlog, fcc, retransFlg } = field as never as OrfToken;
      return {
        type,
        header,
        seq,
        tokenSeq,
        aru,
        aruAddr,
        ringId,
        backlog,
        fcc,
        retransFlg,
        rtrList: withRing(field['rtrList'] as never as OrfToken['rtrList']),
      };
    }
    case 'mcast': {
      const { seq, thisSeqno, nodeId, guarantee } = field as never as Mcast;
      return { type, header, systemFrom, seq, thisSeqno, ringId, nodeId, guarantee };
    }
    case 'memb_merge_detect':
      return { type, header, systemFrom, ringId };
    case 'memb_join':
      return {
        type,
        header,
        systemFrom,
        procList: nodes(raw['procList']),
        failedList: nodes(raw['failedList']),
        ringSeq: raw['ringSeq'] as bigint,
      };
    case 'memb_commit_token': {
      const { tokenSeq, retransFlg, membIndex } = field as never as MembCommitToken;
      return {
        type,
        header,
        tokenSeq,
        ringId,
        retransFlg,
        membIndex,
        addr: nodes(raw['addr']),
        membList: withRing(field['membList'] as never as CommitEntry[]),
      };
    }
    case 'token_hold_cancel':
      return { type, header, ringId };
  }
}

/**
 * Decodes the message bytes[at, end) of a known generation. Never throws on any bytes. A longer datagram than the
 * message needs is accepted, as real nodes do (totemsrp.c check_*_sanity); `end` tells where the rest starts.
 */
export function decodeTotem(
  bytes: Uint8Array,
  at: number,
  end: number,
  dialect: Dialect,
): Result<DecodedTotem, DecodeProblem> {
  if (end - at < dialect.at.nodeid + 4)
    return fail({ kind: 'truncated', field: 'header', at, need: dialect.at.nodeid + 4, have: Math.max(0, end - at) });
  if (dialect === COROSYNC_3 && bytes[at + 2] !== 3)
    return fail({ kind: 'unsupported-version', at: at + 2, version: bytes[at + 2] ?? 0 });
  const typeNumber = bytes[at + dialect.at.type] ?? 0xff;
  const type = MESSAGE_TYPES[typeNumber];
  const layout = layoutOf(dialect, typeNumber);
  if (type === undefined || layout === null)
    return fail({ kind: 'unknown-type', at: at + dialect.at.type, type: typeNumber });
  const littleEndian = isLittleEndian(bytes, at, dialect);
  const decoded = decode(layout, viewOf(bytes), at, end, littleEndian);
  if (!decoded.ok) return decoded;
  const { value, end: after } = decoded.value;
  return ok({ message: toMessage(type, value as Raw, dialect, littleEndian), layout, value, littleEndian, end: after });
}

/** The bytes of a decoded message, without what followed its declared structure. */
export function encodeTotem(decoded: DecodedTotem): Uint8Array {
  return encode(decoded.layout, decoded.value, decoded.littleEndian);
}

/** One sentence for a person about a problem. */
export function explainProblem(problem: DecodeProblem): string {
  switch (problem.kind) {
    case 'truncated':
      return `${problem.field} needs ${problem.need} octets, ${problem.have} are left`;
    case 'bad-count':
      return `${problem.field} says ${problem.count}, more than the ${problem.max} possible`;
    case 'not-totem':
      return 'not a Totem message';
    case 'unsupported-version':
      return `header version ${problem.version} instead of 3`;
    case 'unknown-type':
      return `message type ${problem.type} does not exist`;
    case 'trailing-bytes':
      return `${problem.length} octets follow the message`;
  }
}
