// The shell of a node of a virtual lab: the commands of a lab of processes, as far as there is something for them to
// work on. A collie command takes virtual time: until then there is no result.
import type { Result } from '../../../protocol/base/result.ts';
import { SHEEP_PORT } from '../../../protocol/sheep/node-entry.ts';
import { INPUT_PATHS } from '../../../protocol/sim/scenario/deed-text.ts';
import { octetsShown } from '../../../protocol/sim/sheep/checksum.ts';
import { inputText, type Input, type ToolEnd } from '../../../protocol/sim/sheep/clients.ts';
import { corosyncCfgtool, corosyncCpgtool, corosyncQuorumtool } from '../shell/corosync-tools.ts';
import { corosyncCmapctl, corosyncObjctl } from '../shell/maps.ts';
import { toolErr, toolOut, type NodeView, type ToolResult } from '../shell/node-view.ts';
import { isRefused, startHint } from '../shell/start-hint.ts';
import { notFound, splitLine, throughPipes } from '../shell/words.ts';
import { storeCommand } from './store-commands.ts';
import type { VirtualLab } from './virtual-lab.ts';

/** A command that has not ended: null until it has. */
export interface Pending {
  readonly poll: () => ToolResult | null;
}

export type ShellResult = ToolResult | Pending;

export const SHELL_HELP = `NODE> COMMAND   in the shell of a node:
  corosync-cfgtool, corosync-cpgtool, corosync-objctl, corosync-cmapctl, corosync-quorumtool
  service corosync start|stop, kill [-9|-STOP|-CONT] corosync
  service sheepdog start|stop|status, pkill [-9] sheep, sheep
  collie …                           every command of collie 0.3.0; < /dev/urandom or /dev/zero is its input
  ls [-l], du [-h], tail, cat        in the store: store, store/obj, store/sheep.log
  … | grep, wc, head, tail, sort
`;

const SHEEP_NAME = 'Sheepdog QEMU/KVM Block Storage (sheep)';
const INPUTS: { readonly [path: string]: Input } = {
  [INPUT_PATHS.random]: 'random',
  [INPUT_PATHS.zeros]: 'zeros',
  '/dev/null': 'nothing',
};
type Tool = (args: readonly string[], view: NodeView) => ToolResult;
const TOOLS: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ['corosync-cfgtool', corosyncCfgtool],
  ['corosync-cpgtool', (_args, view) => corosyncCpgtool(view)],
  ['corosync-objctl', (_args, view) => corosyncObjctl(view)],
  ['corosync-cmapctl', corosyncCmapctl],
  ['corosync-quorumtool', corosyncQuorumtool],
]);

/** What starts and ends a node from its own shell, as a fault. */
function shellFault(node: number, name: string, args: readonly string[]): string | null {
  const words = [name, ...args].join(' ');
  if (words === 'service corosync start') return `start ${node}`;
  if (words === 'service corosync stop') return `leave ${node}`;
  const kill = /^p?kill(?:all)?\s+(?:-(9|KILL|STOP|CONT|TERM)\s+)?corosync$/.exec(words);
  if (kill === null) return null;
  const deeds = { 9: 'kill', KILL: 'kill', STOP: 'pause', CONT: 'resume', TERM: 'leave' } as const;
  return `${deeds[(kill[1] ?? 'TERM') as keyof typeof deeds]} ${node}`;
}

function sheepService(lab: VirtualLab, node: number, action: string | undefined): ToolResult {
  const pid = lab.sheepPid(node);
  switch (action) {
    case 'start':
      if (lab.view(node)?.status === null) return toolOut(`Starting ${SHEEP_NAME}: [FAILED]\n`, 1);
      lab.commandSheep(node, 'start');
      return toolOut(`Starting ${SHEEP_NAME}: [  OK  ]\n`);
    case 'stop': {
      const isDone = lab.commandSheep(node, 'stop');
      return toolOut(`Stopping ${SHEEP_NAME}: ${isDone ? '[  OK  ]' : '[FAILED]'}\n`, isDone ? 0 : 1);
    }
    case 'status':
      return pid === null ? toolOut('sheep is stopped\n', 3) : toolOut(`sheep (pid  ${pid}) is running...\n`);
    default:
      return toolErr('Usage: service sheepdog {start|stop|status}\n', 2);
  }
}

/** `pkill -9 sheep`, `kill PID` of the sheep; null for what is no sheep. */
function killSheep(lab: VirtualLab, node: number, args: readonly string[]): ToolResult | null {
  const target = args.find((arg) => !arg.startsWith('-'));
  const pid = lab.sheepPid(node);
  if (target !== 'sheep' && (pid === null || target !== String(pid))) return null;
  const isKill = args.includes('-9') || args.includes('-KILL');
  return lab.commandSheep(node, isKill ? 'kill' : 'stop') ? toolOut('') : toolErr('', 1);
}

