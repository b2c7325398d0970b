// All that is given beside a capture, held against its packets: logs of nodes, dumps, corosync.conf. The one way for
// the command line, the window and reports. Reads texts; files and the zone of a log's times are the caller's.
import type { PacketStore } from '../../store/packet-store.ts';
import { namesOf, timersOf, type Timers } from '../report/conf.ts';
import type { Analysis, RingTimers } from '../result.ts';
import type { Calendar } from './log-time.ts';
import { checkTimers, type TimerNote } from './timer-check.ts';
import type { Verdict } from './verdicts.ts';
import { readWitness, type PlacedStatement, type WitnessReport } from './witness.ts';

/** A log or a dump as a person gave it: whose it is, by id, name or address, and what it says. */
export interface GivenLog {
  readonly node: string;
  readonly text: string;
}

export interface Given {
  readonly logs: readonly GivenLog[];
  /** The text of a corosync.conf; null without one. */
  readonly conf: string | null;
}

export interface Beside {
  /** One for each log, in their order. */
  readonly reports: readonly WitnessReport[];
  /** Timers in force by the configuration; null without one. */
  readonly timers: Timers | null;
  readonly timerNotes: readonly TimerNote[];
}

export const NOTHING_BESIDE: Beside = { reports: [], timers: null, timerNotes: [] };

/** The timers that a configuration puts in force; null without one. */
export function timersInForce(conf: string | null, { nodes }: Analysis): Timers | null {
  const isThree = nodes.some(({ dialect }) => dialect === 'corosync-3');
  return conf === null ? null : timersOf(conf, isThree);
}

/** `measured`: the timers as the packets alone tell them. */
export function holdAgainst(
  { logs, conf }: Given,
  measured: RingTimers | null,
  calendar: Calendar,
  analysis: Analysis,
  store: PacketStore,
): Beside {
  const names = conf === null ? new Map<string, string>() : namesOf(conf);
  const reports = logs.map(({ node, text }) => ({
    ...readWitness(names.get(node) ?? node, text, calendar, analysis, store),
    node,
  }));
  const timers = timersInForce(conf, analysis);
  const ofConf = timers === null ? [] : checkTimers(timers, 'corosync.conf', measured, analysis);
  const ofDumps = reports.flatMap((report) =>
    report.timers === null ? [] : checkTimers(report.timers, `the dump of ${report.node}`, measured, analysis),
  );
  return { reports, timers, timerNotes: [...ofConf, ...ofDumps] };
}

const ORDER: readonly Verdict[] = ['contradicts', 'agrees', 'cannot tell'];

/** What a reader needs first comes first: contradictions, then what is borne out, then what cannot be told. */
export function byVerdict(statements: readonly PlacedStatement[]): readonly PlacedStatement[] {
  return statements.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || a.line - b.line);
}

/** How far a log is borne out, and how its clock goes; of a dump, how it differs. One line. */
export function witnessText({ kind, nodeid, events, matched, offsetMs, differences }: WitnessReport): string {
  if (nodeid === null) return 'no node of this capture is called so';
  if (kind === 'map')
    return differences.length === 0 ? 'a dump whose members are those of the last ring' : 'a dump that differs';
  if (events === 0) return 'no line of it is one that tells of the ring: is it the log of corosync or sheep?';
  const clock =
    offsetMs === null ? 'its clock cannot be told' : `its clock is ${offsetMs.toFixed(0)} ms off the capture's`;
  return `${matched} of ${events} lines borne out by packets; ${clock}`;
}
