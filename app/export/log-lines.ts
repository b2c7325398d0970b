// Lines of logs on the time axis of the packets: which of a log are written beside them, and as what entry. How its
// clock goes was told from the packets before (analysis/witnesses). Reads text only.
import { logTime, type Calendar } from '../analysis/witnesses/log-time.ts';
import { LOG_LINES_MAX, type LogReport } from '../analysis/report/logs.ts';
import type { GivenLog } from '../analysis/witnesses/beside.ts';
import type { PacketTable } from '../store/packet-table.ts';
import { wallClock } from '../store/times.ts';

/** Lines of all logs that go into one capture. */
export const LOG_ENTRIES_MAX = 200_000;
/** Characters of a line that are kept. */
const LINE_LENGTH_MAX = 4000;
const NS_PER_MS = 1_000_000n;

export interface LogEntry {
  /** Wall clock on the capture's axis, nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** The node's name, address or id, as it was given with the log. */
  readonly node: string;
  readonly nodeid: number | null;
  readonly line: string;
}

export interface NodeLog {
  readonly node: string;
  readonly nodeid: number | null;
  readonly text: string;
  /** The log's clock less the capture's, milliseconds. */
  readonly offsetMs: number;
}

/** A text without what a terminal or a viewer would obey. */
export function plainLine(line: string): string {
  return Array.from(line.slice(0, LINE_LENGTH_MAX), (char) =>
    char === '\t' || (char >= ' ' && char !== '\u007f' && (char < '\u0080' || char > '\u009f')) ? char : '\ufffd',
  ).join('');
}

/** The lines of logs between two times, in order of time; lines without a time of their own go with the one before. */
export function logEntries(
  logs: readonly NodeLog[],
  calendar: Calendar,
  from: bigint,
  to: bigint,
): { readonly entries: readonly LogEntry[]; readonly omitted: number } {
  const entries: LogEntry[] = [];
  for (const { node, nodeid, text, offsetMs } of logs) {
    const offset = BigInt(Math.round(offsetMs * 1e6));
    let last: bigint | null = null;
    for (const line of text.split('\n', LOG_LINES_MAX)) {
      const ms = logTime(line, calendar);
      if (ms !== null) last = BigInt(Math.round(ms)) * NS_PER_MS - offset;
      if (last === null || last < from || last > to || line.trim() === '') continue;
      entries.push({ timeNs: last, node, nodeid, line: plainLine(line.replace(/\r$/, '')) });
    }
  }
  entries.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
  return { entries: entries.slice(0, LOG_ENTRIES_MAX), omitted: Math.max(0, entries.length - LOG_ENTRIES_MAX) };
}

export interface PlacedLogs {
  readonly entries: readonly LogEntry[];
  /** Lines beyond LOG_ENTRIES_MAX. */
  readonly omitted: number;
}

/** Logs on the time of the packets; one whose clock cannot be told is taken to go right. `span`: of the packets. */
export function placeLogs(
  logs: readonly GivenLog[],
  reports: readonly LogReport[],
  { epochNs, length }: Pick<PacketTable, 'epochNs' | 'length'>,
  span: { readonly from: number; readonly to: number },
  calendar: Calendar,
): PlacedLogs {
  if (logs.length === 0 || length === 0) return { entries: [], omitted: 0 };
  const placed = logs.map(({ node, text }, i): NodeLog => {
    const { nodeid = null, offsetMs = null } = reports[i] ?? {};
    return { node, nodeid, text, offsetMs: offsetMs ?? 0 };
  });
  return logEntries(placed, calendar, wallClock(epochNs, span.from), wallClock(epochNs, span.to));
}

/** The fields of systemd's journal for an entry. */
export function journalFields({ timeNs, node, nodeid, line }: LogEntry): readonly (readonly [string, string])[] {
  return [
    ['__REALTIME_TIMESTAMP', String(timeNs / 1000n)],
    ['PRIORITY', '6'],
    ['SYSLOG_IDENTIFIER', 'corosync'],
    ['_HOSTNAME', node],
    ...(nodeid === null ? [] : ([['TOTEMLAB_NODEID', String(nodeid)]] as const)),
    ['MESSAGE', line],
  ];
}