/** What follows a `<` or `>` among the words, and the words without it. */
function redirection(
  args: readonly string[],
  sign: '<' | '>',
): { readonly path: string | null; rest: readonly string[] } {
  const at = args.indexOf(sign);
  const path = at < 0 ? null : (args[at + 1] ?? null);
  return { path, rest: path === null ? args : args.filter((_, i) => i !== at && i !== at + 1) };
}

function collieResult(lab: VirtualLab, number: number, end: ToolEnd, isShown: boolean): ToolResult {
  const nodes = lab.nodes();
  const node = nodes[number - 1];
  const isStarting = isRefused(end.stderr) && node?.condition === 'running';
  const hint = isStarting ? startHint(number, nodes.length, node.status) : '';
  return { out: `${isShown ? octetsShown(end.stdout) : ''}${inputText(end)}`, err: end.stderr + hint, code: end.code };
}

function collie(lab: VirtualLab, node: number, words: readonly string[]): ShellResult {
  const from = redirection(words, '<');
  const into = redirection(from.rest, '>');
  const input = from.path === null ? 'nothing' : INPUTS[from.path];
  if (input === undefined)
    return toolErr(`${from.path}: a virtual lab has no files; /dev/urandom and /dev/zero are there\n`);
  if (into.path !== null && into.path !== '/dev/null')
    return toolErr(`${into.path}: a virtual lab has no files; without > the octets are counted and summed\n`);
  const command = lab.collie(node, into.rest, input);
  return {
    poll: () => {
      const end = lab.collieEnd(command);
      return end === null ? null : collieResult(lab, node, end, into.path === null);
    },
  };
}

const NO_SHEEP = 'this lab has no sheep: start one with a store\n';
const NO_FILES =
  'qemu-img: a virtual lab has no files to convert; collie vdi write NAME 0 8M < /dev/urandom writes octets\n';

const NO_RM =
  'rm: the disk of a virtual lab is changed by its sheep alone, so that its time can go back; in a lab of processes\n' +
  'rm removes objects, and here collie vdi delete NAME removes an image\n';

function run(lab: VirtualLab, node: number, name: string, args: readonly string[]): ShellResult | null {
  const tool = TOOLS.get(name);
  const view = lab.view(node);
  if (tool !== undefined && view !== null) return tool(args, view);
  const fault = shellFault(node, name, args);
  if (fault !== null) return ofFault(lab.inject(fault));
  if (name === 'help') return toolOut(SHELL_HELP);
  const disk = lab.disk(node);
  const stored = storeCommand(disk, name, args);
  const isOfSheep = stored !== null || ['collie', 'sheep', 'pkill', 'kill', 'killall', 'qemu-img', 'rm'].includes(name);
  if (disk === null) return isOfSheep || args[0] === 'sheepdog' ? toolErr(NO_SHEEP) : null;
  if (stored !== null) return stored;
  if (name === 'collie') return collie(lab, node, args);
  if (name === 'service' && args[0] === 'sheepdog') return sheepService(lab, node, args[1]);
  if (name === 'service') return toolErr(`${args[0] ?? ''}: unrecognized service\n`);
  if (name === 'sheep') return startSheep(lab, node, args);
  if (name === 'qemu-img') return toolErr(NO_FILES);
  if (name === 'rm') return toolErr(NO_RM);
  if (name === 'kill' || name === 'pkill' || name === 'killall')
    return killSheep(lab, node, args) ?? toolErr(`${name}: (${args.at(-1) ?? ''}) - No such process\n`);
  return null;
}

function startSheep(lab: VirtualLab, node: number, args: readonly string[]): ToolResult {
  if (args.some((arg) => arg.startsWith('-')))
    return toolErr(`sheep: the sheep of a virtual lab has no options; it listens at port ${SHEEP_PORT}\n`);
  return sheepService(lab, node, 'start').code === 0 ? toolOut('') : toolErr('sheep: corosync does not run here\n');
}

function ofFault(done: Result<string, string>): ToolResult {
  if (!done.ok) return toolErr(`${done.problem}\n`);
  return toolOut(done.value === '' ? '' : `${done.value}\n`);
}

/** Runs a line in the shell of a node. */
export function virtualShell(lab: VirtualLab, node: number, line: string): ShellResult {
  const words = splitLine(line);
  const found = run(lab, node, words.name, words.args);
  if (found === null) return notFound(words.name);
  if (!('poll' in found)) return throughPipes(words, found);
  return {
    poll: () => {
      const end = found.poll();
      return end === null ? null : throughPipes(words, end);
    },
  };
}
