// A line of the prompt of a virtual lab, in the words of the lab of processes, and words for its time: run, pause,
// speed, step, back, goto. Does what concerns the lab; how fast its time passes is its host's.
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { SheepStatus } from '../../../protocol/sheep/engine/contract.ts';
import type { RunUnit } from '../../../protocol/sim/scenario/commands.ts';
import { timeText } from '../../../protocol/sim/scenario/words.ts';
import type { LabReply } from '../lab-view.ts';
import type { ToolResult } from '../shell/node-view.ts';
import { areRecovered, areTogether } from '../store-rest.ts';
import type { VirtualLab } from './virtual-lab.ts';
import { SHELL_HELP, virtualShell } from './virtual-shell.ts';

/** How virtual time passes: not at all, so many times as fast as the world's, or as fast as it goes. */
export interface VirtualPace {
  isRunning: boolean;
  /** Infinity: as fast as it goes. */
  speed: number;
}

export const VIRTUAL_SPEED_MIN = 0.001;
export const VIRTUAL_SPEED_MAX = 1000;
/** Virtual time that a wait may take, in microseconds. */
const WAIT_MICROS_MAX = 60_000_000;
const WAIT_STEP_MICROS = 10_000;
const STEPS_MAX = 100_000;
const UNITS: readonly RunUnit[] = ['events', 'hops', 'rotations'];
const GROUP = 'traffic';

const HELP = `${SHELL_HELP}fault …, heal                        as in a lab of processes; help of a fault: fault
traffic NODE [size=N] [rate=N] [seconds=N]   messages to the group "traffic"
run, pause                           virtual time passes, or stands
speed N|max                          times as fast as the world's, from 0.001
step events|hops|rotations [N]       goes on by so many
back events|hops|rotations [N]       goes back; what is done then begins another future
goto SECONDS                         goes back to a time of the lab, or on to it
wait ring N|sheep N|recovered|SECONDS   lets virtual time pass until then
status                               nodes and rings
scenario                             the lab as a scenario, for totemlab simulate
`;

const said = (output: string, exitCode = 0): LabReply => ({ output, exitCode });
const wrong = (says: string): LabReply => said(`${says}\n`, 1);
const replied = (done: Result<string, string>): LabReply =>
  done.ok ? said(done.value === '' ? '' : `${done.value}\n`) : wrong(done.problem);

/** By number from 1, name, node id, address or the end of it. */
function findNode(lab: VirtualLab, text: string): number | null {
  const word = text.replace(/^n/, '');
  const isIt = ({ number, nodeid, ip }: { number: number; nodeid: number; ip: string }): boolean =>
    word === String(number) || word === String(nodeid) || word === ip || ip.endsWith(`.${word.replace(/^\./, '')}`);
  return lab.nodes().find(({ spec }) => isIt(spec))?.spec.number ?? null;
}

/** A line that has no answer yet: null until it has. */
export interface PendingReply {
  /** Microseconds of the lab at which it was given. */
  readonly sinceMicros: number;
  readonly poll: () => LabReply | null;
}

const replyOf = (node: number, { out, err, code, again }: ToolResult): LabReply => ({
  ...said(`${out}${err}`, code),
  ...(again === undefined ? {} : { again: `n${node}> ${again}` }),
});

function shell(lab: VirtualLab, node: number, line: string): LabReply | PendingReply {
  const sinceMicros = lab.nowMicros;
  const result = virtualShell(lab, node, line);
  if (!('poll' in result)) return replyOf(node, result);
  return {
    sinceMicros,
    poll: () => {
      const end = result.poll();
      return end === null ? null : replyOf(node, end);
    },
  };
}

/** The id of a ring of this size on which all its members agree. */
function ringOf(lab: VirtualLab, size: number): string | null {
  const counts = new Map<string, number>();
  for (const { status } of lab.nodes()) {
    if (status === null || status.node.totem.state !== 'operational' || !status.node.isSynchronised) continue;
    const { ringId, members } = status.node.totem;
    const id = `${ringId.rep}:${ringId.seq}`;
    if (members.length === size) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].find(([, count]) => count === size)?.[0] ?? null;
}

/** As of every node that runs, null for one without a sheep. */
const sheepOf = (lab: VirtualLab): readonly (SheepStatus | null)[] =>
  lab.nodes().flatMap(({ condition, status }) => (condition === 'running' ? [status?.sheep ?? null] : []));

/** Tells what it came to, once it did; null for what is no wait. */
function waitedFor(what: string, size: number): ((lab: VirtualLab) => string | null) | null {
  if (what === 'recovered') return (lab) => (areRecovered(sheepOf(lab)) ? 'recovered' : null);
  if (!Number.isInteger(size) || size < 1) return null;
  if (what === 'sheep') return (lab) => (areTogether(sheepOf(lab), size) ? `${size} sheep together` : null);
  if (what !== 'ring') return null;
  return (lab) => {
    const id = ringOf(lab, size);
    return id === null ? null : `ring ${id} of ${size}`;
  };
}

function wait(lab: VirtualLab, words: readonly string[]): Result<string, string> {
  const [what = '', value = ''] = words;
  const size = Number(value);
  const isSo = waitedFor(what, size);
  if (isSo !== null) {
    const last = lab.nowMicros + WAIT_MICROS_MAX;
    for (;;) {
      const found = isSo(lab);
      if (found !== null) return ok(found);
      if (lab.nowMicros >= last)
        return fail(`not so after ${WAIT_MICROS_MAX / 1e6} s of virtual time: ${words.join(' ')}`);
      lab.advance(lab.nowMicros + WAIT_STEP_MICROS);
    }
  }
  const micros = Number(what) * 1e6;
  if (what === '' || !(micros >= 0) || micros > WAIT_MICROS_MAX)
    return fail(`wait ring N, wait sheep N, wait recovered, or wait SECONDS up to ${WAIT_MICROS_MAX / 1e6}`);
  const until = lab.nowMicros + Math.round(micros);
  while (!lab.advance(until));
  return ok('');
}

