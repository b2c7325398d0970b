// A dump of corosync-objctl (1.x) or corosync-cmapctl (2.x, 3.x): its counters and members beside the packets, and the
// timers that were in force. Reads text only.
import type { Analysis } from '../result.ts';
import type { Timers } from '../report/conf.ts';

const LINE = /^([\w.\-/]+)(?: \(\w+\))?\s*=\s*(.*)$/;
const COUNTERS = /^(?:runtime\.totem\.pg\.mrp\.srp|stats\.srp)\.([a-z_]+)$/;
const MEMBER = /^(?:runtime\.totem\.pg\.mrp\.srp\.members|runtime\.members)\.(\d+)\.status$/;
const TIMER = 'runtime.config.totem.';
/** So many lines with the form of a dump make one. */
const LINES_MIN = 3;

export interface MapDump {
  readonly counters: ReadonlyMap<string, number>;
  /** Node ids by what the dump says of them. */
  readonly members: ReadonlyMap<number, string>;
  /** Milliseconds by Corosync's names, of 2.x and 3.x. */
  readonly timers: ReadonlyMap<string, number>;
}

/** A counter, a member or a timer of which dump and packets say different things. */
export interface DumpDifference {
  readonly name: string;
  readonly dump: string;
  readonly wire: string;
}

/** Null where the text is no such dump. */
export function readMapDump(lines: readonly string[]): MapDump | null {
  const counters = new Map<string, number>();
  const members = new Map<number, string>();
  const timers = new Map<string, number>();
  for (const line of lines) {
    const [, key = '', value = ''] = LINE.exec(line.trim()) ?? [];
    const counter = COUNTERS.exec(key)?.[1];
    const member = MEMBER.exec(key)?.[1];
    if (counter !== undefined) counters.set(counter, Number(value));
    else if (member !== undefined) members.set(Number(member), value.trim());
    else if (key.startsWith(TIMER)) timers.set(key.slice(TIMER.length), Number(value));
  }
  return counters.size + members.size + timers.size < LINES_MIN ? null : { counters, members, timers };
}

/** The timers in force as the dump has them; null where it has none (1.x). */
export function timersOfDump({ timers }: MapDump, nodes: number): Timers | null {
  const token = timers.get('token');
  if (token === undefined) return null;
  const tokenRetransmit = timers.get('token_retransmit') ?? Math.floor(token / 4.2);
  const hold = timers.get('hold') ?? Math.floor(tokenRetransmit * 0.8 - 10);
  const consensus = timers.get('consensus') ?? Math.floor(token * 1.2);
  return {
    token,
    tokenRetransmit,
    hold,
    consensus,
    join: timers.get('join') ?? 50,
    merge: timers.get('merge') ?? 200,
    nodes,
  };
}

/** Members that the last ring has otherwise. Counters run from the start of the process to the dump: only shown. */
export function compareDump(dump: MapDump, { rings, nodes }: Analysis, nodeid: number): readonly DumpDifference[] {
  const last = rings.filter(({ members, firstToken }) => firstToken !== null && members.includes(nodeid)).at(-1);
  if (last === undefined) return [];
  // A ring of its own leaves nothing on the wire.
  const joined = [...dump.members].filter(([, status]) => status === 'joined').map(([member]) => member);
  if (joined.length === 1 && joined[0] === nodeid) return [];
  const seen = new Set(nodes.map((node) => node.nodeid));
  return [...dump.members].flatMap(([member, status]) => {
    const isIn = last.members.includes(member);
    if (isIn === (status === 'joined')) return [];
    const wire = isIn
      ? `a member of ring ${last.id}`
      : seen.has(member)
        ? `not in ring ${last.id}`
        : 'never on the wire';
    return [{ name: `member ${member}`, dump: status, wire }];
  });
}
