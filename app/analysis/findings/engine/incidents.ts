// Tokens that were declared lost, and what became of the members of those rings: who went on gathering, who fell silent
// and how each came back. Concludes nothing about causes. Reference: specs 7.2, 7.3, 7.5.
import type { RingHistory, Transition } from '../../result.ts';
import type { JoinRun } from '../../traffic/activity/join-runs.ts';
import type { LinkOutage } from '../../traffic/senders/knet-links.ts';
import type { Silence } from '../../traffic/activity/silences.ts';
import { usesKnet } from '../links/deafness.ts';
import { breakOf, type TokenBreak } from '../loss/token-break.ts';
import { lostBefore, lostMembers, unheardSilence, type LostBefore } from './before.ts';
import type { Evidence } from './rule.ts';
import { timersOf } from './timers.ts';

/** The GATHER reason by which a node's own token timer speaks while it is operational. */
const GATHER_TOKEN_LOST = 2;
/** A member that others gather without for this long, and more, is absent; joins come every 50 ms. */
const ABSENT_NS_MIN = 0.25e9;
/** One that was cut off may be back sooner: so many copies of its own tokens had queued up in its host. */
const CUT_NS_MIN = 25e6;
/** The one that the token was sent to: others' joins move at once whoever hears them. */
const RECEIVER_NS_MIN = 50e6;
/** Pings and pongs of one that stands still: those that were on their way. */
const PINGS_MAX = 2;
/** It answers what had queued up when it goes on: for so much of the time nothing came of it. */
const STILL_SHARE_MIN = 0.45;
/** Pings of the whole time wait; of a cut the last may have. */
const LATE_SHARE_MIN = 0.5;
const LATE_NS_MAX = 8e9;
/** All that waited is answered so soon after. */
const ANSWERED_NS = 0.3e9;
/** One that stood still goes on with what waits for it within this time. */
const AT_WAKING_NS = 25e6;
export const QUEUED_MIN = 2;
const AT_ONCE_NS = 0.1e9;
const SEQ_STEP = 4n;

/**
 * How a member came back. "newborn": as a new process. "same-life": with the ring that was lost, as if no time had
 * passed. "lived": with that ring, but without the token that had been sent to it: it had not heard. "own-ring": from
 * a ring of its own or of others, so it had gone on living. "elsewhere": the next ring turned with it, while it was
 * silent here. "unclear": with none of these.
 */
export type Return = 'never' | 'newborn' | 'same-life' | 'lived' | 'own-ring' | 'elsewhere' | 'unclear';

export interface Absence {
  readonly node: number;
  readonly fromNs: number;
  /** Its last message before, 0 where none was captured. */
  readonly fromFrame: number;
  readonly back: Return;
  readonly backNs: number | null;
  /** What shows how it came back. */
  readonly backFrames: readonly number[];
  /** It passed on, after all that time, the very token that it had been sent. */
  readonly passedOldToken: boolean;
  /** It lists itself alone as after a start, yet with the number of a ring of its own: its interface changed. */
  readonly isRebound: boolean;
  /** The ring from which it came back, where a commit token says so. */
  readonly cameFrom: string | null;
  /** Its knet went on pinging: it lived, and was not heard or did not hear. */
  readonly wasPinging: boolean;
}

export interface Incident {
  readonly ring: RingHistory;
  /** Who declared the token lost by its own timer, in order of time; none where no join shows it. */
  readonly declared: readonly Transition[];
  /** The first of them, else when the timeout ran out. */
  readonly declaredNs: number;
  readonly broken: TokenBreak | null;
  /** The last new token, else the last token, else the declaration. */
  readonly sinceNs: number;
  /** The ring that members of the lost one formed next; null where none did in this capture. */
  readonly next: RingHistory | null;
  /** When that ring was committed or turned; the end of the capture without one. */
  readonly untilNs: number;
  readonly absent: readonly Absence[];
  /** Members that sent joins before the next ring. */
  readonly present: readonly number[];
  /** The capture begins while they gather: how the token was lost lies before it. */
  readonly isBefore: boolean;
}

