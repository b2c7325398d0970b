// The shell of a machine with a real daemon: Corosync's own programs, its service, its files. Nothing else of this
// computer can be run from it.
import { toolErr, toolOut, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
import { du, ls, tail } from '../shell/files.ts';
import { runLineOf } from '../../../../app/lab/shell/words.ts';
import type { CorosyncCluster } from './corosync-cluster.ts';

const HELP = `corosync-cfgtool, -cmapctl, -cpgtool, -quorumtool, -blackbox   of the installed Corosync
service corosync start|stop|restart|status
kill -9|-STOP|-CONT corosync      its process; pidof corosync
ip addr, ip link, ip route        the machine's network
tail [-n N] [-f] corosync.log, cat corosync.conf, ls [-la] [DIR], du [-h] [DIR]
`;

const TOOLS: ReadonlySet<string> = new Set([
  'corosync-cfgtool',
  'corosync-cmapctl',
  'corosync-cpgtool',
  'corosync-quorumtool',
  'corosync-blackbox',
]);

async function service(cluster: CorosyncCluster, node: number, args: readonly string[]): Promise<ToolResult> {
  const [name, action] = args;
  if (name === 'sheepdog') return noSheep();
  if (name !== 'corosync') return toolErr(`${name ?? ''}: unrecognized service\n`);
  switch (action) {
    case 'start':
    case 'restart':
      if (action === 'restart') await cluster.inject({ kind: 'leave', node });
      await cluster.inject({ kind: 'start', node });
      return toolOut('Starting Corosync Cluster Engine (corosync): [  OK  ]\n');
    case 'stop':
      await cluster.inject({ kind: 'leave', node });
      return toolOut('Signaling Corosync Cluster Engine (corosync) to terminate: [  OK  ]\n');
    case 'status': {
      const pid = cluster.pidOf(node);
      return pid === null ? toolOut('corosync is stopped\n', 3) : toolOut(`corosync (pid  ${pid}) is running...\n`);
    }
    default:
      return toolErr('Usage: service corosync {start|stop|restart|status}\n', 2);
  }
}

const noSheep = (): ToolResult => toolErr('real daemons have no sheep here: totemlab lab without --host has\n', 127);

async function kill(cluster: CorosyncCluster, node: number, args: readonly string[]): Promise<ToolResult> {
  const target = args.find((arg) => !arg.startsWith('-'));
  const pid = cluster.pidOf(node);
  if (target === 'sheep') return noSheep();
  if (pid === null || (target !== 'corosync' && target !== String(pid)))
    return toolErr(`kill: (${target ?? ''}) - No such process\n`);
  const has = (...names: readonly string[]): boolean => names.some((name) => args.includes(name));
  const kind = has('-9', '-KILL') ? 'kill' : has('-STOP') ? 'pause' : has('-CONT') ? 'resume' : 'leave';
  await cluster.inject({ kind, node });
  return toolOut('');
}

async function command(
  cluster: CorosyncCluster,
  node: number,
  name: string,
  args: readonly string[],
): Promise<ToolResult | null> {
  const folder = cluster.directoryOf(node);
  if (TOOLS.has(name)) return cluster.tool(node, name, args);
  switch (name) {
    case 'ip':
      return cluster.tool(node, 'ip', args);
    case 'corosync-objctl':
      return toolErr('corosync-objctl belongs to Corosync 1: use corosync-cmapctl\n', 127);
    case 'service':
      return service(cluster, node, args);
    case 'kill':
    case 'pkill':
      return kill(cluster, node, args);
    case 'pidof': {
      const pid = args[0] === 'corosync' ? cluster.pidOf(node) : null;
      return pid === null ? toolOut('', 1) : toolOut(`${pid}\n`);
    }
    case 'ls':
      return ls(folder, args);
    case 'du':
      return du(folder, args);
    case 'tail':
    case 'cat':
      return tail(folder, args, name);
    case 'sheep':
    case 'collie':
    case 'qemu-img':
      return noSheep();
    case 'help':
      return toolOut(HELP);
    default:
      return null;
  }
}

export function runDaemonShell(cluster: CorosyncCluster, node: number, line: string): Promise<ToolResult> {
  return runLineOf(line, (name, args) => command(cluster, node, name, args));
}
