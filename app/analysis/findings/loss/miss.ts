// What a node misses: its requests for retransmission, weighed. Whether everything, or only what is large, or only what
// one node sends is lost on the way to it, and whether sending again helps. Concludes no findings.
import type { LossPattern, Requester } from '../../traffic/loss/requests.ts';
import { SIZE_CLASSES, sizeClass } from '../../traffic/loss/sent-sizes.ts';
import type { FindingContext } from '../engine/rule.ts';

export interface Miss {
  readonly requester: Requester;
  /** Requests that came although the multicast had been sent again, as a share of all. */
  readonly vainShare: number;
  /** Multicasts of smaller size classes than all that it asked for, which it got meanwhile. */
  readonly smallerSent: number;
  /** Patterns in which it alone asks. */
  readonly alone: readonly LossPattern[];
}

/** Sending again never helped: requests, share in vain, and time. */
const VAIN_REQUESTS_MIN = 50;
const VAIN_SHARE_MIN = 0.6;
const VAIN_NS_MIN = 0.4e9;
/** Smaller multicasts that pass while larger ones never do. */
const SMALLER_MIN = 3;
/** So many that are as large and pass: it is not their size. */
const AS_LARGE_MIN = 3;
/** A ring formed so soon after the last request, in which it asks in vain at once, is of the same time. */
const NEXT_RING_NS = 1e9;
const AGAIN_MIN = 20;
/** Sizes that a path with a limit passes: nothing smaller than this is refused by any. */
const LIMIT_OCTETS_MIN = 256;

export function missesOf(context: FindingContext): readonly Miss[] {
  return context.losses.requesters().map((requester) => {
    const alone = context.losses
      .patternsOf(requester.ring)
      .filter(({ by }) => by.length === 1 && by[0] === requester.node);
    const below = requester.sizeMin === Infinity ? 0 : sizeClass(requester.sizeMin);
    let smallerSent = 0;
    for (let i = 0; i < Math.min(below, SIZE_CLASSES); i++) smallerSent += requester.passed[i]!;
    const vainShare = requester.requests === 0 ? 0 : requester.askedInVain / requester.requests;
    return { requester, vainShare, smallerSent, alone };
  });
}

/** Nothing that was sent again reached it. */
export function isInVain({ requester, vainShare }: Miss): boolean {
  const { requests, lastNs, firstNs } = requester;
  return requests >= VAIN_REQUESTS_MIN && vainShare >= VAIN_SHARE_MIN && lastNs - firstNs >= VAIN_NS_MIN;
}

/**
 * Only multicasts above a size are lost to it. Where every node gets copies of its own, on the way that its tokens take
 * too, what is lost for good is lost for its size.
 */
export function isBySize(context: FindingContext, miss: Miss, isGroup: boolean): boolean {
  const { sizeMin, passedAsLarge } = miss.requester;
  if (!isInVain(miss) || sizeMin < LIMIT_OCTETS_MIN || passedAsLarge >= AS_LARGE_MIN) return false;
  return !isGroup || miss.smallerSent >= SMALLER_MIN || joinsReach(context, miss);
}

/**
 * It agreed on a new ring with others while it missed everything before and behind: their joins, which are small,
 * pass.
 */
function joinsReach({ losses, rings }: FindingContext, { requester }: Miss): boolean {
  const its = losses.requesters().filter(({ node }) => node === requester.node);
  return its.some((earlier) =>
    its.some((later) => {
      const ring = rings.find((other) => other.ring === later.ring);
      const committed = ring?.committed ?? -Infinity;
      const isSameTime = committed > earlier.firstNs && committed - earlier.lastNs < NEXT_RING_NS;
      return later.askedInVain >= AGAIN_MIN && isSameTime && later.firstNs - committed < NEXT_RING_NS;
    }),
  );
}
