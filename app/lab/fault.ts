// The faults of a lab: those of the simulator, in the same words, and what ails a store. Read from a line of the
// prompt, a click or a file, written back as words, and told of as done. Does nothing.
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { faultText, isFaultWord, readFaults, type Fault } from '../../protocol/sim/fault.ts';
import {
  readNode,
  readTime,
  splitWords,
  timeText,
  wrong,
  type End,
  type LineProblem,
  type NodeNames,
  type Word,
} from '../../protocol/sim/scenario/words.ts';

/** The store of a node has no space, or every operation takes longer by so many microseconds; or neither. */
export interface DiskFault {
  readonly kind: 'disk';
  readonly node: number;
  readonly isFull: boolean;
  readonly delay: number;
}

export type LabFault = Fault | DiskFault;

export const LAB_FAULT_HELP = `fault kill|pause|resume|leave|start NODE, restart NODE [disk=lost]
fault interface NODE down|up        neither hears nor is heard
fault partition 1,2 | 3             only nodes of one group hear each other
fault cut FROM>TO, mend FROM>TO     one direction carries nothing, or again what it did
fault loss NODE PERCENT             of what arrives there is lost; 0 ends it
fault delay NODE MS                 what arrives there is late; 0 ends it
fault mtu NODE OCTETS               larger IP packets vanish there; 0 ends it
fault link FROM>TO loss=5% delay=20ms mtu=1400    the same for one direction; * is every node
fault deaf NODE [on|off]            hears no multicasts, tokens reach it
fault disk NODE full|slow MS|ok     the store has no space, or every operation takes longer
heal                                ends every fault of the network`;

const DISK_DELAY_USUAL = 200_000;
const DISK_DELAY_MAX = 60_000_000;

function readDisk(words: readonly Word[], names: NodeNames): Result<DiskFault, LineProblem> {
  const [head, nodeWord, state, amount, more] = words;
  if (head === undefined || nodeWord === undefined || state === undefined)
    return fail({ column: head?.column ?? 1, says: 'disk wants a node and full, slow MS or ok: disk 2 full' });
  const node = readNode(nodeWord, names);
  if (!node.ok) return node;
  const last = state.text === 'slow' ? more : amount;
  if (last !== undefined) return wrong(last, `nothing follows disk ${state.text}`);
  if (state.text === 'full' || state.text === 'ok')
    return ok({ kind: 'disk', node: node.value, isFull: state.text === 'full', delay: 0 });
  if (state.text !== 'slow') return wrong(state, `disk wants full, slow MS or ok, not "${state.text}"`);
  const text = amount === undefined || !/^[\d.]+$/.test(amount.text) ? amount?.text : `${amount.text}ms`;
  const delay = amount === undefined ? ok(DISK_DELAY_USUAL) : readTime({ ...amount, text: text ?? '' });
  if (!delay.ok) return delay;
  if (delay.value === 0 || delay.value > DISK_DELAY_MAX)
    return wrong(amount ?? state, 'a disk is slow by more than nothing and at most 60s an operation');
  return ok({ kind: 'disk', node: node.value, isFull: false, delay: delay.value });
}

/** Spaces that people leave around the signs of nodes; `cut 1 2` for `cut 1>2`. */
const tidied = (line: string): string =>
  line
    .trim()
    .replace(/\s*([,>])\s*/g, '$1')
    .replace(/\s*\|\s*/g, ' | ')
    .replace(/^(cut|mend)\s+([^\s>]+)\s+([^\s>]+)$/, '$1 $2>$3');

/** Reads what stands behind the word `fault`; what is wrong, in a sentence. */
export function readLabFaults(line: string, names: NodeNames): Result<readonly LabFault[], string> {
  const words = splitWords(tidied(line));
  if (!words.ok) return fail(words.problem.says);
  const head = words.value[0]?.text ?? '';
  if (head !== 'disk' && !isFaultWord(head))
    return fail(
      head === '' ? 'fault wants to know what; help lists the kinds' : `there is no fault "${head}"; help lists them`,
    );
  const read: Result<readonly LabFault[], LineProblem> =
    head === 'disk' ? asList(readDisk(words.value, names)) : readFaults(words.value, names);
  return read.ok ? read : fail(read.problem.says);
}

function asList(read: Result<DiskFault, LineProblem>): Result<readonly DiskFault[], LineProblem> {
  return read.ok ? ok([read.value]) : read;
}

/** The words that readLabFaults() reads. */
export function labFaultText(fault: LabFault): string {
  if (fault.kind !== 'disk') return faultText(fault);
  return `disk ${fault.node} ${fault.isFull ? 'full' : fault.delay > 0 ? `slow ${timeText(fault.delay)}` : 'ok'}`;
}

const DONE: { readonly [kind in 'kill' | 'pause' | 'resume' | 'leave' | 'start' | 'restart']: string } = {
  kill: 'killed',
  pause: 'paused',
  resume: 'resumed',
  leave: 'left',
  start: 'started',
  restart: 'restarted',
};

const name = (end: End): string => (end === 'any' ? 'every node' : `node ${end}`);

/** What has been done, for a person. */
export function labFaultDone(fault: LabFault): string {
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'resume':
    case 'leave':
    case 'start':
      return `node ${fault.node} ${DONE[fault.kind]}`;
    case 'restart':
      return `node ${fault.node} restarted${fault.disk === 'lost' ? ' without what its disk held' : ''}`;
    case 'interface':
      return `interface of node ${fault.node} ${fault.up ? 'up' : 'down'}`;
    case 'partition':
      return `partitioned: ${fault.groups.map((group) => group.join(',')).join(' | ')}`;
    case 'heal':
      return 'healed';
    case 'cut':
      return `${name(fault.to)} hears nothing of ${name(fault.from)}`;
    case 'mend':
      return `${name(fault.to)} hears ${name(fault.from)} again`;
    case 'deaf':
      return `node ${fault.node} hears ${fault.on ? 'no multicasts' : 'multicasts again'}`;
    case 'disk':
      return labFaultText(fault).replace(/^disk (\d+)/, 'disk of node $1');
    case 'link':
    case 'drop':
    case 'clock':
    case 'tear':
      return labFaultText(fault);
  }
}
