// A node's corosync.log held against the packets: its TOTEM lines, the offset of its clock, and how many of them the
// transitions bear out. Reads text only; the calendar is the caller's, since it knows the zone.
import type { NodeEntry, Transition } from '../result.ts';
import { logTime, type Calendar } from '../witnesses/log-time.ts';

/** Lines of one log that are looked at. */
export const LOG_LINES_MAX = 2_000_000;
/** A log line and its transition lie this close, the clock's offset taken off; logs may have full seconds only. */
const MATCH_MS_MAX = 60;
/** A line may be written long after its packet where the host is busy. */
const LATE_MS_MAX = 500;
const SECOND_MS = 1000;
/** Pairs of a log line and a transition by which the clock's offset is told; the kinds with fewest pairs come first. */
const PAIRS_MAX = 200_000;
/** Sums of weights that differ by less are equal. */
const WEIGHT_EQUAL = 1e-9;

export interface LogEvent {
  readonly ms: number;
  readonly line: number;
  /** What the transitions may bear out: "gather 11", "commit", "recovery", "operational", "ring 1:17". */
  readonly key: string;
}

export interface LogReport {
  readonly node: string;
  readonly nodeid: number | null;
  readonly lines: number;
  /** TOTEM lines of state changes and memberships. */
  readonly events: number;
  /** Those with a transition of the same kind at the same time. */
  readonly matched: number;
  /** Log clock less capture clock, milliseconds; null where nothing could be matched. */
  readonly offsetMs: number | null;
  /** How far a line may lie from its packet, by the log's own resolution. */
  readonly toleranceMs: number;
}

/** What a line says that packets can bear out; null for all others. 3.x prints a ring's seq in hexadecimal. */
function keyOf(line: string): string | null {
  const gather = /entering GATHER state from (\d+)/.exec(line);
  if (gather !== null) return `gather ${gather[1]}`;
  const state = /entering (COMMIT|RECOVERY|OPERATIONAL) state/.exec(line);
  if (state !== null) return (state[1] ?? '').toLowerCase();
  // Corosync writes this as its token timer speaks in OPERATIONAL, also where it does not write its states.
  if (line.includes('A processor failed, forming new configuration')) return 'gather 2';
  const three = /A new membership \((\d+)\.([0-9a-f]+)\) was formed/.exec(line);
  if (three !== null) return `ring ${three[1]}:${parseInt(three[2] ?? '0', 16)}`;
  const two = /A (?:new membership|processor joined or left .* a new membership).*\((?:[\d.]+|[0-9a-f:]+):(\d+)\)/.exec(
    line,
  );
  return two === null ? null : `seq ${two[1]}`;
}

export function readLog(
  text: string,
  calendar: Calendar,
): { readonly lines: number; readonly events: readonly LogEvent[] } {
  const lines = text.split('\n').slice(0, LOG_LINES_MAX);
  const events: LogEvent[] = [];
  for (const [i, line] of lines.entries()) {
    if (!line.includes('TOTEM')) continue;
    const key = keyOf(line);
    const ms = key === null ? null : logTime(line, calendar);
    if (key !== null && ms !== null) events.push({ ms, line: i + 1, key });
  }
  return { lines: lines.length, events };
}

function keysOf({ to, gatherFrom, ring }: Transition): readonly string[] {
  if (to === 'gather') return gatherFrom === null ? [] : [`gather ${gatherFrom}`];
  if (to !== 'operational' || ring === null) return [to];
  return [to, `ring ${ring}`, `seq ${ring.slice(ring.indexOf(':') + 1)}`];
}

/** Times of the transitions by what a log would say of them, in order. */
function timesByKey(transitions: readonly Transition[], epochMs: number): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const transition of transitions)
    for (const key of keysOf(transition)) {
      const ms = epochMs + transition.time / 1e6;
      const known = times.get(key);
      if (known === undefined) times.set(key, [ms]);
      else known.push(ms);
    }
  for (const list of times.values()) list.sort((a, b) => a - b);
  return times;
}

interface Pairing {
  readonly offset: number;
  /** What can be paired in one way only tells more than what repeats. */
  readonly weight: number;
}

/** The `count` ordered times that lie nearest. */
function nearest(times: readonly number[], ms: number, count: number): readonly number[] {
  let from = firstFrom(times, ms);
  let to = from;
  while (to - from < count && (from > 0 || to < times.length)) {
    const before = from > 0 ? ms - times[from - 1]! : Infinity;
    const behind = to < times.length ? times[to]! - ms : Infinity;
    if (before < behind) from--;
    else to++;
  }
  return times.slice(from, to);
}

