// Who did not hear whom: concluded from what a node must do by the protocol when it hears a message to all, and did not
// do, while that message was on the wire. Concludes no causes. Reference: specs 2.3 to 2.5, 7.15a, 7.19.
import { PacketKind } from '../../../store/kinds.ts';
import { isSame } from '../../membership/node-set.ts';
import type { JoinRun } from '../../traffic/activity/join-runs.ts';
import type { RingSpell } from '../../traffic/activity/ring-spells.ts';
import { timersOf } from '../engine/timers.ts';
import { duplicateIds } from '../settings/duplicate-nodeid.ts';
import type { FindingContext } from '../engine/rule.ts';

/** One node did not hear another for a time. */
export interface Unheard {
  readonly hearer: number;
  readonly speaker: number;
  readonly fromNs: number;
  readonly untilNs: number;
  /** Of the speaker's joins or merge detects. */
  readonly spoken: readonly number[];
  /** Of what the hearer sent that shows it. */
  readonly shown: readonly number[];
  /**
   * "gave-up": its consensus timeout gave up one who agreed. "stayed": it went on with its ring. "unmoved": it went on
   * to gather without those whom the joins named. "pings": it answered no ping of knet, while it spoke itself.
   */
  readonly how: 'gave-up' | 'stayed' | 'unmoved' | 'pings';
}

/** Pongs that a node sends while its own pings get none. */
const ANSWERS_MIN = 2;
/** As a share of the pings: some come when a cut ends. */
const ANSWERS_SHARE_MIN = 0.4;
/** So many pings in a row are no chance, unless single ones are lost there too. */
const PINGS_MIN = 6;
const LOST_MAX = 1;
const TURNING_NS = 1e9;
/** Joins come every 50 ms: fewer than these may be lost, or thrown away after a pause. */
const JOINS_MIN = 10;
/** A list that another node's join brought follows it at once. */
const ACCUSED_NS = 10e6;
/** A join on the wire so long has come six times. */
const HEARD_NS = 0.3e9;
const AROUND_NS = 0.1e9;
/** Messages to all by which another ring is heard of. */
const CALLS_MIN = 3;
/** Share of the consensus timeout during which a node must not have reacted. */
const CONSENSUS_SHARE = 0.7;
/** Runs and spells that are compared pairwise; a capture with more is a storm, of which these tell enough. */
const COMPARED_MAX = 3000;

function overlap(a: { fromNs: number; untilNs: number }, b: { fromNs: number; untilNs: number }): number {
  return Math.min(a.untilNs, b.untilNs) - Math.max(a.fromNs, b.fromNs);
}

/** Gives those of the stretches, in order of their beginning, that overlap another one for so long; cheap for many. */
function overlapping<T extends { readonly fromNs: number; readonly untilNs: number }>(
  stretches: readonly T[],
  leastNs: number,
): (other: { readonly fromNs: number; readonly untilNs: number }) => readonly T[] {
  let last = -Infinity;
  /** When all up to each one have ended. */
  const ended = stretches.map(({ untilNs }) => (last = Math.max(last, untilNs)));
  return (other) => {
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ended[middle] ?? 0) - other.fromNs < leastNs) low = middle + 1;
      else high = middle;
    }
    const found: T[] = [];
    for (let i = low; i < stretches.length; i++) {
      const stretch = stretches[i];
      if (stretch === undefined || other.untilNs - stretch.fromNs < leastNs) break;
      if (overlap(stretch, other) >= leastNs) found.push(stretch);
    }
    return found;
  };
}

