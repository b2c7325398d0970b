// What a datagram is, and whether it holds what it says: length and counts are checked before anything reads them.
// Never throws on any octets. Decides nothing about the ring.
import { decodeTotem, explainProblem } from '../../decode.ts';
import { encode } from '../../../wire/layout.ts';
import { PROCESSOR_COUNT_MAX, RETRANSMIT_ENTRIES_MAX } from '../../messages.ts';
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
const NAMES = Object.keys(TYPE);

/** What is wrong with a little-endian datagram whose header is there, or null. */
export function problemOf(dialect: EngineDialect, octets: Uint8Array): Malformed | null {
  const { at, srpAddrSize } = dialect.wire;
  const type = octets[at.type]!;
  switch (type) {
    case TYPE.orf_token:
      return listProblem(
        octets,
        NAMES[type]!,
        at.token.size,
        [[at.token.rtrListEntries, RETRANSMIT_ENTRIES_MAX]],
        at.rtrItem.size,
      );
    case TYPE.mcast:
      return listProblem(octets, NAMES[type]!, at.mcast.size, [], 0);
    case TYPE.memb_merge_detect:
      return listProblem(octets, NAMES[type]!, at.merge.size, [], 0);
    case TYPE.memb_join: {
      const counts = [at.join.procListEntries, at.join.failedListEntries].map((f) => [f, PROCESSOR_COUNT_MAX] as const);
      return listProblem(octets, NAMES[type]!, at.join.size, counts, srpAddrSize);
    }
    case TYPE.memb_commit_token: {
      const entry = srpAddrSize + dialect.commitEntrySize;
      return listProblem(octets, NAMES[type]!, at.commit.size, [[at.commit.addrEntries, PROCESSOR_COUNT_MAX]], entry);
    }
    case TYPE.token_hold_cancel:
      return listProblem(octets, NAMES[type]!, at.holdCancel.size, [], 0);
    default:
      return { what: 'datagram', why: `message type ${type} does not exist`, isUnknownType: true };
  }
}

function listProblem(
  octets: Uint8Array,
  what: string,
  fixed: number,
  counts: readonly (readonly [at: number, max: number])[],
  itemSize: number,
): Malformed | null {
  if (octets.length < fixed) return malformed(what, `it has ${octets.length} octets of at least ${fixed}`);
  let items = 0;
  for (const [at, max] of counts) {
    const count = u32At(octets, at);
    if (count > max) return malformed(what, `a list says that it has ${count} entries, more than ${max}`);
    items += count;
  }
  const need = fixed + items * itemSize;
  return octets.length < need ? malformed(what, `it has ${octets.length} octets of ${need}`) : null;
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
 * An mcast as it is stored. `octets` are of the sender's byte order and are copied; null where it is no whole mcast of
 * this dialect.
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
    octets: raw.slice(),
    littleEndian,
    isEncapsulated: native[at.encapsulated] === ENCAPSULATED,
    isSafe: u32At(native, at.mcast.size - 4) === 1,
    nodeid: u32At(native, at.nodeid),
    fromKey: dialect.keyAt(native, at.mcast.systemFrom),
  };
  return { item, ringOctets: native.subarray(at.mcast.ringId, at.mcast.ringId + ringIdSize) };
}
