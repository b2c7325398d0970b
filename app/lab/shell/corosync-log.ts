// Lines of corosync.log as the real daemons write them: of 1.4 at its normal level, of 3.1 besides with TOTEM's debug
// lines, for what happens at a node of ours. Text only; the time in front is the host's to write.
import type { NodeRef } from '../../../protocol/totem/identity.ts';
import type { LabDialect, LabNodeEvent, LabNodeStart } from '../cluster.ts';

export interface LogLine {
  readonly level: 'notice' | 'info' | 'debug' | 'warning';
  readonly subsystem: 'MAIN' | 'TOTEM' | 'SERV' | 'CPG' | 'QUORUM';
  readonly text: string;
}

/** What Corosync 3 writes behind the code: "entering GATHER state from 11(merge during join)." */
const GATHER_WORDS: { readonly [code: number]: string } = {
  0: 'consensus timeout',
  2: 'The token was lost in the OPERATIONAL state.',
  3: 'The consensus timeout expired.',
  4: 'The token was lost in the COMMIT state.',
  5: 'The token was lost in the RECOVERY state.',
  6: 'failed to receive',
  7: 'foreign message in operational state',
  8: 'foreign message in gather state',
  9: 'merge during operational state',
  10: 'merge during gather state',
  11: 'merge during join',
  12: 'join during operational state',
  13: 'join during commit state',
  14: 'join during recovery',
  15: 'interface change',
};

const line = (subsystem: LogLine['subsystem'], text: string, level: LogLine['level'] = 'notice'): LogLine => ({
  subsystem,
  text,
  level,
});

/** What stands in the log before the first ring. */
export function startLines({ self, dialect, transport }: LabNodeStart): readonly LogLine[] {
  const how = transport === 'udp' ? 'UDP/IP Multicast' : 'UDP/IP Unicast';
  const up = line('TOTEM', `The network interface [${self.ip}] is now up.`);
  if (dialect === 'corosync-3') return [line('TOTEM', `Initializing transport (${how}).`), up];
  return [
    line('TOTEM', `Initializing transport (${how}).`),
    up,
    line('MAIN', 'Compatibility mode set to whitetank.  Using V1 and V2 of the synchronization engine.'),
  ];
}

const list = (nodes: readonly NodeRef[]): string => nodes.map(({ nodeid }) => nodeid).join(' ');

/** Corosync 3 says who joined and left; Corosync 1 only that somebody did. */
function membershipLines(
  dialect: LabDialect,
  ring: string,
  joined: readonly NodeRef[],
  left: readonly NodeRef[],
  members: readonly NodeRef[],
): readonly LogLine[] {
  if (dialect === 'corosync-1')
    return [line('TOTEM', 'A processor joined or left the membership and a new membership was formed.')];
  const [rep = '', seq = '0'] = ring.split(':');
  const who = [joined.length > 0 ? `joined: ${list(joined)}` : '', left.length > 0 ? `left: ${list(left)}` : ''];
  const id = `${Number(rep).toString(16)}.${BigInt(seq).toString(16)}`;
  return [
    line(
      'TOTEM',
      `A new membership (${id}) was formed. Members ${who.filter((part) => part !== '').join(' ')}`.trimEnd(),
    ),
    line('QUORUM', `Members[${members.length}]: ${list(members)}`),
  ];
}

/** Tells what an event of a node writes; remembers who left until the regular configuration. */
export function createCorosyncLog(dialect: LabDialect): (event: LabNodeEvent) => readonly LogLine[] {
  let left: readonly NodeRef[] = [];
  return (event) => {
    switch (event.kind) {
      case 'state': {
        if (event.state !== 'gather' || event.gatherFrom === null) return [];
        const why = GATHER_WORDS[event.gatherFrom] ?? '';
        const failed = event.gatherFrom === 2 ? [line('TOTEM', 'A processor failed, forming new configuration.')] : [];
        if (dialect === 'corosync-1') return failed;
        return [...failed, line('TOTEM', `entering GATHER state from ${event.gatherFrom}(${why}).`, 'debug')];
      }
      case 'configuration':
        if (event.type === 'transitional') {
          left = event.left;
          return [];
        }
        return membershipLines(dialect, event.ring, event.joined, left, event.members);
      case 'synchronised':
        return event.isDone ? [line('MAIN', 'Completed service synchronization, ready to provide service.')] : [];
      case 'confchg':
      case 'sheep':
        return [];
    }
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number, fill: string): string => String(value).padStart(2, fill);

/** A clock's reading, in the zone of the host. */
export interface LogTime {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

/** `Nov 23 00:02:21 corosync [TOTEM ] …`; 3.1 with milliseconds, process, host and level. */
export function logText(
  dialect: LabDialect,
  { subsystem, text, level }: LogLine,
  time: LogTime,
  pid: number,
  host: string,
): string {
  const { month, day, hour, minute, second, ms } = time;
  const date = `${MONTHS[month] ?? ''} ${two(day, dialect === 'corosync-1' ? ' ' : '0')}`;
  const clock = `${date} ${two(hour, '0')}:${two(minute, '0')}:${two(second, '0')}`;
  const from = `[${subsystem.padEnd(6)}]`;
  if (dialect === 'corosync-1') return `${clock} corosync ${from} ${text}`;
  return `${clock}.${String(ms).padStart(3, '0')} [${pid}] ${host} corosync ${level.padEnd(7)} ${from} ${text}`;
}
