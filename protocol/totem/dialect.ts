// The three generations as values: layouts, sizes and the offsets that the index pass reads. Analysis and window never
// branch on a generation; what differs is asked here. No decoding of whole messages.
import { addressOf, type NodeRef, type RingRef, type TotemIpAddress } from './identity.ts';
import {
  CorosyncOneMessages,
  CorosyncThreeMessages,
  CorosyncTwoMessages,
  MessageHeader12,
  MessageHeader3,
} from './messages.ts';

export type DialectId = 'corosync-1' | 'corosync-2' | 'corosync-3';

type Messages = typeof CorosyncOneMessages | typeof CorosyncTwoMessages | typeof CorosyncThreeMessages;

/** Offsets in octets from the start of the message. */
export interface FieldOffsets {
  readonly type: number;
  readonly encapsulated: number;
  readonly nodeid: number;
  readonly token: {
    readonly [
      K in
        'seq' | 'tokenSeq' | 'aru' | 'aruAddr' | 'ringId' | 'backlog' | 'fcc' | 'retransFlg' | 'rtrListEntries' | 'size'
    ]: number;
  };
  readonly mcast: { readonly [K in 'systemFrom' | 'seq' | 'thisSeqno' | 'ringId' | 'size']: number };
  readonly merge: { readonly [K in 'systemFrom' | 'ringId' | 'size']: number };
  readonly join: {
    readonly [K in 'systemFrom' | 'procListEntries' | 'failedListEntries' | 'ringSeq' | 'size']: number;
  };
  readonly commit: { readonly [K in 'tokenSeq' | 'ringId' | 'membIndex' | 'addrEntries' | 'size']: number };
  readonly holdCancel: { readonly [K in 'ringId' | 'size']: number };
  /** Within a ring id: the representative's node id and the ring sequence number. */
  readonly ring: { readonly rep: number; readonly seq: number };
  readonly rtrItem: { readonly seq: number; readonly size: number };
}

export interface Dialect {
  readonly id: DialectId;
  readonly messages: Messages;
  readonly srpAddrSize: number;
  readonly ringIdSize: number;
  readonly at: FieldOffsets;
  /** The node that a decoded srp_addr names. */
  readonly nodeOf: (srpAddr: unknown) => NodeRef;
  /** The ring that a decoded memb_ring_id names. */
  readonly ringOf: (ringId: unknown) => RingRef;
}

function offsetsOf(
  messages: Messages,
  header: { readonly type: number; readonly encapsulated: number; readonly nodeid: number },
  ringSeq: number,
): FieldOffsets {
  const { OrfToken, Mcast, MembMergeDetect, MembJoin, MembCommitToken, TokenHoldCancel } = messages;
  const ringIdSize = ringSeq + 8;
  return {
    ...header,
    token: { ...OrfToken.at, size: OrfToken.fixedSize },
    mcast: { ...Mcast.at, size: Mcast.fixedSize },
    merge: { ...MembMergeDetect.at, size: MembMergeDetect.fixedSize },
    join: { ...MembJoin.at, size: MembJoin.fixedSize },
    commit: { ...MembCommitToken.at, size: MembCommitToken.fixedSize },
    holdCancel: { ...TokenHoldCancel.at, size: TokenHoldCancel.fixedSize },
    ring: { rep: 0, seq: ringSeq },
    rtrItem: { seq: ringIdSize, size: ringIdSize + 4 },
  };
}

const { type: type12, encapsulated: encapsulated12, nodeid: nodeid12 } = MessageHeader12.at;
const { type: type3, encapsulated: encapsulated3, nodeid: nodeid3 } = MessageHeader3.at;
const header12 = { type: type12, encapsulated: encapsulated12, nodeid: nodeid12 };
const header3 = { type: type3, encapsulated: encapsulated3, nodeid: nodeid3 };

const addressedNode = (srpAddr: unknown): NodeRef => {
  const { addr0 } = srpAddr as { readonly addr0: TotemIpAddress };
  return { nodeid: addr0.nodeid, ip: addressOf(addr0.family, addr0.addr) };
};
const addressedRing = (ringId: unknown): RingRef => {
  const { rep, seq } = ringId as { readonly rep: TotemIpAddress; readonly seq: bigint };
  return { rep: rep.nodeid, seq, ip: addressOf(rep.family, rep.addr) };
};

export const COROSYNC_1: Dialect = {
  id: 'corosync-1',
  messages: CorosyncOneMessages,
  srpAddrSize: 44,
  ringIdSize: 30,
  at: offsetsOf(CorosyncOneMessages, header12, 22),
  nodeOf: addressedNode,
  ringOf: addressedRing,
};

export const COROSYNC_2: Dialect = {
  ...COROSYNC_1,
  id: 'corosync-2',
  messages: CorosyncTwoMessages,
  srpAddrSize: 45,
  at: offsetsOf(CorosyncTwoMessages, header12, 22),
};

export const COROSYNC_3: Dialect = {
  id: 'corosync-3',
  messages: CorosyncThreeMessages,
  srpAddrSize: 4,
  ringIdSize: 12,
  at: offsetsOf(CorosyncThreeMessages, header3, 4),
  nodeOf: (srpAddr) => ({ nodeid: (srpAddr as { readonly nodeid: number }).nodeid, ip: null }),
  ringOf: (ringId) => {
    const { rep, seq } = ringId as { readonly rep: number; readonly seq: bigint };
    return { rep, seq, ip: null };
  },
};

export const DIALECTS: { readonly [K in DialectId]: Dialect } = {
  'corosync-1': COROSYNC_1,
  'corosync-2': COROSYNC_2,
  'corosync-3': COROSYNC_3,
};
