// What a step hands to its host: sending, delivering, telling people. No decisions.
import type { EngineNote, MembershipState, TotemEffect } from './contract.ts';
import type { StoredMcast } from './ordering/sort-queue.ts';
import type { Machine } from './state.ts';
import type { Member, Ring } from './wire/dialect.ts';

/** Notes of one step about datagrams that were thrown away; a flood of them must not become a flood of notes. */
export const DISCARD_NOTES_MAX = 64;

/** What a step that does nothing returns. Nobody writes to it. */
export const NO_EFFECTS: TotemEffect[] = [];

/** Most steps have one effect or none: the array is made for it. */
export function emit(m: Machine, effect: TotemEffect): void {
  if (m.effects === NO_EFFECTS) m.effects = [effect];
  else m.effects.push(effect);
}

export function note(m: Machine, what: EngineNote): void {
  emit(m, { kind: 'note', note: what });
}

export function noteState(m: Machine, state: MembershipState, gatherFrom: number | null): void {
  note(m, { kind: 'state', state, gatherFrom, ringId: m.state.myRingId.ref });
}

/** A datagram that is thrown away: counted by its caller, said here. */
export function discard(m: Machine, what: string, why: string): void {
  if (m.discardNotesLeft === 0) return;
  m.discardNotesLeft--;
  note(m, { kind: 'discarded', what, why });
  if (m.discardNotesLeft === 0)
    note(m, {
      kind: 'discarded',
      what: 'more datagrams',
      why: `more than ${DISCARD_NOTES_MAX} in one step are not told`,
    });
}

export function multicast(m: Machine, bytes: Uint8Array): void {
  m.unsentJoin = -1;
  emit(m, { kind: 'send-mcast', bytes });
}

/** Sends a token or commit token, and keeps it for the retransmit and hold timers. */
export function sendToken(m: Machine, bytes: Uint8Array, to: Member): void {
  m.unsentJoin = -1;
  m.state.tokenCopy = bytes;
  m.state.tokenCopyTo = to;
  emit(m, { kind: 'send-token', to: to.ref, bytes });
}

/** Sends the kept token again: the identical octets to the same node (specs/totem.md 3.5). */
export function resendToken(m: Machine): void {
  const { tokenCopy, tokenCopyTo } = m.state;
  if (tokenCopy === null || tokenCopyTo === null) return;
  m.unsentJoin = -1;
  emit(m, { kind: 'send-token', to: tokenCopyTo.ref, bytes: tokenCopy });
}

export function deliver(m: Machine, item: StoredMcast, ring: Ring): void {
  emit(m, {
    kind: 'deliver',
    from: item.nodeid,
    seq: item.seq,
    ringId: ring.ref,
    packet: item.octets.subarray(m.dialect.wire.at.mcast.size),
    littleEndian: item.littleEndian,
  });
}
