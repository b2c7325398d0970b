// In which turns an engine is given what a host read at once. Looks at nothing but the type of a datagram.
import { DIALECTS } from '../totem/dialect.ts';
import type { DialectOfEngine } from '../totem/engine/contract.ts';
import { MESSAGE_TYPES } from '../totem/messages.ts';

const MCAST = MESSAGE_TYPES.indexOf('mcast');
const TOKEN = MESSAGE_TYPES.indexOf('orf_token');

/**
 * Multicasts first, then the token, where a batch holds nothing else. The engine would process them in this order too;
 * in turns, what the multicasts deliver is answered before the token takes the open packet, as in a real node, which
 * delivers while it drains its sockets (specs/totem.md 3.3 step 2).
 */
export function turnsOf(batch: readonly Uint8Array[], dialect: DialectOfEngine): readonly (readonly Uint8Array[])[] {
  if (batch.length < 2) return [batch];
  const typeAt = DIALECTS[dialect].at.type;
  const mcasts = batch.filter((bytes) => bytes[typeAt] === MCAST);
  if (mcasts.length === 0 || mcasts.length === batch.length) return [batch];
  const others = batch.filter((bytes) => bytes[typeAt] !== MCAST);
  return others.every((bytes) => bytes[typeAt] === TOKEN) ? [mcasts, others] : [batch];
}
