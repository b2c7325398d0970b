// A link between two nodes is down while the ring goes on: knet's pings are not answered, or ring tests of Corosync 1
// mark a redundant ring. Reference: specs 1.8, 1.11; signatures 23.
import { PacketKind } from '../../../store/kinds.ts';
import { keptChunks } from '../../../store/packet-store.ts';
import type { Finding } from '../../result.ts';
import type { LinkOutage } from '../../traffic/senders/knet-links.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, listed, nodeText, nodesText, plural, seconds } from '../engine/words.ts';
import { isSealed } from '../sealed/sealed-ring.ts';

/** Shorter ones are no outage. */
const DOWN_NS_MIN = 0.1e9;
const APART_NS = 5e9;
/** A fault that begins within this time of the first lost ping is the same. */
const AFTER_NS = 2e9;
/** A token that is sent again so often, and for so long, does not get through on this network. */
const SILENT_NS = 0.5e9;
const SILENT_COPIES = 2;
/** So many pings in a row are lost by chance where many frames are. */
const LOST_PINGS_MAX = 4;
/** Rows of missing pongs to be expected: more of them are no outage. */
const CHANCE_MAX = 0.001;
/** More hops that are not seen do not pass where the capture was taken. */
const ELSEWHERE_SHARE = 0.2;

interface Outage {
  readonly link: number;
  fromNs: number;
  untilNs: number;
  isOpen: boolean;
  readonly parts: LinkOutage[];
}

/** Single pings are lost on this path too: frames are lost there, the link is not down. */
function isLossy({ links }: FindingContext, { src, dst }: LinkOutage): boolean {
  return links.lossy.some((path) => path.short > 1 && [src, dst].includes(path.src) && [src, dst].includes(path.dst));
}

/** Share of the frames that is missing here and there: by pongs without their pings, and by hops that were not seen. */
function missingShare({ links, tokens }: FindingContext): number {
  const pongs = links.paths.reduce((sum, path) => sum + path.pongs, 0);
  const unasked = links.paths.reduce((sum, path) => sum + path.unasked, 0);
  const { hops, unseen } = tokens.hops;
  const share = unseen / Math.max(1, hops);
  return Math.max(unasked / Math.max(1, pongs), share < ELSEWHERE_SHARE ? share : 0);
}

/** So few pongs in a row, among all that were asked for, are missing in the capture by chance. */
function missing(context: FindingContext): (outage: LinkOutage) => boolean {
  const share = missingShare(context);
  const asked = context.links.paths.reduce((sum, path) => sum + path.pings, 0);
  return ({ pings }) => asked * share ** pings > CHANCE_MAX;
}

/** Outages of one link that overlap, or nearly so, are one. */
function together(context: FindingContext): readonly Outage[] {
  const all: Outage[] = [];
  const isMissing = missing(context);
  for (const part of [...context.links.outages].sort((a, b) => a.fromNs - b.fromNs)) {
    // Before a link was first up the other end had not started.
    const end = part.untilNs ?? context.endNs;
    const isKnown = [part.fromNs, part.fromNs + AFTER_NS, end].some((time) => context.ledger.covering(time) !== null);
    if (!part.wasUp || isKnown || isLossy(context, part) || isMissing(part)) continue;
    const known = all.find(({ link, untilNs }) => link === part.link && part.fromNs - untilNs < APART_NS);
    if (known === undefined)
      all.push({ link: part.link, fromNs: part.fromNs, untilNs: end, isOpen: part.untilNs === null, parts: [part] });
    else {
      known.parts.push(part);
      known.untilNs = Math.max(known.untilNs, end);
      known.isOpen ||= part.untilNs === null;
    }
  }
  return all;
}

/** A node all of whose peers report the outage; else both ends. */
function culpritsOf(context: FindingContext, { parts }: Outage): readonly number[] {
  const ends = parts.map(({ src, dst }) => [context.addresses.nodeAt(src), context.addresses.nodeAt(dst)] as const);
  const all = [...new Set(ends.flat())].filter((node) => node !== null);
  const common = all.filter((node) => ends.every((pair) => pair.includes(node)));
  return (common.length === 1 ? common : all).sort((a, b) => a - b);
}