/** A node gave up another at its consensus timeout although that one said the very same all the time. */
function gaveUp(runs: readonly JoinRun[], windowNs: number): readonly Unheard[] {
  const found: Unheard[] = [];
  const last = new Map<number, JoinRun>();
  for (const [at, run] of runs.entries()) {
    const before = last.get(run.node);
    last.set(run.node, run);
    if (before === undefined || before.isLeave || run.isLeave || run.fromNs - before.fromNs < windowNs) continue;
    if (run.fromNs - before.untilNs > windowNs) continue;
    const added = run.failed.filter((node) => !before.failed.includes(node) && before.proc.includes(node));
    const given = added.filter((node) => node !== run.node && !isAccused(runs, at, run, node));
    const agreed = given.map((node) => agreedRun(runs, node, before, run.fromNs, windowNs));
    // Who gives up all at once while one agreed all the time, and the others at times, hears none of them.
    const isAll =
      run.proc.every((node) => node === run.node || given.includes(node)) && agreed.some((one) => one !== null);
    for (const [i, speaker] of given.entries()) {
      const first = agreed[i] ?? (isAll ? agreedRun(runs, speaker, before, run.fromNs, 0) : null);
      if (first === null) continue;
      const [hearer, fromNs, untilNs] = [run.node, before.fromNs, run.fromNs];
      const frames = { spoken: [first.firstFrame, first.lastFrame], shown: [before.firstFrame, run.firstFrame] };
      found.push({ hearer, speaker, fromNs, untilNs, ...frames, how: 'gave-up' });
    }
  }
  return found;
}

/** Joins of a node that said the very same as another's for so long, before that one gave it up. */
function agreedRun(
  runs: readonly JoinRun[],
  node: number,
  { proc, failed, fromNs }: JoinRun,
  untilNs: number,
  leastNs: number,
): JoinRun | null {
  const found = runs.find(
    (other) =>
      other.node === node &&
      (leastNs === 0 || other.count >= JOINS_MIN) &&
      isSame(other.proc, proc) &&
      isSame(other.failed, failed) &&
      overlap(other, { fromNs: fromNs + AROUND_NS, untilNs }) >= leastNs,
  );
  return found ?? null;
}

/** True where another's join, just before, brought the node onto the list, or the node itself had given this one up. */
function isAccused(runs: readonly JoinRun[], at: number, run: JoinRun, node: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const other = runs[i];
    if (other === undefined || run.fromNs - other.fromNs > ACCUSED_NS) return false;
    if (other.node === run.node) continue;
    if (other.failed.includes(node) || (other.node === node && other.failed.includes(run.node))) return true;
  }
  return false;
}

/** A node went on with its ring while a stranger to that ring sent joins, at which it would have had to gather. */
function stayed(runs: readonly JoinRun[], spells: readonly RingSpell[], context: FindingContext, windowNs: number) {
  const members = new Map(context.rings.map((ring) => [ring.ring, ring.members]));
  const found: Unheard[] = [];
  const calling = runs.filter(({ count, isLeave }) => count >= JOINS_MIN && !isLeave);
  for (const run of calling)
    for (const spell of spells) {
      if (spell.node === run.node || overlap(run, spell) < windowNs) continue;
      // Whoever is on a failed list ignores the join; whoever is a member with an older ring is ignored.
      if (run.failed.includes(spell.node) || members.get(spell.ring)?.includes(run.node) === true) continue;
      const [fromNs, untilNs] = [Math.max(run.fromNs, spell.fromNs), Math.min(run.untilNs, spell.untilNs)];
      if (context.joins.of(spell.node, fromNs, untilNs).length > 0) continue;
      if (!couldReach(context, run.node, spell.node)) continue;
      const frames = { spoken: [run.firstFrame, run.lastFrame], shown: [spell.lastFrame] };
      found.push({ hearer: spell.node, speaker: run.node, fromNs, untilNs, ...frames, how: 'stayed' });
    }
  return found;
}

/**
 * A node said again what it had said before, while another's joins named nodes that it did not know of. Once may follow
 * a pause; it must have spoken twice so.
 */
