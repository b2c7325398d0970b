// One file beside a capture, of one node: a log of Corosync or of a sheep, or a dump of Corosync's map. Which it is
// shows in its lines. Its statements are placed on the packets' time axis by the offset of its clock, which is told
// from what both tell of: no line comes before the packet that caused it.
import type { PacketStore } from '../../store/packet-store.ts';
import { alignEvents, matchLog, nodeNamed, type LogEvent, type LogReport } from '../report/logs.ts';
import type { Analysis, SheepEvent } from '../result.ts';
import type { Timers } from '../report/conf.ts';
import { logTime, type Calendar } from './log-time.ts';
import { compareDump, readMapDump, timersOfDump, type DumpDifference } from './map-dump.ts';
import { isSheepLog, statementsIn, type Statement } from './statements.ts';
import { judge, type Verdict } from './verdicts.ts';
import { NodeWire } from './wire.ts';

export interface PlacedStatement {
  readonly line: number;
  /** On the capture's clock, nanoseconds since the store's epoch; null where the log's clock could not be told. */
  readonly timeNs: number | null;
  readonly says: string;
  /** Lines that say so within a second. */
  readonly count: number;
  readonly verdict: Verdict;
  readonly wire: string;
  readonly frames: readonly number[];
}

export interface WitnessReport extends LogReport {
  readonly kind: 'corosync' | 'sheep' | 'map';
  readonly statements: readonly PlacedStatement[];
  readonly differences: readonly DumpDifference[];
  /** Timers in force, where a dump has them. */
  readonly timers: Timers | null;
}

const NS_PER_MS = 1e6;

/** Numbers of sheepdog's messages as its log has them; an operation is told without its block. */
const OPERATION = 'operation';
const keyOfDelivery = (number: string): string => (number === '3' || number === '5' ? OPERATION : number);

function keyOfSheepEvent({ says }: SheepEvent): string | null {
  if (says.endsWith('asks to join')) return '0';
  if (/is accepted|is refused/.test(says)) return '1';
  if (says.endsWith('says that it leaves')) return '2';
  if (says.includes('blocks the cluster')) return '4';
  return /^\S+: [A-Z_]+/.test(says) ? OPERATION : null;
}

function sheepEvents(lines: readonly string[], calendar: Calendar): readonly LogEvent[] {
  return lines.flatMap((line, i) => {
    const number = /cdrv_cpg_deliver\(\d+\) (\d)\s*$/.exec(line)?.[1];
    const ms = number === undefined ? null : logTime(line, calendar);
    return number === undefined || ms === null ? [] : [{ ms, line: i + 1, key: keyOfDelivery(number) }];
  });
}

function sheepTimes({ sheepdog }: Analysis, epochMs: number): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const event of sheepdog?.events ?? []) {
    const key = keyOfSheepEvent(event);
    if (key !== null) times.set(key, [...(times.get(key) ?? []), epochMs + event.time / NS_PER_MS]);
  }
  return times;
}

function place(
  statements: readonly Statement[],
  wire: NodeWire | null,
  { offsetMs, toleranceMs }: { readonly offsetMs: number | null; readonly toleranceMs: number },
  epochMs: number,
): readonly PlacedStatement[] {
  return statements.map((statement) => {
    const { line, text: says, count, ms } = statement;
    const timeNs = offsetMs === null ? null : (ms - offsetMs - epochMs) * NS_PER_MS;
    const unknown = { verdict: 'cannot tell' as const, wire: 'its clock, or its node, is not known', frames: [] };
    const judged = wire === null || timeNs === null ? unknown : judge(wire, statement, timeNs, toleranceMs * NS_PER_MS);
    return { line, timeNs, says, count, ...judged };
  });
}

/** `node`: an id, a name or an address; `epochMs`: wall clock of time 0. */
export function readWitness(
  node: string,
  text: string,
  calendar: Calendar,
  analysis: Analysis,
  store: PacketStore,
): WitnessReport {
  const lines = text.split('\n');
  const epochMs = Number(store.epochNs / 1_000_000n);
  const entry = nodeNamed(node, analysis.nodes);
  const nodeid = entry?.nodeid ?? null;
  const base = { node, nodeid, lines: lines.length, differences: [], timers: null };
  const wire = entry === undefined ? null : new NodeWire(store, analysis, entry);
  const dump = readMapDump(lines.slice(0, 10_000));
  if (dump !== null) {
    const differences = nodeid === null ? [] : compareDump(dump, analysis, nodeid);
    const timers = timersOfDump(dump, 0);
    return {
      ...base,
      kind: 'map',
      events: 0,
      matched: 0,
      offsetMs: null,
      toleranceMs: 0,
      statements: [],
      differences,
      timers,
    };
  }
  const statements = statementsIn(lines, calendar);
  if (isSheepLog(lines)) {
    const events = sheepEvents(lines, calendar);
    const aligned = alignEvents(events, sheepTimes(analysis, epochMs));
    const { matched, offsetMs, toleranceMs } = aligned;
    const placed = place(statements, wire, aligned, epochMs);
    return { ...base, kind: 'sheep', events: events.length, matched, offsetMs, toleranceMs, statements: placed };
  }
  const report = matchLog(node, text, calendar, analysis.nodes, analysis.transitions, epochMs);
  const { events, matched, offsetMs, toleranceMs } = report;
  const placed = place(statements, wire, report, epochMs);
  return { ...base, kind: 'corosync', events, matched, offsetMs, toleranceMs, statements: placed };
}
