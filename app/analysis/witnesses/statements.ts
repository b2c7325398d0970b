// What lines of corosync.log and sheep.log claim of the ring, in words that the packets can bear out or contradict.
// Reads text only; bounded.
import { logTime, type Calendar } from './log-time.ts';

/** Statements of one log that are kept; lines of a kind within a second of each other are one. */
export const STATEMENTS_MAX = 2000;
const TOGETHER_MS = 1000;

export type StatementKind =
  | 'paused'
  | 'no-token'
  | 'no-leave'
  | 'retransmits'
  | 'failed-to-receive'
  | 'bad-digest'
  | 'left'
  | 'interface-down'
  | 'link-down'
  | 'cannot-form'
  | 'sheep-leaves'
  | 'sheep-partition'
  | 'sheep-refused'
  | 'sheep-orphan';

export interface Statement {
  readonly kind: StatementKind;
  /** By the log's own clock. */
  readonly ms: number;
  readonly line: number;
  /** The line without its time and process. */
  readonly text: string;
  /** Lines that say so within a second. */
  count: number;
  /** Milliseconds that the line names. */
  readonly amountMs: number | null;
  /** Nodes that the line names. */
  readonly nodes: readonly number[];
  /** The ring that the line names: its representative by id or by address, and its number. */
  readonly ring: { readonly rep: string; readonly seq: bigint } | null;
}

interface Pattern {
  readonly kind: StatementKind;
  readonly pattern: RegExp;
  readonly amount?: number;
  readonly nodes?: number;
}

const PATTERNS: readonly Pattern[] = [
  { kind: 'paused', pattern: /Process pause detected for (\d+) ms/, amount: 1 },
  { kind: 'paused', pattern: /main process was not scheduled .*?for ([\d.]+) ms/, amount: 1 },
  { kind: 'no-token', pattern: /Token has not been received in (\d+) ms/, amount: 1 },
  { kind: 'no-leave', pattern: /Failed to receive the leave message\. failed: ?([\d ]+)/, nodes: 1 },
  { kind: 'retransmits', pattern: /Retransmit List: / },
  { kind: 'failed-to-receive', pattern: /FAILED TO RECEIVE/ },
  { kind: 'bad-digest', pattern: /invalid digest|[Dd]igest does not match/ },
  { kind: 'left', pattern: /A new membership .* Members left: ?([\d ]+)/, nodes: 1 },
  { kind: 'interface-down', pattern: /network interface (?:\S+ )?is (?:now )?down/ },
  { kind: 'link-down', pattern: /link: host: (\d+) link: \d+ is down/, nodes: 1 },
  { kind: 'link-down', pattern: /ringid \d+ interface \S+ FAULTY/ },
  { kind: 'cannot-form', pattern: /unable to form a cluster/ },
  { kind: 'sheep-leaves', pattern: /leaving sheepdog cluster/ },
  { kind: 'sheep-partition', pattern: /majority of nodes are not alive|network partition has occurred/ },
  { kind: 'sheep-refused', pattern: /failed to join sheepdog cluster/ },
  { kind: 'sheep-orphan', pattern: /received EPOLLHUP event/ },
];

/** 3.x prints a ring's number in hexadecimal behind a point, the older ones in decimal behind a colon. */
function ringOf(line: string): Statement['ring'] {
  const [, rep = '', seq] = /membership \((\d+)\.([0-9a-f]+)\)/.exec(line) ?? [];
  if (seq !== undefined) return { rep, seq: BigInt(`0x${seq}`) };
  const [, address = '', number] = /membership \(([^)]*):(\d+)\)/.exec(line) ?? [];
  return number === undefined ? null : { rep: address, seq: BigInt(number) };
}

const textOf = (line: string): string => {
  const said = /\[[A-Z]+\s*\]\s*(.*)$/.exec(line)?.[1] ?? /^\S+\s+\d+\s+[\d:.]+\s+(.*)$/.exec(line)?.[1] ?? line;
  return said.trim().slice(0, 200);
};

function statementOf(line: string, number: number, calendar: Calendar): Statement | null {
  const found = PATTERNS.find(({ pattern }) => pattern.test(line));
  const ms = found === undefined ? null : logTime(line, calendar);
  if (found === undefined || ms === null) return null;
  const match = found.pattern.exec(line);
  const named = found.nodes === undefined ? '' : (match?.[found.nodes] ?? '');
  const nodes = named.trim() === '' ? [] : named.trim().split(/\s+/).map(Number);
  const amountMs = found.amount === undefined ? null : Number(match?.[found.amount]);
  return {
    kind: found.kind,
    ms,
    line: number,
    text: textOf(line),
    count: 1,
    amountMs,
    nodes,
    ring: ringOf(line),
  };
}

/** In the order of the file. */
export function statementsIn(lines: readonly string[], calendar: Calendar): readonly Statement[] {
  const all: Statement[] = [];
  const latest = new Map<StatementKind, Statement>();
  for (const [i, line] of lines.entries()) {
    const statement = statementOf(line, i + 1, calendar);
    if (statement === null) continue;
    const before = latest.get(statement.kind);
    const isMore = before !== undefined && statement.amountMs === null && statement.ms - before.ms < TOGETHER_MS;
    if (isMore && statement.nodes.length === 0) before.count++;
    else if (all.length < STATEMENTS_MAX) {
      all.push(statement);
      latest.set(statement.kind, statement);
    }
  }
  return all;
}

/** Whether the text is sheep's own log: it names its source functions and no subsystem of Corosync. */
export function isSheepLog(lines: readonly string[]): boolean {
  const some = lines.slice(0, 200);
  return some.some((line) => /(?:cdrv_cpg_|update_cluster_info|sheepdog daemon)/.test(line)) && !some.some(isCorosync);
}

const isCorosync = (line: string): boolean => /\[(?:TOTEM|MAIN|KNET|QUORUM)\s*\]/.test(line);
