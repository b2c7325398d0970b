// Messages of Corosync 3 as datagrams, written by the layouts: for tests that talk to one engine by hand.
import { encode } from '../../../protocol/wire/layout.ts';
import { concatBytes } from '../../../protocol/base/bytes.ts';
import { CorosyncThreeMessages } from '../../../protocol/totem/messages.ts';

const { OrfToken, Mcast, MembMergeDetect, MembJoin, MembCommitToken, TokenHoldCancel } = CorosyncThreeMessages;

export interface RingName {
  readonly rep: number;
  readonly seq: bigint;
}

export const aRing = (rep: number, seq: number): RingName => ({ rep, seq: BigInt(seq) });

const header = (type: number, nodeid: number, encapsulated = 0) => ({
  magic: 0xc070,
  version: 3,
  type,
  encapsulated,
  nodeid,
  targetNodeid: 0,
});
const nodes = (list: readonly number[]) => list.map((nodeid) => ({ nodeid }));

export interface TokenFields {
  readonly from?: number;
  readonly ring?: RingName;
  readonly seq?: number;
  readonly tokenSeq?: number;
  readonly aru?: number;
  readonly aruAddr?: number;
  readonly backlog?: number;
  readonly fcc?: number;
  readonly retransFlg?: number;
  readonly rtr?: readonly number[];
}

export function aToken(fields: TokenFields = {}): Uint8Array {
  const { from = 1, ring = aRing(1, 8), seq = 0, tokenSeq = 0, aru = seq, aruAddr = 0 } = fields;
  const { backlog = 0, fcc = 0, retransFlg = 0, rtr = [] } = fields;
  const value = {
    header: header(0, from),
    seq,
    tokenSeq,
    aru,
    aruAddr,
    ringId: ring,
    backlog,
    fcc,
    retransFlg,
    rtrListEntries: 0,
    rtrList: rtr.map((asked) => ({ ringId: ring, seq: asked })),
  };
  return encode(OrfToken, value as never, true);
}

export interface McastFields {
  readonly from?: number;
  readonly ring?: RingName;
  readonly seq?: number;
  readonly thisSeqno?: number;
  readonly guarantee?: number;
  readonly payload?: Uint8Array;
  readonly isEncapsulated?: boolean;
  readonly littleEndian?: boolean;
}

export function anMcast(fields: McastFields = {}): Uint8Array {
  const { from = 1, ring = aRing(1, 8), seq = 1, thisSeqno = 0, guarantee = 0, littleEndian = true } = fields;
  const { payload = Uint8Array.of(seq & 0xff), isEncapsulated = false } = fields;
  const value = {
    header: header(1, from, isEncapsulated ? 1 : 2),
    systemFrom: { nodeid: from },
    seq,
    thisSeqno,
    ringId: ring,
    nodeId: 0,
    guarantee,
  };
  return concatBytes([encode(Mcast, value as never, littleEndian), payload]);
}

export function aMergeDetect(from: number, ring: RingName): Uint8Array {
  const value = { header: header(2, from), systemFrom: { nodeid: from }, ringId: ring };
  return encode(MembMergeDetect, value as never, true);
}

export interface JoinFields {
  readonly from: number;
  readonly proc: readonly number[];
  readonly failed?: readonly number[];
  readonly ringSeq?: number | bigint;
  /** header.nodeid, 0 in a LEAVE. */
  readonly nodeid?: number;
}

export function aJoin({ from, proc, failed = [], ringSeq = 1, nodeid = from }: JoinFields): Uint8Array {
  const value = {
    header: header(3, nodeid),
    systemFrom: { nodeid: from },
    procListEntries: 0,
    failedListEntries: 0,
    ringSeq: BigInt(ringSeq),
    procList: nodes(proc),
    failedList: nodes(failed),
  };
  return encode(MembJoin, value as never, true);
}

export const aLeave = (from: number, others: readonly number[], ringSeq: number): Uint8Array =>
  aJoin({ from, proc: others, failed: [from], ringSeq, nodeid: 0 });

export interface EntryFields {
  readonly ring: RingName;
  readonly aru?: number;
  readonly highDelivered?: number;
  readonly receivedFlg?: number;
}

export interface CommitFields {
  readonly from?: number;
  readonly tokenSeq?: number;
  readonly ring?: RingName;
  readonly membIndex: number;
  readonly members: readonly number[];
  /** By place; the others are still empty. */
  readonly entries?: readonly (EntryFields | undefined)[];
}

export function aCommitToken(fields: CommitFields): Uint8Array {
  const { from = 1, tokenSeq = 1, ring = aRing(1, 8), membIndex, members, entries = [] } = fields;
  const value = {
    header: header(4, from),
    tokenSeq,
    ringId: ring,
    retransFlg: 0,
    membIndex,
    addrEntries: 0,
    addr: nodes(members),
    membList: members.map((_, i) => {
      const entry = entries[i];
      const {
        ring: old = aRing(0, 0),
        aru = 0,
        highDelivered = aru,
        receivedFlg = entry === undefined ? 0 : 1,
      } = entry ?? {};
      return { ringId: old, aru, highDelivered, receivedFlg };
    }),
  };
  return encode(MembCommitToken, value as never, true);
}

export function aHoldCancel(from: number, ring: RingName): Uint8Array {
  return encode(TokenHoldCancel, { header: header(5, from), ringId: ring } as never, true);
}
