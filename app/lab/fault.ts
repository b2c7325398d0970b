// The faults of a lab: those of the simulator, as a person types them, and told of as done. Does nothing.
import { fail, type Result } from '../../protocol/base/result.ts';
import { faultText, isFaultWord, readFaults, type Fault } from '../../protocol/sim/fault.ts';
import { splitWords, type End, type NodeNames } from '../../protocol/sim/scenario/words.ts';

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

/** Spaces that people leave around the signs of nodes; `cut 1 2` for `cut 1>2`. */
const tidied = (line: string): string =>
  line
    .trim()
    .replace(/\s*([,>])\s*/g, '$1')
    .replace(/\s*\|\s*/g, ' | ')
    .replace(/^(cut|mend)\s+([^\s>]+)\s+([^\s>]+)$/, '$1 $2>$3');

/** Reads what stands behind the word `fault`; what is wrong, in a sentence. */
export function readLabFaults(line: string, names: NodeNames): Result<readonly Fault[], string> {
  const words = splitWords(tidied(line));
  if (!words.ok) return fail(words.problem.says);
  const head = words.value[0]?.text ?? '';
  if (!isFaultWord(head))
    return fail(
      head === '' ? 'fault wants to know what; help lists the kinds' : `there is no fault "${head}"; help lists them`,
    );
  const read = readFaults(words.value, names);
  return read.ok ? read : fail(read.problem.says);
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
export function labFaultDone(fault: Fault): string {
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
      return faultText(fault).replace(/^disk (\d+)/, 'disk of node $1');
    case 'link':
    case 'drop':
    case 'clock':
    case 'tear':
      return faultText(fault);
  }
}