interface Loss {
  readonly ring: RingHistory;
  readonly declared: readonly Transition[];
}

/** One loss for each ring whose token the timer of an operational node declared lost. */
function losses({ transitions, rings }: Evidence): readonly Loss[] {
  const byRing = new Map<string, Transition[]>();
  for (const transition of transitions) {
    const { gatherFrom, ring } = transition;
    if (ring === null || gatherFrom !== GATHER_TOKEN_LOST) continue;
    const known = byRing.get(ring);
    if (known === undefined) byRing.set(ring, [transition]);
    else known.push(transition);
  }
  const byId = new Map(rings.map((ring) => [ring.id, ring]));
  return [...byRing].flatMap(([id, declared]) => {
    const ring = byId.get(id);
    return ring === undefined ? [] : [{ ring, declared }];
  });
}

/** The ring that members of the lost one formed: one that some came to from it, else the next with any of them. */
function nextRing({ rings }: Evidence, lost: RingHistory, since: number): RingHistory | null {
  const later = rings.filter(({ firstToken, committed }) => firstToken !== null && (committed ?? firstToken) > since);
  const heir = later.find(({ origins }) => [...origins.values()].includes(lost.id));
  return heir ?? later.find(({ members }) => members.some((node) => lost.members.includes(node))) ?? null;
}

/** Which silence of the node covers the time in which the others gathered. */
function silenceAt(silences: readonly Silence[], node: number, to: number | null, declaredNs: number): Silence | null {
  const covers = silences.filter(({ node: whose, fromNs, backNs, ownCopies }) => {
    const leastNs = ownCopies >= QUEUED_MIN ? CUT_NS_MIN : node === to ? RECEIVER_NS_MIN : ABSENT_NS_MIN;
    return whose === node && fromNs <= declaredNs && (backNs ?? Infinity) >= declaredNs + leastNs;
  });
  return covers.at(-1) ?? null;
}

function cameBackFrom(evidence: Evidence, node: number, backNs: number): string | null {
  const formed = evidence.rings.find(
    ({ committed, origins }) => committed !== null && committed >= backNs && origins.has(node),
  );
  return formed?.origins.get(node) ?? null;
}

const seqOfRing = (id: string): bigint => BigInt(id.slice(id.indexOf(':') + 1));

function absenceOf(evidence: Evidence, lost: RingHistory, next: RingHistory | null, silence: Silence): Absence {
  const { node, fromNs, fromFrame, backNs, backFrame, token } = silence;
  const base = { node, fromNs, fromFrame, backNs, isRebound: false, wasPinging: wasPinging(evidence, silence) };
  if (turnsWithout(next, silence))
    return { ...base, back: 'elsewhere', backFrames: [], passedOldToken: false, cameFrom: null };
  if (backNs === null || backFrame === null)
    return { ...base, back: 'never', backFrames: [], passedOldToken: false, cameFrom: null };
  const passedOldToken = token !== null && token.ring === lost.ring && isPassed(silence);
  const [join] = evidence.joins.of(node, backNs, Infinity);
  const atOnce = evidence.joins.of(node, backNs, backNs + AT_WAKING_NS);
  const joins = atOnce.length > 0 || join === undefined ? atOnce : [join];
  const backFrames = [backFrame, ...(join === undefined || join.firstFrame === backFrame ? [] : [join.firstFrame])];
  const startsAlone = evidence.joins.starts.some(
    (start) => start.node === node && start.timeNs > fromNs && start.timeNs <= backNs + AT_ONCE_NS,
  );
  const said = { ...base, backFrames, passedOldToken };
  if (startsAlone && join !== undefined && isSameLife(evidence, node, lost.seq, join.ringSeq))
    return { ...said, back: 'own-ring', cameFrom: null, isRebound: true };
  if (startsAlone) return { ...said, back: 'newborn', cameFrom: null };
  const cameFrom = cameBackFrom(evidence, node, backNs);
  const back = returnOf(lost, next, passedOldToken, cameFrom, joins);
  return { ...said, back: back === 'same-life' && hasLived(evidence, lost, silence) ? 'lived' : back, cameFrom };
}