function isGone(context: FindingContext, culprits: readonly number[], outage: Outage): boolean {
  const { fromNs, untilNs } = outage;
  const left = context.odd.leaves.some(
    ({ node, timeNs }) =>
      culprits.includes(node) &&
      timeNs <= untilNs &&
      (timeNs >= fromNs - APART_NS || isStillAway(context, node, timeNs, fromNs)),
  );
  if (left || livesOnAnother(context, outage)) return left;
  return context.incidents.some(
    ({ absent, declaredNs }) =>
      declaredNs >= fromNs - APART_NS &&
      declaredNs <= untilNs + APART_NS &&
      absent.some(({ node, back }) => culprits.includes(node) && back !== 'elsewhere'),
  );
}

/** No ring with it since it left. */
function isStillAway({ rings }: FindingContext, node: number, leftNs: number, untilNs: number): boolean {
  return !rings.some(
    ({ members, firstToken }) => members.includes(node) && (firstToken ?? 0) > leftNs && (firstToken ?? 0) < untilNs,
  );
}

/** Pings between the same nodes are answered on another link all the time. */
function livesOnAnother({ links, addresses }: FindingContext, { link, parts, fromNs, untilNs }: Outage): boolean {
  const ends = ({ src, dst }: { readonly src: number; readonly dst: number }): string =>
    `${addresses.nodeAt(src)} ${addresses.nodeAt(dst)}`;
  return parts.every((part) =>
    links.paths.some(
      (path) =>
        path.link !== link &&
        path.pongs > 0 &&
        ends(path) === ends(part) &&
        !links.outages.some(
          (other) =>
            other.link === path.link &&
            ends(other) === ends(part) &&
            other.fromNs < untilNs &&
            (other.untilNs ?? Infinity) > fromNs,
        ),
    ),
  );
}

/** Some pings in a row on a link of a node on which frames are lost: more of the same. */
function isLossOf({ ledger }: FindingContext, culprits: readonly number[], parts: readonly LinkOutage[]): boolean {
  return (
    parts.every(({ pings, untilNs }) => pings <= LOST_PINGS_MAX && untilNs !== null) &&
    ledger.said('packet-loss').some((loss) => loss.culprits.some((node) => culprits.includes(node)))
  );
}

function ofKnet(context: FindingContext): readonly Finding[] {
  // Where only pings can be read it is not known who left, died, or went on.
  if (isSealed(context)) return [];
  return together(context).flatMap((outage) => {
    const { link, fromNs, untilNs, isOpen, parts } = outage;
    const culprits = culpritsOf(context, outage);
    // Pings that had waited leave at once.
    if (untilNs - fromNs < DOWN_NS_MIN) return [];
    // Who left, died or was cut off answers on no link: that is said elsewhere.
    if (isGone(context, culprits, outage) || isLossOf(context, culprits, parts)) return [];
    const [culprit] = culprits;
    const of =
      culprits.length === 1 && culprit !== undefined
        ? `of ${nodeText(context, culprit)}`
        : `between ${nodesText(context, culprits)}`;
    const pings = parts.reduce((sum, part) => sum + part.pings, 0);
    const made = finding('link-down', 'warning', {
      time: fromNs,
      until: isOpen ? null : untilNs,
      culprits,
      says:
        `Link ${link} ${of} was down for ` +
        `${isOpen ? 'at least ' : ''}${seconds(untilNs - fromNs)} s: ${plural(pings, 'ping')} without a pong. ` +
        'The ring went on, on another link or between losses.',
      evidence: parts.slice(0, 6).map(({ src, dst, frames, untilFrame }) => ({
        frames: [...frames, ...(untilFrame === null ? [] : [untilFrame])],
        says:
          `pings of ${context.store.address(src)} to ${context.store.address(dst)} without an ` +
          `answer${untilFrame === null ? '' : ', and the first pong again'}`,
      })),
      cause: 'The network of that link is interrupted.',
      advice: `cable, switch port and interface of link ${link}; corosync-cfgtool -s on both ends.`,
      confidence: 0.85,
      reference: 'corosync.conf(5): knet_ping_interval, knet_ping_timeout',
    });
    for (const incident of lostOn(context, culprits, outage)) context.ledger.explain(incident, made);
    return [made];
  });
}

