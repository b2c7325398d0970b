// A join read whole, with what follows from its octets alone, worked out once: joins are said again and again. Nothing
// is concluded of its sender here.
import { decodeTotem, type MembJoin } from '../../../../protocol/totem/decode.ts';
import type { Dialect } from '../../../../protocol/totem/dialect.ts';
import { isInRingOrder, type NodeRef } from '../../../../protocol/totem/identity.ts';
import { nodeSet, type NodeSet } from '../node-set.ts';

export interface SaidJoin {
  readonly message: MembJoin;
  /** All nodes that it names. */
  readonly refs: readonly NodeRef[];
  /** The decoded proc_list, with the addresses on a redundant ring. */
  readonly srpAddrs: readonly unknown[];
  /** Nodes stand in its proc_list behind those of its ring, in which it begins. */
  readonly hasAppended: boolean;
  /** The lists as sets; null where they name a node by its address alone. */
  readonly lists: JoinSets | null;
  /** Nodes that it names by a loopback address. */
  readonly loopbacks: readonly number[];
  /** As sameJoinKey says of `lists`; '' where they are null. */
  readonly key: string;
  /** NodeTable.lessons when all that it says of nodes was learnt, -1 before. */
  learntAt: number;
}

export interface JoinSets {
  readonly proc: NodeSet;
  readonly failed: NodeSet;
}

/** Copies of one join to several destinations are told by this. */
export function sameJoinKey({ header, ringSeq }: MembJoin, { proc, failed }: JoinSets): string {
  return `${header.nodeid === 0} ${proc} ${failed} ${ringSeq}`;
}

const isLoopback = (ip: string | null): boolean => ip === '127.0.0.1' || ip === '::1';

/** The join in these octets; null where there is none that can be read. */
export function readJoin(octets: Uint8Array, dialect: Dialect): SaidJoin | null {
  const decoded = decodeTotem(octets, 0, octets.length, dialect);
  if (!decoded.ok || decoded.value.message.type !== 'memb_join') return null;
  const { message, value } = decoded.value;
  const { procList, failedList, systemFrom } = message;
  const isNamed = [...procList, ...failedList].every(({ nodeid }) => nodeid !== 0);
  const ids = (refs: readonly NodeRef[]): NodeSet => nodeSet(refs.map(({ nodeid }) => nodeid));
  const refs = [...procList, ...failedList, systemFrom];
  const lists = isNamed ? { proc: ids(procList), failed: ids(failedList) } : null;
  return {
    message,
    refs,
    srpAddrs: (value as { readonly procList?: readonly unknown[] }).procList ?? [],
    hasAppended: !isInRingOrder(procList),
    lists,
    loopbacks: refs.filter(({ ip }) => isLoopback(ip)).map(({ nodeid }) => nodeid),
    key: lists === null ? '' : sameJoinKey(message, lists),
    learntAt: -1,
  };
}