/** The ring has it as a member and turns, and nothing of it is here: it speaks where this capture does not see it. */
function turnsWithout(ring: RingHistory | null, { node, backNs }: Silence): boolean {
  const since = ring?.firstToken ?? null;
  return since !== null && ring?.members.includes(node) === true && (backNs ?? Infinity) > since + AT_ONCE_NS;
}

/** The next token left it as soon as it was back: what it was sent had waited for it. */
export function isPassed({ backNs, passedNs }: Silence): boolean {
  return backNs !== null && passedNs !== null && passedNs - backNs <= AT_WAKING_NS;
}

/** Going on, it answers the pings of knet that had waited in its queue. */
function answersLate(evidence: Evidence, silence: Silence): boolean {
  const { links, addresses } = evidence;
  const { node, fromNs, backNs } = silence;
  const untilNs = (backNs ?? Infinity) + ANSWERED_NS;
  const late = links.late.filter(
    ({ address, timeNs }) => timeNs >= fromNs && timeNs <= untilNs && addresses.nodeAt(address) === node,
  );
  const longestNs = Math.max(0, ...late.map(({ delayNs }) => delayNs));
  const silentNs = Math.max(
    0,
    ...pingedIn(evidence, silence).map((outage) => (outage.untilNs ?? Infinity) - outage.fromNs),
  );
  const isAsLong = longestNs >= Math.min(silentNs * LATE_SHARE_MIN, LATE_NS_MAX);
  return late.length >= QUEUED_MIN && isAsLong;
}

/** Pings that were sent to it meanwhile, without a pong. */
function pingedIn({ links, addresses }: Evidence, { node, fromNs, backNs }: Silence): readonly LinkOutage[] {
  return links.outages.filter(
    (outage) =>
      addresses.nodeAt(outage.dst) === node &&
      outage.fromNs < (backNs ?? Infinity) &&
      (outage.untilNs ?? Infinity) > fromNs,
  );
}

/** Pings that were sent to it meanwhile are not answered in the end, as whoever had stood still would. */
export function wasUnreachable(evidence: Evidence, silence: Silence): boolean {
  return pingedIn(evidence, silence).length > 0 && !answersLate(evidence, silence);
}

function wasPinging(evidence: Evidence, silence: Silence): boolean {
  const { knet, knetGapNs, fromNs, backNs } = silence;
  const isOften = knet > PINGS_MAX && knetGapNs < ((backNs ?? Infinity) - fromNs) * STILL_SHARE_MIN;
  return isOften && !answersLate(evidence, silence);
}

/**
 * It is on the ring that was lost and does not pass on the token that it was sent, where this capture would show it; or
 * its own tokens had waited in its host for the network, again and again. Timers that ran out while a process stood
 * still run at once: then one such token goes before.
 */
function hasLived(evidence: Evidence, lost: RingHistory, silence: Silence): boolean {
  const { node, ownCopies, token } = silence;
  if (ownCopies >= QUEUED_MIN) return true;
  if (usesKnet(evidence)) return wasUnreachable(evidence, silence) && !wasPinging(evidence, silence);
  if (ownCopies > 0 || token?.ring !== lost.ring || isPassed(silence)) return false;
  const senders = evidence.tokens.of(lost.ring)?.senders ?? [];
  return [...senders].some((address) => evidence.addresses.nodeAt(address) === node);
}

/**
 * Each ring adds 4 to the number, a start adds 1 to what the disk holds (2.4.6, 3.0.3 and later), or nothing: so many
 * times 4 are rings that the same process has formed since.
 */
export function isSameLife({ nodes }: Pick<Evidence, 'nodes'>, node: number, before: bigint, now: bigint): boolean {
  const dialect = nodes.find(({ nodeid }) => nodeid === node)?.dialect ?? null;
  return dialect !== null && dialect !== 'corosync-1' && now > before && (now - before) % SEQ_STEP === 0n;
}