function unmoved(runs: readonly JoinRun[], context: FindingContext, windowNs: number): readonly Unheard[] {
  const news = runs.filter((run) => run.count >= JOINS_MIN && run.untilNs - run.fromNs >= windowNs && !run.isLeave);
  const found = news.flatMap((other) =>
    runs.flatMap((run) => {
      const [fromNs, untilNs] = [Math.max(run.fromNs, other.fromNs + HEARD_NS), Math.min(run.untilNs, other.untilNs)];
      if (run.node === other.node || run.isLeave || untilNs < fromNs) return [];
      if (isForming(context, run.node, other.fromNs, run.fromNs)) return [];
      const isNews = other.proc.some((node) => !run.proc.includes(node)) && !run.failed.includes(other.node);
      if (!isNews || !couldReach(context, other.node, run.node)) return [];
      const frames = {
        spoken: [other.firstFrame, other.lastFrame],
        shown: [...new Set([run.firstFrame, run.lastFrame])],
      };
      const edge = { hearer: run.node, speaker: other.node, fromNs: other.fromNs, untilNs, ...frames };
      // Whoever had only been late would answer at once what had queued up; a member may stand still for other reasons.
      const isStill =
        run.untilNs + HEARD_NS <= other.untilNs &&
        context.joins.of(run.node, run.untilNs + 1, run.untilNs + HEARD_NS).length === 0 &&
        !meet(context, [run.node], -Infinity, other.untilNs + HEARD_NS);
      const isSure = untilNs - fromNs >= windowNs / 2 || isStill;
      return [{ ...edge, how: 'unmoved' as const, proofs: isSure ? 2 : 1 }];
    }),
  );
  return found.filter(({ hearer, speaker }) => {
    const its = found.filter((edge) => edge.hearer === hearer && edge.speaker === speaker);
    return its.reduce((sum, { proofs }) => sum + proofs, 0) >= 2;
  });
}

/** A ring of several with all of them was committed, or turned, in the time. */
function meet({ rings }: FindingContext, nodes: readonly number[], fromNs: number, untilNs: number): boolean {
  return rings.some(({ members, committed, firstToken }) => {
    const at = committed ?? firstToken ?? -Infinity;
    return members.length > 1 && at >= fromNs && at <= untilNs && nodes.every((node) => members.includes(node));
  });
}

/** Two nodes went on on two rings while the one called, by merge detects or multicasts; the other did not gather. */
function wentOn(context: FindingContext, spells: readonly RingSpell[], windowNs: number): readonly Unheard[] {
  const calling = spells.filter(({ calls }) => calls >= CALLS_MIN);
  const spellsDuring = overlapping(spells, windowNs);
  return calling.flatMap((speaker) =>
    spellsDuring(speaker).flatMap((hearer) => {
      if (hearer.node === speaker.node || hearer.ring === speaker.ring) return [];
      const fromNs = Math.max(hearer.fromNs, speaker.fromNs);
      const untilNs = Math.min(hearer.untilNs, speaker.untilNs);
      const gathered = context.joins.of(hearer.node, fromNs + AROUND_NS, untilNs - AROUND_NS).length > 0;
      if (gathered || !couldReach(context, speaker.node, hearer.node)) return [];
      const frames = { spoken: [speaker.firstFrame, speaker.lastFrame], shown: [hearer.lastFrame] };
      return [{ hearer: hearer.node, speaker: speaker.node, fromNs, untilNs, ...frames, how: 'stayed' as const }];
    }),
  );
}

/** In COMMIT and RECOVERY a node takes no joins of strangers. */
function isForming({ transitions }: FindingContext, node: number, fromNs: number, untilNs: number): boolean {
  return transitions.some(
    ({ nodeid, to, time }) =>
      nodeid === node && (to === 'commit' || to === 'recovery') && time >= fromNs - AROUND_NS && time <= untilNs,
  );
}

/** The speaker sends to a group, or to the hearer's address. */
function couldReach({ senders, addresses }: FindingContext, speaker: number, hearer: number): boolean {
  return senders.all().some(
    ({ address, destinations }) =>
      addresses.nodeAt(address) === speaker &&
      [...destinations.keys()].some((to) => {
        const node = addresses.nodeAt(to);
        return node === null || node === hearer;
      }),
  );
}

