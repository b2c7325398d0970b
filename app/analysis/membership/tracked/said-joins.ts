// Joins decoded once: the join timer says the same join every 50 ms, and each copy to another destination is the same
// again. Told by their octets, nothing is concluded here; bounded.
import { decodeTotem, type MembJoin } from '../../../../protocol/totem/decode.ts';
import { isInRingOrder, type NodeRef } from '../../../../protocol/totem/identity.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';
import { nodeSet, type NodeSet } from '../node-set.ts';

/** Joins that are remembered, by their octets; a power of two. */
const SAID_MAX = 256;
/** Longer ones are decoded each time. */
const OCTETS_MAX = 4096;

export interface SaidJoin {
  readonly message: MembJoin;
  /** All nodes that it names. */
  readonly refs: readonly NodeRef[];
  /** The decoded proc_list, with the addresses on a redundant ring. */
  readonly srpAddrs: readonly unknown[];
  /** Nodes stand in its proc_list behind those of its ring, in which it begins. */
  readonly hasAppended: boolean;
  /** The lists as sets; null where they name a node by its address alone. */
  readonly lists: { readonly proc: NodeSet; readonly failed: NodeSet } | null;
}

interface Slot {
  readonly octets: Uint8Array;
  readonly dialect: IndexedMessage['dialect'];
  readonly join: SaidJoin;
}

export class SaidJoins {
  private readonly slots: (Slot | undefined)[] = [];

  /** The join of a message; null where it is none that can be read. */
  of(m: IndexedMessage): SaidJoin | null {
    if (m.end - m.at > OCTETS_MAX) return read(m);
    const at = slotOf(m);
    const known = this.slots[at];
    if (known !== undefined && known.dialect === m.dialect && hasOctets(m, known.octets)) return known.join;
    const join = read(m);
    if (join !== null) this.slots[at] = { octets: m.bytes.slice(m.at, m.end), dialect: m.dialect, join };
    return join;
  }
}

function slotOf({ bytes, at, end }: IndexedMessage): number {
  let hash = end - at;
  for (let i = at; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return (hash ^ (hash >>> 16)) & (SAID_MAX - 1);
}

function hasOctets({ bytes, at, end }: IndexedMessage, octets: Uint8Array): boolean {
  if (octets.length !== end - at) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== bytes[at + i]) return false;
  return true;
}

function read({ bytes, at, end, dialect }: IndexedMessage): SaidJoin | null {
  const decoded = dialect === null ? null : decodeTotem(bytes, at, end, dialect);
  if (decoded === null || !decoded.ok || decoded.value.message.type !== 'memb_join') return null;
  const { message, value } = decoded.value;
  const { procList, failedList, systemFrom } = message;
  const isNamed = [...procList, ...failedList].every(({ nodeid }) => nodeid !== 0);
  const ids = (refs: readonly NodeRef[]): NodeSet => nodeSet(refs.map(({ nodeid }) => nodeid));
  return {
    message,
    refs: [...procList, ...failedList, systemFrom],
    srpAddrs: (value as { readonly procList?: readonly unknown[] }).procList ?? [],
    hasAppended: !isInRingOrder(procList),
    lists: isNamed ? { proc: ids(procList), failed: ids(failedList) } : null,
  };
}