function returnOf(
  lost: RingHistory,
  next: RingHistory | null,
  passedOldToken: boolean,
  cameFrom: string | null,
  joins: readonly JoinRun[],
): Return {
  const [join] = joins;
  if (passedOldToken || cameFrom === lost.id) return 'same-life';
  // A ring whose number is above that of the others was formed when it had heard them: its first joins tell. Those of a
  // cut may have waited in its host, one for each ring that it had formed.
  const isAfter = cameFrom === null || (next !== null && seqOfRing(cameFrom) > next.seq);
  const wasOn = joins.some(({ ringSeq }) => ringSeq > lost.seq && next !== null && ringSeq <= next.seq);
  if (isAfter && !wasOn && join?.ringSeq === lost.seq) return 'same-life';
  const seq = cameFrom === null ? join?.ringSeq : seqOfRing(cameFrom);
  if (seq === undefined || seq < lost.seq) return 'unclear';
  if (seq === lost.seq) return 'same-life';
  // Each ring adds 4; a start adds 1 to what the node remembers (2.4.6, 3.0.3 and later).
  return (seq - lost.seq) % SEQ_STEP === 0n ? 'own-ring' : 'newborn';
}

/**
 * Losses that nobody's join shows, since it did not come to the wire (knet sends nothing on a link that is down): the
 * token was sent to a node again and again, and for longer than its timeout neither that node nor the token was seen.
 */
function silentLosses(
  evidence: Evidence,
  known: readonly Loss[],
  endNs: number,
): readonly (Loss & { readonly at: number })[] {
  // Elsewhere the first join would be here, unless the snap length cut it; what stops on one of two redundant rings
  // goes on on the other.
  if (!usesKnet(evidence) && evidence.facts.cutFrames === 0) return [];
  return evidence.silences.flatMap(({ token, copies, backNs }) => {
    const ring = token === null ? undefined : evidence.rings.find((other) => other.ring === token.ring);
    if (token === null || ring === undefined || copies === 0 || backNs !== null) return [];
    const { tokenNs } = timersOf(evidence, ring.ring);
    const at = token.timeNs + tokenNs;
    const isOver = (ring.lastToken ?? 0) < at && endNs > at;
    const isKnown = known.some((loss) => loss.ring === ring);
    const left = evidence.odd.leaves.some(
      (leave) => leave.timeNs > (ring.firstToken ?? 0) && ring.members.includes(leave.node),
    );
    return isOver && !isKnown && !left ? [{ ring, declared: [], at }] : [];
  });
}

interface Vanished {
  readonly ring: RingHistory;
  readonly at: number;
  readonly absent: readonly Absence[];
}

/**
 * The same where not even the token is sent to a node that vanished: knet took its link down first. No token turns for
 * longer than its timeout, pings to that node are not answered to the end, and nothing else comes from it.
 */
function vanished(evidence: Evidence, known: readonly RingHistory[], endNs: number): readonly Vanished[] {
  const { rings, nodes, links, addresses, odd } = evidence;
  if (!usesKnet(evidence)) return [];
  const last = rings.filter(({ firstToken, members }) => firstToken !== null && members.length > 1).at(-1);
  if (last === undefined || last.lastToken === null || known.includes(last)) return [];
  const { lastToken } = last;
  const at = lastToken + timersOf(evidence, last.ring).tokenNs;
  if (at >= endNs) return [];
  const absent = last.members.flatMap((node): readonly Absence[] => {
    const pinged = links.outages.some(
      ({ dst, untilNs, wasUp }) => untilNs === null && wasUp && addresses.nodeAt(dst) === node,
    );
    const seen = nodes.find(({ nodeid }) => nodeid === node)?.lastSeen ?? 0;
    const hasLeft = odd.leaves.some((leave) => leave.node === node && leave.timeNs >= lastToken - AT_ONCE_NS);
    if (!pinged || seen > at || hasLeft) return [];
    const nothing = { backNs: null, backFrames: [], passedOldToken: false, cameFrom: null, wasPinging: false };
    return [{ node, fromNs: seen, fromFrame: 0, back: 'never', isRebound: false, ...nothing }];
  });
  return absent.length === 0 || absent.length === last.members.length ? [] : [{ ring: last, at, absent }];
}