/** Pairings of lines with transitions of the same kind, by offset; of a kind with too many, the nearest. */
function pairingsOf(events: readonly LogEvent[], times: ReadonlyMap<string, readonly number[]>): readonly Pairing[] {
  const lines = new Map<string, number[]>();
  for (const { key, ms } of events) {
    if (!times.has(key)) continue;
    const known = lines.get(key);
    if (known === undefined) lines.set(key, [ms]);
    else known.push(ms);
  }
  const kinds = [...lines]
    .map(([key, logged]) => ({ logged, seen: times.get(key) ?? [] }))
    .sort((a, b) => a.logged.length * a.seen.length - b.logged.length * b.seen.length);
  const pairings: Pairing[] = [];
  for (const { logged, seen } of kinds) {
    const room = PAIRS_MAX - pairings.length;
    const stride = Math.ceil(logged.length / Math.max(1, room));
    const perLine = Math.max(1, Math.floor(room / logged.length));
    const weight = 1 / (logged.length * seen.length);
    for (let i = 0; i < logged.length && pairings.length < PAIRS_MAX; i += stride) {
      const ms = logged[i]!;
      for (const other of nearest(seen, ms, perLine)) pairings.push({ offset: ms - other, weight });
    }
  }
  return pairings.sort((a, b) => a.offset - b.offset);
}

/** Median of the heaviest cluster of offsets that is not wider than `width`, the nearest to 0 of equals. */
function clockOffset(pairings: readonly Pairing[], width: number): number | null {
  let from = 0;
  let weight = 0;
  let best = 0;
  let found: number | null = null;
  for (const [to, pairing] of pairings.entries()) {
    weight += pairing.weight;
    for (let first = pairings[from]; first !== undefined && pairing.offset - first.offset > width;) {
      weight -= first.weight;
      first = pairings[++from];
    }
    const middle = pairings[(from + to) >> 1]?.offset ?? pairing.offset;
    const isHeavier = weight > best + WEIGHT_EQUAL;
    const isNearer = weight > best - WEIGHT_EQUAL && Math.abs(middle) < Math.abs(found ?? Infinity);
    if (isHeavier || isNearer) {
      best = Math.max(best, weight);
      found = middle;
    }
  }
  return found;
}

/** Index of the first of the ordered times that is not before `ms`. */
function firstFrom(times: readonly number[], ms: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True where one of the ordered times lies not longer than `late` before this one, nor than `early` behind it. */
function hasNear(times: readonly number[], ms: number, early: number, late: number): boolean {
  return (times[firstFrom(times, ms - late)] ?? Infinity) <= ms + early;
}

export interface Alignment {
  readonly matched: number;
  /** Log clock less capture clock, milliseconds; null where nothing could be matched. */
  readonly offsetMs: number | null;
  /** How far a line may lie from its packet. */
  readonly toleranceMs: number;
}

/** Events of a log beside the times at which packets show the like, in order, by their keys. */
export function alignEvents(events: readonly LogEvent[], times: ReadonlyMap<string, readonly number[]>): Alignment {
  const hasFractions = events.some(({ ms }) => ms % SECOND_MS !== 0);
  const tolerance = hasFractions ? MATCH_MS_MAX : SECOND_MS;
  const offsetMs = clockOffset(pairingsOf(events, times), tolerance);
  const bornOut = ({ key, ms }: LogEvent): boolean =>
    offsetMs !== null && hasNear(times.get(key) ?? [], ms - offsetMs, tolerance, Math.max(tolerance, LATE_MS_MAX));
  return { matched: events.filter(bornOut).length, offsetMs, toleranceMs: tolerance };
}

/** The node that a person names by its id, name or address. */
export function nodeNamed(node: string, nodes: readonly NodeEntry[]): NodeEntry | undefined {
  return nodes.find(
    ({ nodeid, name, addresses }) => String(nodeid) === node || name === node || addresses.includes(node),
  );
}

/** Holds a node's log events against its transitions. `epochMs`: wall clock of time 0. */
export function matchLog(
  node: string,
  text: string,
  calendar: Calendar,
  nodes: readonly NodeEntry[],
  transitions: readonly Transition[],
  epochMs: number,
): LogReport {
  const { lines, events } = readLog(text, calendar);
  const entry = nodeNamed(node, nodes);
  const own = transitions.filter(({ nodeid }) => nodeid === entry?.nodeid);
  const { matched, offsetMs, toleranceMs } = alignEvents(events, timesByKey(own, epochMs));
  const nodeid = entry?.nodeid ?? null;
  return { node, nodeid, lines, events: events.length, matched, offsetMs, toleranceMs };
}
