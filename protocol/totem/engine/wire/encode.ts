// Writes the messages of an engine. Little-endian, by the offsets of the layouts; what Corosync leaves as garbage is 0.
// Decides nothing.
import { compareKeys, TYPE, type EngineDialect, type Member, type Ring } from './dialect.ts';
import { putU32, putU64, u32At } from './octets.ts';
import { cut, type Slab } from '../../../base/slab.ts';

/** Values of `encapsulated` in an mcast. */
export const ENCAPSULATED = 1;
const NOT_ENCAPSULATED = 2;

/** An mcast without its numbers: stamp() writes them when the token allows it to be sent. */
export function mcastOf(
  { dialect, self, mcasts }: { readonly dialect: EngineDialect; readonly self: Member; readonly mcasts: Slab },
  payload: Uint8Array,
  { isEncapsulated, isSafe }: { readonly isEncapsulated: boolean; readonly isSafe: boolean },
): Uint8Array {
  const { at } = dialect.wire;
  const out = cut(mcasts, at.mcast.size + payload.length);
  dialect.writeHeader(out, TYPE.mcast, isEncapsulated ? ENCAPSULATED : NOT_ENCAPSULATED, self.ref.nodeid);
  out.set(self.address, at.mcast.systemFrom);
  // guarantee is the last field before the payload.
  putU32(out, at.mcast.size - 4, isSafe ? 1 : 0);
  out.set(payload, at.mcast.size);
  return out;
}

export function stamp(dialect: EngineDialect, mcast: Uint8Array, seq: number, thisSeqno: number, ring: Ring): void {
  const { at } = dialect.wire;
  putU32(mcast, at.mcast.seq, seq);
  putU32(mcast, at.mcast.thisSeqno, thisSeqno);
  mcast.set(ring.octets, at.mcast.ringId);
}

export function mergeDetect(dialect: EngineDialect, self: Member, ring: Ring): Uint8Array {
  const { at } = dialect.wire;
  const out = new Uint8Array(at.merge.size);
  dialect.writeHeader(out, TYPE.memb_merge_detect, 0, self.ref.nodeid);
  out.set(self.address, at.merge.systemFrom);
  out.set(ring.octets, at.merge.ringId);
  return out;
}

export function holdCancel(dialect: EngineDialect, self: Member, ring: Ring): Uint8Array {
  const { at } = dialect.wire;
  const out = new Uint8Array(at.holdCancel.size);
  dialect.writeHeader(out, TYPE.token_hold_cancel, 0, self.ref.nodeid);
  out.set(ring.octets, at.holdCancel.ringId);
  return out;
}

/** A join, or with node id 0 and the address of a leaver a LEAVE. */
export function join(
  dialect: EngineDialect,
  sender: { readonly nodeid: number; readonly address: Uint8Array },
  lists: { readonly proc: readonly Member[]; readonly failed: readonly Member[] },
  ringSeq: bigint,
): Uint8Array {
  const { at, srpAddrSize } = dialect.wire;
  const entries = [...lists.proc, ...lists.failed];
  const out = new Uint8Array(at.join.size + entries.length * srpAddrSize);
  dialect.writeHeader(out, TYPE.memb_join, 0, sender.nodeid);
  out.set(sender.address, at.join.systemFrom);
  putU32(out, at.join.procListEntries, lists.proc.length);
  putU32(out, at.join.failedListEntries, lists.failed.length);
  putU64(out, at.join.ringSeq, ringSeq);
  entries.forEach(({ address }, i) => out.set(address, at.join.size + i * srpAddrSize));
  return out;
}

/** Where the entry of the i-th member begins: all addresses come first, then all entries. */
export function commitEntryAt(dialect: EngineDialect, members: number, i: number): number {
  const { at, srpAddrSize } = dialect.wire;
  return at.commit.size + members * srpAddrSize + i * dialect.commitEntrySize;
}

/**
 * memb_state_commit_token_create: every entry is still empty. `members` in ring order, its first the representative.
 */
export function commitToken(dialect: EngineDialect, self: Member, ring: Ring, members: readonly Member[]): Uint8Array {
  const { at, srpAddrSize } = dialect.wire;
  const out = new Uint8Array(commitEntryAt(dialect, members.length, members.length));
  dialect.writeHeader(out, TYPE.memb_commit_token, 0, self.ref.nodeid);
  out.set(ring.octets, at.commit.ringId);
  putU32(out, at.commit.addrEntries, members.length);
  members.forEach(({ address }, i) => out.set(address, at.commit.size + i * srpAddrSize));
  return out;
}

/** What a member brings from its old ring. */
export interface CommitEntry {
  readonly ringOctets: Uint8Array;
  readonly aru: number;
  readonly highDelivered: number;
  readonly receivedFlg: number;
}

export function commitEntry(dialect: EngineDialect, token: Uint8Array, members: number, i: number): CommitEntry {
  const from = commitEntryAt(dialect, members, i);
  const size = dialect.wire.ringIdSize;
  return {
    ringOctets: token.subarray(from, from + size),
    aru: u32At(token, from + size),
    highDelivered: u32At(token, from + size + 4),
    receivedFlg: u32At(token, from + size + 8),
  };
}

export function putCommitEntry(
  dialect: EngineDialect,
  token: Uint8Array,
  members: number,
  i: number,
  entry: CommitEntry,
) {
  const from = commitEntryAt(dialect, members, i);
  const size = dialect.wire.ringIdSize;
  token.set(entry.ringOctets, from);
  putU32(token, from + size, entry.aru);
  putU32(token, from + size + 4, entry.highDelivered);
  putU32(token, from + size + 8, entry.receivedFlg);
}

/** Hands a commit token on: its forwarder, one more hop, and how many entries are filled. */
export function passCommitToken(dialect: EngineDialect, token: Uint8Array, nodeid: number, membIndex: number): void {
  const { at } = dialect.wire;
  putU32(token, at.nodeid, nodeid);
  putU32(token, at.commit.tokenSeq, (u32At(token, at.commit.tokenSeq) + 1) >>> 0);
  putU32(token, at.commit.membIndex, membIndex);
}

/** Who makes a token, and the number before a ring's first message. */
interface TokenMaker {
  readonly dialect: EngineDialect;
  readonly self: Member;
  readonly firstSeqno: number;
}

/** orf_token_send_initial. */
export function initialToken({ dialect, self, firstSeqno }: TokenMaker, ring: Ring, retransFlg: number): Uint8Array {
  const { at } = dialect.wire;
  const out = new Uint8Array(at.token.size);
  dialect.writeHeader(out, TYPE.orf_token, 0, self.ref.nodeid);
  putU32(out, at.token.seq, firstSeqno);
  putU32(out, at.token.tokenSeq, firstSeqno);
  putU32(out, at.token.aru, (firstSeqno - 1) >>> 0);
  putU32(out, at.token.aruAddr, self.ref.nodeid);
  out.set(ring.octets, at.token.ringId);
  putU32(out, at.token.retransFlg, retransFlg);
  return out;
}

export function isSorted(members: readonly Member[]): boolean {
  return members.every((member, i) => {
    const before = members[i - 1];
    return before === undefined || compareKeys(before.key, member.key) < 0;
  });
}