/** What the capture spans. */
interface Span {
  readonly startNs: number;
  readonly endNs: number;
}

/** Members that were never heard before the others gathered, nor for a time then. */
function unheard(
  evidence: Evidence,
  { ring, declaredNs, startNs }: { readonly ring: RingHistory; readonly declaredNs: number; readonly startNs: number },
  broken: TokenBreak | null,
): readonly Silence[] {
  return ring.members.flatMap((node) => {
    const silence = unheardSilence(evidence, { node, ring: ring.ring, startNs }, broken);
    const leastNs = node === broken?.to ? RECEIVER_NS_MIN : ABSENT_NS_MIN;
    return (silence.backNs ?? Infinity) >= declaredNs + leastNs ? [silence] : [];
  });
}

function incidentOf(evidence: Evidence, loss: Loss, { startNs, endNs }: Span, at = 0): Incident {
  const { declared } = loss;
  const declaredNs = declared[0]?.time ?? at;
  const ring = { ...loss.ring, members: lostMembers(evidence, loss.ring, declaredNs) };
  const next = nextRing(evidence, ring, declaredNs);
  const untilNs = next?.committed ?? next?.firstToken ?? endNs;
  const broken = breakOf(evidence, ring, declaredNs, untilNs);
  const heard = ring.members.flatMap(
    (node) => silenceAt(evidence.silences, node, broken?.to ?? null, declaredNs) ?? [],
  );
  const never = unheard(evidence, { ring, declaredNs, startNs }, broken).filter(
    ({ node }) => !heard.some((other) => other.node === node),
  );
  const absent = [...heard, ...never].map((silence) => absenceOf(evidence, ring, next, silence));
  const joined = new Set(evidence.joins.during(declaredNs - AT_ONCE_NS, untilNs).map(({ node }) => node));
  const present = ring.members.filter((node) => joined.has(node) && !absent.some((other) => other.node === node));
  const sinceNs = broken?.last.timeNs ?? ring.lastToken ?? declaredNs;
  return { ring, declared, declaredNs, broken, sinceNs, next, untilNs, absent, present, isBefore: false };
}

/** A loss of which the capture shows the end only. */
function incidentBefore(evidence: Evidence, lost: LostBefore, span: Span): Incident {
  const { ring, next, silent, gatherNs, hasTurned } = lost;
  if (hasTurned) return incidentOf(evidence, { ring, declared: [] }, span, gatherNs);
  const { startNs, endNs } = span;
  const absent = silent.map((node) => {
    const silence = unheardSilence(evidence, { node, ring: ring.ring, startNs }, null);
    return absenceOf(evidence, ring, next, silence);
  });
  const untilNs = next?.committed ?? next?.firstToken ?? endNs;
  const present = ring.members.filter((node) => !silent.includes(node));
  const at = { declared: [], declaredNs: startNs, sinceNs: startNs, untilNs, broken: null };
  return { ring, next, absent, present, ...at, isBefore: true };
}

/** In order of time. */
export function incidentsOf(evidence: Evidence, startNs: number, endNs: number): readonly Incident[] {
  const span = { startNs, endNs };
  const seen = losses(evidence);
  const silent = silentLosses(evidence, seen, endNs);
  const lost = [...seen, ...silent].map(({ ring }) => ring);
  const before = lostBefore(evidence, span, lost);
  return [
    ...vanished(evidence, lost, endNs).map(({ ring, at, absent }) => {
      const incident = incidentOf(evidence, { ring, declared: [] }, span, at);
      // The last token that was seen reached one that lives: it could not send it on.
      const isStopped = absent.some(({ node }) => node === incident.broken?.to);
      return { ...incident, absent, broken: isStopped ? incident.broken : null };
    }),
    ...(before === null ? [] : [incidentBefore(evidence, before, span)]),
    ...seen.map((loss) => incidentOf(evidence, loss, span)),
    ...silent.map((loss) => incidentOf(evidence, loss, span, loss.at)),
  ].sort((a, b) => a.declaredNs - b.declaredNs);
}
