// Multicasts are asked for again and no single cause fits: loss on a link. Who misses them is told by who asks: if all
// others ask for what one node sent, its own sending is lost. Reference: specs 7.8.
import type { Finding } from '../../result.ts';
import type { LossPattern } from '../../traffic/loss/requests.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { usesGroup } from '../links/multicast-deaf.ts';
import { capital, listed, nodesText, nodeText, plural, seconds } from '../engine/words.ts';

/** Fewer requests in a capture are the chance of a busy network; more of them are a finding. */
const MISSED_MIN = 3;
/** Signs of any kind, where few multicasts were sent at all. */
const SIGNS_MIN = 6;
/** Multicasts lost right after a ring formed and not later are links that were just coming up. */
const FORMING_NS = 1.5e9;
/** A node on whose links nearly all of the loss lies, while every other leaves some of it unexplained, is the one. */
const MAIN_SHARE = 0.85;
const UNEXPLAINED_MIN = 2;
/** Else all whose part is so large are named. */
const PART_SHARE = 0.3;
/** A multicast that one of several misses went out well: it was lost at that one's end. */
const SENDER_OF_GROUP = 0.25;

interface Parts {
  /** Multicasts that it missed, and multicasts of its own that were missed. */
  receives: number;
  sends: number;
  /** Losses on a way that it is an end of. */
  touched: number;
}

interface Blame {
  readonly byNode: Map<number, Parts>;
  firstNs: number;
  lastNs: number;
  missed: number;
  /** Lost hops of the token, and lost pings of knet. */
  signs: number;
  losses: number;
  readonly patterns: LossPattern[];
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

function blame(context: FindingContext): Blame {
  const all: Blame = { byNode: new Map(), firstNs: Infinity, lastNs: 0, missed: 0, signs: 0, losses: 0, patterns: [] };
  for (const { ring, members, firstToken } of context.rings)
    for (const pattern of context.losses.patternsOf(ring)) {
      const isForming = firstToken !== null && pattern.lastNs < firstToken + FORMING_NS;
      if (!isForming && context.ledger.covering(pattern.firstNs) === null) weigh(context, all, pattern, members);
    }
  if (all.missed === 0) return all;
  // Tokens that took copies tell of the same links: of both ends.
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
  for (const { src, dst, lost } of context.links.lossy) {
    all.signs += lost;
    all.losses += lost;
    for (const address of [src, dst]) {
      const node = context.addresses.nodeAt(address);
      if (node !== null) partsOf(all, node).touched += lost;
    }
  }
  return all;
}

function culpritsOf({ byNode, losses }: Blame): readonly number[] {
  const ranked = [...byNode]
    .map(([node, { touched }]) => ({ node, share: touched / losses }))
    .sort((a, b) => b.share - a.share);
  const [main, second] = ranked;
  if (main === undefined) return [];
  const unexplained = (main.share - (second?.share ?? 0)) * losses;
  if (main.share >= MAIN_SHARE && unexplained >= UNEXPLAINED_MIN) return [main.node];
  return ranked
    .filter(({ share }) => share >= PART_SHARE)
    .map(({ node }) => node)
    .sort((a, b) => a - b);
}

function partsText(context: FindingContext, { byNode }: Blame, culprits: readonly number[]): string {
  return listed(
    culprits.map((node) => {
      const { receives = 0, sends = 0 } = byNode.get(node) ?? {};
      const parts = [
        ...(receives > 0 ? [`missed ${plural(receives, 'multicast')}`] : []),
        ...(sends > 0 ? [`${sends} of its own were lost on their way out`] : []),
      ];
      return (
        `${nodeText(context, node)} ` +
        `${listed(parts.length === 0 ? ['took part in lost hops of the token'] : parts)}`
      );
    }),
  );
}

function said(context: FindingContext, all: Blame): Finding {
  const culprits = culpritsOf(all);
  const { delivery } = context;
  const share = delivery.mcasts === 0 ? 0 : (100 * all.missed) / delivery.mcasts;
  const [culprit] = culprits;
  const where =
    culprits.length === 1 && culprit !== undefined
      ? `on the link of ${nodeText(context, culprit)}`
      : culprits.length === 0
        ? 'in the network'
        : `on the links of ${nodesText(context, culprits)}`;
  const hops = context.hops.hops.filter(({ sentNs }) => sentNs >= all.firstNs - 1e9 && sentNs <= all.lastNs + 1e9);
  const made = finding('packet-loss', 'warning', {
    time: all.firstNs,
    until: all.lastNs,
    culprits,
    says:
      `Packets are lost ${where}: ${plural(all.missed, 'multicast')} of ` +
      `${delivery.mcasts} (${share.toFixed(1)} %) had to be asked for ` +
      `in ${seconds(all.lastNs - all.firstNs)} s; ${partsText(context, all, culprits)}.` +
      (hops.length > 0 ? ` ${plural(hops.length, 'token')} took copies in the same time.` : ''),
    evidence: [
      ...all.patterns.slice(0, 6).map(({ by, src, origin, frames, count }) => ({
        frames,
        says:
          `${plural(count, 'multicast')} of ` +
          `${origin === 0 ? 'a node that is not seen to send them' : `node ${origin}`}` +
          `${src < 0 ? ', lost before it came here' : ''}, asked for by ${listed(by.map((node) => `node ${node}`))}`,
      })),
      ...context.losses
        .requesters()
        .slice(0, 4)
        .map(({ node, frames }) => ({ frames: frames.slice(0, 4), says: `tokens by which node ${node} asks` })),
    ],
    cause: 'Frames are dropped: a bad cable or port, a full queue or receive buffer, an overloaded host or switch.',
    advice:
      `${capital(where.replace(/^on /, ''))}: error and drop counters of the interface and its switch ` +
      'port, receive buffers (UDP RcvbufErrors), other load on that network.',
    confidence: culprits.length === 1 ? 0.85 : 0.6,
    reference: 'totemsrp.c: a gap is asked for at the fifth token that shows it',
  });
  // Lost tokens on the same links go on before and behind the multicasts that were asked for.
  const own = context.hops.hops.filter(({ src, dst }) =>
    [src, dst].some((address) => culprits.includes(context.addresses.nodeAt(address) ?? -1)),
  );
  const fromNs = Math.min(all.firstNs, ...own.map(({ sentNs }) => sentNs)) - 2e9;
  const untilNs = Math.max(all.lastNs, ...own.map(({ nextNs }) => nextNs)) + 2e9;
  context.ledger.cover({ finding: made, fromNs, untilNs, nodes: culprits });
  for (const incident of context.incidents) {
    const { broken, declaredNs, sinceNs } = incident;
    const isThere = culprits.includes(broken?.to ?? -1) || culprits.includes(broken?.from ?? -1);
    if (isThere && declaredNs >= fromNs && sinceNs <= untilNs) context.ledger.explain(incident, made);
  }
  return made;
}

export const packetLoss: Rule = {
  name: 'packet-loss',
  run: (context) => {
    const all = blame(context);
    const isEnough = all.missed >= MISSED_MIN || (all.missed > 0 && all.missed + all.signs >= SIGNS_MIN);
    return isEnough ? [said(context, all)] : [];
  },
};
