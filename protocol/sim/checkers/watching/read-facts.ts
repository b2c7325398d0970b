// Reads the facts that checkers want out of datagrams of our own nodes, by the offsets of the layouts: little-endian,
// which is what our engines write. What is not a whole message gives null.
import { viewOf } from '../../../base/bytes.ts';
import type { Dialect } from '../../../totem/dialect.ts';
import type { CommitFact, JoinFact, McastFact, NodeSum, Ring, TokenFact } from './facts.ts';

/** The ring with this representative and sequence number. */
export type RingOf = (rep: number, seqLow: number, seqHigh: number) => Ring;

const NOT_ENCAPSULATED = 2;
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
    const view = viewOf(bytes);
    const requests: number[] = [];
    const entries = Math.min(view.getInt32(token.rtrListEntries, true), LIST_MAX);
    const repAt = token.ringId + ring.rep;
    for (let i = 0; i < entries; i++) {
      const at = token.size + i * rtrItem.size;
      if (at + rtrItem.size > bytes.length) return null;
      const isOwn =
        view.getUint32(at + ring.rep, true) === view.getUint32(repAt, true) &&
        view.getUint32(at + ring.seq, true) === view.getUint32(token.ringId + ring.seq, true);
      if (isOwn) requests.push(view.getUint32(at + rtrItem.seq, true));
    }
    return {
      ring: this.#ring(view, token.ringId),
      tokenSeq: view.getUint32(token.tokenSeq, true),
      seq: view.getUint32(token.seq, true),
      aru: view.getUint32(token.aru, true),
      fcc: view.getUint32(token.fcc, true),
      requests,
      bytes,
    };
  }

  mcast(bytes: Uint8Array, depth = 0): McastFact | null {
    const { at } = this.#dialect;
    const { mcast } = at;
    if (bytes.length < mcast.size) return null;
    const view = viewOf(bytes);
    const isEncapsulated = bytes[at.encapsulated] !== NOT_ENCAPSULATED;
    return {
      ring: this.#ring(view, mcast.ringId),
      seq: view.getUint32(mcast.seq, true),
      from: view.getUint32(mcast.systemFrom, true),
      isEncapsulated,
      inner: isEncapsulated && depth === 0 ? this.mcast(bytes.subarray(mcast.size), 1) : null,
      isSafe: view.getInt32(mcast.size - 4, true) === 1,
      bytes,
      payloadAt: mcast.size,
    };
  }

  join(bytes: Uint8Array): JoinFact | null {
    const known = this.#joins.get(bytes);
    if (known !== undefined) return known;
    const { join, nodeid } = this.#dialect.at;
    if (bytes.length < join.size) return null;
    const view = viewOf(bytes);
    const procs = view.getUint32(join.procListEntries, true);
    const fails = view.getUint32(join.failedListEntries, true);
    const proc = this.#nodes(view, join.size, procs);
    const failed = this.#nodes(view, join.size + procs * this.#dialect.srpAddrSize, fails);
    if (proc === null || failed === null) return null;
    const gone = new Set(failed);
    const fact = {
      from: view.getUint32(join.systemFrom, true),
      isLeave: view.getUint32(nodeid, true) === 0,
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
    const view = viewOf(bytes);
    const members = this.#nodes(view, commit.size, view.getInt32(commit.addrEntries, true));
    if (members === null) return null;
    return {
      ring: this.#ring(view, commit.ringId),
      tokenSeq: view.getUint32(commit.tokenSeq, true),
      membIndex: view.getInt32(commit.membIndex, true),
      members,
      memberSum: sumOf(members),
      bytes,
    };
  }

  #ring(view: DataView, at: number): Ring {
    const { rep, seq } = this.#dialect.at.ring;
    return this.#ringOf(
      view.getUint32(at + rep, true),
      view.getUint32(at + seq, true),
      view.getUint32(at + seq + 4, true),
    );
  }

  /** Node ids of a list of srp_addr, each of which begins with one. */
  #nodes(view: DataView, at: number, count: number): number[] | null {
    const size = this.#dialect.srpAddrSize;
    if (count < 0 || count > LIST_MAX || at + count * size > view.byteLength) return null;
    return Array.from({ length: count }, (_, i) => view.getUint32(at + i * size, true));
  }
}
