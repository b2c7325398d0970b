// What a datagram is, and whether it holds what it says: length and counts are checked before anything reads them.
// Never throws on any octets. Decides nothing about the ring.
import { decodeTotem, explainProblem } from '../../decode.ts';
import { encode } from '../../../wire/layout.ts';
import { MESSAGE_TYPES, PROCESSOR_COUNT_MAX, RETRANSMIT_ENTRIES_MAX } from '../../messages.ts';
import type { StoredMcast } from '../ordering/sort-queue.ts';
import { TYPE, type EngineDialect } from './dialect.ts';
import { ENCAPSULATED } from './encode.ts';
import { u32At } from './octets.ts';

/** Why a datagram is no message, in a few words. */
export interface Malformed {
  readonly what: string;
  readonly why: string;
  /** Corosync counts an unknown type in rx_msg_dropped, and nothing else that is malformed. */
  readonly isUnknownType: boolean;
}

const malformed = (what: string, why: string): Malformed => ({ what, why, isUnknownType: false });

/** What is wrong with a little-endian datagram whose header is there, or null. */
export function problemOf(dialect: EngineDialect, octets: Uint8Array): Malformed | null {
  const { at, srpAddrSize, ringIdSize } = dialect.wire;
  const type = octets[at.type]!;
  switch (type) {
    case TYPE.orf_token:
      return tooShort(octets, type, at.token.size) ?? listProblem(octets, at.token, ringIdSize + 4);
    case TYPE.mcast:
      return tooShort(octets, type, at.mcast.size);
    case TYPE.memb_merge_detect:
      return tooShort(octets, type, at.merge.size);
    case TYPE.memb_join:
      return tooShort(octets, type, at.join.size) ?? joinProblem(octets, at.join, srpAddrSize);
    case TYPE.memb_commit_token: {
      const size = srpAddrSize + dialect.commitEntrySize;
      return tooShort(octets, type, at.commit.size) ?? membersProblem(octets, at.commit, size);
    }
    case TYPE.token_hold_cancel:
      return tooShort(octets, type, at.holdCancel.size);
    default:
      return { what: 'datagram', why: `message type ${type} does not exist`, isUnknownType: true };
  }
}

function tooShort(octets: Uint8Array, type: number, need: number): Malformed | null {
  if (octets.length >= need) return null;
  return malformed(MESSAGE_TYPES[type] ?? 'datagram', `it has ${octets.length} octets of at least ${need}`);
}

function countProblem(what: string, list: string, count: number, max: number): Malformed | null {
  return count <= max ? null : malformed(what, `${list} says that it has ${count} entries, more than ${max}`);
}

type At<K extends keyof EngineDialect['wire']['at']> = EngineDialect['wire']['at'][K];

function listProblem(octets: Uint8Array, at: At<'token'>, itemSize: number): Malformed | null {
  const count = u32At(octets, at.rtrListEntries);
  if (count === 0) return null;
  return (
    countProblem('orf_token', 'rtr_list', count, RETRANSMIT_ENTRIES_MAX) ??
    tooShort(octets, TYPE.orf_token, at.size + count * itemSize)
  );
}

function joinProblem(octets: Uint8Array, at: At<'join'>, itemSize: number): Malformed | null {
  const proc = u32At(octets, at.procListEntries);
  const failed = u32At(octets, at.failedListEntries);
  return (
    countProblem('memb_join', 'proc_list', proc, PROCESSOR_COUNT_MAX) ??
    countProblem('memb_join', 'failed_list', failed, PROCESSOR_COUNT_MAX) ??
    tooShort(octets, TYPE.memb_join, at.size + (proc + failed) * itemSize)
  );
}

function membersProblem(octets: Uint8Array, at: At<'commit'>, itemSize: number): Malformed | null {
  const count = u32At(octets, at.addrEntries);
  return (
    countProblem('memb_commit_token', 'addr', count, PROCESSOR_COUNT_MAX) ??
    tooShort(octets, TYPE.memb_commit_token, at.size + count * itemSize)
  );
}

/** The little-endian form of a message of a big-endian sender; what follows its declared structure stays as it is. */
export function swapped(dialect: EngineDialect, octets: Uint8Array): Uint8Array | Malformed {
  const decoded = decodeTotem(octets, 0, octets.length, dialect.wire);
  if (!decoded.ok) {
    const isUnknownType = decoded.problem.kind === 'unknown-type';
    return { what: 'datagram', why: explainProblem(decoded.problem), isUnknownType };
  }
  const { layout, value, end } = decoded.value;
  const fixed = encode(layout, value, true);
  const out = new Uint8Array(fixed.length + octets.length - end);
  out.set(fixed);
  out.set(octets.subarray(end), fixed.length);
  return out;
}

/**
 * An mcast as it is stored, from octets of its sender's byte order; null where it is no whole mcast of this dialect.
 */
export function readMcast(
  dialect: EngineDialect,
  octets: Uint8Array,
): { readonly item: StoredMcast; readonly ringOctets: Uint8Array } | null {
  const order = octets.length < dialect.headerSize ? null : dialect.byteOrderOf(octets);
  if (order === null) return null;
  const native = order === 'little' ? octets : swapped(dialect, octets);
  if (!(native instanceof Uint8Array) || native[dialect.wire.at.type] !== TYPE.mcast) return null;
  if (problemOf(dialect, native) !== null) return null;
  return storedMcast(dialect, native, octets, order === 'little');
}

/** The same of an mcast that was checked: `native` is `raw` in little-endian. */
export function storedMcast(
  dialect: EngineDialect,
  native: Uint8Array,
  raw: Uint8Array,
  littleEndian: boolean,
): { readonly item: StoredMcast; readonly ringOctets: Uint8Array } {
  const { at, ringIdSize } = dialect.wire;
  const item = {
    seq: u32At(native, at.mcast.seq),
    octets: raw,
    littleEndian,
    isEncapsulated: native[at.encapsulated] === ENCAPSULATED,
    isSafe: u32At(native, at.mcast.size - 4) === 1,
    nodeid: u32At(native, at.nodeid),
    fromKey: dialect.keyAt(native, at.mcast.systemFrom),
  };
  return { item, ringOctets: native.subarray(at.mcast.ringId, at.mcast.ringId + ringIdSize) };
}
