// What this capture cannot show: damage, drops, cut and missing frames, encrypted packets, hops that the place of the
// capture does not see. Conclusions that rest on what is missing are weaker.
import { PacketKind } from '../../../store/kinds.ts';
import { keptChunks } from '../../../store/packet-store.ts';
import { STEPS_MAX } from '../../traffic/activity/clock-steps.ts';
import { lossesText, sinceStart, UNCOUNTED_SAYS } from '../../losses.ts';
import { stepsOf } from '../engine/clock.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { idsText, nodeText, plural, seconds } from '../engine/words.ts';

/** Share of a ring's hops that may be missing before it is said: a frame lost here and there is no vantage point. */
const UNSEEN_SHARE_MIN = 0.02;
/** Joins come every 50 ms. */
const BEGUN_NS = 0.15e9;

function unseenHops(context: FindingContext): string | null {
  let hops = 0;
  let unseen = 0;
  const silent = new Set<string>();
  for (const { ring, tokens } of context.tokens.all()) {
    hops += tokens.hops;
    unseen += tokens.unseen;
    const members = context.rings.find((history) => history.ring === ring)?.members ?? [];
    if (tokens.unseen < tokens.hops * UNSEEN_SHARE_MIN || members.length < 2) continue;
    const senders = new Set([...tokens.senders].map((src) => context.addresses.nodeAt(src)));
    for (const node of members) if (!senders.has(node)) silent.add(nodeText(context, node));
  }
  if (hops === 0 || unseen / hops < UNSEEN_SHARE_MIN) return null;
  const whose = silent.size === 0 ? '' : `, among them all that ${[...silent].join(' and ')} sent`;
  return `${unseen} of ${hops} hops of the token are not in it${whose}: it was taken where these unicasts do not pass`;
}

/** The first joins of the capture are of nodes that had heard others before: why they gather is not in it. */
function beginsInGather({ joins, startNs, nodes }: FindingContext): string | null {
  const [first] = joins.all;
  if (first === undefined || first.fromNs - startNs > BEGUN_NS || first.isLeave) return null;
  if (first.proc.length < 2 || first.count < 2) return null;
  const unheard = first.proc.filter((node) => !nodes.some(({ nodeid }) => nodeid === node));
  const whose = unheard.length === 0 ? '' : `, among them what became of ${idsText([...unheard])}`;
  return `it begins while nodes gather, and why they do lies before it${whose}`;
}

function countOf({ store }: FindingContext, matches: (kind: number, link: number) => boolean): number {
  let count = 0;
  for (const { columns, rows } of keptChunks(store)) {
    const { kind, link } = columns;
    for (let row = 0; row < rows; row++) if (matches(kind[row]!, link[row]!)) count++;
  }
  return count;
}

/** Where its clock was set, or it paused: times across that say nothing. */
function clockSays(context: FindingContext): readonly string[] {
  const says: string[] = [];
  const [back] = context.backward;
  if (back !== undefined)
    says.push(
      `${plural(context.backward.length, 'packet')} ${context.backward.length < STEPS_MAX ? '' : 'or more '}` +
        'stamped before the one in front, the first by ' +
        `${seconds(back.fromNs - back.toNs)} s in frame ${back.frame}: out of order, or the clock was set back`,
    );
  const forward = stepsOf(context);
  const more = forward.length > 1 ? `, the longest of ${forward.length} such steps` : '';
  const [step] = forward.toSorted((a, b) => b.toNs - b.fromNs - (a.toNs - a.fromNs));
  if (step === undefined) return says;
  const { frame, fromNs, toNs, missed, isDue } = step;
  says.push(
    isDue
      ? `frame ${frame} is stamped ${seconds(toNs - fromNs)} s after the one in front of it${more}, and what was due ` +
          'next follows: the clock was set forward, or all of the ring stood still with the capture'
      : `nothing was captured for ${seconds(toNs - fromNs)} s before frame ${frame}${more}, while the token made ` +
          `${plural(missed, 'hop')}: the capture paused`,
  );
  return says;
}

export const captureIncomplete: Rule = {
  name: 'capture-incomplete',
  run: (context) => {
    const { facts, packets, delivery } = context;
    const missing: string[] = [];
    if (facts.damage !== null) missing.push(facts.damage.says);
    const { list, isUncounted } = facts.losses;
    if (list.length > 0) missing.push(lossesText(list, sinceStart(context.startNs)));
    if (facts.cutFrames > 0) missing.push(`${facts.cutFrames} frames of the ring were cut by the snap length`);
    const encrypted = packets.byKind['encrypted'] ?? 0;
    if (encrypted > 0) missing.push(`${encrypted} packets are encrypted and no key at hand opens them`);
    const open =
      (packets.byKind['fragment'] ?? 0) === 0
        ? 0
        : countOf(context, (kind, link) => kind === PacketKind.FRAGMENT && link === 0);
    if (open > 0) missing.push(`${open} fragments were never completed`);
    missing.push(...clockSays(context));
    const begun = beginsInGather(context);
    if (begun !== null) missing.push(begun);
    const hops = unseenHops(context);
    if (hops !== null) missing.push(hops);
    if (delivery.neverSeen > 0) missing.push(`${delivery.neverSeen} multicasts that a token names were never captured`);
    if (context.redundancy === 'one-seen')
      missing.push('the nodes have two redundant rings and only one of the two networks is in it');
    if (missing.length === 0 && !isUncounted) return [];
    const is = missing.length === 0 ? 'may be' : 'is';
    const says = `This capture ${is} incomplete: ${[...missing, ...(isUncounted ? [UNCOUNTED_SAYS] : [])].join('; ')}.`;
    const advice =
      encrypted > 0 && packets.relevant === encrypted ? 'the authkey of the ring, given with --key.' : null;
    return [
      finding('capture-incomplete', 'info', {
        time: context.store.chunks[0]?.timeNs[0] ?? 0,
        says,
        evidence: [],
        advice,
      }),
    ];
  },
};
