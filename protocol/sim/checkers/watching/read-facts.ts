// Reads the facts that checkers want out of datagrams of our own nodes, by the offsets of the layouts: little-endian,
// which is what our engines write. What is not a whole message gives null.
import type { Dialect } from '../../../totem/dialect.ts';
import type { CommitFact, JoinFact, McastFact, NodeSum, Ring, TokenFact } from './facts.ts';

/** The ring with this representative and sequence number. */
export type RingOf = (rep: number, seqLow: number, seqHigh: number) => Ring;

const NOT_ENCAPSULATED = 2;
/** Little-endian; beyond the end it reads 0, so lengths are checked first. */
const u32At = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

/** Entries of a list that are believed. */
const LIST_MAX = 400;

export function mixed(nodeid: number): number {
  const x = Math.imul(nodeid ^ (nodeid >>> 16), 0x45d9f3b);
  return Math.imul(x ^ (x >>> 16), 0x45d9f3b) ^ x;
}

export function sumOf(nodeids: Iterable<number>): NodeSum {
  let count = 0;
  let sum = 0;
  for (const nodeid of nodeids) {
    count++;
    sum = (sum + mixed(nodeid)) | 0;
  }
  return { count, sum };
}

export const isSameSum = (a: NodeSum, b: NodeSum): boolean => a.count === b.count && a.sum === b.sum;

export class FactReader {
  readonly #dialect: Dialect;
  readonly #ringOf: RingOf;
  /** A multicast join is read by every node: once is enough. */
  readonly #joins = new WeakMap<Uint8Array, JoinFact>();

  constructor(dialect: Dialect, ringOf: RingOf) {
    this.#dialect = dialect;
    this.#ringOf = ringOf;
  }

  token(bytes: Uint8Array): TokenFact | null {
    const { token, rtrItem, ring } = this.#dialect.at;
    if (bytes.length < token.size) return null;
    const requests: number[] = [];
    const entries = Math.min(u32At(bytes, token.rtrListEntries), LIST_MAX);
    const repAt = token.ringId + ring.rep;
    for (let i = 0; i < entries; i++) {
      const at = token.size + i * rtrItem.size;
      if (at + rtrItem.size > bytes.length) return null;
      const isOwn =
        u32At(bytes, at + ring.rep) === u32At(bytes, repAt) &&
        u32At(bytes, at + ring.seq) === u32At(bytes, token.ringId + ring.seq);
      if (isOwn) requests.push(u32At(bytes, at + rtrItem.seq));
    }
    return {
      ring: this.#ring(bytes, token.ringId),
      tokenSeq: u32At(bytes, token.tokenSeq),
      seq: u32At(bytes, token.seq),
      aru: u32At(bytes, token.aru),
      fcc: u32At(bytes, token.fcc),
      requests,
      bytes,
    };
  }

  /** The ring of an mcast; null where it is none. */
  placeOf(bytes: Uint8Array): Ring | null {
    const { mcast } = this.#dialect.at;
    return bytes.length < mcast.size ? null : this.#ring(bytes, mcast.ringId);
  }

  /** The sequence number of an mcast whose length was checked. */
  seqOf(bytes: Uint8Array): number {
    return u32At(bytes, this.#dialect.at.mcast.seq);
  }

  mcast(bytes: Uint8Array, depth = 0): McastFact | null {
    const { at } = this.#dialect;
    const { mcast } = at;
    if (bytes.length < mcast.size) return null;
    const isEncapsulated = bytes[at.encapsulated] !== NOT_ENCAPSULATED;
    return {
      ring: this.#ring(bytes, mcast.ringId),
      seq: u32At(bytes, mcast.seq),
      from: u32At(bytes, mcast.systemFrom),
      isEncapsulated,
      inner: isEncapsulated && depth === 0 ? this.mcast(bytes.subarray(mcast.size), 1) : null,
      isSafe: u32At(bytes, mcast.size - 4) === 1,
      bytes,
      payloadAt: mcast.size,
    };
  }

  join(bytes: Uint8Array): JoinFact | null {
    const known = this.#joins.get(bytes);
    if (known !== undefined) return known;
    const { join, nodeid } = this.#dialect.at;
    if (bytes.length < join.size) return null;
    const procs = u32At(bytes, join.procListEntries);
    const fails = u32At(bytes, join.failedListEntries);
    const proc = this.#nodes(bytes, join.size, procs);
    const failed = this.#nodes(bytes, join.size + procs * this.#dialect.srpAddrSize, fails);
    if (proc === null || failed === null) return null;
    const gone = new Set(failed);
    const fact = {
      from: u32At(bytes, join.systemFrom),
      isLeave: u32At(bytes, nodeid) === 0,
      proc: sumOf(proc),
      failed: sumOf(failed),
      wanted: sumOf(proc.filter((node) => !gone.has(node))),
    };
    this.#joins.set(bytes, fact);
    return fact;
  }

  commit(bytes: Uint8Array): CommitFact | null {
    const { commit } = this.#dialect.at;
    if (bytes.length < commit.size) return null;
    const members = this.#nodes(bytes, commit.size, u32At(bytes, commit.addrEntries));
    if (members === null) return null;
    return {
      ring: this.#ring(bytes, commit.ringId),
      tokenSeq: u32At(bytes, commit.tokenSeq),
      membIndex: u32At(bytes, commit.membIndex),
      members,
      memberSum: sumOf(members),
      bytes,
    };
  }

  #ring(bytes: Uint8Array, at: number): Ring {
    const { rep, seq } = this.#dialect.at.ring;
    return this.#ringOf(u32At(bytes, at + rep), u32At(bytes, at + seq), u32At(bytes, at + seq + 4));
  }

  /** Node ids of a list of srp_addr, each of which begins with one. */
  #nodes(bytes: Uint8Array, at: number, count: number): number[] | null {
    const size = this.#dialect.srpAddrSize;
    if (count > LIST_MAX || at + count * size > bytes.length) return null;
    const nodes: number[] = [];
    for (let i = 0; i < count; i++) nodes.push(u32At(bytes, at + i * size));
    return nodes;
  }
}