function traffic(lab: VirtualLab, words: readonly string[]): Result<string, string> {
  const node = findNode(lab, words[0] ?? '');
  if (node === null) return fail('traffic wants a node: traffic 1 size=1000 rate=100 seconds=5');
  const load = { size: 100, rate: 10, seconds: 10 };
  for (const word of words.slice(1)) {
    const [key = '', value = ''] = word.split('=');
    if (!(key in load) || !/^\d+$/.test(value)) return fail(`"${word}": size=, rate= and seconds= are known`);
    load[key as keyof typeof load] = Number(value);
  }
  const count = Math.max(1, load.rate * load.seconds);
  const every = load.rate === 0 ? 1 : Math.max(1, Math.round(1e6 / load.rate));
  const isMember = lab.view(node)?.status?.node.groups.some(({ name }) => name === GROUP) ?? false;
  const joined = isMember ? ok('') : lab.inject(`join all ${GROUP}`);
  if (!joined.ok) return joined;
  return lab.inject(`traffic ${node} ${GROUP} every=${every}us size=${load.size} count=${count}`);
}

function steps(lab: VirtualLab, word: 'step' | 'back', words: readonly string[]): Result<string, string> {
  const unit = UNITS.find((known) => known.startsWith(words[0] ?? ''));
  const count = words[1] === undefined ? 1 : Number(words[1]);
  if (unit === undefined || !Number.isInteger(count) || count < 1 || count > STEPS_MAX)
    return fail(`${word} events, hops or rotations, and how many: ${word} hops 3`);
  if (word === 'step') lab.step(unit, count);
  else lab.back(unit, count);
  return ok('');
}

function goTo(lab: VirtualLab, text: string): Result<string, string> {
  const micros = Math.round(Number(text) * 1e6);
  if (text === '' || !(micros >= 0) || micros > lab.nowMicros + WAIT_MICROS_MAX)
    return fail('goto wants seconds since the lab began');
  if (micros < lab.nowMicros) lab.backTo(micros);
  else while (!lab.advance(micros));
  return ok('');
}

/** The lab as a scenario that `totemlab simulate` runs: its settings, its faults and commands at their times. */
function scenario(lab: VirtualLab): string {
  const { nodes, dialect, transport, tokenMs, seed, withSheep, behaviour } = lab.options;
  const rest = ` seed=${seed}${withSheep ? ` sheep=${behaviour}` : ''}`;
  return [
    '# A virtual lab: its faults and commands. Messages that were said to it are not in here, and its nodes have the',
    "# addresses of a scenario's, which place objects elsewhere.",
    `cluster nodes=${nodes} dialect=${dialect} transport=${transport} stack=node token=${tokenMs}ms${rest}`,
    ...lab.deeds().map(({ micros, words }) => `at ${timeText(micros)} ${words}`),
    `run ${timeText(Math.max(1, lab.nowMicros))}`,
    '',
  ].join('\n');
}

function setSpeed(pace: VirtualPace, text: string): Result<string, string> {
  const speed = text === 'max' ? Infinity : Number(text);
  if (text === '' || !(speed >= VIRTUAL_SPEED_MIN) || (speed > VIRTUAL_SPEED_MAX && speed !== Infinity))
    return fail(`speed is a number from ${VIRTUAL_SPEED_MIN} to ${VIRTUAL_SPEED_MAX}, or max`);
  pace.speed = speed;
  return ok('');
}

function status(lab: VirtualLab): string {
  const lines = lab.nodes().map(({ spec, condition, status: own }) => {
    const totem = own?.node.totem;
    const ring =
      totem === undefined
        ? ''
        : `; ${totem.state}, ring ${totem.ringId.rep}:${totem.ringId.seq} of ${totem.members.length}`;
    return `n${spec.number} ${spec.ip} id ${spec.nodeid}: ${condition}${ring}`;
  });
  return `${(lab.nowMicros / 1e6).toFixed(6)} s\n${lines.join('\n')}\n`;
}

/** Does what a line says. What stops or steps time leaves it standing. */
export function runVirtualLine(lab: VirtualLab, pace: VirtualPace, text: string): LabReply | PendingReply {
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return said('');
  const inNode = /^([\w.]+)>\s*(.*)$/.exec(line);
  if (inNode !== null) {
    const node = findNode(lab, inNode[1] ?? '');
    return node === null
      ? wrong(`there is no node ${inNode[1]}: status lists them`)
      : shell(lab, node, inNode[2] ?? '');
  }
  const [word = '', ...words] = line.split(/\s+/);
  switch (word) {
    case 'run':
    case 'pause':
      if (words.length > 0) return replied(lab.inject(line));
      pace.isRunning = word === 'run';
      return said('');
    case 'speed':
      return replied(setSpeed(pace, words[0] ?? ''));
    case 'step':
    case 'back':
      pace.isRunning = false;
      return replied(steps(lab, word, words));
    case 'goto':
      pace.isRunning = false;
      return replied(goTo(lab, words[0] ?? ''));
    case 'wait':
      return replied(wait(lab, words));
    case 'traffic':
      return replied(traffic(lab, words));
    case 'add':
      return wrong('a virtual lab has the nodes that it began with: start another with more');
    case 'status':
      return said(status(lab));
    case 'scenario':
      return said(scenario(lab));
    case 'help':
      return said(HELP);
    default:
      return replied(lab.inject(line));
  }
}
