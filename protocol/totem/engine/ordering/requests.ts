// The retransmission requests that a token carries (specs/totem.md 3.3 steps 10 and 11; totemsrp.c orf_token_rtr).
// Entries of other rings are opaque and carried on.
import { seqLt } from '../../seqno.ts';
import { RETRANSMIT_ENTRIES_MAX } from '../../messages.ts';
import { windowInUse } from './delivery.ts';
import { multicast, note } from '../effects.ts';
import { countMiss, isInWindow, itemAt } from './sort-queue.ts';
import type { Machine, RtrEntry, Visit } from '../state.ts';
import { holdsAt, putU32, u32At } from '../wire/octets.ts';

/**
 * Entries of a token whose length was checked against their count. Told as Corosync logs them, "Retransmit List: …": by
 * every node that the token comes to, not by the one that asks.
 */
export function rtrListOf(m: Machine, token: Uint8Array): RtrEntry[] {
  const { token: at, rtrItem } = m.dialect.wire.at;
  const count = u32At(token, at.rtrListEntries);
  const list: RtrEntry[] = [];
  for (let i = 0; i < count; i++) {
    const from = at.size + i * rtrItem.size;
    const octets = token.slice(from, from + rtrItem.size);
    list.push({ octets, seq: holdsAt(octets, 0, m.state.myRingId.octets) ? u32At(octets, rtrItem.seq) : -1 });
  }
  const seqs = list.flatMap(({ seq }) => (seq < 0 ? [] : [seq]));
  if (seqs.length > 0) note(m, { kind: 'retransmit-list', seqs });
  return list;
}

/** Step 10: multicasts again what is asked for and I hold, and takes it off the list. How many that were. */
export function answerRequests(m: Machine, v: Visit, allowed: number): number {
  const queue = windowInUse(m.state);
  let again = 0;
  v.rtr = (v.rtr ?? []).filter(({ seq }) => {
    const item = again < allowed && seq >= 0 ? itemAt(queue, seq) : null;
    if (item === null) return true;
    multicast(m, item.octets);
    m.state.counters.mcast_retx++;
    again++;
    return false;
  });
  return again;
}

/** Step 11: asks for what I miss and have missed at miss_count_const visits, while the list has room. */
export function requestMissing(m: Machine, v: Visit): void {
  const s = m.state;
  const queue = windowInUse(s);
  const listed = new Set(v.rtr?.map(({ seq }) => seq));
  const list = v.rtr ?? [];
  let seq = s.myAru;
  while (seqLt(seq, v.seq) && list.length < RETRANSMIT_ENTRIES_MAX) {
    seq = (seq + 1) >>> 0;
    if (!isInWindow(queue, seq)) break;
    if (itemAt(queue, seq) !== null) continue;
    if (countMiss(queue, seq) < m.config.missCountConst || listed.has(seq)) continue;
    list.push({ octets: rtrItem(m, seq), seq });
  }
  v.rtr = list;
}

function rtrItem(m: Machine, seq: number): Uint8Array {
  const { rtrItem: at } = m.dialect.wire.at;
  const octets = new Uint8Array(at.size);
  octets.set(m.state.myRingId.octets);
  putU32(octets, at.seq, seq);
  return octets;
}

/** The token up to its list, then this list. */
export function rtrOctets(m: Machine, token: Uint8Array, list: readonly RtrEntry[]): Uint8Array {
  const { token: at, rtrItem: item } = m.dialect.wire.at;
  const out = new Uint8Array(at.size + list.length * item.size);
  out.set(token.subarray(0, at.size));
  putU32(out, at.rtrListEntries, list.length);
  list.forEach(({ octets }, i) => out.set(octets, at.size + i * item.size));
  return out;
}
