// Where a token stopped, as far as the capture can tell: the last new token, its copies, and the nodes at which it may
// have stopped, which are several where the hops behind its receiver are not in the capture. Reference: specs 7.1, 7.3.
import type { RingHistory } from '../../result.ts';
import type { RingTokens, TokenSeen } from '../../traffic/token-watch.ts';
import type { FindingContext } from '../engine/rule.ts';

export interface TokenBreak {
  /** The highest new token before anyone gathered. */
  readonly last: TokenSeen;
  /** Its copies, sent in vain. */
  readonly copies: readonly TokenSeen[];
  readonly from: number | null;
  readonly to: number | null;
  /** Nodes at which it may have stopped, in the order of the ring; one where all hops are seen, none if unknown. */
  readonly suspects: readonly number[];
}

/**
 * The receiver; and where the capture never shows what it sends, the members behind it as far as the next one that is
 * seen to send. `members` in ring order.
 */
export function suspectsBehind(
  receiver: number,
  sender: number | null,
  members: readonly number[],
  isSeen: (node: number) => boolean,
): readonly number[] {
  const suspects = [receiver];
  const at = members.indexOf(receiver);
  if (at < 0) return suspects;
  for (let i = 1; i < members.length && !isSeen(suspects.at(-1) ?? receiver); i++) {
    const next = members[(at + i) % members.length];
    if (next === undefined || next === sender) break;
    suspects.push(next);
  }
  return suspects;
}

/** `declared`: when the first node gathered; `until`: up to when copies count. Null where no token was captured. */
export function breakOf(
  { tokens, addresses }: Pick<FindingContext, 'tokens' | 'addresses'>,
  ring: RingHistory,
  declared: number,
  until: number,
): TokenBreak | null {
  const seen = tokens.of(ring.ring);
  const last = seen?.fresh.filter(({ timeNs }) => timeNs <= declared).at(-1);
  if (seen === null || last === undefined) return null;
  const copies = seen.copies.filter(
    ({ timeNs, tokenSeq }) => tokenSeq === last.tokenSeq && timeNs <= until && timeNs > last.timeNs,
  );
  const [from, to] = [addresses.nodeAt(last.src), addresses.nodeAt(last.dst)];
  const senders = new Set([...seen.senders].map((address) => addresses.nodeAt(address)));
  // The order of the members is that of the ring only where its commit token was captured.
  const members = ring.committed === null ? [] : ring.members;
  const suspects = to === null ? [] : suspectsBehind(to, from, members, (node) => senders.has(node));
  return { last, copies, from, to, suspects };
}

/** The latest token of these that was sent to, or by, a node not after `until`. */
export function lastOf(
  { addresses }: Pick<FindingContext, 'addresses'>,
  seen: RingTokens | null,
  node: number,
  side: 'src' | 'dst',
  until: number,
): TokenSeen | null {
  const own = seen?.fresh.filter((token) => token.timeNs <= until && addresses.nodeAt(token[side]) === node);
  return own?.at(-1) ?? null;
}
