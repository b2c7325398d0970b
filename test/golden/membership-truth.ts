// Holds the membership analysis against what the nodes themselves recorded: state lines of their logs, their counters
// before and after, the memberships that they announced. Reads golden files; asserts nothing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Counters, Transition } from '../../app/analysis/result.ts';
import { createMembershipAnalysis, type MembershipResult } from '../../app/analysis/membership/membership.ts';
import type { IndexedMessage } from '../../app/store/indexed-message.ts';
import { Indexer } from '../../app/store/indexer.ts';
import { PacketTable } from '../../app/store/packet-table.ts';
import { createKeyring } from '../../protocol/crypto/keyring.ts';
import { createCaptureReader } from '../../protocol/pcap/capture-reader.ts';

const GOLDEN = join(import.meta.dirname, 'captures');

export interface Reading {
  readonly result: MembershipResult;
  /** Counters when the capture had got to each of the times asked for. */
  readonly at: readonly ReadonlyMap<number, Counters>[];
  /** Milliseconds since 1970 of a time of the result. */
  readonly ms: (timeNs: number) => number;
}

function octets(path: string): Uint8Array {
  const bytes = readFileSync(existsSync(path) ? path : `${path}.gz`);
  return new Uint8Array(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
}

/** Reads a capture through the index pass with the membership analysis alone. */
export function readMembership(
  folder: string,
  capture: string,
  keys: readonly string[],
  timesMs: readonly number[] = [],
): Reading {
  const table = new PacketTable();
  const membership = createMembershipAnalysis(table);
  const at: ReadonlyMap<number, Counters>[] = [];
  let epochMs = 0;
  const snapshots = {
    ingest(message: IndexedMessage): void {
      while (at.length < timesMs.length && epochMs + message.timeNs / 1e6 > (timesMs[at.length] ?? 0))
        at.push(membership.finish().counters);
      membership.ingest(message);
    },
  };
  const opened = keys.map((name) => ({ name, bytes: octets(join(folder, name)) }));
  const indexer = new Indexer({
    table,
    keyring: opened.length === 0 ? null : createKeyring(opened),
    analyzers: [snapshots],
    listeners: [],
  });
  const reader = createCaptureReader({
    frame: (...args) => {
      if (epochMs === 0) epochMs = Number(reader.epochNs / 1_000_000n);
      indexer.frame(...args);
    },
  });
  reader.push(octets(join(folder, capture)));
  reader.finish();
  indexer.finish();
  const result = membership.finish();
  while (at.length < timesMs.length) at.push(result.counters);
  return { result, at, ms: (timeNs) => epochMs + timeNs / 1e6 };
}

export interface LoggedState {
  readonly ms: number;
  readonly to: string;
  readonly gatherFrom: number | null;
  /** Part of a formation with itself alone, of which the wire shows nothing. */
  readonly isAlone: boolean;
}

/** The state lines of a corosync-ms-NNN.log. */
export function loggedStates(path: string): readonly LoggedState[] {
  const states: LoggedState[] = [];
  let forming: { -readonly [K in keyof LoggedState]: LoggedState[K] }[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const ms = Number(line.slice(0, line.indexOf(' ')));
    if (/ position \[1\] member/.test(line)) for (const state of forming) state.isAlone = false;
    const found = / entering (GATHER|COMMIT|RECOVERY|OPERATIONAL) state(?: from (\d+))?\./.exec(line);
    if (found === null) continue;
    const to = (found[1] ?? '').toLowerCase();
    const state = { ms, to, gatherFrom: found[2] === undefined ? null : Number(found[2]), isAlone: to !== 'gather' };
    if (to === 'commit' || to === 'gather') forming = [];
    if (to === 'operational') state.isAlone = forming[0]?.isAlone ?? true;
    else if (to !== 'gather') forming.push(state);
    states.push(state);
  }
  return states;
}

export interface Agreement {
  readonly lines: number;
  readonly matched: number;
  /** Of the matched ones, those within 15 ms. */
  readonly close: number;
  readonly missed: readonly string[];
  readonly extra: readonly string[];
  /** Greatest distance of a matched pair. */
  readonly worstMs: number;
}

/** A log line may be written before the packet leaves, and long after where the host is busy. */
const EARLY_MS = 15;
const LATE_MS = 500;
const CLOSE_MS = 15;

/** Pairs the log's states with the transitions of one node, both in their order; what has no partner is named. */
export function compareStates(
  logged: readonly LoggedState[],
  transitions: readonly Transition[],
  ms: (timeNs: number) => number,
): Agreement {
  const lines = logged.filter((state) => !state.isAlone);
  const missed: string[] = [];
  const extra: string[] = [];
  let next = 0;
  let close = 0;
  let worstMs = 0;
  for (const state of lines) {
    const at = transitions.findIndex(({ time, to, gatherFrom }, i) => {
      const late = state.ms - ms(time);
      return i >= next && to === state.to && gatherFrom === state.gatherFrom && late >= -EARLY_MS && late <= LATE_MS;
    });
    if (at < 0) {
      missed.push(`${state.ms} ${state.to} ${state.gatherFrom ?? ''}`);
      continue;
    }
    for (const skipped of transitions.slice(next, at))
      extra.push(`${ms(skipped.time).toFixed(1)} ${skipped.to} ${skipped.gatherFrom ?? ''}`);
    next = at + 1;
    const distance = Math.abs(ms(transitions[at]?.time ?? 0) - state.ms);
    if (distance <= CLOSE_MS) close++;
    worstMs = Math.max(worstMs, distance);
  }
  for (const skipped of transitions.slice(next))
    extra.push(`${ms(skipped.time).toFixed(1)} ${skipped.to} ${skipped.gatherFrom ?? ''}`);
  return { lines: lines.length, matched: lines.length - missed.length, close, missed, extra, worstMs };
}

export function folderOf(scenario: string): string {
  return join(GOLDEN, scenario);
}

export function filesOf(scenario: string, pattern: RegExp): readonly string[] {
  return readdirSync(folderOf(scenario)).filter((name) => pattern.test(name));
}

export function jsonOf(scenario: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folderOf(scenario), file), 'utf8'));
}

export function scenariosOf(pattern: RegExp): readonly string[] {
  return readdirSync(GOLDEN).filter((name) => pattern.test(name) && existsSync(join(GOLDEN, name, 'expected.json')));
}

/** truth.json of a scenario with Corosync 1.4, as far as it is used here. */
export interface OneTruth {
  readonly nodes: readonly { readonly ip: string; readonly nodeid: number }[];
  /** By label, host and name. */
  readonly corosync_counters?: Record<string, Record<string, Record<string, number>>>;
}

/** truth.json of a scenario with Corosync 2.4 or 3.1, as far as it is used here. */
export interface ModernTruth {
  readonly corosync: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly nodeid: number;
    readonly addr: string;
    readonly side: string;
  }[];
  readonly events: readonly { readonly t_ms: number; readonly what: string; readonly node?: number }[];
  readonly log_events: readonly { readonly t_ms: number; readonly node: number; readonly log: string }[];
  readonly stats_before: Record<string, Record<string, string>>;
  readonly stats_before_ms: number;
  readonly stats_after: Record<string, Record<string, string>>;
  readonly stats_after_ms: number;
}
