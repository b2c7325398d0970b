// Multicasts are asked for again and no single cause fits: loss on a link. Who misses them is told by who asks: if all
// others ask for what one node sent, its own sending is lost. Over knet pings that get no pong here and there tell as
// much, and on which link. Reference: specs 7.8.
import type { Finding } from '../../result.ts';
import type { Incident } from '../engine/incidents.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, listed, nodesText, nodeText, plural, seconds } from '../engine/words.ts';
import { cutLists } from './cut-lists.ts';
import { blame, culpritsOf, type Blame } from './loss-blame.ts';
import { pingLossOf, type PingLoss } from './ping-loss.ts';

/** Fewer requests in a capture are the chance of a busy network; more of them are a finding. */
const MISSED_MIN = 3;
/** Signs of any kind, where few multicasts were sent at all. */
const SIGNS_MIN = 6;
/** Pings lost at so many moments, so many in all, and of all that were sent: frames are lost there. */
const MOMENTS_MIN = 2;
const LOST_PINGS_MIN = 4;
const LOST_SHARE_MIN = 0.07;
/** A way that was dead for so long was down, and what stopped meanwhile did not stop for single losses. */
const DOWN_NS_MIN = 5e9;
/** A pong so late had waited for a process that stood still. */
const STILL_NS_MIN = 0.5e9;

function whereSays(context: FindingContext, culprits: readonly number[], link: number): string {
  const [culprit] = culprits;
  const which = link > 0 ? `link ${link}` : 'the link';
  if (culprit === undefined) return 'in the network';
  if (culprits.length > 1) return `on the links of ${nodesText(context, culprits)}`;
  return `on ${which} of ${nodeText(context, culprit)}`;
}

const pingsText = ({ lost, pings, link }: PingLoss): string =>
  `${lost} of ${pings} pings of knet on link ${link} got no pong (${((100 * lost) / pings).toFixed(0)} %).`;

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
  const where = whereSays(context, culprits, all.pings?.link ?? 0);
  const [fromNs, untilNs] = spanOf(all);
  const hops = context.hops.hops.filter(({ sentNs }) => sentNs >= fromNs - 1e9 && sentNs <= untilNs + 1e9);
  const asked =
    `${plural(all.missed, 'multicast')} of ${delivery.mcasts} (${share.toFixed(1)} %) had to be asked for ` +
    `in ${seconds(untilNs - fromNs)} s; ${partsText(context, all, culprits)}`;
  const made = finding('packet-loss', 'warning', {
    time: fromNs,
    until: untilNs,
    culprits,
    says:
      `Packets are lost ${where}: ` +
      (all.missed === 0 ? '' : `${asked}${all.pings === null ? '.' : '; '}`) +
      (all.pings === null ? '' : pingsText(all.pings)) +
      (hops.length > 0 ? ` ${plural(hops.length, 'token')} took copies in the same time.` : ''),
    evidence: [
      ...(all.pings === null ? [] : [{ frames: all.pings.frames, says: 'pings of knet that got no pong' }]),
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
  explain(context, all, made);
  return made;
}

function spanOf({ firstNs, lastNs, pings }: Blame): readonly [fromNs: number, untilNs: number] {
  return [Math.min(firstNs, pings?.firstNs ?? Infinity), Math.max(lastNs, pings?.lastNs ?? 0)];
}

function explain(context: FindingContext, all: Blame, made: Finding): void {
  const { culprits } = made;
  const [firstNs, lastNs] = spanOf(all);
  // Lost tokens on the same links go on before and behind the multicasts that were asked for.
  const own = context.hops.hops.filter(({ src, dst }) =>
    [src, dst].some((address) => culprits.includes(context.addresses.nodeAt(address) ?? -1)),
  );
  const fromNs = Math.min(firstNs, ...own.map(({ sentNs }) => sentNs)) - 2e9;
  const untilNs = Math.max(lastNs, ...own.map(({ nextNs }) => nextNs)) + 2e9;
  context.ledger.cover({ finding: made, fromNs, untilNs, nodes: culprits });
  for (const incident of context.incidents) {
    const { broken, declaredNs, sinceNs } = incident;
    const isThere = [broken?.to, broken?.from].some((node) => culprits.includes(node ?? -1));
    const isSame = all.pings === null ? isThere : mayBeOf(context, incident, culprits);
    if (isSame && declaredNs >= fromNs && sinceNs <= untilNs) context.ledger.explain(incident, made);
  }
}

/** Nobody died or stood still, and no way was down for long: then the lost token is one more of the lost frames. */
function mayBeOf(context: FindingContext, incident: Incident, culprits: readonly number[]): boolean {
  const { links, addresses, endNs } = context;
  const { absent, broken, sinceNs, untilNs } = incident;
  if (absent.some(({ back, wasPinging }) => (back === 'never' && !wasPinging) || back === 'newborn')) return false;
  const named = [broken?.from, broken?.to, ...(broken?.suspects ?? []), ...absent.map(({ node }) => node)];
  const isNear = (address: number): boolean => culprits.includes(addresses.nodeAt(address) ?? -1);
  const wasDown = links.outages.some(
    ({ src, dst, ...outage }) =>
      (outage.untilNs ?? endNs) - outage.fromNs >= DOWN_NS_MIN &&
      (isNear(src) || isNear(dst)) &&
      outage.fromNs < untilNs &&
      (outage.untilNs ?? endNs) > sinceNs,
  );
  const stood = links.late.some(
    ({ address, timeNs, delayNs }) =>
      isNear(address) && delayNs >= STILL_NS_MIN && timeNs > sinceNs && timeNs - delayNs < untilNs,
  );
  return !wasDown && !stood && named.some((node) => culprits.includes(node ?? -1));
}

/** Pings say that frames are lost at one node, and the ring suffers from it. */
function tellingPings(context: FindingContext): PingLoss | null {
  const pings = pingLossOf(context);
  if (pings === null || pings.moments < MOMENTS_MIN || pings.lost < LOST_PINGS_MIN) return null;
  return pings.lost >= pings.pings * LOST_SHARE_MIN ? pings : null;
}

/** Before the rules of what cuts and pauses do: while frames are lost, knet takes the link down and up, like a cut. */
export const lossyLink: Rule = {
  name: 'packet-loss',
  run: (context) => {
    const pings = tellingPings(context);
    const node = pings?.node ?? null;
    if (pings === null || node === null) return [];
    const isFelt =
      context.hops.hops.length > 0 || context.incidents.some((incident) => mayBeOf(context, incident, [node]));
    return isFelt ? [said(context, blame(context, pings))] : [];
  },
};

export const packetLoss: Rule = {
  name: 'packet-loss',
  run: (context) => {
    if (context.ledger.said('packet-loss').length > 0) return [];
    const all = blame(context, tellingPings(context));
    const isEnough = all.missed >= MISSED_MIN || (all.missed > 0 && all.missed + all.signs >= SIGNS_MIN);
    // Short lists are what is left where most were cut off: they are not like the others, and measure no loss.
    const isMostlyCut = context.losses.cut.tokens > all.missed;
    return isEnough && !isMostlyCut ? [said(context, all)] : cutLists(context);
  },
};