/** A ring with both of them turned all the time: another link carries it. */
function turnsWith({ rings }: FindingContext, nodes: readonly number[], fromNs: number, untilNs: number): boolean {
  return (
    rings.length === 0 ||
    rings.some(
      ({ members, firstToken, lastToken }) =>
        nodes.every((node) => members.includes(node)) &&
        firstToken !== null &&
        firstToken < fromNs + AROUND_NS &&
        (lastToken ?? 0) > untilNs - TURNING_NS,
    )
  );
}

/** Totem comes inside knet in this capture. */
export function usesKnet({ senders }: Pick<FindingContext, 'senders'>): boolean {
  return senders.all().some(({ kinds }) => (kinds[PacketKind.KNET] ?? 0) > 0);
}

/** Over knet a node hears another by its link, which pings show; what links in doubt do to joins says less. */
function byPings(context: FindingContext, windowNs: number): readonly Unheard[] {
  const { addresses, endNs } = context;
  const { lossy } = context.links;
  const { outages } = context.links;
  return outages.flatMap((outage) => {
    const { src, dst, fromNs, untilNs, frames, untilFrame, answers, pings } = outage;
    const [speaker, hearer] = [addresses.nodeAt(src), addresses.nodeAt(dst)];
    const end = untilNs ?? endNs;
    if (speaker === null || hearer === null || end - fromNs < windowNs) return [];
    // Seen from both sides, the other pings too, and in vain as well.
    const isMutual = outages.some(
      (other) =>
        other.src === dst &&
        other.dst === src &&
        other.pings >= PINGS_MIN &&
        overlap({ fromNs: other.fromNs, untilNs: other.untilNs ?? endNs }, { fromNs, untilNs: end }) >= windowNs,
    );
    if (answers < Math.max(ANSWERS_MIN, pings * ANSWERS_SHARE_MIN) && !isMutual) return [];
    const isLossy = lossy.some(
      (path) => [path.src, path.dst].every((address) => address === src || address === dst) && path.short > LOST_MAX,
    );
    if (pings < PINGS_MIN || isLossy || turnsWith(context, [speaker, hearer], fromNs, end)) return [];
    const shown = untilFrame === null ? [] : [untilFrame];
    return [{ hearer, speaker, fromNs, untilNs: end, spoken: frames, shown, how: 'pings' as const }];
  });
}

/** Both send in one generation and under one security: else neither reads the other, which other rules say. */
function speakAlike({ senders, addresses }: FindingContext, a: number, b: number): boolean {
  const encodingsOf = (node: number): readonly number[] =>
    senders
      .all()
      .flatMap(({ address, encodings }) => (addresses.nodeAt(address) === node ? [...encodings.keys()] : []));
  const [own, others] = [encodingsOf(a), encodingsOf(b)];
  return own.length === 0 || others.length === 0 || own.some((encoding) => others.includes(encoding));
}

/** All that the capture shows, in order of time. */
export function unheardOf(context: FindingContext): readonly Unheard[] {
  const windowNs = timersOf(context, null).consensusNs * CONSENSUS_SHARE;
  const isKnet = usesKnet(context);
  const runs = context.joins.all.slice(0, COMPARED_MAX);
  const spells = context.spells.all.slice(0, COMPARED_MAX);
  const all = isKnet
    ? byPings(context, windowNs)
    : [
        ...gaveUp(runs, windowNs),
        ...stayed(runs, spells, context, windowNs),
        ...unmoved(runs, context, windowNs),
        ...wentOn(context, spells, windowNs),
      ];
  const twice = duplicateIds(context);
  const alike = all.filter(
    ({ hearer, speaker }) => !twice.has(hearer) && !twice.has(speaker) && speakAlike(context, hearer, speaker),
  );
  return alike.sort((a, b) => a.fromNs - b.fromNs);
}
