// Who is to blame for lost packets: weighs multicasts that were asked for, tokens that took copies, and lost pings of
// knet by the ends of their ways. Concludes no findings. Reference: specs 7.8.
import type { LossPattern } from '../../traffic/loss/requests.ts';
import type { FindingContext } from '../engine/rule.ts';
import { usesGroup } from '../links/multicast-deaf.ts';
import type { PingLoss } from './ping-loss.ts';

/** Multicasts lost right after a ring formed and not later are links that were just coming up. */
const FORMING_NS = 1.5e9;
/** A node on whose links nearly all of the loss lies, while every other leaves some of it unexplained, is the one. */
const MAIN_SHARE = 0.85;
const UNEXPLAINED_MIN = 2;
/** Else all whose part is so large are named. */
const PART_SHARE = 0.3;
/** A multicast that one of several misses went out well: it was lost at that one's end. */
const SENDER_OF_GROUP = 0.25;

export interface Parts {
  /** Multicasts that it missed, and multicasts of its own that were missed. */
  receives: number;
  sends: number;
  /** Losses on a way that it is an end of. */
  touched: number;
}

export interface Blame {
  readonly byNode: Map<number, Parts>;
  firstNs: number;
  lastNs: number;
  missed: number;
  /** Lost hops of the token, and lost pings of knet. */
  signs: number;
  losses: number;
  readonly patterns: LossPattern[];
  readonly pings: PingLoss | null;
}

function partsOf({ byNode }: Blame, node: number): Parts {
  const known = byNode.get(node) ?? { receives: 0, sends: 0, touched: 0 };
  byNode.set(node, known);
  return known;
}

/** Weighs one pattern: who misses it, and where on the way it was lost. */
function weigh(context: FindingContext, all: Blame, pattern: LossPattern, members: readonly number[]): void {
  const { src, origin, by, count } = pattern;
  all.firstNs = Math.min(all.firstNs, pattern.firstNs);
  all.lastNs = Math.max(all.lastNs, pattern.lastNs);
  all.missed += count;
  all.patterns.push(pattern);
  const others = members.filter((node) => node !== origin);
  const isSending = src < 0 || (others.length > 1 && by.length >= others.length);
  all.losses += count;
  if (origin !== 0) {
    const parts = partsOf(all, origin);
    parts.touched += count * (isSending || !usesGroup(context) || others.length < 2 ? 1 : SENDER_OF_GROUP);
    if (isSending) parts.sends += count;
  }
  for (const node of by) {
    const parts = partsOf(all, node);
    if (!isSending || origin === 0) parts.touched += count;
    if (!isSending) parts.receives += count;
  }
}

/**
 * Where the capture never shows what the receiver sends, its token may have been lost on any hop behind it: whoever
 * waits for the next one sends again.
 */
export function isShown({ tokens }: FindingContext, ring: number, dst: number): boolean {
  return tokens.of(ring)?.senders.has(dst) === true;
}

export function blame(context: FindingContext, pings: PingLoss | null): Blame {
  const none = { missed: 0, signs: 0, losses: 0 };
  const all: Blame = { byNode: new Map(), firstNs: Infinity, lastNs: 0, ...none, patterns: [], pings };
  for (const { ring, members, firstToken } of context.rings)
    for (const pattern of context.losses.patternsOf(ring)) {
      const isForming = firstToken !== null && pattern.lastNs < firstToken + FORMING_NS;
      if (!isForming && context.ledger.covering(pattern.firstNs) === null) weigh(context, all, pattern, members);
    }
  weighHops(context, all);
  if (pings !== null) weighPings(all, pings);
  return all;
}

/** Tokens that took copies tell of the same links: of both ends. */
function weighHops(context: FindingContext, all: Blame): void {
  for (const { src, dst, ring, sentNs } of context.hops.hops) {
    if (context.ledger.covering(sentNs) !== null) continue;
    all.signs++;
    if (!isShown(context, ring, dst)) continue;
    for (const address of [src, dst]) {
      const node = context.addresses.nodeAt(address);
      if (node !== null) partsOf(all, node).touched++;
    }
    all.losses++;
  }
}

function weighPings(all: Blame, { paths }: PingLoss): void {
  for (const { from, to, lost } of paths) {
    all.signs += lost;
    all.losses += lost;
    if (lost > 0) for (const node of [from, to]) partsOf(all, node).touched += lost;
  }
}

/** One node on whose links nearly all of it lies; else each that has a large part of it. */
export function culpritsOf({ byNode, losses, pings }: Blame): readonly number[] {
  const ranked = [...byNode]
    .map(([node, { touched }]) => ({ node, share: touched / losses }))
    .sort((a, b) => b.share - a.share);
  const [main, second] = ranked;
  if (main === undefined) return [];
  const unexplained = (main.share - (second?.share ?? 0)) * losses;
  if (main.share >= MAIN_SHARE && unexplained >= UNEXPLAINED_MIN) return [main.node];
  const parts = ranked.filter(({ share }) => share >= PART_SHARE).map(({ node }) => node);
  // Pings say of which node all ways lose frames, where the other ends have ways that lose none.
  const told = pings?.node ?? null;
  return told !== null && parts.includes(told) ? [told] : parts.sort((a, b) => a - b);
}
