// A node's corosync.log held against the packets: its TOTEM lines, the offset of its clock, and how many of them the
// transitions bear out. Reads text only; the calendar is the caller's, since it knows the zone.
import type { NodeEntry, Transition } from '../result.ts';

/** Lines of one log that are looked at. */
export const LOG_LINES_MAX = 2_000_000;
/** A log line and its transition lie this close, the clock's offset taken off; logs may have full seconds only. */
const MATCH_MS_MAX = 60;
const SECOND_MS = 1000;

export interface LogDate {
  /** Null where the log does not say: the capture's year is meant. */
  readonly year: number | null;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}
/** Milliseconds since 1970 of a date in the log's zone. */
export type Calendar = (date: LogDate) => number;

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
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SYSLOG = /^(?:(\d{13})\s+)?([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?\s/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,3}))?/;

function timeOf(line: string, calendar: Calendar): number | null {
  const syslog = SYSLOG.exec(line);
  if (syslog !== null) {
    // Milliseconds since 1970 in front are exact whatever the zone.
    if (syslog[1] !== undefined) return Number(syslog[1]);
    const month = MONTHS.indexOf(syslog[2] ?? '');
    if (month < 0) return null;
    const [day = 0, hour = 0, minute = 0, second = 0] = syslog.slice(3, 7).map(Number);
    return calendar({ year: null, month, day, hour, minute, second, ms: Number((syslog[7] ?? '0').padEnd(3, '0')) });
  }
  const iso = ISO.exec(line);
  if (iso === null) return null;
  const [year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0] = iso.slice(1, 7).map(Number);
  return calendar({ year, month: month - 1, day, hour, minute, second, ms: Number((iso[7] ?? '0').padEnd(3, '0')) });
}

/** What a line says that packets can bear out; null for all others. 3.x prints a ring's seq in hexadecimal. */
function keyOf(line: string): string | null {
  const gather = /entering GATHER state from (\d+)/.exec(line);
  if (gather !== null) return `gather ${gather[1]}`;
  const state = /entering (COMMIT|RECOVERY|OPERATIONAL) state/.exec(line);
  if (state !== null) return (state[1] ?? '').toLowerCase();
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
    const ms = key === null ? null : timeOf(line, calendar);
    if (key !== null && ms !== null) events.push({ ms, line: i + 1, key });
  }
  return { lines: lines.length, events };
}

function keysOf({ to, gatherFrom, ring }: Transition): readonly string[] {
  if (to === 'gather') return gatherFrom === null ? [] : [`gather ${gatherFrom}`];
  if (to !== 'operational' || ring === null) return [to];
  return [to, `ring ${ring}`, `seq ${ring.slice(ring.indexOf(':') + 1)}`];
}

function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;
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
  const entry = nodes.find(
    ({ nodeid, name, addresses }) => String(nodeid) === node || name === node || addresses.includes(node),
  );
  const own = transitions.filter(({ nodeid }) => nodeid === entry?.nodeid);
  const timed = own.flatMap((transition) =>
    keysOf(transition).map((key) => ({ key, ms: epochMs + transition.time / 1e6 })),
  );
  const hasFractions = events.some(({ ms }) => ms % SECOND_MS !== 0);
  const tolerance = hasFractions ? MATCH_MS_MAX : SECOND_MS;
  // Every pairing of the same kind is a candidate; the offset with most pairings around it is the clock's.
  const offsets = events.flatMap(({ key, ms }) =>
    timed.filter((other) => other.key === key).map((other) => ms - other.ms),
  );
  let best: readonly number[] = [];
  for (const offset of offsets.slice(0, 4096)) {
    const near = offsets.filter((other) => Math.abs(other - offset) <= tolerance / 2);
    if (near.length > best.length) best = near;
  }
  const offsetMs = median(best);
  const bornOut = (event: LogEvent): boolean =>
    offsetMs !== null &&
    timed.some(({ key, ms }) => key === event.key && Math.abs(event.ms - offsetMs - ms) <= tolerance);
  return {
    node,
    nodeid: entry?.nodeid ?? null,
    lines,
    events: events.length,
    matched: events.filter(bornOut).length,
    offsetMs,
  };
}
