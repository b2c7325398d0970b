// The commands of a node's shell by name. Each is told the words behind it.
import { corosyncCfgtool, corosyncCpgtool, corosyncQuorumtool } from '../../../../app/lab/shell/corosync-tools.ts';
import { corosyncCmapctl, corosyncObjctl } from '../../../../app/lab/shell/maps.ts';
import { toolErr, toolOut, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
import type { ProcessCluster } from '../process-cluster.ts';
import { du, ls, tail } from './files.ts';

export interface ShellContext {
  readonly cluster: ProcessCluster;
  /** Number of the node whose shell it is. */
  readonly number: number;
}

type Command = (context: ShellContext, args: readonly string[]) => Promise<ToolResult>;

const folderOf = ({ cluster, number }: ShellContext): string => cluster.directoryOf(number);

async function service({ cluster, number }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const [name, action] = args;
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
  const isNamed = target === 'corosync' || target === '$(pidof' || target === String(pid);
  if (pid === null || !isNamed) return toolErr(`kill: (${target ?? ''}) - No such process\n`);
  if (args.includes('-9') || args.includes('-KILL')) await cluster.kill(number);
  else if (args.includes('-STOP')) cluster.pause(number);
  else if (args.includes('-CONT')) cluster.resume(number);
  else await cluster.leave(number);
  return toolOut('');
}

async function pidof({ cluster, number }: ShellContext, args: readonly string[]): Promise<ToolResult> {
  const pid = args[0] === 'corosync' ? cluster.pidOf(number) : null;
  return pid === null ? toolOut('', 1) : toolOut(`${pid}\n`);
}

const HELP = `corosync-cfgtool -s | -a NODEID   status of the ring, address of a node
corosync-cpgtool                  process groups and their members
corosync-objctl                   keys and counters (Corosync 1); | grep members
corosync-cmapctl [-m stats]       keys and counters (Corosync 3)
corosync-quorumtool [-l]          votes and members (Corosync 3)
service corosync start|stop       starts the node, or has it leave the ring
kill -9 corosync                  kills the node's process; -STOP and -CONT pause it
tail [-n N] corosync.log          the end of the log
ls [-la] [DIR], du [-h] [DIR]     the node's folder
`;

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['corosync-cfgtool', async ({ cluster, number }, args) => corosyncCfgtool(args, await cluster.view(number))],
  ['corosync-cpgtool', async ({ cluster, number }) => corosyncCpgtool(await cluster.view(number))],
  ['corosync-objctl', async ({ cluster, number }) => corosyncObjctl(await cluster.view(number))],
  ['corosync-cmapctl', async ({ cluster, number }, args) => corosyncCmapctl(args, await cluster.view(number))],
  ['corosync-quorumtool', async ({ cluster, number }, args) => corosyncQuorumtool(args, await cluster.view(number))],
  ['service', service],
  ['kill', kill],
  ['pkill', kill],
  ['pidof', pidof],
  ['ls', (context, args) => ls(folderOf(context), args)],
  ['du', (context, args) => du(folderOf(context), args)],
  ['tail', (context, args) => tail(folderOf(context), args, false)],
  ['cat', (context, args) => tail(folderOf(context), args, true)],
  ['help', async () => toolOut(HELP)],
]);