/** Tokens that were lost at these nodes when the link went down: until knet knows, it sends on a link that is dead. */
function lostOn({ incidents }: FindingContext, culprits: readonly number[], { fromNs, untilNs }: Outage) {
  return incidents.filter(
    ({ broken, sinceNs }) =>
      sinceNs >= fromNs - APART_NS &&
      sinceNs <= untilNs &&
      [broken?.from, broken?.to].some((node) => node != null && culprits.includes(node)),
  );
}

/** Ring tests are sent on a redundant ring of Corosync 1 that was marked faulty. */
function ofRingTests(context: FindingContext): readonly Finding[] {
  if ((context.packets.byKind['rrp'] ?? 0) === 0) return [];
  const frames: number[] = [];
  const senders = new Set<number>();
  let [firstNs, lastNs, count] = [Infinity, 0, 0];
  const { store } = context;
  for (const { columns, base, rows } of keptChunks(store)) {
    const { kind, src, timeNs } = columns;
    for (let i = 0; i < rows; i++) {
      if (kind[i] !== PacketKind.RRP) continue;
      count++;
      firstNs = Math.min(firstNs, timeNs[i]!);
      lastNs = Math.max(lastNs, timeNs[i]!);
      senders.add(src[i]!);
      if (frames.length < 8) frames.push(base + i + 1);
    }
  }
  const nodes = [...new Set([...senders].flatMap((address) => context.addresses.nodeAt(address) ?? []))].sort(
    (a, b) => a - b,
  );
  const from =
    nodes.length > 0 ? nodesText(context, nodes) : listed([...senders].map((address) => store.address(address)));
  return [
    finding('link-down', 'warning', {
      time: firstNs,
      until: lastNs,
      culprits: nodes,
      says:
        `${capital(from)} marked a redundant ring as faulty and ` +
        `${nodes.length === 1 ? 'tests' : 'test'} it: ${plural(count, 'ring test')} in ${seconds(lastNs - firstNs)} s.`,
      evidence: [{ frames, says: 'ring tests (types 6 and 7) on that ring' }],
      cause: 'Tokens or multicasts came on one of the redundant rings only.',
      advice: 'the network of the faulty ring; corosync-cfgtool -s names it.',
      confidence: 0.8,
      reference: 'corosync.conf(5): rrp_mode, rrp_problem_count_threshold',
    }),
  ];
}

/** A node stays silent on this network while tokens are sent to it, and its redundant ring goes on elsewhere. */
function ofSilence(context: FindingContext): readonly Finding[] {
  if (context.redundancy !== 'one-seen' || (context.packets.byKind['rrp'] ?? 0) > 0) return [];
  const silent = context.silences.filter(({ token, copies, backNs, fromNs }) => {
    const isLong = (backNs ?? context.endNs) - (token?.timeNs ?? Infinity) >= SILENT_NS;
    const isLost = context.incidents.some(({ declaredNs }) => Math.abs(declaredNs - fromNs) < APART_NS);
    return isLong && copies >= SILENT_COPIES && !isLost;
  });
  return [...new Set(silent.map(({ node }) => node))].map((node) => {
    const its = silent.filter((silence) => silence.node === node);
    const [first] = its;
    const back = its.at(-1)?.backNs ?? null;
    return finding('link-down', 'warning', {
      time: first?.token?.timeNs ?? 0,
      until: back,
      culprits: [node],
      says:
        `${capital(nodeText(context, node))} did not answer on this one of its redundant rings for ` +
        `${seconds((back ?? context.endNs) - (first?.token?.timeNs ?? 0))} s, and the ring went on: its token, or ` +
        'what it sent on, went by the other network.',
      evidence: its.slice(0, 6).map(({ token, backFrame }) => ({
        frames: [...(token === null ? [] : [token.frame]), ...(backFrame === null ? [] : [backFrame])],
        says: 'a token to it that was sent again, and what came from it next',
      })),
      cause: 'The network of this ring is interrupted at that node.',
      advice: 'the network of this ring; corosync-cfgtool -s on the nodes names a faulty ring.',
      confidence: 0.7,
      reference: 'corosync.conf(5): rrp_mode, rrp_problem_count_threshold',
    });
  });
}

export const linkDown: Rule = {
  name: 'link-down',
  run: (context) => [...ofKnet(context), ...ofRingTests(context), ...ofSilence(context)],
};
