// The commands of a node's shell by name. Each is told the words behind it.
import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { corosyncCfgtool, corosyncCpgtool, corosyncQuorumtool } from '../../../../app/lab/shell/corosync-tools.ts';
import { corosyncCmapctl, corosyncObjctl } from '../../../../app/lab/shell/maps.ts';
import { toolErr, toolOut, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
import { isRefused, startHint } from '../../../../app/lab/shell/start-hint.ts';
import { collie } from '../../../../protocol/collie/collie.ts';
import { SHEEP_PORT } from '../../../../protocol/sheep/node-entry.ts';
import { runScript } from '../../sheep/collie-runner.ts';
import type { Print } from '../lab-cluster.ts';
import type { ProcessCluster } from '../process-cluster.ts';
import { qemuImg } from '../../images/qemu-img.ts';
import { du, insideFolder, ls, rmFiles, tail } from './files.ts';

export interface ShellContext {
  readonly cluster: ProcessCluster;
  /** Number of the node whose shell it is. */
  readonly number: number;
  /** Takes what a command says while it runs. */
  readonly print?: Print;
}

type Command = (context: ShellContext, args: readonly string[]) => Promise<ToolResult>;

const folderOf = ({ cluster, number }: ShellContext): string => cluster.directoryOf(number);

/** The number of the node's sheep in its process group; null where none runs. */
async function sheepPid({ cluster, number }: ShellContext): Promise<number | null> {
  const status = await cluster.status(number);
  const nodeid = cluster.nodes()[number - 1]?.nodeid;
  if (status === null || status.sheep === null) return null;
  const group = status.node.groups.find(({ name }) => name === 'sheepdog');
  return group?.members.find((member) => member.nodeid === nodeid)?.pid ?? null;
}

const SHEEP_NAME = 'Sheepdog QEMU/KVM Block Storage (sheep)';

async function sheepService(context: ShellContext, action: string | undefined): Promise<ToolResult> {
  switch (action) {
    case 'start':
      context.cluster.startSheep(context.number);
      return toolOut(`Starting ${SHEEP_NAME}: [  OK  ]\n`);
    case 'stop': {
      const done = await killSheep(context, []);
      return toolOut(`Stopping ${SHEEP_NAME}: ${done.code === 0 ? '[  OK  ]' : '[FAILED]'}\n`, done.code);
    }
    case 'status': {
      const pid = await sheepPid(context);
      return pid === null ? toolOut('sheep is stopped\n', 3) : toolOut(`sheep (pid  ${pid}) is running...\n`);
    }
    default:
      return toolErr('Usage: service sheepdog {start|stop|status}\n', 2);
  }
}

async function killSheep({ cluster, number }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const isRunning = (await cluster.status(number))?.sheep !== null;
  if (!isRunning) return toolErr('', 1);
  cluster.order(number, { kind: 'sheep-signal', signal: args.includes('-9') ? 'KILL' : 'TERM' });
  return toolOut('');
}

const SHEEP_HELP = `sheep [OPTIONS] [FOLDER]   starts the node's sheep in its store, /mnt/sheepdog/data
  -d, --debug       says all in sheep.log
  -D, --directio    an acknowledged write is on the medium
  -z, --zone ZONE   its zone, its address unless said
  -h, --help        this
`;

/** The sheep of this node, in its own store whatever folder is named, as sheep's options say. */
async function sheep({ cluster, number }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const value = (flag: string): string | null => args[args.indexOf(flag) + 1] ?? null;
  if (args.includes('-h') || args.includes('--help')) return toolOut(SHEEP_HELP);
  if (args.includes('-p') && value('-p') !== String(SHEEP_PORT))
    return toolErr(`sheep: a node of the lab has one sheep, at port ${SHEEP_PORT}\n`, 1);
  const zone = args.includes('-z') ? Number(value('-z')) : null;
  if (zone !== null && !Number.isSafeInteger(zone)) return toolErr(`sheep: invalid zone '${value('-z')}'\n`, 1);
  cluster.startSheep(number, { isDebug: args.includes('-d'), isDurable: args.includes('-D'), zone });
  return toolOut('');
}

/** What follows a `<` or `>` among the words, and the words without it. */
function redirection(
  args: readonly string[],
  sign: '<' | '>',
): { readonly path: string | null; readonly rest: readonly string[] } {
  const at = args.indexOf(sign);
  const path = at < 0 ? null : (args[at + 1] ?? null);
  return { path, rest: path === null ? args : args.filter((_, i) => i !== at && i !== at + 1) };
}

async function hintAtStart({ cluster, number }: ShellContext): Promise<string> {
  if (cluster.pidOf(number) === null) return '';
  return startHint(number, cluster.nodes().length, await cluster.status(number));
}

/** `< FILE` is its standard input, `> FILE` takes its standard output, octet by octet. */
async function collieCommand(context: ShellContext, words: readonly string[]): Promise<ToolResult> {
  const { cluster, number } = context;
  const from = redirection(words, '<');
  const into = redirection(from.rest, '>');
  const args = into.rest;
  let input: Uint8Array;
  try {
    input = from.path === null ? new Uint8Array(0) : new Uint8Array(await readFile(from.path));
  } catch {
    return toolErr(`${from.path}: No such file or directory\n`);
  }
  const printed = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  const ip = cluster.nodes()[number - 1]?.ip ?? '';
  const code = await runScript(collie(args, false), {
    print: (to, octets) => void printed[to].push(octets),
    read: (length) => {
      const octets = input.subarray(0, length);
      input = input.subarray(length);
      return Promise.resolve(octets);
    },
    addressesOf: (host) => (host === 'localhost' || host === '127.0.0.1' ? [ip] : []),
  });
  const text = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('utf8');
  if (into.path !== null) {
    await writeFile(into.path, Buffer.concat(printed.stdout));
    printed.stdout.length = 0;
  }
  const err = text(printed.stderr);
  const hint = isRefused(err) ? await hintAtStart(context) : '';
  return { out: text(printed.stdout), err: err + hint, code };
}

/** Files are those of the node's folder, or of the person where their path is absolute. */
async function qemuImgCommand({ cluster, number, print }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const said = { stdout: '', stderr: '' };
  const folder = cluster.directoryOf(number);
  const code = await qemuImg(args, {
    print: print ?? ((to, text) => void (said[to] += text)),
    store: { host: cluster.nodes()[number - 1]?.ip ?? '', port: SHEEP_PORT },
    pathOf: (name) => (isAbsolute(name) ? name : insideFolder(folder, name)),
    signal: cluster.ending,
  });
  return { out: said.stdout, err: said.stderr, code };
}

async function service({ cluster, number }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const [name, action] = args;
  if (name === 'sheepdog') return sheepService({ cluster, number }, action);
  if (name !== 'corosync') return toolErr(`${name ?? ''}: unrecognized service\n`);
  switch (action) {
    case 'start':
      cluster.start(number);
      return toolOut('Starting Corosync Cluster Engine (corosync): [  OK  ]\n');
    case 'stop':
      await cluster.leave(number);
      return toolOut('Signaling Corosync Cluster Engine (corosync) to terminate: [  OK  ]\n');
    case 'restart':
      await cluster.leave(number);
      cluster.start(number);
      return toolOut('Starting Corosync Cluster Engine (corosync): [  OK  ]\n');
    case 'status': {
      const pid = cluster.pidOf(number);
      return pid === null ? toolOut('corosync is stopped\n', 3) : toolOut(`corosync (pid  ${pid}) is running...\n`);
    }
    default:
      return toolErr('Usage: service corosync {start|stop|restart|status}\n', 2);
  }
}

async function kill({ cluster, number }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const pid = cluster.pidOf(number);
  const target = args.find((arg) => !arg.startsWith('-'));
  if (target === 'sheep') return killSheep({ cluster, number }, args);
  if (/^\d+$/.test(target ?? '') && Number(target) === (await sheepPid({ cluster, number })))
    return killSheep({ cluster, number }, args);
  const isNamed = target === 'corosync' || target === '$(pidof' || target === String(pid);
  if (pid === null || !isNamed) return toolErr(`kill: (${target ?? ''}) - No such process\n`);
  if (args.includes('-9') || args.includes('-KILL')) await cluster.kill(number);
  else if (args.includes('-STOP')) cluster.pause(number);
  else if (args.includes('-CONT')) cluster.resume(number);
  else await cluster.leave(number);
  return toolOut('');
}

async function pidof(context: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const { cluster, number } = context;
  const pid = args[0] === 'corosync' ? cluster.pidOf(number) : args[0] === 'sheep' ? await sheepPid(context) : null;
  return pid === null ? toolOut('', 1) : toolOut(`${pid}\n`);
}

const HELP = `corosync-cfgtool -s | -a NODEID   status of the ring, address of a node
corosync-cpgtool                  process groups and their members
corosync-objctl                   keys and counters (Corosync 1); | grep members
corosync-cmapctl [-m stats]       keys and counters (Corosync 3)
corosync-quorumtool [-l]          votes and members (Corosync 3)
service corosync start|stop       starts the node, or has it leave the ring
kill -9 PID, kill -9 corosync     kills the node's process; -STOP and -CONT pause it; pidof names it
service sheepdog start|stop|status   the node's sheep; pkill [-9] sheep ends it alone
sheep [-d] [-D] [-z ZONE]         starts the sheep with options
collie …                          every command of collie 0.3.0; < FILE and > FILE
qemu-img create sheepdog:NAME SIZE; convert [-p] FILE sheepdog:NAME, and back; info sheepdog:NAME
tail [-n N] [-f] corosync.log     the end of the log; -f goes on with it, Ctrl-C ends that; store/sheep.log too
ls [-la] [DIR], du [-h] [DIR], rm [-rf] FILE…   the node's folder; its store is /mnt/sheepdog/data
`;

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['corosync-cfgtool', async ({ cluster, number }, args) => corosyncCfgtool(args, await cluster.view(number))],
  ['corosync-cpgtool', async ({ cluster, number }) => corosyncCpgtool(await cluster.view(number))],
  ['corosync-objctl', async ({ cluster, number }) => corosyncObjctl(await cluster.view(number))],
  ['corosync-cmapctl', async ({ cluster, number }, args) => corosyncCmapctl(args, await cluster.view(number))],
  ['corosync-quorumtool', async ({ cluster, number }, args) => corosyncQuorumtool(args, await cluster.view(number))],
  ['service', service],
  ['sheep', sheep],
  ['collie', collieCommand],
  ['qemu-img', qemuImgCommand],
  ['kill', kill],
  ['pkill', kill],
  ['killall', kill],
  ['pidof', pidof],
  ['ls', (context, args) => ls(folderOf(context), args)],
  ['du', (context, args) => du(folderOf(context), args)],
  ['rm', (context, args) => rmFiles(folderOf(context), args)],
  ['tail', (context, args) => tail(folderOf(context), args, 'tail')],
  ['cat', (context, args) => tail(folderOf(context), args, 'cat')],
  ['help', async () => toolOut(HELP)],
]);
